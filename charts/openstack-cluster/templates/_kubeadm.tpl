{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /*
The kubeadm configuration of a machine: what this chart needs, with the operator's kubeadmConfigSpec on top. While
they are put together, extra arguments are maps of name to value, as in the values; at the end they become the lists of
{name, value} that v1beta2 of Cluster API has.
*/ -}}

{{- /* Where extra arguments are in a kubeadmConfigSpec. Result: YAML {paths: [[…]]}. */ -}}
{{- define "openstack-cluster.argumentPaths" -}}
paths:
  - [clusterConfiguration, apiServer, extraArgs]
  - [clusterConfiguration, controllerManager, extraArgs]
  - [clusterConfiguration, etcd, local, extraArgs]
  - [clusterConfiguration, scheduler, extraArgs]
  - [initConfiguration, nodeRegistration, kubeletExtraArgs]
  - [joinConfiguration, nodeRegistration, kubeletExtraArgs]
{{- end -}}

{{- /* The map at a path, or an empty one that is not part of the whole. Arguments: map, path. Yields nothing: sets .found. */ -}}
{{- define "openstack-cluster.findMap" -}}
{{- $at := .map -}}
{{- range .path -}}
{{- $at = get $at . | default dict -}}
{{- end -}}
{{- $_ := set $ "found" $at -}}
{{- end -}}

{{- /* Turns lists of {name, value} into maps of name to value, in place. */ -}}
{{- define "openstack-cluster.argumentsToMaps" -}}
{{- range (include "openstack-cluster.argumentPaths" . | fromYaml).paths -}}
{{- $search := dict "map" $ "path" (initial .) -}}
{{- include "openstack-cluster.findMap" $search -}}
{{- if kindIs "slice" (get $search.found (last .)) -}}
{{- $arguments := dict -}}
{{- range get $search.found (last .) -}}
{{- $_ := set $arguments .name .value -}}
{{- end -}}
{{- $_ := set $search.found (last .) $arguments -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Turns maps of arguments into lists of {name, value}, by name, in place. */ -}}
{{- define "openstack-cluster.argumentsToLists" -}}
{{- range (include "openstack-cluster.argumentPaths" . | fromYaml).paths -}}
{{- $search := dict "map" $ "path" (initial .) -}}
{{- include "openstack-cluster.findMap" $search -}}
{{- if kindIs "map" (get $search.found (last .)) -}}
{{- $arguments := list -}}
{{- range $name, $value := get $search.found (last .) -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $arguments = append $arguments (dict "name" $name "value" (kindIs "string" $value | ternary $value (toJson $value))) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $search.found (last .) $arguments -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
Moves, in place, what v1beta1 of Cluster API had in another form: durations, and fields that are gone because Cluster
API fills them from the Cluster. Values written for either version come out as v1beta2.
*/ -}}
{{- define "openstack-cluster.toV1beta2" -}}
{{- $cluster := .clusterConfiguration | default dict -}}
{{- $init := .initConfiguration | default dict -}}
{{- $join := .joinConfiguration | default dict -}}
{{- $initTimeouts := dict -}}
{{- $joinTimeouts := dict -}}
{{- with dig "apiServer" "timeoutForControlPlane" "" $cluster -}}
{{- $seconds := include "openstack-cluster.seconds" . | int -}}
{{- $_ := set $initTimeouts "controlPlaneComponentHealthCheckSeconds" $seconds -}}
{{- $_ := set $joinTimeouts "controlPlaneComponentHealthCheckSeconds" $seconds -}}
{{- $_ := unset $cluster.apiServer "timeoutForControlPlane" -}}
{{- end -}}
{{- with dig "discovery" "timeout" "" $join -}}
{{- $_ := set $joinTimeouts "tlsBootstrapSeconds" (include "openstack-cluster.seconds" . | int) -}}
{{- $_ := unset $join.discovery "timeout" -}}
{{- end -}}
{{- $tokens := list -}}
{{- range $init.bootstrapTokens -}}
{{- $tokens = append $tokens (include "openstack-cluster.inSeconds" (list . (dict "ttl" "ttlSeconds")) | fromJson) -}}
{{- end -}}
{{- $_ := set $init "bootstrapTokens" $tokens -}}
{{- $_ := set $init "timeouts" (mergeOverwrite $initTimeouts ($init.timeouts | default dict)) -}}
{{- $_ := set $join "timeouts" (mergeOverwrite $joinTimeouts ($join.timeouts | default dict)) -}}
{{- $_ := set . "clusterConfiguration" (omit $cluster "apiVersion" "kind" "clusterName" "kubernetesVersion" "networking") -}}
{{- $_ := set . "initConfiguration" (omit $init "apiVersion" "kind") -}}
{{- $_ := set . "joinConfiguration" (omit $join "apiVersion" "kind") -}}
{{- $_ := unset . "useExperimentalRetryJoin" -}}
{{- end -}}

{{- /* cloud-init fills in {{ local_hostname }}; Ignition does not, so Flatcar's own variable stands in for it. */ -}}
{{- define "openstack-cluster.flatcarHostnames" -}}
{{- range $phase := list "initConfiguration" "joinConfiguration" -}}
{{- $search := dict "map" $ "path" (list $phase "nodeRegistration") -}}
{{- include "openstack-cluster.findMap" $search -}}
{{- if eq (get $search.found "name" | toString) "{{ local_hostname }}" -}}
{{- $_ := set $search.found "name" "${COREOS_OPENSTACK_HOSTNAME}" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
A kubeadmConfigSpec of v1beta2. Arguments: root context, what this chart needs (YAML), the operator's kubeadmConfigSpec.
Result: YAML.
*/ -}}
{{- define "openstack-cluster.kubeadmConfigSpec" -}}
{{- $root := index . 0 -}}
{{- $above := deepCopy (omit (index . 2 | default dict) "kubeProxyConfiguration") -}}
{{- include "openstack-cluster.argumentsToMaps" $above -}}
{{- $spec := include "openstack-cluster.append" (list (index . 1 | fromYaml) $above) | fromJson -}}
{{- include "openstack-cluster.toV1beta2" $spec -}}
{{- if eq $root.Values.osDistro "flatcar" -}}
{{- include "openstack-cluster.flatcarHostnames" $spec -}}
{{- end -}}
{{- include "openstack-cluster.argumentsToLists" $spec -}}
{{- include "openstack-cluster.pruned" $spec | fromJson | toYaml -}}
{{- end -}}

{{- /* The kubelet's node-labels argument: name=value, sorted by name. */ -}}
{{- define "openstack-cluster.nodeLabels" -}}
{{- $labels := list -}}
{{- range $name, $value := . -}}
{{- $labels = append $labels (printf "%s=%s" $name (toString $value)) -}}
{{- end -}}
{{- join "," $labels -}}
{{- end -}}

{{- /* What a node group's machines need from kubeadm. Arguments: root context, node group. Result: YAML. */ -}}
{{- define "openstack-cluster.nodeGroupNeeds" -}}
{{- $root := index . 0 -}}
{{- $group := index . 1 -}}
{{- $labels := dict (printf "%s/node-group" $root.Values.projectPrefix) $group.name -}}
{{- $needs := dict "joinConfiguration" (dict "nodeRegistration" (dict "kubeletExtraArgs" (dict
  "node-labels" (include "openstack-cluster.nodeLabels" (mergeOverwrite $labels (deepCopy ($group.nodeLabels | default dict))))))) -}}
{{- include "openstack-cluster.append" (list (include "openstack-cluster.operatingSystem" $root | fromYaml) $needs) | fromJson | toYaml -}}
{{- end -}}

{{- /* Spec of a node group's KubeadmConfigTemplate. Arguments: root context, node group. Result: YAML. */ -}}
{{- define "openstack-cluster.kubeadmConfigTemplateSpec" -}}
template:
  spec:
    {{- include "openstack-cluster.kubeadmConfigSpec" (list (index . 0) (include "openstack-cluster.nodeGroupNeeds" .) (index . 1).kubeadmConfigSpec) | nindent 4 }}
{{- end -}}
