{{/* Where the pods of a component run, and how long they have to stop: list $ "collector". */}}
{{- define "gpu-telemetry.placing" -}}
{{- $values := index (index . 0).Values (index . 1) -}}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if and $values.topologySpread.enabled $values.topologySpread.keys }}
topologySpreadConstraints:
  {{- $selector := include "gpu-telemetry.selector" . }}
  {{- range $values.topologySpread.keys }}
  - maxSkew: {{ $values.topologySpread.maxSkew }}
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* What every pod of the chart has: who it is for the cluster (nobody), and what it may. list $ "collector" */}}
{{- define "gpu-telemetry.podIdentity" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "gpu-telemetry.serviceAccount" . }}
automountServiceAccountToken: false
# Its variables would be taken for options: a service called telemetry makes a TELEMETRY_PORT.
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  {{- include "gpu-telemetry.podSecurity" $root | nindent 2 }}
{{- end }}
