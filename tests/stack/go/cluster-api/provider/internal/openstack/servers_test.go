// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"encoding/json"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

func TestServerCreateOptions(t *testing.T) {
	request := ServerRequest{
		Name: "m", ImageID: "i", FlavorID: "f", KeyName: "k", AvailabilityZone: "z", UserData: []byte("#cloud-config"),
		Metadata: map[string]string{"a": "b"}, Tags: []string{"t"}, PortIDs: []string{"p0", "p1"}, ServerGroupID: "1d0b3a4e-1f0c-4b9c-8a53-0d6f5b5f2c11",
		Hints: []infrav1.SchedulerHintAdditionalProperty{
			{Name: "number", Value: infrav1.SchedulerHintAdditionalValue{Type: infrav1.SchedulerHintTypeNumber, Number: ptr.To(2)}},
			{Name: "switch", Value: infrav1.SchedulerHintAdditionalValue{Type: infrav1.SchedulerHintTypeBool, Bool: ptr.To(true)}},
		},
	}
	devices, err := BlockDevices(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	options, hints := ServerCreateOptions(request, devices)
	body, err := options.ToServerCreateMap()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"availability_zone":"z","block_device_mapping_v2":[{"boot_index":0,"delete_on_termination":true,"destination_type":"local",` +
		`"source_type":"image","uuid":"i"}],"config_drive":false,"flavorRef":"f","imageRef":"i","key_name":"k","metadata":{"a":"b"},"name":"m",` +
		`"networks":[{"port":"p0"},{"port":"p1"}],"tags":["t"],"user_data":"I2Nsb3VkLWNvbmZpZw=="}`
	if got := toJSON(t, body["server"]); got != want {
		t.Errorf("server: got  %s\nwant %s", got, want)
	}
	hinted, err := hints.ToSchedulerHintsMap()
	if err != nil {
		t.Fatal(err)
	}
	want = `{"os:scheduler_hints":{"group":"1d0b3a4e-1f0c-4b9c-8a53-0d6f5b5f2c11","number":2,"switch":true}}`
	if got := toJSON(t, hinted); got != want {
		t.Errorf("hints: got  %s\nwant %s", got, want)
	}
}

func TestBlockDevices(t *testing.T) {
	request := ServerRequest{
		Name: "m", ImageID: "i", AvailabilityZone: "z",
		RootVolume: &infrav1.RootVolume{SizeGiB: 20, BlockDeviceVolume: infrav1.BlockDeviceVolume{
			Type: "fast", AvailabilityZone: &infrav1.VolumeAvailabilityZone{From: infrav1.VolumeAZFromMachine},
		}},
		BlockDevices: []infrav1.AdditionalBlockDevice{
			{Name: "etcd", SizeGiB: 5, Storage: infrav1.BlockDeviceStorage{Type: infrav1.VolumeBlockDevice, Volume: &infrav1.BlockDeviceVolume{
				AvailabilityZone: &infrav1.VolumeAvailabilityZone{Name: ptr.To("nova")},
			}}},
			{Name: "scratch", SizeGiB: 9, Storage: infrav1.BlockDeviceStorage{Type: infrav1.LocalBlockDevice}},
		},
	}
	want := `[{"Name":"m-root","Description":"Root volume for m","SizeGiB":20,"ImageID":"i","Type":"fast","AvailabilityZone":"z"},` +
		`{"Name":"m-etcd","Description":"Additional block device for m","SizeGiB":5,"ImageID":"","Type":"","AvailabilityZone":"nova"}]`
	if got := toJSON(t, VolumeRequests(request)); got != want {
		t.Errorf("volumes: got  %s\nwant %s", got, want)
	}
	devices, err := BlockDevices(request, map[string]string{"m-root": "r", "m-etcd": "e"})
	if err != nil {
		t.Fatal(err)
	}
	want = `[{"source_type":"volume","uuid":"r","boot_index":0,"delete_on_termination":true,"destination_type":"volume"},` +
		`{"source_type":"volume","uuid":"e","boot_index":-1,"delete_on_termination":true,"destination_type":"volume","tag":"etcd"},` +
		`{"source_type":"blank","boot_index":-1,"delete_on_termination":true,"destination_type":"local","volume_size":9,"tag":"scratch"}]`
	if got := toJSON(t, devices); got != want {
		t.Errorf("devices: got  %s\nwant %s", got, want)
	}
	options, _ := ServerCreateOptions(request, devices)
	body, err := options.ToServerCreateMap()
	if err != nil {
		t.Fatal(err)
	}
	if server, _ := body["server"].(map[string]any); server["imageRef"] != "" {
		t.Errorf("a server that boots from a volume has an image: %v", server["imageRef"])
	}
}

func TestBlockDevicesThatCannotBe(t *testing.T) {
	for name, device := range map[string]infrav1.AdditionalBlockDevice{
		"block device name 'root' is reserved": {Name: "root", Storage: infrav1.BlockDeviceStorage{Type: infrav1.LocalBlockDevice}},
		"invalid block device type Tape":       {Name: "x", Storage: infrav1.BlockDeviceStorage{Type: "Tape"}},
	} {
		_, err := BlockDevices(ServerRequest{BlockDevices: []infrav1.AdditionalBlockDevice{device}}, nil)
		if err == nil || err.Error() != name {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}

func TestServerAddresses(t *testing.T) {
	server := &servers.Server{}
	if err := json.Unmarshal([]byte(`{
		"rdma": [{"addr": "10.40.0.2", "version": 4, "OS-EXT-IPS:type": "fixed"}],
		"own": [{"addr": "fd00::1", "version": 6, "OS-EXT-IPS:type": "fixed"}, {"addr": "10.0.0.2", "version": 4, "OS-EXT-IPS:type": "fixed"},
			{"addr": "203.0.113.9", "version": 4, "OS-EXT-IPS:type": "floating"}]}`), &server.Addresses); err != nil {
		t.Fatal(err)
	}
	addresses, err := ServerAddresses(server)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"type":"InternalIP","address":"10.0.0.2"},{"type":"ExternalIP","address":"203.0.113.9"},` +
		`{"type":"InternalIP","address":"fd00::1"},{"type":"InternalIP","address":"10.40.0.2"}]`
	if got := toJSON(t, addresses); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
