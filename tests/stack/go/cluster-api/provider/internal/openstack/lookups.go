// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servergroups"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// ImageID returns the ID of an image; an ID that is given is not looked up.
func (c *Compute) ImageID(ctx context.Context, param infrav1.ImageParam) (string, error) {
	if param.ID != nil {
		return *param.ID, nil
	}
	if param.Filter == nil {
		return "", errors.New("image references need the OpenStack Resource Controller, which the stand-in has not: give an id or a filter")
	}
	client, err := c.session.image()
	if err != nil {
		return "", err
	}
	name := ptr.Deref(param.Filter.Name, "")
	pages, err := images.List(client, images.ListOpts{Name: name, Tags: param.Filter.Tags}).AllPages(ctx)
	if err != nil {
		return "", err
	}
	found, err := images.ExtractImages(pages)
	if err != nil {
		return "", err
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no images were found with the given image filter: name=%v, tags=%v", name, param.Filter.Tags)
	case 1:
		return found[0].ID, nil
	}
	return "", fmt.Errorf("too many images were found with the given image filter: name=%v, tags=%v", name, param.Filter.Tags)
}

// FlavorID returns the ID of a flavor; an ID that is given is not looked up.
func (c *Compute) FlavorID(ctx context.Context, id, name *string) (string, error) {
	if id != nil {
		return *id, nil
	}
	if name == nil {
		return "", errors.New("no flavors were found: no name set")
	}
	pages, err := flavors.ListDetail(c.client, flavors.ListOpts{AccessType: flavors.AllAccess}).AllPages(ctx)
	if err != nil {
		return "", err
	}
	found, err := flavors.ExtractFlavors(pages)
	if err != nil {
		return "", err
	}
	for _, flavor := range found {
		if flavor.Name == *name {
			return flavor.ID, nil
		}
	}
	return "", fmt.Errorf("no flavors were found: name=%v", *name)
}

// ServerGroupID returns the ID of a server group; an ID that is given is not looked up.
func (c *Compute) ServerGroupID(ctx context.Context, param *infrav1.ServerGroupParam) (string, error) {
	if param == nil {
		return "", nil
	}
	if param.ID != nil {
		return *param.ID, nil
	}
	if param.Filter == nil || param.Filter.Name == nil {
		return "", errors.New("server group param is empty")
	}
	name := *param.Filter.Name
	pages, err := servergroups.List(c.client, servergroups.ListOpts{}).AllPages(ctx)
	if err != nil {
		return "", err
	}
	groups, err := servergroups.ExtractServerGroups(pages)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, group := range groups {
		if group.Name == name {
			ids = append(ids, group.ID)
		}
	}
	switch len(ids) {
	case 0:
		return "", fmt.Errorf("no server group with name %s could be found", name)
	case 1:
		return ids[0], nil
	}
	return "", fmt.Errorf("too many server groups with name %s were found: %s", name, strings.Join(ids, ", "))
}
