{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* The Cluster, and every object that there is one of, is named after the release. */ -}}
{{- define "openstack-cluster.name" -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Name of a part of the cluster. Arguments: root context, part. */ -}}
{{- define "openstack-cluster.partName" -}}
{{- printf "%s-%s" (index . 0).Release.Name (index . 1) | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Labels that selectors match. Arguments: root context, then optionally component and node group. */ -}}
{{- define "openstack-cluster.selectorLabels" -}}
{{- $root := index . 0 -}}
{{- $labels := dict (printf "%s/cluster" $root.Values.projectPrefix) (include "openstack-cluster.name" $root) -}}
{{- if gt (len .) 1 -}}
{{- $_ := set $labels (printf "%s/component" $root.Values.projectPrefix) (index . 1) -}}
{{- end -}}
{{- if gt (len .) 2 -}}
{{- $_ := set $labels (printf "%s/node-group" $root.Values.projectPrefix) (index . 2) -}}
{{- end -}}
{{- toYaml $labels -}}
{{- end -}}

{{- /* Labels of an object. Arguments as for selectorLabels. */ -}}
{{- define "openstack-cluster.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ $root.Values.projectPrefix }}/infrastructure-provider: openstack
{{ $root.Values.projectPrefix }}/managed-by: {{ $root.Release.Service }}
{{ include "openstack-cluster.selectorLabels" . }}
{{- end -}}

{{- /*
Helm leaves an object with this annotation behind on uninstall. Cluster API removes such objects together with the
Cluster, in the order it needs; taking them away before it asks for that makes a deletion hang.
*/ -}}
{{- define "openstack-cluster.keep" -}}
helm.sh/resource-policy: keep
{{- end -}}

{{- /* Name of the Secret with clouds.yaml: the operator's, or the one this chart makes. */ -}}
{{- define "openstack-cluster.credentialsName" -}}
{{- .Values.cloudCredentialsSecretName | default (include "openstack-cluster.partName" (list . "cloud-credentials")) -}}
{{- end -}}

{{- /* A Kubernetes version as Cluster API wants it, with the v. The first non-empty argument counts. */ -}}
{{- define "openstack-cluster.kubernetesVersion" -}}
{{- printf "v%s" (coalesce (index . 0) (index . 1) "" | toString | trimPrefix "v") -}}
{{- end -}}

{{- /*
Hash of an object's content (given as YAML). It is taken from the parsed content, so that only a change of meaning,
never one of layout, gives a template a new name and its machines a replacement.
*/ -}}
{{- define "openstack-cluster.contentHash" -}}
{{- . | fromYaml | toJson | sha256sum -}}
{{- end -}}
