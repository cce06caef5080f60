// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package clusterapi pins the Cluster API managers, built for the stack together with its infrastructure provider.
package clusterapi

import (
	_ "sigs.k8s.io/cluster-api/bootstrap/kubeadm"
	_ "sigs.k8s.io/cluster-api/controlplane/kubeadm"
	_ "sigs.k8s.io/cluster-api/core"
)
