{{/* The options that every role has: list $ "collector". */}}
{{- define "gpu-telemetry.environment" -}}
{{- $root := index . 0 -}}
{{- $quota := ternary (printf "%vGiB" $root.Values.etcd.quotaGiB) $root.Values.externalEtcd.quota $root.Values.etcd.enabled -}}
- name: TELEMETRY_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: TELEMETRY_LOG_LEVEL
  value: {{ $root.Values.logLevel }}
{{ include "gpu-telemetry.etcdEnvironment" . }}
{{- with $quota }}
- name: TELEMETRY_ETCD_QUOTA
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{/* Probes of a role: list portName scheme. It may take five minutes to load what it has missed. */}}
{{- define "gpu-telemetry.probes" -}}
{{- $where := printf "port: %s, scheme: %s" (index . 0) (index . 1) -}}
startupProbe:
  httpGet: { path: /livez, {{ $where }} }
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: { path: /livez, {{ $where }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, {{ $where }} }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

{{/*
The Deployment of a role. Takes a dict: root, component, args (a list), port (a dict of name and number, and of scheme where it is not HTTP), environment,
mounts, volumes and before (text: what stands before the containers), lifecycle (text).
*/}}
{{- define "gpu-telemetry.deployment" -}}
{{- $root := .root -}}
{{- $here := list .root .component -}}
{{- $values := index .root.Values .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "gpu-telemetry.metadata" (append $here (include "gpu-telemetry.name" $here)) | nindent 2 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: {{ ternary 0 1 (eq .component "gateway") }} }
  selector:
    matchLabels:
      {{- include "gpu-telemetry.selector" $here | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "gpu-telemetry.labels" $here | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ .component }}
        {{- $secrets := include (print $root.Template.BasePath "/secrets.yaml") $root }}
        {{- if trim $secrets }}
        checksum/secrets: {{ sha256sum $secrets | trunc 16 }}
        {{- end }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "gpu-telemetry.podIdentity" $here | nindent 6 }}
      {{- include "gpu-telemetry.placing" $here | nindent 6 }}
      {{- with .before }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "gpu-telemetry.image" (list $root.Values.image $root.Chart.AppVersion) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: {{ toJson .args }}
          env:
            {{- include "gpu-telemetry.environment" $here | nindent 12 }}
            {{- .environment | nindent 12 }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - { name: {{ .port.name }}, containerPort: {{ .port.number }}, protocol: TCP }
          {{- include "gpu-telemetry.probes" (list .port.name (default "HTTP" .port.scheme)) | nindent 10 }}
          {{- with .lifecycle }}
          lifecycle:
            {{- . | nindent 12 }}
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            {{- include "gpu-telemetry.containerSecurity" $root | nindent 12 }}
          {{- $mounts := printf "%s%s" (include "gpu-telemetry.etcdMounts" $here) (default "" .mounts) }}
          {{- if trim $mounts }}
          volumeMounts:
            {{- $mounts | nindent 12 }}
          {{- end }}
      {{- $volumes := printf "%s%s" (include "gpu-telemetry.etcdVolumes" $here) (default "" .volumes) }}
      {{- if trim $volumes }}
      volumes:
        {{- $volumes | nindent 8 }}
      {{- end }}
{{- end }}

{{- define "gpu-telemetry.metricsEnvironment" -}}
- name: TELEMETRY_METRICS_LISTEN
  value: 0.0.0.0
- name: TELEMETRY_METRICS_PORT
  value: '9400'
{{- end }}
