{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* The checks and remediation of a MachineHealthCheck of v1beta2, from a spec in the terms of v1beta1 or v1beta2. Result: JSON. */ -}}
{{- define "openstack-cluster.healthCheckSpec" -}}
{{- $conditions := list -}}
{{- range .unhealthyConditions -}}
{{- $conditions = append $conditions (include "openstack-cluster.inSeconds" (list . (dict "timeout" "timeoutSeconds")) | fromJson) -}}
{{- end -}}
{{- $checks := dict "unhealthyNodeConditions" $conditions -}}
{{- with .nodeStartupTimeout -}}
{{- $_ := set $checks "nodeStartupTimeoutSeconds" (include "openstack-cluster.seconds" . | int) -}}
{{- end -}}
{{- $trigger := dict "unhealthyInRange" .unhealthyRange "unhealthyLessThanOrEqualTo" .maxUnhealthy -}}
{{- $remediation := dict "triggerIf" $trigger "templateRef" (pick (.remediationTemplate | default dict) "apiVersion" "kind" "name") -}}
{{- $spec := dict "checks" $checks "remediation" $remediation -}}
{{- include "openstack-cluster.pruned" (mergeOverwrite $spec (deepCopy (pick . "checks" "remediation"))) -}}
{{- end -}}

{{- /* A MachineHealthCheck. Arguments: root context, health check values, part, selector labels' arguments. */ -}}
{{- define "openstack-cluster.healthCheck" -}}
{{- $root := index . 0 -}}
---
apiVersion: cluster.x-k8s.io/v1beta2
kind: MachineHealthCheck
metadata:
  name: {{ include "openstack-cluster.partName" (list $root (index . 2)) }}
  labels:
    {{- include "openstack-cluster.labels" (index . 3) | nindent 4 }}
spec:
  clusterName: {{ include "openstack-cluster.name" $root }}
  selector:
    matchLabels:
      {{- include "openstack-cluster.selectorLabels" (index . 3) | nindent 6 }}
  {{- with include "openstack-cluster.healthCheckSpec" ((index . 1).spec | default dict) | fromJson }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
