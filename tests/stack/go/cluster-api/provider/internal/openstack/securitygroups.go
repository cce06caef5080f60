// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

const (
	controlPlaneGroup = "controlplane"
	workerGroup       = "worker"
)

// SecurityGroupRequest describes the security groups of a cluster.
type SecurityGroupRequest struct {
	Namespace       string
	Cluster         string
	Managed         *infrav1.ManagedSecurityGroups
	SubnetCIDRs     []string
	AdditionalPorts []int
	Tags            []string
}

// SecurityGroupName is the name of a group that is made for a cluster.
func SecurityGroupName(namespace, cluster, role string) string {
	return fmt.Sprintf("k8s-cluster-%s-%s-secgroup-%s", namespace, cluster, role)
}

// EnsureSecurityGroups makes the control plane's and the workers' groups and keeps their rules as wanted.
func (n *Networking) EnsureSecurityGroups(ctx context.Context, request SecurityGroupRequest) (controlPlane, worker *groups.SecGroup, err error) {
	there := map[string]*groups.SecGroup{}
	ids := map[string]string{}
	for _, role := range []string{controlPlaneGroup, workerGroup} {
		group, err := n.ensureGroup(ctx, SecurityGroupName(request.Namespace, request.Cluster, role), request.Tags)
		if err != nil {
			return nil, nil, err
		}
		there[role], ids[role] = group, group.ID
	}
	for role, group := range there {
		wanted, err := SecurityGroupRules(role, ids, request)
		if err != nil {
			return nil, nil, err
		}
		if err := n.ensureRules(ctx, group, wanted); err != nil {
			return nil, nil, err
		}
	}
	return there[controlPlaneGroup], there[workerGroup], nil
}

func (n *Networking) ensureGroup(ctx context.Context, name string, tags []string) (*groups.SecGroup, error) {
	group, err := n.groupByName(ctx, name)
	if err != nil {
		return nil, err
	}
	if group == nil {
		group, err = groups.Create(ctx, n.client, groups.CreateOpts{Name: name, Description: "Cluster API managed group"}).Extract()
		if err != nil {
			n.events.Failed("FailedCreateSecurityGroup", "Failed to create security group %s: %v", name, err)
			return nil, err
		}
		n.events.Done("SuccessfulCreateSecurityGroup", "Created security group %s with id %s", name, group.ID)
	}
	return group, n.ensureTags(ctx, "security-groups", group.ID, group.Tags, tags)
}

func (n *Networking) groupByName(ctx context.Context, name string) (*groups.SecGroup, error) {
	found, err := n.listGroups(ctx, groups.ListOpts{Name: name})
	if err != nil {
		return nil, err
	}
	group, err := single(found)
	switch {
	case errors.Is(err, ErrNoMatches):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("more than one security group found named: %s", name)
	}
	return group, nil
}

func (n *Networking) listGroups(ctx context.Context, query groups.ListOpts) ([]groups.SecGroup, error) {
	pages, err := groups.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	return groups.ExtractGroups(pages)
}

func (n *Networking) ensureRules(ctx context.Context, group *groups.SecGroup, wanted []Rule) error {
	unwanted, missing := ruleChanges(group.Rules, wanted)
	for _, id := range unwanted {
		if err := rules.Delete(ctx, n.client, id).ExtractErr(); err != nil {
			return err
		}
	}
	for _, rule := range missing {
		if _, err := rules.Create(ctx, n.client, rule.createOptions(group.ID)).Extract(); err != nil {
			return err
		}
	}
	return nil
}

// ruleChanges returns the IDs of the rules to delete and the rules to make.
func ruleChanges(there []rules.SecGroupRule, wanted []Rule) (unwanted []string, missing []Rule) {
	for _, rule := range there {
		if !slices.ContainsFunc(wanted, func(w Rule) bool { return w.is(rule) }) {
			unwanted = append(unwanted, rule.ID)
		}
	}
	for _, rule := range wanted {
		if !slices.ContainsFunc(there, rule.is) && !slices.ContainsFunc(missing, rule.equals) {
			missing = append(missing, rule)
		}
	}
	return unwanted, missing
}

// SecurityGroupIDs looks up security groups; a filter may select several, an ID that is given is not looked up.
func (n *Networking) SecurityGroupIDs(ctx context.Context, params []infrav1.SecurityGroupParam) ([]string, error) {
	var ids []string
	for i, param := range params {
		if param.ID != nil {
			ids = append(ids, *param.ID)
			continue
		}
		query := securityGroupQuery(param.Filter)
		if query.ProjectID == "" {
			query.ProjectID = n.projectID
		}
		found, err := n.listGroups(ctx, query)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("security group %d not found", i)
		}
		for _, group := range found {
			ids = append(ids, group.ID)
		}
	}
	return withoutRepeats(ids), nil
}

func withoutRepeats(texts []string) []string {
	var unique []string
	for _, text := range texts {
		if !slices.Contains(unique, text) {
			unique = append(unique, text)
		}
	}
	return unique
}

// DeleteSecurityGroups deletes the groups that were made for a cluster.
func (n *Networking) DeleteSecurityGroups(ctx context.Context, namespace, cluster string) error {
	for _, role := range []string{controlPlaneGroup, workerGroup} {
		group, err := n.groupByName(ctx, SecurityGroupName(namespace, cluster, role))
		if err != nil {
			return err
		}
		if group == nil {
			continue
		}
		if err := groups.Delete(ctx, n.client, group.ID).ExtractErr(); err != nil {
			n.events.Failed("FailedDeleteSecurityGroup", "Failed to delete security group %s with id %s: %v", group.Name, group.ID, err)
			return err
		}
		n.events.Done("SuccessfulDeleteSecurityGroup", "Deleted security group %s with id %s", group.Name, group.ID)
	}
	return nil
}
