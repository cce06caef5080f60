// SPDX-License-Identifier: Apache-2.0

// An OCI registry in memory, for tests of charts that come from one. It serves TLS, since Helm 4 takes nothing
// else, on a port that the system chooses and that is printed.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	certificate := flag.String("certificate", "", "file with the server's certificate")
	key := flag.String("key", "", "file with its key")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	log.Fatal(http.ServeTLS(listener, registry.New(), *certificate, *key))
}
