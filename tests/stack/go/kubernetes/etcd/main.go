// SPDX-License-Identifier: Apache-2.0

// etcd as a plain program: upstream's own main package is not importable from another module.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
