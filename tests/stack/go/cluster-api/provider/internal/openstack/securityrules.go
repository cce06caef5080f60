// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// Rule is one rule of a security group.
type Rule struct {
	Description    string
	Direction      string
	EtherType      string
	PortRangeMin   int
	PortRangeMax   int
	Protocol       string
	RemoteGroupID  string
	RemoteIPPrefix string
}

// is says whether a rule in Neutron does what this one wants; the description does not count.
func (r Rule) is(other rules.SecGroupRule) bool {
	return r.Direction == other.Direction && r.EtherType == other.EtherType &&
		r.PortRangeMin == other.PortRangeMin && r.PortRangeMax == other.PortRangeMax && r.Protocol == other.Protocol &&
		r.RemoteGroupID == other.RemoteGroupID && r.RemoteIPPrefix == other.RemoteIPPrefix
}

func (r Rule) equals(other Rule) bool {
	r.Description, other.Description = "", ""
	return r == other
}

func (r Rule) createOptions(groupID string) rules.CreateOpts {
	return rules.CreateOpts{
		Description: r.Description, Direction: rules.RuleDirection(r.Direction), EtherType: rules.RuleEtherType(r.EtherType),
		PortRangeMin: r.PortRangeMin, PortRangeMax: r.PortRangeMax, Protocol: rules.RuleProtocol(r.Protocol),
		RemoteGroupID: r.RemoteGroupID, RemoteIPPrefix: r.RemoteIPPrefix, SecGroupID: groupID,
	}
}

func ingress(description, protocol string, first, last int) Rule {
	return Rule{Description: description, Direction: "ingress", EtherType: "IPv4", Protocol: protocol, PortRangeMin: first, PortRangeMax: last}
}

func (r Rule) fromGroup(id string) Rule  { r.RemoteGroupID = id; return r }
func (r Rule) fromCIDR(cidr string) Rule { r.RemoteIPPrefix = cidr; return r }

// SecurityGroupRules returns the rules of a role's group; groups are the IDs of the cluster's groups by role.
func SecurityGroupRules(role string, groups map[string]string, request SecurityGroupRequest) ([]Rule, error) {
	wanted := []Rule{
		{Description: "Full open", Direction: "egress", EtherType: "IPv4"},
		{Description: "Full open", Direction: "egress", EtherType: "IPv6"},
	}
	if role == controlPlaneGroup {
		wanted = append(wanted, controlPlaneRules(groups, request)...)
	} else {
		wanted = append(wanted, workerRules(groups, request)...)
	}
	own := request.Managed.WorkerNodesSecurityGroupRules
	if role == controlPlaneGroup {
		own = request.Managed.ControlPlaneNodesSecurityGroupRules
	}
	for _, specs := range [][]infrav1.SecurityGroupRuleSpec{own, request.Managed.AllNodesSecurityGroupRules} {
		further, err := specifiedRules(groups, specs)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, further...)
	}
	return wanted, nil
}

func controlPlaneRules(groups map[string]string, request SecurityGroupRequest) []Rule {
	wanted := []Rule{ingress("Kubernetes API", "tcp", 6443, 6443)}
	for _, port := range request.AdditionalPorts {
		wanted = append(wanted, ingress("Additional port", "tcp", port, port))
	}
	if request.Managed.AllowAllInClusterTraffic {
		return append(wanted, inCluster(groups)...)
	}
	return append(wanted,
		ingress("Etcd", "tcp", 2379, 2380).fromGroup(groups[controlPlaneGroup]),
		ingress("Kubelet API", "tcp", 10250, 10250).fromGroup(groups[controlPlaneGroup]),
		ingress("Kubelet API", "tcp", 10250, 10250).fromGroup(groups[workerGroup]),
	)
}

func workerRules(groups map[string]string, request SecurityGroupRequest) []Rule {
	const description, first, last = "Node Port Services", 30000, 32767
	var wanted []Rule
	for _, protocol := range []string{"tcp", "udp"} {
		for _, cidr := range request.SubnetCIDRs {
			if prefix, err := netip.ParsePrefix(cidr); err == nil && prefix.Addr().Is4() {
				wanted = append(wanted, ingress(description, protocol, first, last).fromCIDR(cidr))
			}
		}
		for _, group := range []string{workerGroup, controlPlaneGroup} {
			wanted = append(wanted, ingress(description, protocol, first, last).fromGroup(groups[group]))
		}
	}
	if request.Managed.AllowAllInClusterTraffic {
		return append(wanted, inCluster(groups)...)
	}
	return append(wanted,
		ingress("Kubelet API", "tcp", 10250, 10250).fromGroup(groups[workerGroup]),
		ingress("Kubelet API", "tcp", 10250, 10250).fromGroup(groups[controlPlaneGroup]),
	)
}

func inCluster(groups map[string]string) []Rule {
	return []Rule{
		ingress("In-cluster Ingress", "", 0, 0).fromGroup(groups[controlPlaneGroup]),
		ingress("In-cluster Ingress", "", 0, 0).fromGroup(groups[workerGroup]),
	}
}

func specifiedRules(groups map[string]string, specs []infrav1.SecurityGroupRuleSpec) ([]Rule, error) {
	var wanted []Rule
	for _, spec := range specs {
		rule := Rule{
			Description: ptr.Deref(spec.Description, ""), Direction: spec.Direction, EtherType: ptr.Deref(spec.EtherType, ""),
			PortRangeMin: ptr.Deref(spec.PortRangeMin, 0), PortRangeMax: ptr.Deref(spec.PortRangeMax, 0),
			Protocol: ptr.Deref(spec.Protocol, ""), RemoteGroupID: ptr.Deref(spec.RemoteGroupID, ""),
			RemoteIPPrefix: ptr.Deref(spec.RemoteIPPrefix, ""),
		}
		if len(spec.RemoteManagedGroups) == 0 {
			wanted = append(wanted, rule)
			continue
		}
		if spec.RemoteGroupID != nil {
			return nil, errors.New("remoteGroupID must not be set when remoteManagedGroups is set")
		}
		for _, name := range spec.RemoteManagedGroups {
			id, ok := groups[string(name)]
			if !ok {
				return nil, fmt.Errorf("remoteManagedGroups: %s is not a valid remote managed security group", name)
			}
			wanted = append(wanted, rule.fromGroup(id))
		}
	}
	return wanted, nil
}
