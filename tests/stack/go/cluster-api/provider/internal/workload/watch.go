// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/apiserver/pkg/endpoints/request"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	watchDefaultTimeout = 2 * time.Minute
	watchBuffer         = 1000
)

// watchEvent is one line of a watch.
type watchEvent struct {
	Type   watch.EventType `json:"type"`
	Object client.Object   `json:"object"`
}

// watcher hears of the changes to one kind in one cluster.
type watcher struct {
	group  string
	events chan watchEvent
}

// OnCreate hears of a new object.
func (h *watcher) OnCreate(group string, object client.Object) { h.hear(group, watch.Added, object) }

// OnUpdate hears of a changed object.
func (h *watcher) OnUpdate(group string, _, object client.Object) {
	h.hear(group, watch.Modified, object)
}

// OnDelete hears of a deleted object.
func (h *watcher) OnDelete(group string, object client.Object) { h.hear(group, watch.Deleted, object) }

// OnGeneric hears of nothing that a client of an API server would.
func (h *watcher) OnGeneric(string, client.Object) {}

func (h *watcher) hear(group string, kind watch.EventType, object client.Object) {
	if group != h.group {
		return
	}
	select {
	case h.events <- watchEvent{kind, object}:
	default: // the client is too slow: it lists again when its watch ends
	}
}

// sawEarlierProcess says whether a request wants to go on from what its client saw of an earlier process: it watches
// from a version on, and has not seen all that there is in this one. Versions begin anew with each process, so their
// numbers do not tell.
func (a *api) sawEarlierProcess(r *http.Request, verb string) bool {
	query := r.URL.Query()
	from := query.Get("resourceVersion")
	client := strings.Join([]string{r.UserAgent(), r.URL.Path, query.Get("labelSelector"), query.Get("fieldSelector")}, " ")
	a.mu.Lock()
	defer a.mu.Unlock()
	if verb == "list" || from == "" || from == "0" {
		a.informed[client] = true
	}
	return !a.informed[client]
}

// watchObjects sends the objects that there are, newer than the client's version, and then the changes.
func (a *api) watchObjects(w http.ResponseWriter, r *http.Request, info *request.RequestInfo, k kind) {
	hearer := &watcher{group: a.group, events: make(chan watchEvent, watchBuffer)}
	informer, err := a.memory.GetCache().GetInformerForKind(r.Context(), k.GroupVersionKind)
	if err != nil {
		writeError(w, err)
		return
	}
	if err := informer.AddEventHandler(hearer); err != nil {
		writeError(w, err)
		return
	}
	defer func() { _ = informer.RemoveEventHandler(hearer) }()
	list, err := a.list(r, info, k)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", runtime.ContentTypeJSON)
	w.WriteHeader(http.StatusOK)
	send := newSender(w, info.Namespace, version(r.URL.Query().Get("resourceVersion")))
	for i := range list.Items {
		send(watchEvent{watch.Added, &list.Items[i]})
	}
	if query := r.URL.Query(); query.Get("allowWatchBookmarks") == "true" && query.Get("sendInitialEvents") == "true" {
		send(initialEventsEnd(k, list.GetResourceVersion()))
	}
	ctx, cancel := context.WithTimeout(r.Context(), watchTimeout(r))
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-hearer.events:
			send(event)
		}
	}
}

// newSender returns what writes an event, unless it is from another namespace or older than what was sent.
func newSender(w http.ResponseWriter, namespace string, sent uint64) func(watchEvent) {
	encoder := json.NewEncoder(w)
	return func(event watchEvent) {
		unwanted := namespace != metav1.NamespaceAll && event.Object.GetNamespace() != namespace
		known := version(event.Object.GetResourceVersion()) <= sent
		if event.Type != watch.Bookmark && (unwanted || known) {
			return
		}
		_ = encoder.Encode(event) // a client that is gone ends the watch by itself
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
	}
}

// initialEventsEnd tells a client that it has seen all that there was when it began.
func initialEventsEnd(k kind, resourceVersion string) watchEvent {
	bookmark := &unstructured.Unstructured{}
	bookmark.SetGroupVersionKind(k.GroupVersionKind)
	bookmark.SetResourceVersion(resourceVersion)
	bookmark.SetAnnotations(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	return watchEvent{watch.Bookmark, bookmark}
}

func version(text string) uint64 {
	number, _ := strconv.ParseUint(text, 10, 64)
	return number
}

func watchTimeout(r *http.Request) time.Duration {
	if seconds, err := strconv.Atoi(r.URL.Query().Get("timeoutSeconds")); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	return watchDefaultTimeout
}
