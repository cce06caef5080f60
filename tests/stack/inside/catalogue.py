# SPDX-License-Identifier: Apache-2.0
"""Fills the cloud: `identity` with accounts and services, `contents` with what tenants find in it.

Runs inside the virtual environment; what exists already is left alone.
"""

import os
import sys
from pathlib import Path

import openstack
from openstack.connection import Connection

REGION = "RegionOne"
SERVICE_USERS = ("glance", "neutron", "nova", "placement", "cinder", "magnum")
TENANTS = ("demo", "other")
SHARED_NETWORK_OWNER = "fabric"
SERVICES = {
    "image": "glance",
    "network": "neutron",
    "compute": "nova",
    "placement": "placement",
    "block-storage": "cinder",
    "container-infra": "magnum",
}
FLAVORS = {"k8s.control": (2, 4096, 20), "k8s.rdma": (4, 8192, 20), "tiny": (1, 512, 1)}
IMAGES = {
    "ubuntu-2404-kube-v1.36.3": {"os_distro": "ubuntu", "kube_version": "v1.36.3"},
    "ubuntu-2404-kube-v1.35.6": {"os_distro": "ubuntu", "kube_version": "v1.35.6"},
    "ubuntu-2404-kube-v1.34.9": {"os_distro": "ubuntu", "kube_version": "v1.34.9"},
    "flatcar-kube-v1.36.3": {"os_distro": "flatcar", "kube_version": "v1.36.3"},
    "ubuntu-2404-no-kube-version": {"os_distro": "ubuntu"},
}
VOLUME_TYPE = "fast"


def connect(user: str) -> Connection:
    """A connection as a user whose project has the same name."""
    return openstack.connect(
        auth_url=os.environ["OS_AUTH_URL"],
        username=user,
        password=os.environ[f"{user.upper()}_PASSWORD"],
        project_name=user,
        user_domain_name="Default",
        project_domain_name="Default",
        region_name=REGION,
    )


def identity(cloud: Connection) -> None:
    """Service users, tenants and the service catalogue."""
    roles = {role.name: role for role in cloud.identity.roles()}
    if "service" not in roles:
        roles["service"] = cloud.identity.create_role(name="service")
    project = ensure_project(cloud, "service")
    for name in SERVICE_USERS:
        user = ensure_user(cloud, name, os.environ["SERVICE_PASSWORD"])
        for role in ("admin", "service"):
            cloud.identity.assign_project_role_to_user(project, user, roles[role])
    for name in TENANTS:
        user = ensure_user(cloud, name, os.environ[f"{name.upper()}_PASSWORD"])
        cloud.identity.assign_project_role_to_user(ensure_project(cloud, name), user, roles["member"])
    ensure_project(cloud, SHARED_NETWORK_OWNER)
    ensure_endpoints(cloud)


def ensure_project(cloud, name):
    """The project of this name."""
    return cloud.identity.find_project(name) or cloud.identity.create_project(name=name, domain_id="default")


def ensure_user(cloud, name, password):
    """The user of this name."""
    return cloud.identity.find_user(name) or cloud.identity.create_user(
        name=name, password=password, domain_id="default"
    )


def ensure_endpoints(cloud: Connection) -> None:
    """Each service at its address, under all three interfaces."""
    services = {service.type: service for service in cloud.identity.services()}
    known = {(endpoint.service_id, endpoint.interface) for endpoint in cloud.identity.endpoints()}
    for kind, name in SERVICES.items():
        service = services.get(kind) or cloud.identity.create_service(type=kind, name=name)
        url = os.environ[f"{kind.upper().replace('-', '_')}_URL"]
        for interface in ("public", "internal", "admin"):
            if (service.id, interface) not in known:
                cloud.identity.create_endpoint(
                    service_id=service.id, interface=interface, url=url, region_id=REGION
                )


def contents(cloud: Connection) -> None:
    """What tenants find in the cloud."""
    ensure_network(
        cloud,
        "public",
        "admin",
        {"cidr": "203.0.113.0/24"},
        is_router_external=True,
        provider_network_type="flat",
        provider_physical_network="external",
    )
    vlan = {"provider_network_type": "vlan", "provider_physical_network": "physnet1"}
    ensure_network(cloud, "rdma", "demo", fabric_subnet("10.40"), **vlan)
    ensure_network(cloud, "rdma-shared", SHARED_NETWORK_OWNER, fabric_subnet("10.41"), is_shared=True, **vlan)
    for name, (vcpus, ram, disk) in FLAVORS.items():
        if not cloud.compute.find_flavor(name):
            cloud.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
    for name, properties in IMAGES.items():
        if not cloud.image.find_image(name):
            ensure_image(cloud, name, properties)
    if not cloud.block_storage.find_type(VOLUME_TYPE):
        cloud.block_storage.create_type(name=VOLUME_TYPE, is_public=True)
    tenant = connect("demo")
    if not tenant.compute.find_keypair("demo"):
        public_key = Path(os.environ["DEMO_PUBLIC_KEY"]).read_text().strip()
        tenant.compute.create_keypair(name="demo", public_key=public_key)


def fabric_subnet(prefix: str) -> dict[str, object]:
    """The subnet of an RDMA network: no gateway, a part of the range left to pods."""
    return {
        "cidr": f"{prefix}.0.0/16",
        "gateway_ip": None,
        "allocation_pools": [{"start": f"{prefix}.0.10", "end": f"{prefix}.31.254"}],
    }


def ensure_network(cloud, name, owner, subnet, **attributes):
    """A network and its one subnet of the same name, without DHCP, owned by a project."""
    project = cloud.identity.find_project(owner)
    network = cloud.network.find_network(name, project_id=project.id) or cloud.network.create_network(
        name=name, project_id=project.id, **attributes
    )
    if not cloud.network.find_subnet(name, network_id=network.id):
        cloud.network.create_subnet(
            name=name,
            network_id=network.id,
            project_id=project.id,
            ip_version=4,
            is_dhcp_enabled=False,
            **subnet,
        )


def ensure_image(cloud: Connection, name: str, properties: dict[str, str]) -> None:
    """A public image whose few bytes no simulated host ever reads."""
    cloud.image.create_image(
        name,
        disk_format="raw",
        container_format="bare",
        visibility="public",
        data=bytes(512),
        validate_checksum=False,
        allow_duplicates=True,
        **properties,
    )


if __name__ == "__main__":
    {"identity": identity, "contents": contents}[sys.argv[1]](connect("admin"))
