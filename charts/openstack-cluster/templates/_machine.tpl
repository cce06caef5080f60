{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /*
A reference to something in Neutron as OpenStackCluster and OpenStackMachine v1beta1 have it: {id} or {filter}. The
flat form of earlier versions, a filter without the word and tags joined by commas, is accepted too. Result: JSON.
*/ -}}
{{- define "openstack-cluster.neutronReference" -}}
{{- if .id -}}
{{- dict "id" .id | toJson -}}
{{- else -}}
{{- $filter := deepCopy (.filter | default (omit . "id" "filter")) -}}
{{- range $key := list "tags" "tagsAny" "notTags" "notTagsAny" -}}
{{- if and (hasKey $filter $key) (kindIs "string" (get $filter $key)) -}}
{{- $_ := set $filter $key (splitList "," (get $filter $key) | compact) -}}
{{- end -}}
{{- end -}}
{{- dict "filter" (include "openstack-cluster.pruned" $filter | fromJson) | toJson -}}
{{- end -}}
{{- end -}}

{{- /* The ports of a machine; one without a network is on the cluster's own. Result: JSON {ports: […]}. */ -}}
{{- define "openstack-cluster.ports" -}}
{{- $ports := list -}}
{{- range . -}}
{{- $port := deepCopy (. | default dict) -}}
{{- with $port.network -}}
{{- $_ := set $port "network" (include "openstack-cluster.neutronReference" . | fromJson) -}}
{{- end -}}
{{- $ports = append $ports $port -}}
{{- end -}}
{{- dict "ports" $ports | toJson -}}
{{- end -}}

{{- /* Where a volume is made: in the zone given, or in the machine's. Result: YAML. */ -}}
{{- define "openstack-cluster.volumeZone" -}}
{{- with .availabilityZone -}}
from: Name
name: {{ . | toJson }}
{{- else -}}
from: Machine
{{- end -}}
{{- end -}}

{{- /* The image: the machines' own before the cluster's, an id before a name. Arguments: root context, machine settings. Result: YAML. */ -}}
{{- define "openstack-cluster.image" -}}
{{- $root := index . 0 -}}
{{- $machine := index . 1 -}}
{{- if $machine.machineImageId -}}
id: {{ $machine.machineImageId | toJson }}
{{- else if $machine.machineImage -}}
filter: {name: {{ tpl $machine.machineImage $root | toJson }}}
{{- else if $root.Values.machineImageId -}}
id: {{ $root.Values.machineImageId | toJson }}
{{- else -}}
filter: {name: {{ tpl ($root.Values.machineImage | default "") $root | toJson }}}
{{- end -}}
{{- end -}}

{{- /* Block devices of the control plane's machines: the additional ones, and etcd's. Result: JSON. */ -}}
{{- define "openstack-cluster.controlPlaneBlockDevices" -}}
{{- $controlPlane := include "openstack-cluster.controlPlane" . | fromJson -}}
{{- $devices := $controlPlane.additionalBlockDevices | default dict -}}
{{- with .Values.etcd.blockDevice -}}
{{- $_ := set $devices "etcd" . -}}
{{- end -}}
{{- toJson $devices -}}
{{- end -}}

{{- /*
Spec of an OpenStackMachineTemplate. Arguments: root context, machine settings (control plane or node group), block
devices by name. Result: YAML.
*/ -}}
{{- define "openstack-cluster.machineTemplateSpec" -}}
{{- $root := index . 0 -}}
{{- $machine := index . 1 -}}
{{- $blockDevices := index . 2 -}}
template:
  spec:
    identityRef:
      cloudName: openstack
      name: {{ include "openstack-cluster.credentialsName" $root | toJson }}
    flavor: {{ $machine.machineFlavor | default "" | toJson }}
    image:
      {{- include "openstack-cluster.image" (list $root $machine) | nindent 6 }}
    {{- with $root.Values.machineSSHKeyName }}
    sshKeyName: {{ . | toJson }}
    {{- end }}
    {{- if or $machine.machineConfigDrive $blockDevices }}
    configDrive: true
    {{- end }}
    {{- with $machine.machineRootVolume }}
    {{- if .diskSize }}
    rootVolume:
      sizeGiB: {{ .diskSize | int }}
      {{- with .volumeType }}
      type: {{ . | toJson }}
      {{- end }}
      availabilityZone:
        {{- include "openstack-cluster.volumeZone" . | nindent 8 }}
    {{- end }}
    {{- end }}
    {{- with $blockDevices }}
    additionalBlockDevices:
      {{- range $name, $device := . }}
      - name: {{ $name | toJson }}
        sizeGiB: {{ $device.size | int }}
        storage:
          type: {{ $device.type | default "Volume" }}
          {{- if ne ($device.type | default "Volume") "Local" }}
          volume:
            {{- with $device.volumeType }}
            type: {{ . | toJson }}
            {{- end }}
            availabilityZone:
              {{- include "openstack-cluster.volumeZone" $device | nindent 14 }}
          {{- end }}
      {{- end }}
    {{- end }}
    {{- with dig "machineNetworking" "ports" list $machine }}
    ports:
      {{- (include "openstack-cluster.ports" . | fromJson).ports | toYaml | nindent 6 }}
    {{- end }}
    {{- with $machine.serverGroupId }}
    serverGroup:
      id: {{ . | toJson }}
    {{- end }}
    {{- with mergeOverwrite (deepCopy ($root.Values.machineMetadata | default dict)) ($machine.machineMetadata | default dict) }}
    serverMetadata:
      {{- range $key, $value := . }}
      - key: {{ $key | toJson }}
        value: {{ $value | toString | toJson }}
      {{- end }}
    {{- end }}
{{- end -}}

{{- /* Name of an OpenStackMachineTemplate or KubeadmConfigTemplate. Arguments: root context, part, spec as YAML. */ -}}
{{- define "openstack-cluster.templateName" -}}
{{- $hash := include "openstack-cluster.contentHash" (index . 2) -}}
{{- printf "%s-%s" (include "openstack-cluster.partName" (list (index . 0) (index . 1))) (trunc 8 $hash) -}}
{{- end -}}

{{- /* An OpenStackMachineTemplate. Arguments: root context, name, spec as YAML, labels as YAML. */ -}}
{{- define "openstack-cluster.machineTemplate" -}}
{{- $root := index . 0 -}}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta1
kind: OpenStackMachineTemplate
metadata:
  name: {{ index . 1 }}
  labels:
    {{- index . 3 | nindent 4 }}
  annotations:
    {{ $root.Values.projectPrefix }}/template-checksum: {{ include "openstack-cluster.contentHash" (index . 2) }}
    {{- include "openstack-cluster.keep" . | nindent 4 }}
spec:
  {{- index . 2 | nindent 2 }}
{{- end -}}
