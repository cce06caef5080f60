// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

var errNoNetwork = errors.New("no network configured: cluster network is missing and machine spec does not define ports with a network")

// newServer returns the OpenStackServer of a machine: the machine's spec with what its cluster adds to it.
func newServer(machine *clusterv1.Machine, infraMachine *infrav1.OpenStackMachine, infraCluster *infrav1.OpenStackCluster) (*v1alpha1.OpenStackServer, error) {
	spec := &infraMachine.Spec
	ports, err := serverPorts(spec, infraCluster, managedSecurityGroup(infraCluster, machine))
	if err != nil {
		return nil, err
	}
	server := &v1alpha1.OpenStackServer{
		ObjectMeta: metav1.ObjectMeta{
			Name:      infraMachine.Name,
			Namespace: infraMachine.Namespace,
			Labels:    map[string]string{clusterv1.ClusterNameLabel: machine.Spec.ClusterName},
			OwnerReferences: []metav1.OwnerReference{
				*metav1.NewControllerRef(infraMachine, infrav1.GroupVersion.WithKind("OpenStackMachine")),
			},
		},
		Spec: v1alpha1.OpenStackServerSpec{
			AdditionalBlockDevices:            spec.AdditionalBlockDevices,
			ConfigDrive:                       spec.ConfigDrive,
			Flavor:                            spec.Flavor,
			FlavorID:                          spec.FlavorID,
			IdentityRef:                       identityRef(infraMachine, infraCluster),
			Image:                             spec.Image,
			Ports:                             ports,
			RootVolume:                        spec.RootVolume,
			SSHKeyName:                        spec.SSHKeyName,
			ServerGroup:                       spec.ServerGroup,
			ServerMetadata:                    spec.ServerMetadata,
			Tags:                              serverTags(spec, infraCluster),
			SchedulerHintAdditionalProperties: spec.SchedulerHintAdditionalProperties,
		},
	}
	if spec.Trunk {
		server.Spec.Trunk = ptr.To(true)
	}
	if machine.Spec.FailureDomain != "" {
		server.Spec.AvailabilityZone = &machine.Spec.FailureDomain
	}
	if name := machine.Spec.Bootstrap.DataSecretName; name != nil {
		server.Spec.UserDataRef = &corev1.LocalObjectReference{Name: *name}
	}
	return server, nil
}

func identityRef(infraMachine *infrav1.OpenStackMachine, infraCluster *infrav1.OpenStackCluster) infrav1.OpenStackIdentityReference {
	if infraMachine.Spec.IdentityRef != nil {
		return *infraMachine.Spec.IdentityRef
	}
	return infraCluster.Spec.IdentityRef
}

// serverTags are the tags of the machine, then those of the cluster, none twice.
func serverTags(spec *infrav1.OpenStackMachineSpec, infraCluster *infrav1.OpenStackCluster) []string {
	var tags []string
	for _, tag := range slices.Concat(spec.Tags, infraCluster.Spec.Tags) {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// serverPorts are the ports of a machine. A port without a network is on the cluster's; a port with port security
// and without groups gets the managed one; the machine's own groups are added to every port.
func serverPorts(spec *infrav1.OpenStackMachineSpec, infraCluster *infrav1.OpenStackCluster, group *string) ([]infrav1.PortOpts, error) {
	network := infraCluster.Status.Network
	if network == nil && len(spec.Ports) == 0 {
		return nil, errNoNetwork
	}
	ports := make([]infrav1.PortOpts, max(1, len(spec.Ports)))
	for i := range spec.Ports {
		spec.Ports[i].DeepCopyInto(&ports[i])
	}
	for i := range ports {
		port := &ports[i]
		if port.Network == nil && network != nil {
			port.Network = &infrav1.NetworkParam{ID: &network.ID}
			port.FixedIPs = clusterSubnets(infraCluster)
		}
		if group != nil && len(port.SecurityGroups) == 0 && !ptr.Deref(port.DisablePortSecurity, false) {
			port.SecurityGroups = []infrav1.SecurityGroupParam{{ID: group}}
		}
		port.SecurityGroups = append(port.SecurityGroups, spec.SecurityGroups...)
	}
	return ports, nil
}

func clusterSubnets(infraCluster *infrav1.OpenStackCluster) []infrav1.FixedIP {
	if primary := infraCluster.Spec.PrimarySubnet; primary != nil {
		return []infrav1.FixedIP{{Subnet: primary}}
	}
	var addresses []infrav1.FixedIP
	for i := range infraCluster.Spec.Subnets {
		addresses = append(addresses, infrav1.FixedIP{Subnet: &infraCluster.Spec.Subnets[i]})
	}
	return addresses
}

func managedSecurityGroup(infraCluster *infrav1.OpenStackCluster, machine *clusterv1.Machine) *string {
	group := infraCluster.Status.WorkerSecurityGroup
	if util.IsControlPlaneMachine(machine) {
		group = infraCluster.Status.ControlPlaneSecurityGroup
	}
	if infraCluster.Spec.ManagedSecurityGroups == nil || group == nil {
		return nil
	}
	return &group.ID
}
