{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* What the control plane's machines need from kubeadm, before the operator's kubeadmConfigSpec. Result: YAML. */ -}}
{{- define "openstack-cluster.controlPlaneNeeds" -}}
{{- $parts := list
  (include "openstack-cluster.operatingSystem" .)
  (include "openstack-cluster.controlPlaneNodes" .)
  (include "openstack-cluster.apiServer" .)
  (include "openstack-cluster.oidc" .)
  (include "openstack-cluster.etcd" .)
  (include "openstack-cluster.etcdEncryption" .)
  (include "openstack-cluster.authenticationWebhook" .)
  (include "openstack-cluster.authorizationWebhook" .)
  (include "openstack-cluster.kubeProxy" .) -}}
{{- $result := dict -}}
{{- range $parts -}}
{{- $result = include "openstack-cluster.append" (list $result (fromYaml .)) | fromJson -}}
{{- end -}}
{{- toYaml $result -}}
{{- end -}}

{{- /* Labels of the control plane's Node objects, on the machine that starts the cluster and on those that join. */ -}}
{{- define "openstack-cluster.controlPlaneNodes" -}}
{{- with $labels := (include "openstack-cluster.controlPlane" . | fromJson).nodeLabels -}}
{{- range $phase := list "initConfiguration" "joinConfiguration" }}
{{ $phase }}:
  nodeRegistration:
    kubeletExtraArgs:
      node-labels: {{ include "openstack-cluster.nodeLabels" $labels | toJson }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* A directory of the machine that the API server reads. Argument: its name below /etc/kubernetes. Result: YAML. */ -}}
{{- define "openstack-cluster.apiServerVolume" -}}
- name: {{ . }}
  hostPath: /etc/kubernetes/{{ . }}
  mountPath: /etc/kubernetes/{{ . }}
  readOnly: true
  pathType: Directory
{{- end -}}

{{- define "openstack-cluster.apiServer" -}}
{{- $admission := .Values.apiServer.admissionConfiguration -}}
clusterConfiguration:
  apiServer:
    extraArgs:
      v: {{ .Values.apiServer.logLevel | int | toString | toJson }}
      {{- if $admission }}
      admission-control-config-file: /etc/kubernetes/admission/configuration.yaml
    extraVolumes:
      {{- include "openstack-cluster.apiServerVolume" "admission" | nindent 6 }}
files:
  - path: /etc/kubernetes/admission/configuration.yaml
    owner: root:root
    permissions: "0644"
    content: |
      apiVersion: apiserver.config.k8s.io/v1
      kind: AdmissionConfiguration
      plugins:
        {{- range $name, $configuration := $admission }}
        - name: {{ $name | toJson }}
          configuration:
            {{- toYaml $configuration | nindent 12 }}
        {{- end }}
{{- end }}
{{- end -}}

{{- define "openstack-cluster.oidc" -}}
{{- with .Values.oidc }}
{{- if .issuerUrl }}
clusterConfiguration:
  apiServer:
    extraArgs:
      oidc-issuer-url: {{ .issuerUrl | toJson }}
      oidc-client-id: {{ .clientId | default "" | toJson }}
      {{- with .usernameClaim }}
      oidc-username-claim: {{ . | toJson }}
      {{- end }}
      {{- with .usernamePrefix }}
      oidc-username-prefix: {{ . | toJson }}
      {{- end }}
      {{- with .groupsClaim }}
      oidc-groups-claim: {{ . | toJson }}
      {{- end }}
      {{- with .groupsPrefix }}
      oidc-groups-prefix: {{ . | toJson }}
      {{- end }}
      {{- with .signingAlgs }}
      oidc-signing-algs: {{ . | toJson }}
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The etcd that the operator runs elsewhere, if so. Result: JSON. */ -}}
{{- define "openstack-cluster.externalEtcd" -}}
{{- dig "kubeadmConfigSpec" "clusterConfiguration" "etcd" "external" dict (include "openstack-cluster.controlPlane" . | fromJson) | toJson -}}
{{- end -}}

{{- /*
etcd on the control plane's machines, on a block device of its own where one is given. Its lost+found makes kubeadm
think that the directory is in use already.
*/ -}}
{{- define "openstack-cluster.etcd" -}}
{{- if not (include "openstack-cluster.externalEtcd" . | fromJson) -}}
{{- $directory := .Values.etcd.dataDir -}}
clusterConfiguration:
  etcd:
    local:
      dataDir: {{ $directory | toJson }}
      {{- with .Values.etcd.extraArgs }}
      extraArgs:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- if .Values.etcd.blockDevice }}
{{- range $phase := list "initConfiguration" "joinConfiguration" }}
{{ $phase }}:
  nodeRegistration:
    ignorePreflightErrors:
      - DirAvailable-{{ replace "/" "-" $directory }}
{{- end }}
diskSetup:
  filesystems:
    - device: /dev/disk/openstack/by-tag/etcd
      filesystem: ext4
      label: etcd_disk
mounts:
  - [LABEL=etcd_disk, {{ $directory | toJson }}]
{{- end }}
{{- end }}
{{- end -}}

{{- /* Name of the Secret with the API server's EncryptionConfiguration. */ -}}
{{- define "openstack-cluster.encryptionName" -}}
{{- include "openstack-cluster.partName" (list . "etcd-encryption") -}}
{{- end -}}

{{- define "openstack-cluster.etcdEncryption" -}}
{{- if dig "encryption" "enabled" false .Values.etcd -}}
clusterConfiguration:
  apiServer:
    extraArgs:
      encryption-provider-config: /etc/kubernetes/enc/enc.yaml
    extraVolumes:
      {{- include "openstack-cluster.apiServerVolume" "enc" | nindent 6 }}
files:
  - path: /etc/kubernetes/enc/enc.yaml
    owner: root:root
    permissions: "0600"
    contentFrom:
      secret:
        name: {{ include "openstack-cluster.encryptionName" . }}
        key: enc.yaml
{{- end -}}
{{- end -}}

{{- /* A kubeconfig with which the API server calls a webhook. Arguments: URL, path of its CA or empty for no check. */ -}}
{{- define "openstack-cluster.webhookKubeconfig" -}}
apiVersion: v1
kind: Config
clusters:
  - name: webhook
    cluster:
      server: {{ index . 0 | toJson }}
      {{- if index . 1 }}
      certificate-authority: {{ index . 1 }}
      {{- else }}
      insecure-skip-tls-verify: true
      {{- end }}
users:
  - name: webhook
contexts:
  - name: webhook
    context: {cluster: webhook, user: webhook}
current-context: webhook
{{- end -}}

{{- /* k8s-keystone-auth, which runs on each control plane machine: Keystone says who a token is, and may say what they may do. */ -}}
{{- define "openstack-cluster.authenticationWebhook" -}}
{{- if eq .Values.authWebhook "k8s-keystone-auth" -}}
clusterConfiguration:
  apiServer:
    extraArgs:
      authentication-token-webhook-config-file: /etc/kubernetes/webhooks/keystone_webhook_config.yaml
      authorization-webhook-config-file: /etc/kubernetes/webhooks/keystone_webhook_config.yaml
      authorization-mode: Node,RBAC,Webhook
    extraVolumes:
      {{- include "openstack-cluster.apiServerVolume" "webhooks" | nindent 6 }}
files:
  - path: /etc/kubernetes/webhooks/keystone_webhook_config.yaml
    owner: root:root
    permissions: "0644"
    content: {{ include "openstack-cluster.webhookKubeconfig" (list "https://127.0.0.1:8443/webhook" "") | toJson }}
{{- end -}}
{{- end -}}

{{- define "openstack-cluster.authorizationWebhook" -}}
{{- if eq .Values.authWebhook "azimuth-authorization-webhook" -}}
{{- $webhook := .Values.azimuthAuthorizationWebhook -}}
{{- $ca := dig "tls" "enabled" false $webhook | ternary "/etc/kubernetes/webhooks/ca.pem" "" -}}
clusterConfiguration:
  apiServer:
    extraArgs:
      authorization-config: /etc/kubernetes/webhooks/authorization_config.yaml
    extraVolumes:
      {{- include "openstack-cluster.apiServerVolume" "webhooks" | nindent 6 }}
files:
  {{- if $ca }}
  - path: {{ $ca }}
    owner: root:root
    permissions: "0644"
    content: {{ $webhook.tls.cert | default "" | toJson }}
  {{- end }}
  - path: /etc/kubernetes/webhooks/azimuth_authorization_webhook_config.yaml
    owner: root:root
    permissions: "0644"
    content: {{ include "openstack-cluster.webhookKubeconfig" (list ($webhook.server | default "") $ca) | toJson }}
  - path: /etc/kubernetes/webhooks/authorization_config.yaml
    owner: root:root
    permissions: "0644"
    content: {{ include "openstack-cluster.authorizationConfiguration" $webhook | toJson }}
{{- end -}}
{{- end -}}

{{- /* The webhook is asked about resources of the cluster and of the filtered namespaces, and about nothing else. */ -}}
{{- define "openstack-cluster.authorizationConfiguration" -}}
apiVersion: apiserver.config.k8s.io/v1
kind: AuthorizationConfiguration
authorizers:
  - type: Webhook
    name: webhook
    webhook:
      timeout: {{ .timeout }}
      subjectAccessReviewVersion: {{ .webhookVersion }}
      matchConditionSubjectAccessReviewVersion: {{ .webhookVersion }}
      failurePolicy: {{ .failurePolicy }}
      connectionInfo:
        type: KubeConfigFile
        kubeConfigFile: /etc/kubernetes/webhooks/azimuth_authorization_webhook_config.yaml
      matchConditions:
        - expression: has(request.resourceAttributes)
        - expression: {{ printf "!has(request.resourceAttributes.namespace) || request.resourceAttributes.namespace in %s" (prepend (.filteredNamespaces | default list) "" | toJson) | toJson }}
        {{- range .extraPreFilters }}
        - expression: {{ . | toJson }}
        {{- end }}
  {{- with .additionalAuthorizers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /*
kubeadm reads kube-proxy's configuration from the file of its own, to which Cluster API adds none: it is put there on
the machine that starts the cluster, the only one that has a ClusterConfiguration.
*/ -}}
{{- define "openstack-cluster.kubeProxy" -}}
{{- $flatcar := eq .Values.osDistro "flatcar" -}}
{{- $kubeadm := $flatcar | ternary "/etc/kubeadm.yml" "/run/kubeadm/kubeadm.yaml" -}}
{{- $kubeProxy := $flatcar | ternary "/etc/kube-proxy-configuration.yaml" "/run/kubeadm/kube-proxy-configuration.yaml" -}}
{{- with dig "kubeadmConfigSpec" "kubeProxyConfiguration" dict .Values.controlPlane -}}
files:
  - path: {{ $kubeProxy }}
    owner: root:root
    permissions: "0644"
    content: |
      ---
      apiVersion: kubeproxy.config.k8s.io/v1alpha1
      kind: KubeProxyConfiguration
      {{- toYaml . | nindent 6 }}
preKubeadmCommands:
  - "if grep -qs '^kind: ClusterConfiguration' {{ $kubeadm }}; then cat {{ $kubeProxy }} >> {{ $kubeadm }}; fi"
{{- end -}}
{{- end -}}
