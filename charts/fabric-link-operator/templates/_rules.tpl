{{- /* Every verb here is a call that the operator makes: test/chart holds the two together, docs/permissions.md says why. */ -}}

{{- /* In the namespaces that are looked after. */ -}}
{{- define "fabric-link-operator.watchedRules" -}}
- apiGroups: [fabriclink.dev]
  resources: [workspaceprivatelinks, managedprivateendpoints, crosstenantmappings]
  verbs: [get, list, watch, patch]
- apiGroups: [fabriclink.dev]
  resources: [workspaceprivatelinks/status, managedprivateendpoints/status, crosstenantmappings/status]
  verbs: [patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [get, list, create, patch]
{{- if .Values.rbac.publish.configMaps }}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, patch, delete]
{{- end }}
{{- if .Values.rbac.secretNames }}
- apiGroups: [""]
  resources: [secrets]
  resourceNames:
    {{- toYaml .Values.rbac.secretNames | nindent 4 }}
  verbs: [get]
{{- else }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch]
{{- end }}
{{- if or .Values.secretFinalizer .Values.rbac.publish.secrets }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [patch]
{{- end }}
{{- if .Values.rbac.publish.secrets }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [create, delete]
{{- end }}
{{- end -}}

{{- /* In the release's own namespace: the Lease and the ledger, by name save for their creation, which has none. */ -}}
{{- define "fabric-link-operator.ownRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [fabric-link-operator]
  verbs: [get, update]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create]
- apiGroups: [""]
  resources: [configmaps]
  resourceNames:
    {{- range list "0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "a" "b" "c" "d" "e" "f" }}
    - fabriclink-ledger-{{ . }}
    {{- end }}
  verbs: [get, patch]
{{- end -}}

{{- define "fabric-link-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "fabric-link-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace | quote }}
{{- end -}}
