// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package helm3 pins Helm 3, built for the stack.
package helm3

import _ "helm.sh/helm/v3/cmd/helm"
