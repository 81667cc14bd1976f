{{/* Where a streamer finds its files: the argument of `stream`. Takes a source of the values. */}}
{{- define "gpu-telemetry.sourcePath" -}}
{{- if eq .type "sample" -}}
data/dcgm_metrics_sample.csv
{{- else if eq .type "volume" -}}
/sources{{ with .volume.path }}/{{ . }}{{ end }}
{{- else -}}
/sources
{{- end -}}
{{- end }}

{{- define "gpu-telemetry.sourceMounts" -}}
{{- if ne .type "sample" }}
- { name: sources, mountPath: /sources, readOnly: true }
{{- end }}
{{- end }}

{{- define "gpu-telemetry.sourceVolumes" -}}
{{- if eq .type "configMap" }}
- name: sources
  configMap:
    name: {{ required "source.configMap.name is needed where a source is a ConfigMap" .configMap.name }}
{{- else if eq .type "volume" }}
- name: sources
  {{- if .volume.spec }}
  {{- toYaml .volume.spec | nindent 2 }}
  {{- else }}
  persistentVolumeClaim:
    claimName: {{ required "source.volume.claimName, or source.volume.spec, is needed where a source is a volume" .volume.claimName }}
    readOnly: true
  {{- end }}
{{- else if eq .type "url" }}
- name: sources
  emptyDir:
    sizeLimit: {{ .url.sizeLimit }}
{{- end }}
{{- end }}

{{/* Fetches what a URL names, before the streamer starts: list $ source resources. */}}
{{- define "gpu-telemetry.sourceFetch" -}}
{{- $root := index . 0 -}}
{{- $source := index . 1 -}}
{{- if eq $source.type "url" }}
initContainers:
  - name: fetch-source
    image: {{ include "gpu-telemetry.image" (list $root.Values.image $root.Chart.AppVersion) }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    command: [/nodejs/bin/node, --input-type=module, --eval]
    args:
      - |
        {{- $root.Files.Get "files/fetch-source.mjs" | nindent 8 }}
    env:
      - name: SOURCE_URL
        value: {{ required "source.url.address is needed where a source is a URL" $source.url.address | quote }}
      - name: SOURCE_FILE
        value: /sources/{{ $source.url.file }}
      {{- with $source.url.sha256 }}
      - name: SOURCE_SHA256
        value: {{ . | quote }}
      {{- end }}
      {{- if $source.url.existingSecret }}
      - name: SOURCE_AUTHORIZATION
        valueFrom:
          secretKeyRef:
            name: {{ $source.url.existingSecret }}
            key: {{ $source.url.secretKey }}
      {{- end }}
    resources:
      {{- toYaml (index . 2) | nindent 6 }}
    securityContext:
      {{- include "gpu-telemetry.containerSecurity" $root | nindent 6 }}
    volumeMounts:
      - { name: sources, mountPath: /sources }
{{- end }}
{{- end }}

{{/* What the program would refuse, said before it is started. */}}
{{- define "gpu-telemetry.checkSource" -}}
{{- if .follow }}
{{- if has .type (list "sample" "url") }}{{ fail "source.follow is for a ConfigMap or a volume: nothing is appended to the sample, or to what was fetched" }}{{ end }}
{{- if .loop }}{{ fail "source.follow and source.loop exclude each other: a followed file has no end" }}{{ end }}
{{- end }}
{{- end }}

{{/* How a source is streamed. */}}
{{- define "gpu-telemetry.sourceEnvironment" -}}
# A link in what others may write leads to no file of the pod.
- name: TELEMETRY_SOURCE_ROOT
  value: {{ ternary "data" "/sources" (eq .type "sample") }}
- name: TELEMETRY_SPEED
  value: {{ .speed | quote }}
- name: TELEMETRY_MAX_DEAD_LETTERS
  value: {{ .maxDeadLetters | int64 | quote }}
{{- if .restamp }}
- name: TELEMETRY_RESTAMP
  value: 'true'
{{- end }}
{{- if .loop }}
- name: TELEMETRY_LOOP
  value: 'true'
{{- end }}
{{- if .follow }}
- name: TELEMETRY_FOLLOW
  value: 'true'
{{- end }}
{{- end }}

{{/* What the streamers and the import have in common. */}}
{{- define "gpu-telemetry.streamEnvironment" -}}
- name: TELEMETRY_CLUSTER
  value: {{ .Values.cluster | quote }}
- name: TELEMETRY_PARTITIONS
  value: {{ .Values.partitions | int64 | quote }}
{{- end }}
