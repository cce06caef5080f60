# SPDX-License-Identifier: Apache-2.0
"""OpenStack as somebody of Magnum's context: the connection, and what its errors mean in one sentence."""

import contextlib
from collections.abc import Iterator
from typing import Any

from keystoneauth1 import exceptions as keystone_exceptions
from magnum.common import context as magnum_context
from magnum.common import keystone
from openstack import exceptions
from openstack.connection import Connection
from oslo_config import cfg

# Magnum's option group for each service that is asked.
OPTION_GROUPS = {
    "block_storage": "cinder_client",
    "compute": "nova_client",
    "image": "glance_client",
    "network": "neutron_client",
}

MISSING_SERVICE = (keystone_exceptions.EndpointNotFound, exceptions.ServiceDisabledException)


class OpenStackError(Exception):
    """An OpenStack service is missing, failed or refused. The text is for ``status_reason``."""


def connection(context: Any) -> Connection:
    """A connection as whoever the context stands for, in the regions that magnum.conf names."""
    with asking("Keystone", "who is asking"):
        return Connection(session=keystone.KeystoneClientV3(context).session, **service_options(cfg.CONF))


def admin_connection() -> Connection:
    """A connection as Magnum's own user."""
    return connection(magnum_context.make_admin_context())


def service_options(conf: Any) -> dict[str, Any]:
    """Region and interface of each service, as openstacksdk wants them named."""
    options = {}
    for service, group in OPTION_GROUPS.items():
        options[f"{service}_interface"] = conf[group].endpoint_type
        if conf[group].region_name:
            options[f"{service}_region_name"] = conf[group].region_name
    return options


def raise_for(response: Any) -> None:
    """Raise what openstacksdk raises, if the answer is an error."""
    exceptions.raise_from_response(response)


def json_of(response: Any) -> dict[str, Any]:
    """The body of an answer that is no error."""
    raise_for(response)
    body: dict[str, Any] = response.json()
    return body


@contextlib.contextmanager
def asking(service: str, question: str) -> Iterator[None]:
    """Errors of openstacksdk and keystoneauth within become an :class:`OpenStackError`."""
    try:
        yield
    except MISSING_SERVICE as error:
        raise OpenStackError(
            f"{service} is not in the service catalogue, so it could not be asked for {question}. "
            "An operator must add its endpoint, or correct the region and endpoint type in magnum.conf."
        ) from error
    except (exceptions.SDKException, keystone_exceptions.ClientException, OSError) as error:
        raise OpenStackError(
            f"{service} could not be asked for {question}: {said(error)}. {remedy(error)}"
        ) from error


def said(error: Exception) -> str:
    """What a service or the way to it said, on one line."""
    if isinstance(error, exceptions.NotSupported):
        return "nothing answers at its endpoint in the service catalogue as it should"
    text = " ".join(str(getattr(error, "details", None) or getattr(error, "message", None) or error).split())
    if isinstance(error, (keystone_exceptions.ConnectFailure, keystone_exceptions.ConnectTimeout)):
        text = text.partition(": HTTP")[0]  # the rest says the same again
    status = status_of(error)
    return f"HTTP {status}: {text}".rstrip(".") if status and str(status) not in text else text.rstrip(".")


def remedy(error: Exception) -> str:
    """What to do about an error of a service."""
    if status_of(error) in (401, 403):
        return "Its policy must allow this to the user."
    return "Try again once it answers."


def status_of(error: Exception) -> int | None:
    """The HTTP status of an error, if it came with one."""
    return getattr(error, "status_code", None) or getattr(error, "http_status", None)


def identity_url(connection: Connection, interface: str) -> str:
    """The URL of Keystone in the service catalogue."""
    with asking("Keystone", "its own endpoint"):
        url = connection.session.get_endpoint(service_type="identity", interface=interface)
    if not url:
        raise OpenStackError(
            f"Keystone has no {interface} endpoint in the service catalogue. An operator must add one."
        )
    return str(url)


def region(connection: Connection, interface: str) -> str:
    """The region in which a cluster's machines live: as magnum.conf says, or the only one there is."""
    configured: str | None = connection.config.get_region_name("compute")
    if configured:
        return configured
    with asking("Keystone", "the regions of Nova"):
        plugin: Any = connection.session.auth
        catalogue = plugin.get_access(connection.session).service_catalog
        found = catalogue.get_endpoints(service_type="compute", interface=interface)
    regions = sorted({endpoint["region_id"] for endpoints in found.values() for endpoint in endpoints})
    if len(regions) == 1:
        return str(regions[0])
    raise OpenStackError(
        f"Nova has {len(regions)} regions in the service catalogue ({', '.join(regions) or 'none'}). "
        "An operator must choose one with region_name in [nova_client] of magnum.conf."
    )
