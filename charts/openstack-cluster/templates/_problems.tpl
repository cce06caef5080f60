{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /*
Everything that is wrong with values that the schema lets pass, all at once: the path in the values, what is wrong,
what to do. Each of the checks below results in lines of such text.
*/ -}}
{{- define "openstack-cluster.problems" -}}
{{- $groups := (include "openstack-cluster.nodeGroups" . | fromJson).groups -}}
{{- $lines := list
  (include "openstack-cluster.credentialProblems" .)
  (include "openstack-cluster.imageProblems" .)
  (include "openstack-cluster.endpointProblems" .)
  (include "openstack-cluster.controlPlaneProblems" .)
  (include "openstack-cluster.apiServerProblems" .)
  (include "openstack-cluster.nameProblems" (list . $groups)) -}}
{{- range $index, $group := $groups -}}
{{- $lines = append $lines (include "openstack-cluster.nodeGroupProblems" (list $ (printf "nodeGroups[%d]" $index) $group)) -}}
{{- end -}}
{{- range $name, $addon := include "openstack-cluster.addons" . | fromJson -}}
{{- $lines = append $lines (include "openstack-cluster.addonProblems" (list $ (printf "addons.custom.%s" $name) $addon)) -}}
{{- end -}}
{{- dict "problems" (join "\n" $lines | splitList "\n" | compact) | toJson -}}
{{- end -}}

{{- define "openstack-cluster.credentialProblems" -}}
{{- if not .Values.cloudCredentialsSecretName -}}
{{- if not .Values.clouds }}
cloudCredentialsSecretName: is not set; name the Secret that holds clouds.yaml, or give the clouds themselves as clouds
{{- else if not (get .Values.clouds (.Values.cloudName | default "")) }}
clouds: has no cloud {{ .Values.cloudName | default "" | quote }}; set cloudName to one of: {{ keys .Values.clouds | sortAlpha | join ", " }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "openstack-cluster.imageProblems" -}}
{{- if and .Values.additionalPackages (eq .Values.osDistro "flatcar") }}
additionalPackages: Flatcar installs no packages; build them into the image
{{- end -}}
{{- end -}}

{{- define "openstack-cluster.endpointProblems" -}}
{{- with .Values.apiServer -}}
{{- if not (or .enableLoadBalancer .associateFloatingIP .fixedIP $.Values.controlPlaneEndpoint) }}
apiServer: gives the API server no address; set fixedIP, or enable the load balancer or the floating IP
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* What control plane and node groups have in common. Arguments: root context, path, machine settings. */ -}}
{{- define "openstack-cluster.machineProblems" -}}
{{- $root := index . 0 -}}
{{- $path := index . 1 -}}
{{- $machine := index . 2 -}}
{{- if not (or $machine.kubernetesVersion $root.Values.kubernetesVersion) }}
{{ $path }}.kubernetesVersion: is not set, here or for the whole cluster; give the version of the image's kubelet
{{- end }}
{{- if not $machine.machineFlavor }}
{{ $path }}.machineFlavor: is not set; give the name of a Nova flavor
{{- end }}
{{- if not (or $machine.machineImageId $machine.machineImage $root.Values.machineImageId $root.Values.machineImage) }}
{{ $path }}.machineImageId: is not set, nor machineImage, here or for the whole cluster; give one of them
{{- end }}
{{- range $label, $_ := $machine.nodeLabels }}
{{- if include "openstack-cluster.labelIsRefused" $label }}
{{ $path }}.nodeLabels: the kubelet refuses to start with {{ $label }}, a label of Kubernetes itself; use a name of your own
{{- end }}
{{- end }}
{{- end -}}

{{- /* Whether a kubelet may not give its node this label. Result: true or nothing. */ -}}
{{- define "openstack-cluster.labelIsRefused" -}}
{{- $allowed := list "beta.kubernetes.io/arch" "beta.kubernetes.io/instance-type" "beta.kubernetes.io/os"
  "failure-domain.beta.kubernetes.io/region" "failure-domain.beta.kubernetes.io/zone" "kubernetes.io/arch"
  "kubernetes.io/hostname" "kubernetes.io/os" "node.kubernetes.io/instance-type" "node.kubernetes.io/windows-build"
  "topology.kubernetes.io/region" "topology.kubernetes.io/zone" -}}
{{- if regexMatch "^([^/]+\\.)?(kubernetes|k8s)\\.io/" . -}}
{{- if not (or (has . $allowed) (regexMatch "^([^/]+\\.)?(kubelet|node)\\.kubernetes\\.io/" .)) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "openstack-cluster.controlPlaneProblems" -}}
{{- $controlPlane := include "openstack-cluster.controlPlane" . | fromJson -}}
{{- include "openstack-cluster.machineProblems" (list . "controlPlane" $controlPlane) }}
{{- $count := $controlPlane.machineCount | int }}
{{- $external := include "openstack-cluster.externalEtcd" . | fromJson }}
{{- if and (not $external) (eq (mod $count 2) 0) }}
controlPlane.machineCount: is {{ $count }}; etcd needs an odd number, usually 1 or 3
{{- end }}
{{- if and (eq (dig "rolloutStrategy" "rollingUpdate" "maxSurge" 1 $controlPlane | int) 0) (lt $count 3) }}
controlPlane.rolloutStrategy.rollingUpdate.maxSurge: is 0, which takes a machine away first; that needs machineCount 3 or more
{{- end }}
{{- end -}}

{{- define "openstack-cluster.apiServerProblems" -}}
{{- if and (dig "issuerUrl" "" (.Values.oidc | default dict)) (not .Values.oidc.clientId) }}
oidc.clientId: is not set; OpenID Connect needs the id of the client that tokens are issued for
{{- end }}
{{- if and (dig "encryption" "enabled" false .Values.etcd) (not (include "openstack-cluster.encryptionKey" .)) }}
etcd.encryption: no key; create a Secret {{ .Release.Name }}-etcd-key in namespace {{ .Release.Namespace }} with 32 random bytes under "key" first (helm template cannot see it: use helm install --dry-run=server)
{{- end }}
{{- if eq .Values.authWebhook "azimuth-authorization-webhook" }}
{{- $webhook := .Values.azimuthAuthorizationWebhook }}
{{- if not $webhook.server }}
azimuthAuthorizationWebhook.server: is not set; give the URL that the API server asks
{{- end }}
{{- if and (dig "tls" "enabled" false $webhook) (not (dig "tls" "cert" "" $webhook)) }}
azimuthAuthorizationWebhook.tls.cert: is not set; give the CA of the webhook's certificate, or set tls.enabled to false
{{- end }}
{{- end }}
{{- end -}}

{{- /* Node groups must not share a name, nor take one of another part of the cluster. Arguments: root context, node groups. */ -}}
{{- define "openstack-cluster.nameProblems" -}}
{{- $root := index . 0 -}}
{{- $taken := dict -}}
{{- range $part := list "autoscaler" "cloud-credentials" "containerd-auth" "control-plane" "etcd-encryption" -}}
{{- $_ := set $taken (include "openstack-cluster.partName" (list $root $part)) (printf "the cluster's %s" $part) -}}
{{- end -}}
{{- range $index, $group := index . 1 -}}
{{- $name := include "openstack-cluster.partName" (list $root $group.name) -}}
{{- with get $taken $name }}
nodeGroups[{{ $index }}].name: {{ $group.name }} gives the object name {{ $name }}, which {{ . }} has already; choose another name
{{- end }}
{{- $_ := set $taken $name (printf "nodeGroups[%d]" $index) -}}
{{- end -}}
{{- end -}}

{{- /* Arguments: root context, path, node group. */ -}}
{{- define "openstack-cluster.nodeGroupProblems" -}}
{{- $path := index . 1 -}}
{{- $group := index . 2 -}}
{{- include "openstack-cluster.machineProblems" . }}
{{- if not $group.autoscale }}
{{- if kindIs "invalid" $group.machineCount }}
{{ $path }}.machineCount: is not set; give the number of machines, or set autoscale
{{- end }}
{{- else if or (kindIs "invalid" $group.machineCountMin) (kindIs "invalid" $group.machineCountMax) }}
{{ $path }}.autoscale: needs machineCountMin and machineCountMax
{{- else if lt (int $group.machineCountMax) (int $group.machineCountMin) }}
{{ $path }}.machineCountMax: {{ int $group.machineCountMax }} is less than machineCountMin ({{ int $group.machineCountMin }})
{{- end }}
{{- end -}}

{{- /* Arguments: root context, path, addon. */ -}}
{{- define "openstack-cluster.addonProblems" -}}
{{- $root := index . 0 -}}
{{- $path := index . 1 -}}
{{- $addon := index . 2 -}}
{{- if eq $addon.kind "Manifests" }}
{{- range (include "openstack-cluster.manifestObjects" (list (printf "%s.spec.manifests" $path) $addon.spec.manifests) | fromJson).problems }}
{{ . | replace "\n" " " }}
{{- end }}
{{- else if not ($root.Capabilities.APIVersions.Has "addons.stackhpc.com/v1alpha1/HelmRelease") }}
{{ $path }}: is a HelmRelease, but the management cluster has no addons.stackhpc.com/v1alpha1; install cluster-api-addon-provider there, or give the addon as kind Manifests (the output of helm template; offline, tell helm template about the provider with --api-versions addons.stackhpc.com/v1alpha1/HelmRelease)
{{- end }}
{{- end -}}
