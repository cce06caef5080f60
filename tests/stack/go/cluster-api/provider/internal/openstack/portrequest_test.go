// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"encoding/json"
	"testing"

	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

func TestPortCreateOptions(t *testing.T) {
	rdma := infrav1.ResolvedPortSpecFields{VNICType: ptr.To("direct"), DisablePortSecurity: ptr.To(true)}
	trusted := rdma
	trusted.Profile = &infrav1.BindingProfile{TrustedVF: ptr.To(true), OVSHWOffload: ptr.To(true)}
	for _, test := range []struct {
		name             string
		port             infrav1.ResolvedPortSpec
		trustedExtension bool
		want             string
	}{
		{
			name: "the cluster's own network",
			port: infrav1.ResolvedPortSpec{SecurityGroups: []string{"g"}, FixedIPs: []infrav1.ResolvedFixedIP{{SubnetID: ptr.To("s")}}},
			want: `{"fixed_ips":[{"subnet_id":"s"}],"name":"m-0","network_id":"n","security_groups":["g"]}`,
		},
		{
			name: "an RDMA port without port security",
			port: infrav1.ResolvedPortSpec{ResolvedPortSpecFields: rdma},
			want: `{"binding:vnic_type":"direct","name":"m-0","network_id":"n","port_security_enabled":false}`,
		},
		{
			name: "trust and offload in the binding profile",
			port: infrav1.ResolvedPortSpec{ResolvedPortSpecFields: trusted},
			want: `{"binding:profile":{"capabilities":["switchdev"],"trusted":true},"binding:vnic_type":"direct","name":"m-0",` +
				`"network_id":"n","port_security_enabled":false}`,
		},
		{
			name: "trust as an attribute", trustedExtension: true,
			port: infrav1.ResolvedPortSpec{ResolvedPortSpecFields: trusted},
			want: `{"binding:profile":{"capabilities":["switchdev"]},"binding:vnic_type":"direct","name":"m-0","network_id":"n",` +
				`"port_security_enabled":false,"trusted":true}`,
		},
		{
			name: "address pairs",
			port: infrav1.ResolvedPortSpec{ResolvedPortSpecFields: infrav1.ResolvedPortSpecFields{
				AllowedAddressPairs: []infrav1.AddressPair{{IPAddress: "10.0.0.0/24"}, {IPAddress: "10.0.1.1", MACAddress: ptr.To("aa:bb")}},
			}},
			want: `{"allowed_address_pairs":[{"ip_address":"10.0.0.0/24"},{"ip_address":"10.0.1.1","mac_address":"aa:bb"}],` +
				`"name":"m-0","network_id":"n"}`,
		},
		{
			name: "no address pairs without port security",
			port: infrav1.ResolvedPortSpec{ResolvedPortSpecFields: infrav1.ResolvedPortSpecFields{
				DisablePortSecurity: ptr.To(true), AllowedAddressPairs: []infrav1.AddressPair{{IPAddress: "10.0.0.0/24"}},
			}},
			want: `{"name":"m-0","network_id":"n","port_security_enabled":false}`,
		},
		{
			name: "everything else",
			port: infrav1.ResolvedPortSpec{Description: "d", ResolvedPortSpecFields: infrav1.ResolvedPortSpecFields{
				AdminStateUp: ptr.To(false), MACAddress: ptr.To("aa:bb"), HostID: ptr.To("h"), PropagateUplinkStatus: ptr.To(true),
				DisablePortSecurity: ptr.To(false), ValueSpecs: []infrav1.ValueSpec{{Name: "x", Key: "k", Value: "v"}},
			}},
			want: `{"admin_state_up":false,"binding:host_id":"h","description":"d","k":"v","mac_address":"aa:bb","name":"m-0",` +
				`"network_id":"n","port_security_enabled":true,"propagate_uplink_status":true}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.port.Name, test.port.NetworkID = "m-0", "n"
			options, err := PortCreateOptions(&test.port, test.trustedExtension)
			if err != nil {
				t.Fatal(err)
			}
			body, err := options.ToPortCreateMap()
			if err != nil {
				t.Fatal(err)
			}
			if got := toJSON(t, body["port"]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSecurityGroupsNeedPortSecurity(t *testing.T) {
	port := infrav1.ResolvedPortSpec{SecurityGroups: []string{"g"}}
	port.DisablePortSecurity = ptr.To(true)
	if _, err := PortCreateOptions(&port, false); err == nil || err.Error() != "security groups cannot be set when port security is disabled" {
		t.Errorf("got %v", err)
	}
}

func TestPortName(t *testing.T) {
	if name := portName("m", &infrav1.PortOpts{}, 1); name != "m-1" {
		t.Errorf("by place: %s", name)
	}
	if name := portName("m", &infrav1.PortOpts{NameSuffix: ptr.To("rdma")}, 1); name != "m-rdma" {
		t.Errorf("by suffix: %s", name)
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
