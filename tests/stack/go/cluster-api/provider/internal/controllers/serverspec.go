// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"k8s.io/utils/ptr"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
)

// describeServer returns the request for a server, without its user data.
func describeServer(server *v1alpha1.OpenStackServer) openstack.ServerRequest {
	spec := &server.Spec
	request := openstack.ServerRequest{
		Name:             server.Name,
		KeyName:          spec.SSHKeyName,
		AvailabilityZone: ptr.Deref(spec.AvailabilityZone, ""),
		ConfigDrive:      ptr.Deref(spec.ConfigDrive, false),
		Metadata:         map[string]string{},
		Tags:             spec.Tags,
		Hints:            spec.SchedulerHintAdditionalProperties,
		RootVolume:       spec.RootVolume,
		BlockDevices:     spec.AdditionalBlockDevices,
	}
	for _, entry := range spec.ServerMetadata {
		request.Metadata[entry.Key] = entry.Value
	}
	if resolved := server.Status.Resolved; resolved != nil {
		request.ImageID, request.FlavorID, request.ServerGroupID = resolved.ImageID, resolved.FlavorID, resolved.ServerGroupID
	}
	if resources := server.Status.Resources; resources != nil {
		for _, port := range resources.Ports {
			request.PortIDs = append(request.PortIDs, port.ID)
		}
	}
	return request
}
