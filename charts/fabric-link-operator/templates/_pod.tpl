{{- /* What the chart itself tells the operator. */ -}}
{{- define "fabric-link-operator.ownEnv" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- with include "fabric-link-operator.nodeOptions" . }}
- name: NODE_OPTIONS
  value: {{ . | quote }}
{{- end }}
- name: FABRICLINK_LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: FABRICLINK_HEALTH_ADDRESS
  value: {{ printf ":%d" (int .Values.health.port) | quote }}
- name: FABRICLINK_METRICS_ADDRESS
  value: {{ ternary (printf ":%d" (int .Values.metrics.port)) "0" .Values.metrics.enabled | quote }}
{{- range $name, $value := dict
  "FABRICLINK_WATCH_NAMESPACES" (join "," .Values.watchNamespaces)
  "FABRICLINK_AMBIENT_NAMESPACES" (join "," .Values.ambientCredentialNamespaces)
  "FABRICLINK_SECRET_FINALIZER" (ternary "true" "" .Values.secretFinalizer)
  "FABRICLINK_CLUSTER_ID" .Values.clusterId
  "FABRICLINK_NAMESERVERS" (join "," .Values.nameservers)
  "FABRICLINK_PRIVATE_RANGES" (join "," .Values.privateRanges)
  "AZURE_AUTHORITY_HOST" .Values.cloud.authorityHost
  "FABRICLINK_ARM_URL" .Values.cloud.armUrl
  "FABRICLINK_FABRIC_URL" .Values.cloud.fabricUrl
  "FABRICLINK_GRAPH_URL" .Values.cloud.graphUrl
  "FABRICLINK_ARM_SCOPE" .Values.cloud.armScope
  "FABRICLINK_FABRIC_SCOPE" .Values.cloud.fabricScope
  "FABRICLINK_GRAPH_SCOPE" .Values.cloud.graphScope
}}
{{- if $value }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/fabric-link-operator/ca/{{ .Values.caBundle.key }}
{{- end }}
{{- if include "fabric-link-operator.projectsToken" . }}
- name: AZURE_FEDERATED_TOKEN_FILE
  value: /var/run/secrets/fabric-link-operator/azure/token
{{- end }}
- name: FABRICLINK_WORKLOAD_IDENTITY_CREDENTIALS
  value: {{ .Values.workloadIdentity.enabled | quote }}
{{- with .Values.identity }}
{{- if ne .type "None" }}
- name: AZURE_TENANT_ID
  value: {{ .tenantId | quote }}
- name: AZURE_CLIENT_ID
  value: {{ .clientId | quote }}
{{- end }}
{{- if eq .type "ClientSecret" }}
- name: AZURE_CLIENT_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | quote }}
      key: AZURE_CLIENT_SECRET
{{- end }}
{{- if eq .type "Certificate" }}
- name: AZURE_CLIENT_CERTIFICATE_PATH
  value: /etc/fabric-link-operator/identity/AZURE_CLIENT_CERTIFICATE
- name: AZURE_CLIENT_CERTIFICATE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | quote }}
      key: AZURE_CLIENT_CERTIFICATE_PASSWORD
      optional: true
{{- end }}
{{- end }}
{{- end -}}

{{- define "fabric-link-operator.env" -}}
{{ include "fabric-link-operator.ownEnv" . }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* The operator writes no file: nothing here is writable. */ -}}
{{- define "fabric-link-operator.volumeMounts" -}}
{{- if include "fabric-link-operator.projectsToken" . }}
- name: azure-token
  mountPath: /var/run/secrets/fabric-link-operator/azure
  readOnly: true
{{- end }}
{{- if eq .Values.identity.type "Certificate" }}
- name: identity
  mountPath: /etc/fabric-link-operator/identity
  readOnly: true
{{- end }}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- name: ca-bundle
  mountPath: /etc/fabric-link-operator/ca
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "fabric-link-operator.volumes" -}}
{{- if include "fabric-link-operator.projectsToken" . }}
- name: azure-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          audience: {{ .Values.workloadIdentity.audience }}
          expirationSeconds: {{ .Values.workloadIdentity.expirationSeconds }}
{{- end }}
{{- if eq .Values.identity.type "Certificate" }}
- name: identity
  secret:
    secretName: {{ .Values.identity.existingSecret | quote }}
    defaultMode: 0440
    items:
      - key: AZURE_CLIENT_CERTIFICATE
        path: AZURE_CLIENT_CERTIFICATE
{{- end }}
{{- if .Values.caBundle.configMap }}
- name: ca-bundle
  configMap:
    name: {{ .Values.caBundle.configMap | quote }}
    items:
      - key: {{ .Values.caBundle.key | quote }}
        path: {{ .Values.caBundle.key | quote }}
{{- else if .Values.caBundle.secret }}
- name: ca-bundle
  secret:
    secretName: {{ .Values.caBundle.secret | quote }}
    defaultMode: 0440
    items:
      - key: {{ .Values.caBundle.key | quote }}
        path: {{ .Values.caBundle.key | quote }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
