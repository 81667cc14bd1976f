{{/* The Secret that holds a token of gateways, empty without one: (list root name), the name that of its values. */}}
{{- define "gpu-telemetry.tokenSecret" -}}
{{- $root := index . 0 -}}
{{- $token := index $root.Values.gateway (index . 1) -}}
{{- $made := include "gpu-telemetry.name" (list $root "gateway") -}}
{{- or $token.existingSecret (ternary $made "" (not (empty $token.value))) -}}
{{- end }}
