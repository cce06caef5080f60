// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	jsonpatch "github.com/evanphx/json-patch/v5"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apiserver/pkg/endpoints/request"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// serveObjects creates, reads, changes and deletes objects of one kind.
func (a *api) serveObjects(w http.ResponseWriter, r *http.Request, info *request.RequestInfo, k kind) {
	if info.Verb == "watch" {
		a.watchObjects(w, r, info, k)
		return
	}
	code, answer, err := a.act(r, info, k)
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, code, answer)
}

func (a *api) act(r *http.Request, info *request.RequestInfo, k kind) (int, any, error) {
	ctx := r.Context()
	switch info.Verb {
	case "get":
		object, err := a.get(ctx, info, k)
		return http.StatusOK, object, err
	case "list":
		list, err := a.list(r, info, k)
		return http.StatusOK, list, err
	case "delete":
		object, err := a.get(ctx, info, k)
		if err != nil {
			return 0, nil, err
		}
		return http.StatusOK, object, a.client().Delete(ctx, object)
	case "create":
		object, err := a.read(r, info, k)
		if err != nil {
			return 0, nil, err
		}
		object, err = a.store(ctx, object, true)
		return http.StatusCreated, object, err
	case "update":
		object, err := a.read(r, info, k)
		if err != nil {
			return 0, nil, err
		}
		object, err = a.store(ctx, object, false)
		return http.StatusOK, object, err
	case "patch":
		return a.patch(r, info, k)
	}
	return 0, nil, apierrors.NewMethodNotSupported(k.GroupVersion().WithResource(k.resource).GroupResource(), info.Verb)
}

func (a *api) get(ctx context.Context, info *request.RequestInfo, k kind) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(k.GroupVersionKind)
	err := a.client().Get(ctx, client.ObjectKey{Namespace: info.Namespace, Name: info.Name}, object)
	return object, err
}

func (a *api) list(r *http.Request, info *request.RequestInfo, k kind) (*unstructured.UnstructuredList, error) {
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(k.GroupVersion().WithKind(k.Kind + "List"))
	err = a.client().List(r.Context(), list, client.InNamespace(info.Namespace), client.MatchingLabelsSelector{Selector: selector})
	return list, err
}

// read returns the object in a request, which must be of the kind and name that the path says.
func (a *api) read(r *http.Request, info *request.RequestInfo, k kind) (*unstructured.Unstructured, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(body, &object.Object); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the body is no object: %v", err))
	}
	if object.GroupVersionKind() != k.GroupVersionKind {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the body is a %s, not a %s", object.GroupVersionKind(), k.GroupVersionKind))
	}
	if k.namespaced {
		object.SetNamespace(info.Namespace)
	}
	if info.Name != "" {
		object.SetName(info.Name)
	}
	if object.GetName() == "" {
		return nil, apierrors.NewBadRequest("metadata.name is required")
	}
	return object, nil
}

// patch merges the body into an object; server-side apply makes the object if there is none.
func (a *api) patch(r *http.Request, info *request.RequestInfo, k kind) (int, any, error) {
	apply := r.Header.Get("Content-Type") == string(types.ApplyYAMLPatchType)
	there, err := a.get(r.Context(), info, k)
	if apply && apierrors.IsNotFound(err) {
		object, err := a.read(r, info, k)
		if err != nil {
			return 0, nil, err
		}
		object, err = a.store(r.Context(), object, true)
		return http.StatusCreated, object, err
	}
	if err != nil {
		return 0, nil, err
	}
	merged, err := mergePatch(r, there, apply)
	if err != nil {
		return 0, nil, err
	}
	object, err := a.store(r.Context(), merged, false)
	return http.StatusOK, object, err
}

func mergePatch(r *http.Request, there *unstructured.Unstructured, apply bool) (*unstructured.Unstructured, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if kind := r.Header.Get("Content-Type"); apply {
		if body, err = yaml.YAMLToJSON(body); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	} else if kind != string(types.MergePatchType) {
		return nil, &apierrors.StatusError{ErrStatus: metav1.Status{
			Status: metav1.StatusFailure, Code: http.StatusUnsupportedMediaType, Reason: metav1.StatusReasonUnsupportedMediaType,
			Message: fmt.Sprintf("patches of type %q are not supported here; use %q", kind, types.MergePatchType),
		}}
	}
	before, err := json.Marshal(there)
	if err != nil {
		return nil, err
	}
	after, err := jsonpatch.MergePatch(before, body)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	merged := &unstructured.Unstructured{}
	return merged, json.Unmarshal(after, &merged.Object)
}

// store puts an object into memory: in its Go type if it is a built-in kind, since the in-memory server expects that.
func (a *api) store(ctx context.Context, object *unstructured.Unstructured, create bool) (*unstructured.Unstructured, error) {
	if create && object.GetUID() == "" {
		object.SetUID(uuid.NewUUID())
	}
	var stored client.Object = object.DeepCopy() // watches go on reading what is stored
	if a.memory.GetScheme().Recognizes(object.GroupVersionKind()) {
		typed, err := a.typed(object)
		if err != nil {
			return nil, err
		}
		stored = typed
	}
	write := a.client().Update
	if create {
		write = a.client().Create
	} else if err := a.keepVersion(ctx, object, stored); err != nil {
		return nil, err
	}
	if err := write(ctx, stored); err != nil {
		return nil, err
	}
	err := a.client().Get(ctx, client.ObjectKeyFromObject(stored), object)
	return object, err
}

// keepVersion lets an update without a resource version be one of whatever is there.
func (a *api) keepVersion(ctx context.Context, object *unstructured.Unstructured, stored client.Object) error {
	if stored.GetResourceVersion() != "" {
		return nil
	}
	there := &unstructured.Unstructured{}
	there.SetGroupVersionKind(object.GroupVersionKind())
	if err := a.client().Get(ctx, client.ObjectKeyFromObject(object), there); err != nil {
		return err
	}
	stored.SetResourceVersion(there.GetResourceVersion())
	return nil
}

func (a *api) typed(object *unstructured.Unstructured) (client.Object, error) {
	into, err := a.memory.GetScheme().New(object.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, into); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	typed, ok := into.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%s is no object", object.GroupVersionKind())
	}
	return typed, nil
}

func writeError(w http.ResponseWriter, err error) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		status = apierrors.NewInternalError(err)
	}
	body := status.Status()
	body.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
	writeJSON(w, int(body.Code), body)
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", runtime.ContentTypeJSON)
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // a client that is gone needs no answer
}
