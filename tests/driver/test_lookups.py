# SPDX-License-Identifier: Apache-2.0
"""Look-ups over HTTP: what is asked, and what comes back."""

from typing import Any

import pytest
from cloud_server import PROJECT, Cloud
from conftest import MagnumConf, tenant_of

from magnum_capi_rdma import cloud as openstack
from magnum_capi_rdma import lookups

ONE, TWO, THREE = (
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
)


def matches(context: Any, kind: Any, reference: str) -> list[dict[str, Any]]:
    return lookups.answer(openstack.connection(context), {"kind": kind, "reference": reference})["matches"]


def test_an_image_by_id(cloud: Cloud, tenant: Any) -> None:
    cloud.images = [{"id": ONE, "name": "ubuntu", "kube_version": "v1.36.3", "os_distro": "ubuntu"}]

    assert matches(tenant, "image", ONE) == cloud.images


def test_images_by_name(cloud: Cloud, tenant: Any) -> None:
    cloud.images = [
        {"id": ONE, "name": "ubuntu"},
        {"id": TWO, "name": "ubuntu"},
        {"id": THREE, "name": "other"},
    ]

    assert [image["id"] for image in matches(tenant, "image", "ubuntu")] == [ONE, TWO]


def test_a_name_that_looks_like_an_id(cloud: Cloud, tenant: Any) -> None:
    cloud.images = [{"id": ONE, "name": TWO}]
    cloud.networks = [{"id": ONE, "name": TWO}]
    cloud.flavors = [{"id": ONE, "name": TWO}]

    for kind in ("image", "network", "flavor"):
        assert [found["id"] for found in matches(tenant, kind, TWO)] == [ONE], kind


def test_what_is_not_there_has_no_matches(cloud: Cloud, tenant: Any) -> None:
    for kind in ("image", "network", "subnet", "flavor"):
        assert matches(tenant, kind, ONE) == [], kind
        assert matches(tenant, kind, "nobody") == [], kind
    assert cloud.paths()  # they were asked for


def test_a_flavor_by_name_on_a_later_page(cloud: Cloud, tenant: Any) -> None:
    cloud.flavors_per_page = 2
    cloud.flavors = [{"id": str(number), "name": f"f{number}", "extra_specs": {}} for number in range(5)]

    assert matches(tenant, "flavor", "f4") == [{"id": "4", "name": "f4", "extra_specs": {}}]
    assert set(cloud.microversions) == {"compute 2.61"}


def test_a_flavor_by_an_id_that_is_no_uuid(cloud: Cloud, tenant: Any) -> None:
    cloud.flavors = [{"id": "42", "name": "k8s.rdma"}]

    assert matches(tenant, "flavor", "42") == cloud.flavors


def test_a_network_comes_with_its_subnets(cloud: Cloud, tenant: Any) -> None:
    fabric = {"id": ONE, "name": "fabric", "project_id": PROJECT, "router:external": False, "subnets": [TWO]}
    subnet = {"id": TWO, "network_id": ONE, "cidr": "10.40.0.0/16", "allocation_pools": []}
    cloud.networks = [fabric, {"id": THREE, "name": "other", "subnets": []}]
    cloud.subnets = [subnet, {"id": THREE, "network_id": THREE}]

    assert matches(tenant, "network", "fabric") == [{**fabric, "subnets": [subnet]}]


def test_networks_of_one_name_keep_their_own_subnets(cloud: Cloud, tenant: Any) -> None:
    cloud.networks = [{"id": ONE, "name": "fabric"}, {"id": TWO, "name": "fabric"}]
    cloud.subnets = [{"id": THREE, "network_id": TWO}]

    assert [len(network["subnets"]) for network in matches(tenant, "network", "fabric")] == [0, 1]


def test_a_subnet(cloud: Cloud, tenant: Any) -> None:
    cloud.subnets = [{"id": ONE, "name": "nodes", "network_id": TWO}]

    assert matches(tenant, "subnet", "nodes") == matches(tenant, "subnet", ONE) == cloud.subnets


def test_volume_types_say_which_is_the_default(cloud: Cloud, tenant: Any) -> None:
    cloud.volume_types = [{"id": ONE, "name": "slow"}, {"id": TWO, "name": "fast"}]
    cloud.default_volume_type = TWO

    assert [(each["name"], each["is_default"]) for each in matches(tenant, "volume_types", "")] == [
        ("slow", False),
        ("fast", True),
    ]


def test_a_cloud_without_cinder_has_no_volume_types(cloud: Cloud) -> None:
    cloud.missing_services = {"block-storage"}
    assert matches(tenant_of(cloud, "member"), "volume_types", "") == []


def test_availability_zones_are_novas(cloud: Cloud, tenant: Any) -> None:
    cloud.availability_zones = [{"zoneName": "az-1", "zoneState": {"available": True}, "hosts": None}]

    assert matches(tenant, "availability_zones", "") == cloud.availability_zones


def test_a_server_group_by_name_or_id(cloud: Cloud, tenant: Any) -> None:
    cloud.server_groups = [
        {"id": ONE, "name": "apart", "policies": ["anti-affinity"]},
        {"id": TWO, "name": "apart", "policies": ["affinity"]},
        {"id": THREE, "name": ONE, "policies": []},
    ]

    assert [group["id"] for group in matches(tenant, "server_group", "apart")] == [ONE, TWO]
    assert [group["id"] for group in matches(tenant, "server_group", TWO)] == [TWO]
    assert [group["id"] for group in matches(tenant, "server_group", ONE)] == [ONE, THREE]
    assert matches(tenant, "server_group", "together") == []


def test_a_missing_service_is_named(cloud: Cloud) -> None:
    cloud.missing_services = {"network"}
    with pytest.raises(openstack.OpenStackError) as caught:
        matches(tenant_of(cloud, "member"), "network", "fabric")

    assert str(caught.value) == (
        "Neutron is not in the service catalogue, so it could not be asked for network fabric. "
        "An operator must add its endpoint, or correct the region and endpoint type in magnum.conf."
    )


@pytest.mark.parametrize(
    ("kind", "path", "failure", "said"),
    [
        (
            "flavor",
            "/compute/v2.1/flavors",
            (500, {"computeFault": {"message": "Unexpected API Error."}}),
            "Nova could not be asked for flavor k8s: HTTP 500: Unexpected API Error. "
            "Try again once it answers.",
        ),
        (
            "image",
            "/image/v2/images",
            (403, {"message": "You are not allowed."}),
            "Glance could not be asked for image k8s: HTTP 403: You are not allowed. "
            "Its policy must allow this to the user.",
        ),
        (
            "network",
            "/network/v2.0/networks",
            (503, {"NeutronError": {"type": "X", "message": "Busy."}}),
            "Neutron could not be asked for network k8s: HTTP 503: Busy. Try again once it answers.",
        ),
    ],
)
def test_a_failing_service_is_quoted(
    cloud: Cloud, tenant: Any, kind: str, path: str, failure: tuple[int, Any], said: str
) -> None:
    cloud.failing[path] = failure

    with pytest.raises(openstack.OpenStackError) as caught:
        matches(tenant, kind, "k8s")

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("kind", "service_type", "said"),
    [
        (
            "network",
            "network",
            r"^Neutron .* fabric: Unable to establish connection to http://127\.0\.0\.1:9/\S+\. ",
        ),
        (
            "flavor",
            "compute",
            r"^Nova .* fabric: nothing answers at its endpoint in the service catalogue as it",
        ),
    ],
)
def test_a_service_that_does_not_answer(cloud: Cloud, kind: str, service_type: str, said: str) -> None:
    tenant = tenant_of(cloud, "member")
    for service in tenant.auth_token_info["token"]["catalog"]:
        if service["type"] == service_type:
            service["endpoints"][0]["url"] = "http://127.0.0.1:9/nothing"

    with pytest.raises(openstack.OpenStackError, match=said):
        matches(tenant, kind, "fabric")


def test_all_answers_come_back_in_order(cloud: Cloud, tenant: Any) -> None:
    cloud.images = [{"id": ONE, "name": "ubuntu"}]
    wanted: list[Any] = [
        {"kind": "image", "reference": "ubuntu"},
        {"kind": "network", "reference": "fabric"},
        {"kind": "volume_types", "reference": ""},
    ]

    answers = lookups.answers(openstack.connection(tenant), wanted)

    assert [(answer["kind"], answer["reference"], len(answer["matches"])) for answer in answers] == [
        ("image", "ubuntu", 1),
        ("network", "fabric", 0),
        ("volume_types", "", 0),
    ]


def test_the_region_of_magnum_conf_is_asked(cloud: Cloud, magnum_conf: MagnumConf) -> None:
    cloud.regions = ["West", "East"]
    magnum_conf.add({"nova_client": {"region_name": "East", "endpoint_type": "internalURL"}})
    connection = openstack.connection(tenant_of(cloud, "member"))

    assert (connection.compute.region_name, connection.compute.interface) == ("East", "internalURL")
    assert openstack.region(connection, "public") == "East"


def test_the_only_region_needs_no_option(cloud: Cloud, tenant: Any) -> None:
    assert openstack.region(openstack.connection(tenant), "public") == "RegionOne"


def test_several_regions_need_an_option(cloud: Cloud) -> None:
    cloud.regions = ["West", "East"]

    with pytest.raises(openstack.OpenStackError, match=r"2 regions .*East, West.*\[nova_client\]"):
        openstack.region(openstack.connection(tenant_of(cloud, "member")), "public")


def test_server_faults_are_asked_as_administrator(cloud: Cloud) -> None:
    cloud.servers = [
        {"id": ONE, "status": "ERROR", "fault": {"code": 500, "message": "No valid host was found."}},
        {"id": TWO, "status": "ERROR"},
    ]

    faults = lookups.server_faults(openstack.admin_connection(), [ONE, TWO, THREE])

    assert faults == {ONE: "No valid host was found.", TWO: "", THREE: ""}
    assert "/identity/v3/auth/tokens" in cloud.paths("POST")
