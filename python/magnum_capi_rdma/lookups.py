# SPDX-License-Identifier: Apache-2.0
"""Asks OpenStack for what the core wants to know and hands on the answers as they came."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import quote

from openstack.connection import Connection
from oslo_log import log as logging
from oslo_utils import uuidutils

from magnum_capi_rdma import cloud
from magnum_capi_rdma.documents import Answer, Lookup

LOG = logging.getLogger(__name__)

Match = dict[str, Any]

NOT_FOUND = 404
MOST_AT_ONCE = 8
# The first version of Nova's API that shows the extra specs of flavors.
FLAVORS_WITH_EXTRA_SPECS = "2.61"


def answers(connection: Connection, wanted: Iterable[Lookup]) -> list[Answer]:
    """The answers to all look-ups, asked side by side."""
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="capi-rdma-lookup") as pool:
        return list(pool.map(partial(answer, connection), wanted))


def answer(connection: Connection, lookup: Lookup) -> Answer:
    """Everything that OpenStack has under the reference: by id if it looks like one, else by name."""
    service, ask = ASK[lookup["kind"]]
    with cloud.asking(service, f"{lookup['kind'].replace('_', ' ')} {lookup['reference']}".strip()):
        matches = ask(connection, lookup["reference"])
    LOG.debug("%s knows %d of %s %s", service, len(matches), lookup["kind"], lookup["reference"])
    return {"kind": lookup["kind"], "reference": lookup["reference"], "matches": matches}


def server_faults(connection: Connection, server_ids: Iterable[str]) -> dict[str, str]:
    """What Nova says about why servers are in error; of a server without a fault it says an empty text."""
    return {server_id: _server_fault(connection, server_id) for server_id in server_ids}


def _server_fault(connection: Connection, server_id: str) -> str:
    with cloud.asking("Nova", f"the fault of server {server_id}"):
        found = _get_or_none(connection.compute, f"/servers/{quote(server_id)}") or {}
    return str(found.get("server", {}).get("fault", {}).get("message", ""))


def _images(connection: Connection, reference: str) -> list[Match]:
    if uuidutils.is_uuid_like(reference):
        found = _get_or_none(connection.image, f"/images/{quote(reference)}")
        if found is not None:
            return [found]
    return _list(connection.image, "/images", "images", name=reference)


def _flavors(connection: Connection, reference: str) -> list[Match]:
    if uuidutils.is_uuid_like(reference):
        found = _get_or_none(connection.compute, f"/flavors/{quote(reference)}", FLAVORS_WITH_EXTRA_SPECS)
        if found is not None:
            return [found["flavor"]]
    return [flavor for flavor in _all_flavors(connection) if reference in (flavor["id"], flavor["name"])]


def _all_flavors(connection: Connection) -> list[Match]:
    """Every flavor that the project may use. Unless told, Nova hides private ones from administrators."""
    flavors: list[Match] = []
    parameters = {"is_public": "None"}
    while True:
        response = connection.compute.get(
            "/flavors/detail", params=parameters, microversion=FLAVORS_WITH_EXTRA_SPECS
        )
        page = cloud.json_of(response)
        flavors += page["flavors"]
        if not page["flavors"] or not page.get("flavors_links"):
            return flavors
        parameters["marker"] = page["flavors"][-1]["id"]


def _networks(connection: Connection, reference: str) -> list[Match]:
    networks = _by_id_or_name(connection, "networks", reference)
    ids = [network["id"] for network in networks]
    subnets = _list(connection.network, "/subnets", "subnets", network_id=ids) if ids else []
    return [
        {**network, "subnets": [subnet for subnet in subnets if subnet["network_id"] == network["id"]]}
        for network in networks
    ]


def _subnets(connection: Connection, reference: str) -> list[Match]:
    return _by_id_or_name(connection, "subnets", reference)


def _volume_types(connection: Connection, _reference: str) -> list[Match]:
    try:
        types = _list(connection.block_storage, "/types", "volume_types")
        default = _get_or_none(connection.block_storage, "/types/default")
    except cloud.MISSING_SERVICE:
        LOG.info("There is no Cinder in the service catalogue, so there are no volume types.")
        return []
    default_id = (default or {}).get("volume_type", {}).get("id")
    return [{**volume_type, "is_default": volume_type["id"] == default_id} for volume_type in types]


def _availability_zones(connection: Connection, _reference: str) -> list[Match]:
    return _list(connection.compute, "/os-availability-zone", "availabilityZoneInfo")


def _server_groups(connection: Connection, reference: str) -> list[Match]:
    """The project's own groups: those of others cannot be used."""
    groups = _list(connection.compute, "/os-server-groups", "server_groups")
    return [group for group in groups if reference in (group["id"], group["name"])]


ASK: dict[str, tuple[str, Callable[[Connection, str], list[Match]]]] = {
    "image": ("Glance", _images),
    "flavor": ("Nova", _flavors),
    "network": ("Neutron", _networks),
    "subnet": ("Neutron", _subnets),
    "volume_types": ("Cinder", _volume_types),
    "availability_zones": ("Nova", _availability_zones),
    "server_group": ("Nova", _server_groups),
}


def _by_id_or_name(connection: Connection, collection: str, reference: str) -> list[Match]:
    path = f"/{collection}"
    if uuidutils.is_uuid_like(reference):
        found = _list(connection.network, path, collection, id=reference)
        if found:
            return found
    return _list(connection.network, path, collection, name=reference)


def _list(service: Any, path: str, collection: str, **filters: Any) -> list[Match]:
    found: list[Match] = cloud.json_of(service.get(path, params=filters))[collection]
    return found


def _get_or_none(service: Any, path: str, microversion: str | None = None) -> dict[str, Any] | None:
    response = service.get(path, microversion=microversion)
    return None if response.status_code == NOT_FOUND else cloud.json_of(response)
