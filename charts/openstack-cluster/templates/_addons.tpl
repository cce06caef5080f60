{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* The custom addons that are to be installed, without those that a null takes away. Result: JSON by name. */ -}}
{{- define "openstack-cluster.addons" -}}
{{- $addons := dict -}}
{{- if .Values.addons.enabled -}}
{{- range $name, $addon := .Values.addons.custom -}}
{{- if $addon -}}
{{- $_ := set $addons $name $addon -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $addons -}}
{{- end -}}

{{- /*
The objects in the manifests of an addon, in order, and what is wrong with them.
Arguments: path of the manifests in the values, manifests by file name.
Result: JSON {objects: [{file, object}…], problems: […]}.
*/ -}}
{{- define "openstack-cluster.manifestObjects" -}}
{{- $path := index . 0 -}}
{{- $objects := list -}}
{{- $problems := list -}}
{{- range $file, $text := index . 1 -}}
{{- range $document := regexSplit "(?m)^---(?:\\s|$)" ($text | default "") -1 -}}
{{- $object := fromYaml $document -}}
{{- if $object.Error -}}
{{- $problems = append $problems (printf "%s[%s]: is not the YAML of Kubernetes objects: %s" $path $file $object.Error) -}}
{{- else if $object -}}
{{- range eq ($object.kind | toString) "List" | ternary $object.items (list $object) -}}
{{- if and .apiVersion .kind (dig "metadata" "name" "" .) -}}
{{- $objects = append $objects (dict "file" $file "object" .) -}}
{{- else -}}
{{- $problems = append $problems (printf "%s[%s]: an object lacks apiVersion, kind or metadata.name: %s" $path $file (toJson . | trunc 80)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "objects" $objects "problems" $problems | toJson -}}
{{- end -}}

{{- /* API groups of Kubernetes itself. An object of any other group needs a CustomResourceDefinition first. Result: JSON. */ -}}
{{- define "openstack-cluster.kubernetesGroups" -}}
{{- list "" "admissionregistration.k8s.io" "apiextensions.k8s.io" "apiregistration.k8s.io" "apps"
  "authentication.k8s.io" "authorization.k8s.io" "autoscaling" "batch" "certificates.k8s.io" "coordination.k8s.io"
  "discovery.k8s.io" "events.k8s.io" "flowcontrol.apiserver.k8s.io" "internal.apiserver.k8s.io" "networking.k8s.io"
  "node.k8s.io" "policy" "rbac.authorization.k8s.io" "resource.k8s.io" "scheduling.k8s.io" "storage.k8s.io"
  "storagemigration.k8s.io" | dict "groups" | toJson -}}
{{- end -}}

{{- /* Kinds of Kubernetes itself that belong to no namespace. Result: JSON. */ -}}
{{- define "openstack-cluster.clusterScopedKinds" -}}
{{- list "APIService" "CSIDriver" "CSINode" "CertificateSigningRequest" "ClusterRole" "ClusterRoleBinding"
  "ClusterTrustBundle" "CustomResourceDefinition" "DeviceClass" "DeviceTaintRule" "FlowSchema" "IPAddress"
  "IngressClass" "MutatingAdmissionPolicy" "MutatingAdmissionPolicyBinding" "MutatingWebhookConfiguration"
  "Namespace" "Node" "PersistentVolume" "PriorityClass" "PriorityLevelConfiguration" "ResourceSlice"
  "RuntimeClass" "ServiceCIDR" "StorageClass" "StorageVersionMigration" "ValidatingAdmissionPolicy"
  "ValidatingAdmissionPolicyBinding" "ValidatingWebhookConfiguration" "VolumeAttachment" "VolumeAttributesClass"
  | dict "kinds" | toJson -}}
{{- end -}}

{{- /* The API group of an object; empty for Kubernetes' core. */ -}}
{{- define "openstack-cluster.apiGroup" -}}
{{- regexReplaceAll "/?[^/]*$" .apiVersion "" -}}
{{- end -}}

{{- /*
Whether an object without a namespace belongs into the addon's. Of a custom resource only the addon's own
CustomResourceDefinition says so. Arguments: object, is it a custom resource, scopes by <group>/<kind>. Result: true or nothing.
*/ -}}
{{- define "openstack-cluster.wantsNamespace" -}}
{{- $object := index . 0 -}}
{{- if not (dig "metadata" "namespace" "" $object) -}}
{{- if index . 1 -}}
{{- eq (get (index . 2) (printf "%s/%s" (include "openstack-cluster.apiGroup" $object) $object.kind)) "Namespaced" | ternary "true" "" -}}
{{- else -}}
{{- has $object.kind (include "openstack-cluster.clusterScopedKinds" . | fromJson).kinds | ternary "" "true" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
What a Manifests addon puts into the cluster, by file name: Kubernetes' own objects, and custom resources apart from
them, since these can only be applied once their definitions are there. Arguments: root context, addon.
Result: JSON {ordinary: {file: YAML}, custom: {file: YAML}}.
*/ -}}
{{- define "openstack-cluster.addonContent" -}}
{{- $spec := (index . 1).spec -}}
{{- $entries := (include "openstack-cluster.manifestObjects" (list "" $spec.manifests) | fromJson).objects -}}
{{- $groups := (include "openstack-cluster.kubernetesGroups" . | fromJson).groups -}}
{{- $scopes := dict -}}
{{- range $entries -}}
{{- if eq .object.kind "CustomResourceDefinition" -}}
{{- $definition := .object.spec -}}
{{- $_ := set $scopes (printf "%s/%s" $definition.group $definition.names.kind) $definition.scope -}}
{{- end -}}
{{- end -}}
{{- if $spec.namespace | and (not (include "openstack-cluster.namespaceIsThere" (list (index . 0) $spec.namespace))) -}}
{{- $namespace := dict "apiVersion" "v1" "kind" "Namespace" "metadata" (dict "name" $spec.namespace) -}}
{{- $entries = prepend $entries (dict "file" "00-namespace.yaml" "object" $namespace) -}}
{{- end -}}
{{- $content := dict "ordinary" dict "custom" dict -}}
{{- range $entries -}}
{{- $isCustom := not (has (include "openstack-cluster.apiGroup" .object) $groups) -}}
{{- if and $spec.namespace (include "openstack-cluster.wantsNamespace" (list .object $isCustom $scopes)) -}}
{{- $_ := set .object.metadata "namespace" $spec.namespace -}}
{{- end -}}
{{- $files := get $content ($isCustom | ternary "custom" "ordinary") -}}
{{- $_ := set $files .file (printf "%s---\n%s\n" (get $files .file) (toYaml .object)) -}}
{{- end -}}
{{- toJson $content -}}
{{- end -}}

{{- /* Whether a namespace is there without this addon making it. Arguments: root context, namespace. Result: true or nothing. */ -}}
{{- define "openstack-cluster.namespaceIsThere" -}}
{{- $name := index . 1 -}}
{{- $there := has $name (list "default" "kube-node-lease" "kube-public" "kube-system") -}}
{{- range include "openstack-cluster.addons" (index . 0) | fromJson -}}
{{- range (include "openstack-cluster.manifestObjects" (list "" (.spec.manifests | default dict)) | fromJson).objects -}}
{{- if and (eq .object.kind "Namespace") (eq .object.metadata.name $name) -}}
{{- $there = true -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $there | ternary "true" "" -}}
{{- end -}}

{{- /* Name of an addon's objects. Arguments: root context, addon, suffix. */ -}}
{{- define "openstack-cluster.addonName" -}}
{{- printf "%s-%s%s" (index . 0).Release.Name (index . 1) (index . 2) -}}
{{- end -}}

{{- /* A ClusterResourceSet and its Secret. Arguments: root context, addon's name, suffix of the set, suffix of the Secret, files. */ -}}
{{- define "openstack-cluster.resourceSet" -}}
{{- $root := index . 0 -}}
{{- $labels := include "openstack-cluster.labels" (list $root (index . 1)) -}}
{{- $secret := include "openstack-cluster.addonName" (list $root (index . 1) (index . 3)) -}}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ $secret }}
  labels:
    {{- $labels | nindent 4 }}
type: addons.cluster.x-k8s.io/resource-set
data:
  {{- range $file, $objects := index . 4 }}
  {{ $file | toJson }}: {{ $objects | b64enc }}
  {{- end }}
---
apiVersion: addons.cluster.x-k8s.io/v1beta2
kind: ClusterResourceSet
metadata:
  name: {{ include "openstack-cluster.addonName" (list $root (index . 1) (index . 2)) }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  strategy: Reconcile
  clusterSelector:
    matchLabels:
      {{- include "openstack-cluster.selectorLabels" (list $root) | nindent 6 }}
  resources:
    - kind: Secret
      name: {{ $secret }}
{{- end -}}

{{- /* A HelmRelease of the addon provider, and the Secret with its values. Arguments: root context, addon's name, addon. */ -}}
{{- define "openstack-cluster.helmRelease" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $spec := (index . 2).spec -}}
{{- $labels := include "openstack-cluster.labels" (list $root $name) -}}
{{- $secret := include "openstack-cluster.addonName" (list $root $name "-config") -}}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ $secret }}
  labels:
    {{- $labels | nindent 4 }}
    addons.stackhpc.com/watch: ""
data:
  {{- /* The provider reads values as a Jinja template; these are to be taken as they are. */}}
  values: {{ printf "{%% raw %%}\n%s\n{%% endraw %%}\n" (toYaml ($spec.values | default dict)) | b64enc }}
---
apiVersion: addons.stackhpc.com/v1alpha1
kind: HelmRelease
metadata:
  name: {{ include "openstack-cluster.addonName" (list $root $name "") }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  clusterName: {{ include "openstack-cluster.name" $root }}
  bootstrap: true
  chart:
    {{- toYaml $spec.chart | nindent 4 }}
  targetNamespace: {{ $spec.namespace }}
  releaseName: {{ $name }}
  valuesSources:
    - secret:
        name: {{ $secret }}
        key: values
{{- end -}}
