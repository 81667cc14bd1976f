{{- define "gpu-telemetry.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* The name of what belongs to a component: list $ "collector". */}}
{{- define "gpu-telemetry.name" -}}
{{ include "gpu-telemetry.fullname" (index . 0) }}-{{ index . 1 }}
{{- end }}

{{/* Labels that never change: what selects the pods of a component. */}}
{{- define "gpu-telemetry.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride | trunc 63 }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The recommended labels, on every object and pod. */}}
{{- define "gpu-telemetry.labels" -}}
{{- $root := index . 0 -}}
{{ include "gpu-telemetry.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: gpu-telemetry
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The head of an object: list $ "collector" "name", with more annotations under its own key by the caller. */}}
{{- define "gpu-telemetry.metadata" -}}
name: {{ index . 2 }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "gpu-telemetry.labels" . | nindent 2 }}
{{- end }}

{{/* An image of .repository, .tag and .digest, and the tag where it has none: list image "0.1.0". */}}
{{- define "gpu-telemetry.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default (index . 1) $image.tag }}
{{- end -}}
{{- end }}

{{- define "gpu-telemetry.serviceAccount" -}}
{{- $root := index . 0 -}}
{{- $account := (index $root.Values (index . 1)).serviceAccount -}}
{{ default (include "gpu-telemetry.name" .) $account.name }}
{{- end }}
