// SPDX-License-Identifier: Apache-2.0

// Package openstack asks Keystone, Neutron, Nova, Glance and Cinder for what the provider's objects describe.
//
// What is sent is decided by pure functions (PortCreateOptions, ServerCreateOptions, SecurityGroupRules); the
// methods of Networking and Compute look up, send and wait. Errors are handed on with the words of the service, as
// Cluster API Provider OpenStack does, since conditions show them to people.
package openstack
