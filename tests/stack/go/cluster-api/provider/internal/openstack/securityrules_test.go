// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

var groupIDs = map[string]string{controlPlaneGroup: "cp", workerGroup: "w"}

func texts(wanted []Rule) []string {
	var list []string
	for _, rule := range wanted {
		list = append(list, fmt.Sprintf("%s %s %s %d-%d %s%s", rule.Direction, rule.EtherType, rule.Protocol,
			rule.PortRangeMin, rule.PortRangeMax, rule.RemoteGroupID, rule.RemoteIPPrefix))
	}
	slices.Sort(list)
	return list
}

func TestSecurityGroupRules(t *testing.T) {
	open := []string{"egress IPv4  0-0 ", "egress IPv6  0-0 "}
	for _, test := range []struct {
		name    string
		role    string
		managed infrav1.ManagedSecurityGroups
		want    []string
	}{
		{"control plane", controlPlaneGroup, infrav1.ManagedSecurityGroups{}, []string{
			"ingress IPv4 tcp 6443-6443 ", "ingress IPv4 tcp 8443-8443 ", "ingress IPv4 tcp 2379-2380 cp",
			"ingress IPv4 tcp 10250-10250 cp", "ingress IPv4 tcp 10250-10250 w",
		}},
		{"workers", workerGroup, infrav1.ManagedSecurityGroups{}, []string{
			"ingress IPv4 tcp 10250-10250 cp", "ingress IPv4 tcp 10250-10250 w",
			"ingress IPv4 tcp 30000-32767 10.0.0.0/24", "ingress IPv4 udp 30000-32767 10.0.0.0/24",
			"ingress IPv4 tcp 30000-32767 cp", "ingress IPv4 udp 30000-32767 cp",
			"ingress IPv4 tcp 30000-32767 w", "ingress IPv4 udp 30000-32767 w",
		}},
		{"all in the cluster", controlPlaneGroup, infrav1.ManagedSecurityGroups{AllowAllInClusterTraffic: true}, []string{
			"ingress IPv4 tcp 6443-6443 ", "ingress IPv4 tcp 8443-8443 ", "ingress IPv4  0-0 cp", "ingress IPv4  0-0 w",
		}},
		{"given ones", controlPlaneGroup, infrav1.ManagedSecurityGroups{
			AllowAllInClusterTraffic: true,
			AllNodesSecurityGroupRules: []infrav1.SecurityGroupRuleSpec{{
				Direction: "ingress", EtherType: ptr.To("IPv4"), Protocol: ptr.To("tcp"), PortRangeMin: ptr.To(179), PortRangeMax: ptr.To(179),
				RemoteManagedGroups: []infrav1.ManagedSecurityGroupName{workerGroup, controlPlaneGroup},
			}},
			WorkerNodesSecurityGroupRules: []infrav1.SecurityGroupRuleSpec{{Direction: "egress"}},
		}, []string{
			"ingress IPv4 tcp 6443-6443 ", "ingress IPv4 tcp 8443-8443 ", "ingress IPv4  0-0 cp", "ingress IPv4  0-0 w",
			"ingress IPv4 tcp 179-179 cp", "ingress IPv4 tcp 179-179 w",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			wanted, err := SecurityGroupRules(test.role, groupIDs, SecurityGroupRequest{
				Managed: &test.managed, SubnetCIDRs: []string{"10.0.0.0/24", "fd00::/64"}, AdditionalPorts: []int{8443},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Sorted(slices.Values(slices.Concat(open, test.want)))
			if test.role == workerGroup {
				want = slices.DeleteFunc(want, func(text string) bool { return text == "ingress IPv4 tcp 8443-8443 " })
			}
			if got := texts(wanted); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestAnUnknownManagedGroupIsRefused(t *testing.T) {
	managed := &infrav1.ManagedSecurityGroups{AllNodesSecurityGroupRules: []infrav1.SecurityGroupRuleSpec{{
		Direction: "ingress", RemoteManagedGroups: []infrav1.ManagedSecurityGroupName{"bastion"},
	}}}
	_, err := SecurityGroupRules(workerGroup, groupIDs, SecurityGroupRequest{Managed: managed})
	if err == nil || err.Error() != "remoteManagedGroups: bastion is not a valid remote managed security group" {
		t.Errorf("got %v", err)
	}
}

func TestOnlyDifferencesOfRulesAreSent(t *testing.T) {
	there := []rules.SecGroupRule{
		{ID: "keep", Direction: "ingress", EtherType: "IPv4", Protocol: "tcp", PortRangeMin: 22, PortRangeMax: 22, Description: "another text"},
		{ID: "drop", Direction: "egress", EtherType: "IPv6"},
	}
	wanted := []Rule{ingress("SSH", "tcp", 22, 22), ingress("API", "tcp", 6443, 6443), ingress("API again", "tcp", 6443, 6443)}
	unwanted, missing := ruleChanges(there, wanted)
	if !slices.Equal(unwanted, []string{"drop"}) || !slices.Equal(missing, wanted[1:2]) {
		t.Errorf("got %v and %v", unwanted, missing)
	}
}
