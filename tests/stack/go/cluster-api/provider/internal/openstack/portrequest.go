// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"errors"
	"fmt"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/portsbinding"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/portsecurity"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/portstrustedvif"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// PortCreateOptions turns the description of a port into a request to Neutron. With trustedExtension a trusted
// virtual function is an attribute of the port, without it a key of the binding profile.
func PortCreateOptions(port *infrav1.ResolvedPortSpec, trustedExtension bool) (ports.CreateOptsBuilder, error) {
	secured := !ptr.Deref(port.DisablePortSecurity, false)
	options := ports.CreateOpts{
		Name:                  port.Name,
		NetworkID:             port.NetworkID,
		Description:           port.Description,
		AdminStateUp:          port.AdminStateUp,
		MACAddress:            ptr.Deref(port.MACAddress, ""),
		PropagateUplinkStatus: port.PropagateUplinkStatus,
		ValueSpecs:            valueSpecs(port.ValueSpecs),
	}
	if secured {
		options.AllowedAddressPairs = addressPairs(port.AllowedAddressPairs)
	}
	if len(port.FixedIPs) > 0 {
		options.FixedIPs = fixedIPs(port.FixedIPs)
	}
	if port.SecurityGroups != nil {
		if !secured {
			return nil, errors.New("security groups cannot be set when port security is disabled")
		}
		options.SecurityGroups = &port.SecurityGroups
	}
	var builder ports.CreateOptsBuilder = options
	if port.DisablePortSecurity != nil {
		builder = portsecurity.PortCreateOptsExt{CreateOptsBuilder: builder, PortSecurityEnabled: &secured}
	}
	trusted := wantsTrusted(port)
	builder = portsbinding.CreateOptsExt{
		CreateOptsBuilder: builder,
		HostID:            ptr.Deref(port.HostID, ""),
		VNICType:          ptr.Deref(port.VNICType, ""),
		Profile:           bindingProfile(port.Profile, trusted && !trustedExtension),
	}
	if trusted && trustedExtension {
		builder = portstrustedvif.PortCreateOptsExt{CreateOptsBuilder: builder, PortTrustedVIF: port.Profile.TrustedVF}
	}
	return builder, nil
}

func wantsTrusted(port *infrav1.ResolvedPortSpec) bool {
	return port.Profile != nil && ptr.Deref(port.Profile.TrustedVF, false)
}

func bindingProfile(profile *infrav1.BindingProfile, trusted bool) map[string]any {
	keys := map[string]any{}
	if profile != nil && ptr.Deref(profile.OVSHWOffload, false) {
		keys["capabilities"] = []string{"switchdev"}
	}
	if trusted {
		keys["trusted"] = true
	}
	if len(keys) == 0 {
		return nil
	}
	return keys
}

func addressPairs(pairs []infrav1.AddressPair) []ports.AddressPair {
	var converted []ports.AddressPair
	for _, pair := range pairs {
		converted = append(converted, ports.AddressPair{IPAddress: pair.IPAddress, MACAddress: ptr.Deref(pair.MACAddress, "")})
	}
	return converted
}

func fixedIPs(addresses []infrav1.ResolvedFixedIP) []ports.IP {
	var converted []ports.IP
	for _, address := range addresses {
		converted = append(converted, ports.IP{SubnetID: ptr.Deref(address.SubnetID, ""), IPAddress: ptr.Deref(address.IPAddress, "")})
	}
	return converted
}

func valueSpecs(specs []infrav1.ValueSpec) *map[string]string {
	if len(specs) == 0 {
		return nil
	}
	values := map[string]string{}
	for _, spec := range specs {
		values[spec.Key] = spec.Value
	}
	return &values
}

// portName is the server's name with the port's suffix, or with its place in the list.
func portName(server string, port *infrav1.PortOpts, index int) string {
	if port.NameSuffix != nil {
		return server + "-" + *port.NameSuffix
	}
	return fmt.Sprintf("%s-%d", server, index)
}
