// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package helm4 pins Helm 4, built for the stack.
package helm4

import _ "helm.sh/helm/v4/cmd/helm"
