{{- define "fabric-link-operator.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Names of cluster-wide objects tell the namespace: one cluster may have several releases of one name. */ -}}
{{- define "fabric-link-operator.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "fabric-link-operator.fullname" .) -}}
{{- end -}}

{{- define "fabric-link-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "fabric-link-operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.create is false: name an existing one in serviceAccount.name" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "fabric-link-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "fabric-link-operator.labels" -}}
{{ include "fabric-link-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "fabric-link-operator.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "fabric-link-operator.projectsToken" -}}
{{- if or .Values.workloadIdentity.enabled (eq .Values.identity.type "WorkloadIdentity") -}}true{{- end -}}
{{- end -}}

{{- /* A quantity of memory in MiB, rounded down. */ -}}
{{- define "fabric-link-operator.memoryMiB" -}}
{{- $quantity := toString . -}}
{{- $perUnit := dict "Ki" 0.0009765625 "Mi" 1.0 "Gi" 1024.0 "Ti" 1048576.0 "k" 0.00095367431640625 "M" 0.95367431640625 "G" 953.67431640625 "" 0.00000095367431640625 -}}
{{- $unit := regexFind "[A-Za-z]*$" $quantity -}}
{{- if or (not (hasKey $perUnit $unit)) (not (regexMatch "^[0-9.]+[A-Za-z]*$" $quantity)) -}}
{{- fail (printf "resources.limits.memory: %q is no quantity such as 768Mi" $quantity) -}}
{{- end -}}
{{- mulf (float64 (trimSuffix $unit $quantity)) (get $perUnit $unit) | floor | int -}}
{{- end -}}

{{- /* What lies outside the heap (code, buffers, sockets) is some 130 MiB on a fleet of 10,000: docs/performance.md. */ -}}
{{- define "fabric-link-operator.heapMiB" -}}
{{- $limit := dig "limits" "memory" "" (default dict .Values.resources) -}}
{{- if .Values.heapLimitMiB -}}
{{- .Values.heapLimitMiB -}}
{{- else if $limit -}}
{{- $limitMiB := include "fabric-link-operator.memoryMiB" $limit | int -}}
{{- if lt $limitMiB 192 -}}
{{- fail (printf "resources.limits.memory: %s is too little; the operator takes some 120 MiB before there is anything to do, give it 256Mi or more" $limit) -}}
{{- end -}}
{{- max (div $limitMiB 2) (sub $limitMiB 192) -}}
{{- end -}}
{{- end -}}

{{- define "fabric-link-operator.nodeOptions" -}}
{{- $heap := include "fabric-link-operator.heapMiB" . -}}
{{- list (ternary (printf "--max-old-space-size=%s" $heap) "" (ne $heap "")) .Values.nodeOptions | join " " | trim -}}
{{- end -}}

{{- /* Combinations that a schema cannot tell. Each says what to change. */ -}}
{{- define "fabric-link-operator.checks" -}}
{{- $identity := .Values.identity -}}
{{- if eq $identity.type "None" -}}
{{- if .Values.ambientCredentialNamespaces -}}
{{- fail "ambientCredentialNamespaces: these namespaces may use the operator's own identity, but it has none; set identity.type, or empty the list" -}}
{{- end -}}
{{- else -}}
{{- if or (not $identity.tenantId) (not $identity.clientId) -}}
{{- fail (printf "identity.type is %s: identity.tenantId and identity.clientId are needed" $identity.type) -}}
{{- end -}}
{{- if and (has $identity.type (list "ClientSecret" "Certificate")) (not $identity.existingSecret) -}}
{{- fail (printf "identity.type is %s: name the Secret that holds it in identity.existingSecret" $identity.type) -}}
{{- end -}}
{{- end -}}
{{- if .Values.watchNamespaces -}}
{{- range .Values.ambientCredentialNamespaces -}}
{{- if not (has . $.Values.watchNamespaces) -}}
{{- fail (printf "ambientCredentialNamespaces: %s is not among watchNamespaces, so that nothing there is looked after" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.caBundle.configMap .Values.caBundle.secret -}}
{{- fail "caBundle: name a ConfigMap or a Secret, not both" -}}
{{- end -}}
{{- if and .Values.secretFinalizer .Values.rbac.secretNames -}}
{{- fail "secretFinalizer: Secrets can be held only where they may be listed; empty rbac.secretNames, or switch the finalizer off" -}}
{{- end -}}
{{- if and .Values.podDisruptionBudget.enabled (gt (int .Values.replicaCount) 1) (ge (int .Values.podDisruptionBudget.maxUnavailable) (int .Values.replicaCount)) -}}
{{- fail "podDisruptionBudget.maxUnavailable: must be less than replicaCount, else it protects nothing" -}}
{{- end -}}
{{- if and .Values.metrics.enabled (eq (int .Values.metrics.port) (int .Values.health.port)) -}}
{{- fail "metrics.port and health.port: give them two ports" -}}
{{- end -}}
{{- /* Roles, ports and probes go by these: they must not be told the operator alone. */ -}}
{{- $reserved := list "NODE_OPTIONS" "NODE_EXTRA_CA_CERTS" "FABRICLINK_WATCH_NAMESPACES" "FABRICLINK_AMBIENT_NAMESPACES" "FABRICLINK_SECRET_FINALIZER" "FABRICLINK_CLUSTER_ID" "FABRICLINK_LEADER_ELECTION" -}}
{{- range include "fabric-link-operator.ownEnv" . | fromYamlArray -}}
{{- $reserved = append $reserved .name -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $reserved -}}
{{- fail (printf "extraEnv: %s is set by a value of the chart; see the table in its README" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
