{{/* As whom a component asks etcd: what is common, and its own before it. list $ "collector"; answers JSON. */}}
{{- define "gpu-telemetry.etcdAccess" -}}
{{- $root := index . 0 -}}
{{- $own := (index $root.Values (index . 1)).etcdAccess -}}
{{- $all := $root.Values.etcdAccess -}}
{{- $given := or $all.tls.ca $all.tls.cert $all.tls.key -}}
{{- $made := printf "%s-etcd-access" (include "gpu-telemetry.fullname" $root) -}}
{{- $password := or $own.existingSecret $all.existingSecret (ternary $made "" (not (empty $all.password))) -}}
{{- $tls := or $own.tlsSecret $all.tls.existingSecret (ternary $made "" (not (empty $given))) -}}
{{- $isOwn := or $own.tlsSecret $all.tls.existingSecret -}}
{{- $cert := or $isOwn (and $all.tls.cert $all.tls.key) -}}
{{- if and $root.Values.etcd.enabled $root.Values.etcd.tls.existingSecret (not (and $tls $cert)) }}
{{- fail "etcdAccess.tls.existingSecret, or ca, cert and key, is needed where etcd.tls.existingSecret is given" }}
{{- end -}}
{{- if and $tls (not (hasPrefix "https" (include "gpu-telemetry.etcdEndpoints" $root))) }}
{{- fail "etcdAccess.tls, and tlsSecret of a role, are for an etcd that is asked by https: etcd.tls.existingSecret, or https in externalEtcd.endpoints" }}
{{- end -}}
{{- dict "username" (or $own.username $all.username) "password" $password "tls" $tls "cert" (not (empty $cert)) | toJson -}}
{{- end }}

{{- define "gpu-telemetry.etcdEndpoints" -}}
{{- if .Values.etcd.enabled -}}
{{- $scheme := ternary "https" "http" (not (empty .Values.etcd.tls.existingSecret)) -}}
{{- $name := include "gpu-telemetry.name" (list . "etcd") -}}
{{- range $i := until (int .Values.etcd.replicas) -}}
{{- if $i }},{{ end -}}
{{ $scheme }}://{{ $name }}-{{ $i }}.{{ $name }}.{{ $.Release.Namespace }}.svc.{{ $.Values.clusterDomain }}:2379
{{- end -}}
{{- else -}}
{{- if not .Values.externalEtcd.endpoints }}{{ fail "externalEtcd.endpoints is needed where etcd.enabled is false" }}{{ end -}}
{{- $all := join "," .Values.externalEtcd.endpoints -}}
{{- if and (contains "http://" $all) (contains "https://" $all) }}{{ fail "externalEtcd.endpoints are all of https, or none is" }}{{ end -}}
{{- $all -}}
{{- end -}}
{{- end }}

{{/* How a component reaches etcd. */}}
{{- define "gpu-telemetry.etcdEnvironment" -}}
{{- $root := index . 0 -}}
{{- $access := include "gpu-telemetry.etcdAccess" . | fromJson -}}
- name: TELEMETRY_ETCD
  value: {{ include "gpu-telemetry.etcdEndpoints" $root | quote }}
- name: TELEMETRY_PREFIX
  value: {{ $root.Values.prefix | quote }}
{{- with $access.username }}
- name: TELEMETRY_ETCD_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- if $access.password }}
- name: TELEMETRY_ETCD_PASSWORD_FILE
  value: /run/secrets/etcd-password/password
{{- end }}
{{- if $access.tls }}
- name: TELEMETRY_ETCD_CA
  value: /run/secrets/etcd-tls/ca.crt
{{- if $access.cert }}
- name: TELEMETRY_ETCD_CERT
  value: /run/secrets/etcd-tls/tls.crt
- name: TELEMETRY_ETCD_KEY
  value: /run/secrets/etcd-tls/tls.key
{{- end }}
{{- end }}
{{- end }}

{{- define "gpu-telemetry.etcdMounts" -}}
{{- $access := include "gpu-telemetry.etcdAccess" . | fromJson -}}
{{- if $access.password }}
- { name: etcd-password, mountPath: /run/secrets/etcd-password, readOnly: true }
{{- end }}
{{- if $access.tls }}
- { name: etcd-tls, mountPath: /run/secrets/etcd-tls, readOnly: true }
{{- end }}
{{- end }}

{{- define "gpu-telemetry.etcdVolumes" -}}
{{- $root := index . 0 -}}
{{- $access := include "gpu-telemetry.etcdAccess" . | fromJson -}}
{{- if $access.password }}
- name: etcd-password
  secret:
    secretName: {{ $access.password }}
    defaultMode: 0440
    items:
      - { key: {{ $root.Values.etcdAccess.passwordKey }}, path: password }
{{- end }}
{{- if $access.tls }}
- name: etcd-tls
  secret:
    secretName: {{ $access.tls }}
    defaultMode: 0440
{{- end }}
{{- end }}
