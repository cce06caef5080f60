// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/routers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/subnets"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

func joinTags(tags []infrav1.NeutronTag) string {
	texts := make([]string, len(tags))
	for i, tag := range tags {
		texts[i] = string(tag)
	}
	return strings.Join(texts, ",")
}

func networkQuery(filter *infrav1.NetworkFilter) networks.ListOpts {
	if filter == nil {
		return networks.ListOpts{}
	}
	return networks.ListOpts{
		Name: filter.Name, Description: filter.Description, ProjectID: filter.ProjectID,
		Tags: joinTags(filter.Tags), TagsAny: joinTags(filter.TagsAny),
		NotTags: joinTags(filter.NotTags), NotTagsAny: joinTags(filter.NotTagsAny),
	}
}

func subnetQuery(filter *infrav1.SubnetFilter) subnets.ListOpts {
	return subnets.ListOpts{
		Name: filter.Name, Description: filter.Description, ProjectID: filter.ProjectID,
		IPVersion: filter.IPVersion, GatewayIP: filter.GatewayIP, CIDR: filter.CIDR,
		IPv6AddressMode: filter.IPv6AddressMode, IPv6RAMode: filter.IPv6RAMode,
		Tags: joinTags(filter.Tags), TagsAny: joinTags(filter.TagsAny),
		NotTags: joinTags(filter.NotTags), NotTagsAny: joinTags(filter.NotTagsAny),
	}
}

func securityGroupQuery(filter *infrav1.SecurityGroupFilter) groups.ListOpts {
	return groups.ListOpts{
		Name: filter.Name, Description: filter.Description, ProjectID: filter.ProjectID,
		Tags: joinTags(filter.Tags), TagsAny: joinTags(filter.TagsAny),
		NotTags: joinTags(filter.NotTags), NotTagsAny: joinTags(filter.NotTagsAny),
	}
}

func routerQuery(filter *infrav1.RouterFilter) routers.ListOpts {
	return routers.ListOpts{
		Name: filter.Name, Description: filter.Description, ProjectID: filter.ProjectID,
		Tags: joinTags(filter.Tags), TagsAny: joinTags(filter.TagsAny),
		NotTags: joinTags(filter.NotTags), NotTagsAny: joinTags(filter.NotTagsAny),
	}
}
