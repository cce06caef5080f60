// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"errors"
	"net/http"

	"github.com/gophercloud/gophercloud/v2"
)

var (
	// ErrNoMatches says that a filter selects nothing.
	ErrNoMatches = errors.New("filter matched no resources")
	// ErrMultipleMatches says that a filter for one thing selects several.
	ErrMultipleMatches = errors.New("filter matched more than one resource")
)

// IsFilterMismatch says whether a filter selected nothing or too much.
func IsFilterMismatch(err error) bool {
	return errors.Is(err, ErrNoMatches) || errors.Is(err, ErrMultipleMatches)
}

// IsNotFound says whether a service does not know what it was asked for.
func IsNotFound(err error) bool {
	return gophercloud.ResponseCodeIs(err, http.StatusNotFound)
}

// IsConflict says whether something is in the way of a request.
func IsConflict(err error) bool {
	return gophercloud.ResponseCodeIs(err, http.StatusConflict)
}

// IsRetryable says whether the same request may succeed a little later.
func IsRetryable(err error) bool {
	var unexpected gophercloud.ErrUnexpectedResponseCode
	return errors.As(err, &unexpected) &&
		unexpected.Actual >= http.StatusInternalServerError && unexpected.Actual != http.StatusNotImplemented
}

// single returns the only element.
func single[T any](found []T) (*T, error) {
	switch len(found) {
	case 0:
		return nil, ErrNoMatches
	case 1:
		return &found[0], nil
	}
	return nil, ErrMultipleMatches
}
