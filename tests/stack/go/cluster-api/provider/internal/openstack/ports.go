// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// ResolvePorts looks up what the ports of a server refer to.
func (n *Networking) ResolvePorts(ctx context.Context, specs []infrav1.PortOpts, trunk bool, clusterName, server string, tags []string) ([]infrav1.ResolvedPortSpec, error) {
	resolved := make([]infrav1.ResolvedPortSpec, len(specs))
	trunked := false
	for i := range specs {
		port, err := n.resolvePort(ctx, &specs[i], i)
		if err != nil {
			return nil, err
		}
		port.Name = portName(server, &specs[i], i)
		port.Description = ptr.Deref(specs[i].Description, Description(clusterName))
		port.Tags = slices.Concat(tags, specs[i].Tags)
		if port.Trunk == nil && trunk {
			port.Trunk = ptr.To(true)
		}
		trunked = trunked || ptr.Deref(port.Trunk, false)
		resolved[i] = *port
	}
	if !trunked {
		return resolved, nil
	}
	supported, err := n.hasExtension(ctx, "trunk")
	if err != nil {
		return nil, fmt.Errorf("there was an issue verifying whether trunk support is available, Please try again later: %v", err)
	}
	if !supported {
		return nil, errors.New("there is no trunk support. please ensure that the trunk extension is enabled in your OpenStack deployment")
	}
	return resolved, nil
}

func (n *Networking) resolvePort(ctx context.Context, spec *infrav1.PortOpts, index int) (*infrav1.ResolvedPortSpec, error) {
	port := &infrav1.ResolvedPortSpec{Trunk: spec.Trunk, ResolvedPortSpecFields: spec.ResolvedPortSpecFields}
	var err error
	if port.NetworkID, err = n.portNetwork(ctx, spec, index); err != nil {
		return nil, err
	}
	for _, address := range spec.FixedIPs {
		resolved := infrav1.ResolvedFixedIP{IPAddress: address.IPAddress}
		if address.Subnet != nil {
			subnet, err := n.Subnet(ctx, port.NetworkID, address.Subnet)
			if err != nil {
				return nil, err
			}
			resolved.SubnetID = &subnet.ID
		}
		port.FixedIPs = append(port.FixedIPs, resolved)
	}
	if !ptr.Deref(spec.DisablePortSecurity, false) {
		if port.SecurityGroups, err = n.SecurityGroupIDs(ctx, spec.SecurityGroups); err != nil {
			return nil, fmt.Errorf("error getting security groups: %v", err)
		}
	}
	return port, nil
}

// portNetwork is the port's network, or that of the first of its subnets that is known.
func (n *Networking) portNetwork(ctx context.Context, spec *infrav1.PortOpts, index int) (string, error) {
	if spec.Network != nil {
		return n.NetworkID(ctx, spec.Network)
	}
	for _, address := range spec.FixedIPs {
		if address.Subnet == nil {
			continue
		}
		subnet, err := n.Subnet(ctx, "", address.Subnet)
		if errors.Is(err, ErrMultipleMatches) {
			continue
		}
		if err != nil {
			return "", err
		}
		return subnet.NetworkID, nil
	}
	return "", fmt.Errorf("port %d has no network and unable to infer from fixed IPs", index)
}

// EnsurePorts makes the ports that are missing, in order, and returns what is there after each of them, also when
// one fails: a port is found again by its name and network, or by the ID that was noted.
func (n *Networking) EnsurePorts(ctx context.Context, wanted []infrav1.ResolvedPortSpec, noted []infrav1.PortStatus) ([]infrav1.PortStatus, error) {
	there := slices.Clone(noted)
	for i := range wanted {
		id := ""
		if i < len(there) {
			id = there[i].ID
		}
		port, err := n.ensurePort(ctx, &wanted[i], id)
		if err != nil {
			return there, err
		}
		if i < len(there) {
			there[i].ID = port.ID
		} else {
			there = append(there, infrav1.PortStatus{ID: port.ID})
		}
	}
	return there, nil
}

// AdoptPorts returns the noted ports and those that were made but not noted.
func (n *Networking) AdoptPorts(ctx context.Context, wanted []infrav1.ResolvedPortSpec, noted []infrav1.PortStatus) ([]infrav1.PortStatus, error) {
	there := slices.Clone(noted)
	for i := len(there); i < len(wanted); i++ {
		found, err := n.listPorts(ctx, ports.ListOpts{Name: wanted[i].Name, NetworkID: wanted[i].NetworkID})
		if err != nil {
			return there, fmt.Errorf("searching for existing port %s in network %s: %v", wanted[i].Name, wanted[i].NetworkID, err)
		}
		if len(found) == 0 {
			return there, nil
		}
		if len(found) > 1 {
			return there, fmt.Errorf("found multiple ports with name %s", wanted[i].Name)
		}
		there = append(there, infrav1.PortStatus{ID: found[0].ID})
	}
	return there, nil
}

func (n *Networking) ensurePort(ctx context.Context, wanted *infrav1.ResolvedPortSpec, id string) (*ports.Port, error) {
	query := ports.ListOpts{Name: wanted.Name, NetworkID: wanted.NetworkID}
	if id != "" {
		query = ports.ListOpts{ID: id}
	}
	found, err := n.listPorts(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("searching for existing port for server: %v", err)
	}
	switch len(found) {
	case 0:
		return n.createPort(ctx, wanted)
	case 1:
		return &found[0], n.ensurePortTagsAndTrunk(ctx, &found[0], wanted)
	}
	return nil, fmt.Errorf("multiple ports found with name %q", wanted.Name)
}

func (n *Networking) createPort(ctx context.Context, wanted *infrav1.ResolvedPortSpec) (*ports.Port, error) {
	trustedExtension := false
	if wantsTrusted(wanted) {
		var err error
		if trustedExtension, err = n.hasExtension(ctx, "port-trusted-vif"); err != nil {
			return nil, err
		}
	}
	options, err := PortCreateOptions(wanted, trustedExtension)
	if err != nil {
		return nil, err
	}
	port, err := ports.Create(ctx, n.client, options).Extract()
	if err != nil {
		n.events.Failed("FailedCreatePort", "Failed to create port %s: %v", wanted.Name, err)
		return nil, err
	}
	if err := n.ensurePortTagsAndTrunk(ctx, port, wanted); err != nil {
		return nil, err
	}
	n.events.Done("SuccessfulCreatePort", "Created port %s with id %s", port.Name, port.ID)
	return port, nil
}

func (n *Networking) ensurePortTagsAndTrunk(ctx context.Context, port *ports.Port, wanted *infrav1.ResolvedPortSpec) error {
	if err := n.ensureTags(ctx, "ports", port.ID, port.Tags, wanted.Tags); err != nil {
		n.events.Failed("FailedReplaceTags", "Failed to replace port tags %s: %v", port.Name, err)
		return err
	}
	if !ptr.Deref(wanted.Trunk, false) {
		return nil
	}
	if err := n.ensureTrunk(ctx, port, wanted.Tags); err != nil {
		n.events.Failed("FailedCreateTrunk", "Failed to create trunk for port %s: %v", port.Name, err)
		return err
	}
	return nil
}

// DeletePort deletes a port, with its trunk if it is the parent of one; a port that is gone is no error.
func (n *Networking) DeletePort(ctx context.Context, id string) error {
	if err := n.deleteTrunkOf(ctx, id); err != nil {
		return fmt.Errorf("error deleting trunk of port %s: %v", id, err)
	}
	err := retry(ctx, func() error { return ports.Delete(ctx, n.client, id).ExtractErr() }, IsRetryable)
	if err != nil && !IsNotFound(err) {
		n.events.Failed("FailedDeletePort", "Failed to delete port with id %s: %v", id, err)
		return fmt.Errorf("error deleting port %s: %v", id, err)
	}
	n.events.Done("SuccessfulDeletePort", "Deleted port with id %s", id)
	return nil
}

func (n *Networking) listPorts(ctx context.Context, query ports.ListOptsBuilder) ([]ports.Port, error) {
	pages, err := ports.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	return ports.ExtractPorts(pages)
}
