{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* Which family an osDistro belongs to, where families differ: flatcar, redhat or debian. */ -}}
{{- define "openstack-cluster.osFamily" -}}
{{- if eq . "flatcar" -}}
flatcar
{{- else if has . (list "almalinux" "centos" "fedora" "redhat" "rhel" "rocky") -}}
redhat
{{- else -}}
debian
{{- end -}}
{{- end -}}

{{- /* What every machine's operating system needs, as a part of a kubeadmConfigSpec. Result: YAML. */ -}}
{{- define "openstack-cluster.operatingSystem" -}}
{{- $family := include "openstack-cluster.osFamily" .Values.osDistro -}}
{{- $parts := list
  (include "openstack-cluster.trustedCAs" (list . $family))
  (include "openstack-cluster.registries" (list . $family))
  (include "openstack-cluster.packages" (list . $family)) -}}
{{- if eq $family "flatcar" -}}
{{- $parts = prepend $parts (include "openstack-cluster.flatcar" .) -}}
{{- end -}}
{{- $result := dict -}}
{{- range $parts -}}
{{- $result = include "openstack-cluster.append" (list $result (fromYaml .)) | fromJson -}}
{{- end -}}
{{- toYaml $result -}}
{{- end -}}

{{- /* Certificate authorities that the machines trust. Arguments: root context, family. */ -}}
{{- define "openstack-cluster.trustedCAs" -}}
{{- $stores := dict
  "debian" (dict "directory" "/usr/local/share/ca-certificates" "suffix" "crt" "update" "update-ca-certificates")
  "flatcar" (dict "directory" "/etc/ssl/certs" "suffix" "pem" "update" "update-ca-certificates")
  "redhat" (dict "directory" "/etc/pki/ca-trust/source/anchors" "suffix" "crt" "update" "update-ca-trust") -}}
{{- $store := get $stores (index . 1) -}}
{{- with (index . 0).Values.trustedCAs }}
files:
  {{- range $name, $certificate := . }}
  - path: {{ printf "%s/%s.%s" $store.directory $name $store.suffix | toJson }}
    owner: root:root
    permissions: "0644"
    content: {{ $certificate | toJson }}
  {{- end }}
preKubeadmCommands:
  - {{ $store.update }}
{{- end }}
{{- end -}}

{{- /* Packages from the distribution. Arguments: root context, family. */ -}}
{{- define "openstack-cluster.packages" -}}
{{- $family := index . 1 -}}
{{- with (index . 0).Values.additionalPackages }}
preKubeadmCommands:
  {{- if eq $family "redhat" }}
  - dnf install -y {{ join " " . }}
  {{- else }}
  - apt-get update
  - DEBIAN_FRONTEND=noninteractive apt-get install -y {{ join " " . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* containerd's registry mirrors and credentials. Arguments: root context, family. */ -}}
{{- define "openstack-cluster.registries" -}}
{{- $root := index . 0 -}}
{{- if or $root.Values.registryMirrors $root.Values.registryAuth }}
files:
  {{- range $registry, $mirrors := $root.Values.registryMirrors }}
  {{- if $mirrors }}
  - path: {{ printf "/etc/containerd/certs.d/%s/hosts.toml" $registry | toJson }}
    owner: root:root
    permissions: "0644"
    content: {{ include "openstack-cluster.registryHosts" (list $registry $mirrors) | toJson }}
  {{- end }}
  {{- end }}
  {{- if $root.Values.registryAuth }}
  - path: /etc/containerd/conf.d/auth.toml
    owner: root:root
    permissions: "0600"
    contentFrom:
      secret:
        name: {{ include "openstack-cluster.partName" (list $root "containerd-auth") }}
        key: auth.toml
  {{- end }}
{{- end }}
{{- if and $root.Values.registryMirrors (ne (index . 1) "flatcar") }}
preKubeadmCommands:
  - {{ include "openstack-cluster.registryPathCommand" . | toJson }}
{{- end }}
{{- end -}}

{{- /*
Has containerd look into /etc/containerd/certs.d where the image's own configuration does not yet say so. The plugin's
name changed with version 3 of containerd's configuration.
*/ -}}
{{- define "openstack-cluster.registryPathCommand" -}}
if ! grep -q /etc/containerd/certs.d /etc/containerd/config.toml; then
  if grep -q '^version *= *3' /etc/containerd/config.toml; then plugin=io.containerd.cri.v1.images; else plugin=io.containerd.grpc.v1.cri; fi
  printf '\n[plugins."%s".registry]\n  config_path = "/etc/containerd/certs.d"\n' "$plugin" >> /etc/containerd/config.toml
  systemctl restart containerd
fi
{{- end -}}

{{- /*
A containerd hosts.toml. Arguments: registry, its mirrors: a list, or {upstream, mirrors}; a mirror is a URL, or
{url, capabilities, skipVerify, overridePath}.
*/ -}}
{{- define "openstack-cluster.registryHosts" -}}
{{- $registry := index . 0 -}}
{{- $spec := index . 1 -}}
{{- if kindIs "slice" $spec -}}
{{- $spec = dict "mirrors" $spec -}}
{{- end -}}
{{- $upstream := printf "https://%s" (eq $registry "docker.io" | ternary "registry-1.docker.io" $registry) -}}
{{- with hasKey $spec "upstream" | ternary $spec.upstream $upstream -}}
server = {{ . | toJson }}
{{ end -}}
{{- range $mirror := $spec.mirrors -}}
{{- if kindIs "string" $mirror -}}
{{- $mirror = dict "url" $mirror -}}
{{- end }}
[host.{{ $mirror.url | toJson }}]
capabilities = {{ $mirror.capabilities | default (list "pull" "resolve") | toJson }}
override_path = {{ hasKey $mirror "overridePath" | ternary $mirror.overridePath true }}
skip_verify = {{ $mirror.skipVerify | default false }}
{{ end -}}
{{- end -}}

{{- /*
Flatcar is set up by Ignition, which knows no host name when it writes kubeadm's configuration: Flatcar's metadata
agent gives it at boot, and kubeadm's unit puts it in.
*/ -}}
{{- define "openstack-cluster.flatcar" -}}
format: ignition
ignition:
  containerLinuxConfig:
    additionalConfig: |
      systemd:
        units:
          - name: coreos-metadata-sshkeys@.service
            enabled: true
          - name: kubeadm.service
            enabled: true
            dropins:
              - name: 10-metadata.conf
                contents: |
                  [Unit]
                  Requires=containerd.service coreos-metadata.service
                  After=containerd.service coreos-metadata.service

                  [Service]
                  EnvironmentFile=/run/metadata/flatcar
preKubeadmCommands:
  - export COREOS_OPENSTACK_HOSTNAME=${COREOS_OPENSTACK_HOSTNAME%.*}
  - envsubst '$COREOS_OPENSTACK_HOSTNAME $COREOS_OPENSTACK_INSTANCE_UUID' < /etc/kubeadm.yml > /etc/kubeadm.yml.new && mv /etc/kubeadm.yml.new /etc/kubeadm.yml
{{- end -}}
