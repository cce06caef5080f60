// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"net/http"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
)

func TestEventReasonsAreInTitleCase(t *testing.T) {
	for reason, want := range map[string]string{"FailedCreatePort": "Failedcreateport", "SuccessfulDeleteServer": "Successfuldeleteserver", "": ""} {
		if got := eventReason(reason); got != want {
			t.Errorf("%s: got %s, want %s", reason, got, want)
		}
	}
}

func TestNamesOfWhatIsMadeForACluster(t *testing.T) {
	if got := ClusterResourceName("magnum-p", "c"); got != "k8s-clusterapi-cluster-magnum-p-c" {
		t.Errorf("network: %s", got)
	}
	if got := SecurityGroupName("magnum-p", "c", workerGroup); got != "k8s-cluster-magnum-p-c-secgroup-worker" {
		t.Errorf("security group: %s", got)
	}
}

func TestWhichErrorsPass(t *testing.T) {
	for code, passes := range map[int]bool{
		http.StatusForbidden: false, http.StatusConflict: false, http.StatusInternalServerError: true,
		http.StatusNotImplemented: false, http.StatusServiceUnavailable: true,
	} {
		if got := IsRetryable(gophercloud.ErrUnexpectedResponseCode{Actual: code}); got != passes {
			t.Errorf("%d: got %v", code, got)
		}
	}
}
