{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /*
Removes from a map, in place and at every depth, what stands for "not set": nulls, empty maps that are values of a
key, and empty lists. Items of lists stay, also empty ones (a port {} is the cluster's network).
Arguments: map, keys whose empty list means something ("no security groups" is not "the default groups").
*/ -}}
{{- define "openstack-cluster.prune" -}}
{{- $map := index . 0 -}}
{{- $meaningful := index . 1 -}}
{{- range $key, $value := $map -}}
{{- if kindIs "map" $value -}}
{{- include "openstack-cluster.prune" (list $value $meaningful) -}}
{{- else if kindIs "slice" $value -}}
{{- range $value -}}
{{- if kindIs "map" . -}}
{{- include "openstack-cluster.prune" (list . $meaningful) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if or (kindIs "invalid" $value) (and (kindIs "map" $value) (empty $value)) -}}
{{- $_ := unset $map $key -}}
{{- else if and (kindIs "slice" $value) (empty $value) (not (has $key $meaningful)) -}}
{{- $_ := unset $map $key -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A pruned copy of a map, as JSON. Keys of machine settings whose empty list means something are kept. */ -}}
{{- define "openstack-cluster.pruned" -}}
{{- $copy := deepCopy (. | default dict) -}}
{{- include "openstack-cluster.prune" (list $copy (list "taints" "securityGroups" "fixedIPs" "tags" "allowedAddressPairs")) -}}
{{- toJson $copy -}}
{{- end -}}

{{- /*
Lays one map over another: maps are merged, lists are appended to lists, anything else replaces what it covers.
Arguments: below, above. Result: JSON.
*/ -}}
{{- define "openstack-cluster.append" -}}
{{- $result := deepCopy (index . 0) -}}
{{- range $key, $above := index . 1 -}}
{{- $below := get $result $key -}}
{{- if and (kindIs "map" $above) (kindIs "map" $below) -}}
{{- $_ := set $result $key (include "openstack-cluster.append" (list $below $above) | fromJson) -}}
{{- else if and (kindIs "slice" $above) (kindIs "slice" $below) -}}
{{- $_ := set $result $key (concat $below $above) -}}
{{- else -}}
{{- $_ := set $result $key $above -}}
{{- end -}}
{{- end -}}
{{- toJson $result -}}
{{- end -}}

{{- /* Seconds in a duration such as 1h30m or 5m0s; Cluster API's v1beta2 counts seconds. */ -}}
{{- define "openstack-cluster.seconds" -}}
{{- $seconds := dict "h" 3600 "m" 60 "s" 1 -}}
{{- $total := 0 -}}
{{- range regexFindAll "[0-9]+[hms]" (toString .) -1 -}}
{{- $unit := regexFind "[hms]" . -}}
{{- $total = add $total (mul (trimSuffix $unit . | int) (get $seconds $unit)) -}}
{{- end -}}
{{- $total -}}
{{- end -}}

{{- /* Renames the keys of a map that hold durations, with the value in seconds. Arguments: map, {old key: new key}. Result: JSON. */ -}}
{{- define "openstack-cluster.inSeconds" -}}
{{- $result := dict -}}
{{- $renamed := index . 1 -}}
{{- range $key, $value := index . 0 -}}
{{- if hasKey $renamed $key -}}
{{- $_ := set $result (get $renamed $key) (include "openstack-cluster.seconds" $value | int) -}}
{{- else -}}
{{- $_ := set $result $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $result -}}
{{- end -}}

{{- /* How machines are taken away, for machine settings (control plane or node group). Result: YAML, perhaps empty. */ -}}
{{- define "openstack-cluster.machineDeletion" -}}
{{- range $key := list "nodeDrainTimeout" "nodeVolumeDetachTimeout" "nodeDeletionTimeout" }}
{{- with get $ $key }}
{{ $key }}Seconds: {{ include "openstack-cluster.seconds" . }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The control plane's machine settings. Result: JSON. */ -}}
{{- define "openstack-cluster.controlPlane" -}}
{{- include "openstack-cluster.pruned" .Values.controlPlane -}}
{{- end -}}

{{- /* The node groups, each laid over nodeGroupDefaults (lists replace). Result: JSON {groups: […]}. */ -}}
{{- define "openstack-cluster.nodeGroups" -}}
{{- $groups := list -}}
{{- range .Values.nodeGroups -}}
{{- $merged := mergeOverwrite (deepCopy $.Values.nodeGroupDefaults) (deepCopy .) -}}
{{- /* magnum-capi-helm writes "true". */ -}}
{{- $_ := set $merged "autoscale" (eq (toString $merged.autoscale) "true") -}}
{{- $groups = append $groups (include "openstack-cluster.pruned" $merged | fromJson) -}}
{{- end -}}
{{- dict "groups" $groups | toJson -}}
{{- end -}}
