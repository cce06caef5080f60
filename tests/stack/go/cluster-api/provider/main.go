// SPDX-License-Identifier: Apache-2.0

// Provider is a stand-in for Cluster API Provider OpenStack, because that cannot be had as a Go module: the Go module
// proxy does not offer it, and the stack is built from package registries alone.
//
// It serves OpenStackCluster, OpenStackMachine and OpenStackMachineTemplate (and the OpenStackServer in between) with
// the validation of the original, and does with them what the original does: it makes networks, ports and servers in
// the real Neutron and Nova, with the credential that the objects name, deletes them again, and reports failures with
// the original's conditions, reasons, messages and retries.
//
// Three things differ. The machines' nodes and the workload API server are those of Cluster API's in-memory server;
// therefore spec.controlPlaneEndpoint is that server's address on --workload-host, whatever floating IP was allocated
// in Neutron for it. There is no Octavia: a load balancer of the API server is a floating IP and a status. A single
// version of each kind is served, v1beta1, which follows Cluster API's contract v1beta2 in its status.
//
// The in-memory clusters are lost with the process; after a restart they come back on the same ports, from the
// objects in the management cluster.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
	addonsv1 "sigs.k8s.io/cluster-api/api/addons/v1beta2"
	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/controllers"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/workload"
)

// syncPeriod is the time after which every object is looked at again, as in Cluster API Provider OpenStack.
const syncPeriod = 10 * time.Minute

type options struct {
	workloadHost    string
	workloadMinPort int
	healthAddr      string
	timing          controllers.Timing
}

func main() {
	var o options
	flag.StringVar(&o.workloadHost, "workload-host", "127.0.0.1", "address of the workload API servers")
	flag.IntVar(&o.workloadMinPort, "workload-min-port", 31000, "first port of the workload API servers; up to 900 follow")
	flag.StringVar(&o.healthAddr, "health-addr", "127.0.0.1:9440", "address of /healthz and /readyz")
	flag.DurationVar(&o.timing.Poll, "poll", 10*time.Second, "time between two looks at a server that is being built or deleted")
	flag.DurationVar(&o.timing.Boot, "boot", 0, "least time that a server is being built, longer than Nova takes")
	flag.DurationVar(&o.timing.Kubeadm, "kubeadm", time.Second, "time between a server being active and its node being there")
	klog.InitFlags(nil)
	flag.Parse() // --kubeconfig is a flag of controller-runtime
	ctrl.SetLogger(klog.Background())
	if err := run(ctrl.SetupSignalHandler(), o); err != nil {
		fmt.Fprintln(os.Stderr, "provider:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, addonsv1.AddToScheme, clusterv1.AddToScheme, bootstrapv1.AddToScheme, infrav1.AddToScheme, v1alpha1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("no management cluster, give --kubeconfig: %w", err)
	}
	config.QPS, config.Burst = 100, 200
	config.WarningHandler = rest.NoWarnings{} // the original's finalizers have no path, which the API server warns of
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, HealthProbeBindAddress: o.healthAddr, Metrics: metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{SyncPeriod: ptr.To(syncPeriod)},
	})
	if err != nil {
		return err
	}
	clusters, err := workload.New(ctx, o.workloadHost, int32(o.workloadMinPort))
	if err != nil {
		return err
	}
	provider := &controllers.Provider{
		Client:   mgr.GetClient(),
		Recorder: mgr.GetEventRecorder("openstack-controller"),
		Sessions: &openstack.Sessions{},
		Workload: clusters,
		Timing:   o.timing,
	}
	direct, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	if err := provider.Restore(ctx, direct); err != nil {
		return err
	}
	if err := provider.SetupWithManager(mgr); err != nil {
		return err
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	if err := mgr.AddReadyzCheck("caches", cachesSynced(mgr)); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func cachesSynced(mgr ctrl.Manager) healthz.Checker {
	return func(request *http.Request) error {
		if !mgr.GetCache().WaitForCacheSync(request.Context()) {
			return errors.New("caches are not synced yet")
		}
		return nil
	}
}
