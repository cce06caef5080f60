# SPDX-License-Identifier: Apache-2.0
"""The configuration files of the OpenStack services."""

from __future__ import annotations

from onehost import packages
from onehost.infrastructure import database_url, messaging_url
from onehost.stack import Stack
from onehost.templates import ConfigurationFile, render

HOST = "simulated-host"
INTERFACE = "ens81"
FOLDERS = (
    "keystone",
    "glance/images",
    "glance/staging",
    "glance/tasks",
    "neutron",
    "nova",
    "cinder",
    "magnum",
    "locks",
)


def files(stack: Stack) -> dict[str, ConfigurationFile]:
    """One file for each service, by the service's name."""
    common = {
        "database": database_url(stack),
        "messaging": messaging_url(stack),
        "data": stack.layout.data,
        "shipped": packages.shared_venv() / "etc",
    }

    def configuration(template: str, user: str, **values: object) -> ConfigurationFile:
        authtoken = _fragment(stack, "authtoken.conf", user)
        return stack.configuration(template, user, **common, authtoken=authtoken, **values)

    return {
        "keystone": configuration("keystone.conf", "keystone"),
        "glance": configuration("glance-api.conf", "glance"),
        "neutron": configuration("neutron.conf", "neutron"),
        "placement": configuration("placement.conf", "placement"),
        "cinder": configuration("cinder.conf", "cinder"),
        "nova": configuration(
            "nova.conf",
            "nova",
            host=HOST,
            interface=INTERFACE,
            virtual_functions=stack.settings.virtual_functions,
            image=stack.url("glance"),
            placement_user=_user(stack, "placement", "nova"),
            neutron_user=_user(stack, "neutron", "nova"),
            service_user=_user(stack, "service_user", "nova"),
        ),
        "magnum": configuration(
            "magnum.conf",
            "magnum",
            port=stack.ports["magnum"],
            kubeconfig=stack.layout.driver_kubeconfig,
            helm=stack.layout.bin / "helm",
            keystone_auth=_user(stack, "keystone_auth", "magnum"),
            extra=stack.settings.magnum_conf,
        ),
    }


def write(stack: Stack) -> None:
    """Put all files in place, and the folders that they name."""
    for folder in FOLDERS:
        (stack.layout.data / folder).mkdir(parents=True, exist_ok=True)
    for file in files(stack).values():
        file.write()
    _link_nova_pipeline(stack)


def _link_nova_pipeline(stack: Stack) -> None:
    """Nova's API reads its pipeline from the folder of its configuration only."""
    link = stack.layout.etc / "nova" / "api-paste.ini"
    link.unlink(missing_ok=True)
    link.symlink_to(packages.shared_venv() / "etc" / "nova" / "api-paste.ini")


def _user(stack: Stack, section: str, user: str) -> str:
    return _fragment(stack, "service-user.conf", user, section=section)


def _fragment(stack: Stack, template: str, user: str, **values: str) -> str:
    account = {"identity": stack.url("keystone"), "username": user, "password": stack.passwords["service"]}
    return render(template, {**account, **values})
