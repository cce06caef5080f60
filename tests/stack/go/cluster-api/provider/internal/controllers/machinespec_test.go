// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

func provisionedCluster() *infrav1.OpenStackCluster {
	return &infrav1.OpenStackCluster{
		Spec: infrav1.OpenStackClusterSpec{
			IdentityRef:           infrav1.OpenStackIdentityReference{Name: "cloud", CloudName: "openstack"},
			ManagedSecurityGroups: &infrav1.ManagedSecurityGroups{},
			Tags:                  []string{"cluster", "both"},
		},
		Status: infrav1.OpenStackClusterStatus{
			Initialization:            &infrav1.Initialization{Provisioned: true},
			Network:                   &infrav1.NetworkStatusWithSubnets{NetworkStatus: infrav1.NetworkStatus{ID: "own"}},
			ControlPlaneSecurityGroup: &infrav1.SecurityGroupStatus{ID: "cp"},
			WorkerSecurityGroup:       &infrav1.SecurityGroupStatus{ID: "w"},
		},
	}
}

func toJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestServerPorts(t *testing.T) {
	rdma := infrav1.PortOpts{
		Network:                &infrav1.NetworkParam{Filter: &infrav1.NetworkFilter{Name: "rdma"}},
		ResolvedPortSpecFields: infrav1.ResolvedPortSpecFields{VNICType: ptr.To("direct")},
	}
	unsecured := rdma
	unsecured.DisablePortSecurity = ptr.To(true)
	const own = `{"network":{"id":"own"},"securityGroups":[{"id":"w"}]}`
	for _, test := range []struct {
		name string
		spec infrav1.OpenStackMachineSpec
		want string
	}{
		{"none given", infrav1.OpenStackMachineSpec{}, `[` + own + `]`},
		{"an empty one", infrav1.OpenStackMachineSpec{Ports: []infrav1.PortOpts{{}}}, `[` + own + `]`},
		{"port security on another network", infrav1.OpenStackMachineSpec{Ports: []infrav1.PortOpts{{}, rdma}},
			`[` + own + `,{"network":{"filter":{"name":"rdma"}},"securityGroups":[{"id":"w"}],"vnicType":"direct"}]`},
		{"no port security", infrav1.OpenStackMachineSpec{Ports: []infrav1.PortOpts{unsecured}},
			`[{"network":{"filter":{"name":"rdma"}},"vnicType":"direct","disablePortSecurity":true}]`},
		{"groups of the machine", infrav1.OpenStackMachineSpec{SecurityGroups: []infrav1.SecurityGroupParam{{ID: ptr.To("g")}}},
			`[{"network":{"id":"own"},"securityGroups":[{"id":"w"},{"id":"g"}]}]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := toJSON(t, test.spec)
			ports, err := serverPorts(&test.spec, provisionedCluster(), ptr.To("w"))
			if err != nil {
				t.Fatal(err)
			}
			if got := toJSON(t, ports); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if after := toJSON(t, test.spec); after != before {
				t.Errorf("the machine's own ports were changed: %s", after)
			}
		})
	}
}

func TestPortsOnTheClustersSubnets(t *testing.T) {
	cluster := provisionedCluster()
	cluster.Spec.Subnets = []infrav1.SubnetParam{{ID: ptr.To("a")}, {ID: ptr.To("b")}}
	for want, primary := range map[string]*infrav1.SubnetParam{
		`[{"subnet":{"id":"a"}},{"subnet":{"id":"b"}}]`: nil,
		`[{"subnet":{"id":"b"}}]`:                       {ID: ptr.To("b")},
	} {
		cluster.Spec.PrimarySubnet = primary
		ports, err := serverPorts(&infrav1.OpenStackMachineSpec{}, cluster, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := toJSON(t, ports[0].FixedIPs); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestNoNetworkAtAll(t *testing.T) {
	cluster := provisionedCluster()
	cluster.Status.Network = nil
	if _, err := serverPorts(&infrav1.OpenStackMachineSpec{}, cluster, nil); !errors.Is(err, errNoNetwork) {
		t.Errorf("got %v", err)
	}
}

func TestTheServerOfAMachine(t *testing.T) {
	machine := &clusterv1.Machine{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{clusterv1.MachineControlPlaneLabel: ""}},
		Spec: clusterv1.MachineSpec{
			ClusterName: "c", FailureDomain: "zone", Bootstrap: clusterv1.Bootstrap{DataSecretName: ptr.To("bootstrap")},
		},
	}
	infraMachine := &infrav1.OpenStackMachine{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "m", UID: "1"},
		Spec:       infrav1.OpenStackMachineSpec{Flavor: ptr.To("f"), Tags: []string{"both", "machine"}},
	}
	server, err := newServer(machine, infraMachine, provisionedCluster())
	if err != nil {
		t.Fatal(err)
	}
	spec := server.Spec
	if *spec.AvailabilityZone != "zone" || spec.UserDataRef.Name != "bootstrap" || spec.IdentityRef.Name != "cloud" {
		t.Errorf("spec: %s", toJSON(t, spec))
	}
	if got := *spec.Ports[0].SecurityGroups[0].ID; got != "cp" {
		t.Errorf("security group: %s", got)
	}
	if !slices.Equal(spec.Tags, []string{"both", "machine", "cluster"}) {
		t.Errorf("tags: %v", spec.Tags)
	}
	if server.Labels[clusterv1.ClusterNameLabel] != "c" || server.OwnerReferences[0].Name != "m" {
		t.Errorf("metadata: %s", toJSON(t, server.ObjectMeta))
	}
	infraMachine.Spec.IdentityRef = &infrav1.OpenStackIdentityReference{Name: "own"}
	if server, _ := newServer(machine, infraMachine, provisionedCluster()); server.Spec.IdentityRef.Name != "own" {
		t.Errorf("identity: %s", server.Spec.IdentityRef.Name)
	}
}
