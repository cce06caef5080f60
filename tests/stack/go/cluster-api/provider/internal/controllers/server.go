// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
)

// serverScope is one look at a server, with the services that it needs.
type serverScope struct {
	*Provider
	server     *v1alpha1.OpenStackServer
	compute    *openstack.Compute
	networking *openstack.Networking
}

func (p *Provider) reconcileServer(ctx context.Context, request reconcile.Request) (result reconcile.Result, err error) {
	server := &v1alpha1.OpenStackServer{}
	if err := p.Get(ctx, request.NamespacedName, server); err != nil {
		return result, client.IgnoreNotFound(err)
	}
	patcher, err := patch.NewHelper(server, p.Client)
	if err != nil {
		return result, err
	}
	defer func() {
		if failed := patcher.Patch(ctx, server, patch.WithOwnedConditions{Conditions: []string{
			conditions.Ready, conditions.InstanceReady, conditions.AuthenticationSucceeded,
		}}); failed != nil {
			result, err = reconcile.Result{}, errors.Join(err, client.IgnoreNotFound(failed))
		}
	}()
	session, err := p.session(ctx, server.Namespace, server.Spec.IdentityRef)
	if err != nil {
		conditions.False(server, conditions.AuthenticationSucceeded, conditions.AuthenticationFailed, "Failed to create OpenStack client scope: %v", err)
		return result, err
	}
	conditions.True(server, conditions.AuthenticationSucceeded)
	if name := server.Labels[clusterv1.ClusterNameLabel]; name != "" {
		cluster, err := util.GetClusterByName(ctx, p.Client, server.Namespace, name)
		if err != nil || annotations.IsPaused(cluster, server) {
			return result, err
		}
	}
	scope := &serverScope{Provider: p, server: server}
	if server.DeletionTimestamp.IsZero() {
		return scope.reconcileNormal(ctx, session)
	}
	return result, scope.reconcileDelete(ctx, session)
}

func (s *serverScope) open(session *openstack.Session) (err error) {
	if s.compute, err = session.Compute(s.events(s.server)); err != nil {
		return err
	}
	s.networking, err = session.Networking(s.events(s.server))
	return err
}

func (s *serverScope) reconcileNormal(ctx context.Context, session *openstack.Session) (reconcile.Result, error) {
	changed, err := s.resolve(ctx, session)
	if err != nil {
		conditions.False(s.server, conditions.InstanceReady, conditions.DependencyFailed, "Failed to resolve server spec: %v", err)
		return reconcile.Result{}, err
	}
	// Nothing is made before the finalizer and what was resolved are stored: the update asks for the next look.
	if controllerutil.AddFinalizer(s.server, v1alpha1.ServerFinalizer) || changed {
		return reconcile.Result{}, nil
	}
	if err := s.ensurePorts(ctx); err != nil {
		return reconcile.Result{}, err
	}
	instance, err := s.ensureInstance(ctx)
	if err != nil || instance == nil {
		return reconcile.Result{}, err
	}
	return s.showInstance(instance), nil
}

func (s *serverScope) ensurePorts(ctx context.Context) error {
	resources := s.resources()
	var err error
	resources.Ports, err = s.networking.AdoptPorts(ctx, s.server.Status.Resolved.Ports, resources.Ports)
	if err != nil {
		return fmt.Errorf("adopting server resources: %w", err)
	}
	resources.Ports, err = s.networking.EnsurePorts(ctx, s.server.Status.Resolved.Ports, resources.Ports)
	if err != nil {
		conditions.False(s.server, conditions.InstanceReady, conditions.PortCreateFailed, "%v", err)
		return fmt.Errorf("creating ports: %w", err)
	}
	return nil
}

func (s *serverScope) resources() *v1alpha1.ServerResources {
	if s.server.Status.Resources == nil {
		s.server.Status.Resources = &v1alpha1.ServerResources{}
	}
	return s.server.Status.Resources
}

// ensureInstance returns the server in Nova, made if there is none; nil means that it was there once and is gone.
func (s *serverScope) ensureInstance(ctx context.Context) (*servers.Server, error) {
	if id := s.server.Status.InstanceID; id != nil {
		instance, err := s.compute.Server(ctx, *id)
		switch {
		case err != nil:
			conditions.False(s.server, conditions.InstanceReady, conditions.OpenStackError, "%v", err)
		case instance == nil:
			conditions.False(s.server, conditions.InstanceReady, conditions.InstanceNotFound, conditions.ServerUnexpectedlyDeleted)
		}
		return instance, err
	}
	instance, err := s.compute.ServerByName(ctx, s.server.Name)
	if err != nil || instance != nil {
		return instance, err
	}
	request, err := s.serverRequest(ctx)
	if err != nil {
		return nil, err
	}
	instance, err = s.compute.CreateServer(ctx, *request)
	if err != nil {
		conditions.False(s.server, conditions.InstanceReady, conditions.InstanceCreateFailed, "%v", err)
		s.server.Status.InstanceState = ptr.To(infrav1.InstanceStateError)
		return nil, fmt.Errorf("create OpenStack instance: %w", err)
	}
	return instance, nil
}

// showInstance writes down the state of the server in Nova and says when to look again.
func (s *serverScope) showInstance(instance *servers.Server) reconcile.Result {
	state := infrav1.InstanceState(instance.Status)
	if state == infrav1.InstanceStateActive && time.Since(instance.Created) < s.Timing.Boot {
		state = infrav1.InstanceStateBuild
	}
	s.server.Status.InstanceID = &instance.ID
	s.server.Status.InstanceState = &state
	s.server.Status.Ready = state == infrav1.InstanceStateActive
	switch state {
	case infrav1.InstanceStateActive:
		conditions.True(s.server, conditions.InstanceReady)
		return reconcile.Result{}
	case infrav1.InstanceStateError:
		conditions.False(s.server, conditions.InstanceReady, conditions.InstanceStateError, "")
		return reconcile.Result{RequeueAfter: waitForStuckServer}
	case infrav1.InstanceStateDeleted:
		conditions.False(s.server, conditions.InstanceReady, conditions.InstanceDeleted, "")
		return reconcile.Result{}
	case infrav1.InstanceStateBuild, infrav1.InstanceStateUndefined:
		return reconcile.Result{RequeueAfter: s.Timing.Poll}
	default:
		conditions.Unknown(s.server, conditions.InstanceReady, conditions.InstanceNotReady, "Instance state is not handled: %s", state)
		return reconcile.Result{RequeueAfter: waitForStuckServer}
	}
}

func (s *serverScope) serverRequest(ctx context.Context) (*openstack.ServerRequest, error) {
	request := describeServer(s.server)
	if ref := s.server.Spec.UserDataRef; ref != nil {
		secret := &corev1.Secret{}
		if err := s.Get(ctx, client.ObjectKey{Namespace: s.server.Namespace, Name: ref.Name}, secret); err != nil {
			return nil, fmt.Errorf("failed to get user data secret value: %w", err)
		}
		value, ok := secret.Data["value"]
		if !ok {
			return nil, fmt.Errorf("secret %s/%s does not contain userData", s.server.Namespace, ref.Name)
		}
		request.UserData = value
	}
	return &request, nil
}

// resolve looks up what is not yet known of what the spec refers to, and says whether it found anything.
func (s *serverScope) resolve(ctx context.Context, session *openstack.Session) (bool, error) {
	if err := s.open(session); err != nil {
		return false, err
	}
	if s.server.Status.Resolved == nil {
		s.server.Status.Resolved = &v1alpha1.ResolvedServerSpec{}
	}
	resolved, spec := s.server.Status.Resolved, &s.server.Spec
	changed := false
	lookUp := func(into *string, find func() (string, error)) error {
		if *into != "" {
			return nil
		}
		id, err := find()
		if err == nil && id != "" {
			*into, changed = id, true
		}
		return err
	}
	err := errors.Join(
		lookUp(&resolved.ServerGroupID, func() (string, error) { return s.compute.ServerGroupID(ctx, spec.ServerGroup) }),
		lookUp(&resolved.ImageID, func() (string, error) { return s.compute.ImageID(ctx, spec.Image) }),
		lookUp(&resolved.FlavorID, func() (string, error) { return s.compute.FlavorID(ctx, spec.FlavorID, spec.Flavor) }),
	)
	if len(resolved.Ports) > 0 {
		return changed, err
	}
	ports, failed := s.networking.ResolvePorts(ctx, spec.Ports, ptr.Deref(spec.Trunk, false),
		s.server.Labels[clusterv1.ClusterNameLabel], s.server.Name, spec.Tags)
	if failed != nil {
		return changed, errors.Join(err, failed)
	}
	resolved.Ports = ports
	return true, err
}

// reconcileDelete deletes the server, then its ports, then lets go of the object.
func (s *serverScope) reconcileDelete(ctx context.Context, session *openstack.Session) error {
	if !controllerutil.ContainsFinalizer(s.server, v1alpha1.ServerFinalizer) {
		return nil
	}
	if err := s.open(session); err != nil {
		return err
	}
	resources := s.resources()
	if resolved := s.server.Status.Resolved; resolved != nil {
		var err error
		if resources.Ports, err = s.networking.AdoptPorts(ctx, resolved.Ports, resources.Ports); err != nil {
			return fmt.Errorf("adopting server resources: %w", err)
		}
	}
	if err := s.deleteInstance(ctx); err != nil {
		return err
	}
	for _, port := range resources.Ports {
		if err := s.networking.DeletePort(ctx, port.ID); err != nil {
			return fmt.Errorf("failed to delete port %q: %w", port.ID, err)
		}
	}
	controllerutil.RemoveFinalizer(s.server, v1alpha1.ServerFinalizer)
	return nil
}

func (s *serverScope) deleteInstance(ctx context.Context) error {
	instance, err := s.existingInstance(ctx)
	if err != nil {
		return err
	}
	if instance == nil {
		if err := s.compute.DeleteVolumes(ctx, describeServer(s.server)); err != nil {
			return fmt.Errorf("delete volumes: %w", err)
		}
		return nil
	}
	if err := s.compute.DeleteServer(ctx, instance, s.Timing.Poll); err != nil {
		conditions.False(s.server, conditions.InstanceReady, conditions.InstanceDeleteFailed, "Deleting instance failed: %v", err)
		return fmt.Errorf("delete instance: %w", err)
	}
	return nil
}

func (s *serverScope) existingInstance(ctx context.Context) (*servers.Server, error) {
	if id := s.server.Status.InstanceID; id != nil {
		return s.compute.Server(ctx, *id)
	}
	return s.compute.ServerByName(ctx, s.server.Name)
}
