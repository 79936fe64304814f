{{/* Names do not follow the release: a CompositeController has no namespace and its name is in the finalizer of every pool, so there is one. */}}
{{- define "operator.name" -}}
forgejo-runner-operator
{{- end }}

{{- define "operator.selector" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
app.kubernetes.io/component: hooks
{{- end }}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/part-of: {{ include "operator.name" . }}
{{- end }}

{{- define "operator.host" -}}
{{ include "operator.name" . }}.{{ .Release.Namespace }}.svc
{{- end }}

{{- define "operator.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* What a user sets counts before what the chart needs. */}}
{{- define "operator.config" -}}
{{- $own := dict "BEARER_TOKEN_FILE" (printf "/run/hooks/%s" .Values.hooksToken.key) "SHUTDOWN_DELAY_SECONDS" 5 "SHUTDOWN_GRACE_SECONDS" 15 }}
{{- if .Values.tls.enabled }}
{{- $own = merge (dict "TLS_CERT_FILE" "/run/tls/tls.crt" "TLS_KEY_FILE" "/run/tls/tls.key") $own }}
{{- end }}
{{- if .Values.openbaoToken.enabled }}
{{- $own = merge (dict "OPENBAO_TOKEN_FILE" "/run/openbao/token" "OPENBAO_ALLOW_FILE" "/etc/openbao/allow") $own }}
{{- end }}
{{- range $name, $value := merge (deepCopy .Values.config) $own }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- define "metacontroller.labels" -}}
app.kubernetes.io/name: metacontroller
app.kubernetes.io/part-of: {{ include "operator.name" . }}
{{- end }}

{{- define "metacontroller.subjects" -}}
- kind: ServiceAccount
  name: {{ .Values.metacontroller.serviceAccountName }}
  namespace: {{ .Values.metacontroller.namespace }}
{{- end }}

{{/* Where Metacontroller may write: everywhere, or in the namespaces of pools. */}}
{{- define "metacontroller.writeRules" -}}
# The finalizer.
- apiGroups: [forgejo-runner-operator.dev]
  resources: [runnerpools]
  verbs: [update]
- apiGroups: [forgejo-runner-operator.dev]
  resources: [runnerpools/status]
  verbs: [update]
# Children carry blockOwnerDeletion, which clusters with OwnerReferencesPermissionEnforcement allow only with this.
- apiGroups: [forgejo-runner-operator.dev]
  resources: [runnerpools/finalizers]
  verbs: [update]
# Server-side apply creates with `patch` and needs `create` for it too; `update` adopts and releases.
- apiGroups: [""]
  resources: [secrets, configmaps, services]
  verbs: [create, update, patch, delete]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create, update, patch, delete]
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [create, update, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [create, update, patch, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}
