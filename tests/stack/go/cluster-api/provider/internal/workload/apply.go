// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const yamlBuffer = 4096

// Apply makes the objects in YAML documents in a cluster, in their order; what is there already is left alone.
func (c *Clusters) Apply(ctx context.Context, cluster types.NamespacedName, documents [][]byte) error {
	served, _ := c.server(cluster)
	if served == nil {
		return fmt.Errorf("%s: %w", cluster, errNotServed)
	}
	for _, document := range documents {
		objects, err := parseObjects(document)
		if err != nil {
			return err
		}
		for _, object := range objects {
			if err := served.api.apply(ctx, object); err != nil {
				return err
			}
		}
	}
	return nil
}

func parseObjects(document []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(document), yamlBuffer)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

func (a *api) apply(ctx context.Context, object *unstructured.Unstructured) error {
	kinds := slices.Concat(a.builtIn, a.furtherKinds(ctx))
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.GroupVersionKind == object.GroupVersionKind() })
	if i < 0 {
		return fmt.Errorf("%s %s: the cluster knows no such kind", object.GroupVersionKind(), object.GetName())
	}
	if kinds[i].namespaced && object.GetNamespace() == "" {
		object.SetNamespace(metav1.NamespaceDefault)
	}
	_, err := a.store(ctx, object, true)
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	a.establish(ctx)
	return err
}
