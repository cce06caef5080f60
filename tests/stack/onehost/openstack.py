# SPDX-License-Identifier: Apache-2.0
"""The OpenStack services: their databases, their APIs, and the services behind those."""

from __future__ import annotations

import getpass
import grp
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from onehost import nova, openstack_configuration, probes
from onehost.infrastructure import database_url, heartbeat, run_sql
from onehost.layout import SOURCE
from onehost.openstack_configuration import HOST, INTERFACE
from onehost.stack import Stack
from onehost.steps import Service, Step, Task, content, digest
from onehost.templates import render

CONFIGURATION = "openstack-configuration"
MAGNUM_HEARTBEAT = """
    SELECT id FROM magnum.magnum_service
    WHERE `binary` = '${service}' AND last_seen_up >= FROM_UNIXTIME(${since});
"""


def steps(stack: Stack) -> list[Step]:
    """All of OpenStack."""
    configurations = {name: file.path for name, file in openstack_configuration.files(stack).items()}
    return [
        Task(CONFIGURATION, partial(openstack_configuration.write, stack)),
        *_databases(stack, configurations),
        *(_served(stack, api, configurations) for api in _apis(stack, configurations)),
        *nova.steps(stack, configurations["nova"]),
        _magnum_conductor(stack, configurations["magnum"]),
    ]


# ---- Databases


def _databases(stack: Stack, configurations: dict[str, Path]) -> list[Step]:
    def task(service: str, *commands: list[str]) -> Task:
        def run() -> None:
            for command in commands:
                program, *arguments = command
                stack.run(
                    f"{service} database",
                    [*stack.script(program), "--config-file", str(configurations[service]), *arguments],
                )

        return Task(
            f"{service}-database", run, needs=("databases", "venv", CONFIGURATION), fingerprint=_requirements
        )

    owner = ["--keystone-user", getpass.getuser(), "--keystone-group", grp.getgrgid(os.getgid()).gr_name]
    cells = database_url(stack)
    return [
        task(
            "keystone",
            ["keystone-manage", "db_sync"],
            ["keystone-manage", "fernet_setup", *owner],
            ["keystone-manage", "credential_setup", *owner],
            ["keystone-manage", "bootstrap", *_bootstrap(stack)],
        ),
        task("glance", ["glance-manage", "db_sync"]),
        task("neutron", ["neutron-db-manage", "upgrade", "head"]),
        task("placement", ["placement-manage", "db", "sync"]),
        task("cinder", ["cinder-manage", "db", "sync"]),
        task("magnum", ["magnum-db-manage", "upgrade"]),
        task(
            "nova",
            ["nova-manage", "api_db", "sync"],
            [
                "nova-manage",
                "cell_v2",
                "map_cell0",
                "--database_connection",
                f"{cells}/nova_cell0?charset=utf8mb3",
            ],
            ["nova-manage", "db", "sync"],
        ),
        Task(
            "neutron-agents",
            lambda: _add_agents(stack),
            needs=("neutron-database",),
            fingerprint=lambda: render("neutron-agents.sql", {"host": HOST, "interface": INTERFACE}),
        ),
    ]


def _requirements() -> str:
    return digest(content(SOURCE / "requirements.txt"))


def _bootstrap(stack: Stack) -> list[str]:
    url = f"{stack.url('keystone')}/v3/"
    return [
        "--bootstrap-password",
        stack.passwords["admin"],
        "--bootstrap-public-url",
        url,
        "--bootstrap-internal-url",
        url,
        "--bootstrap-admin-url",
        url,
        "--bootstrap-region-id",
        "RegionOne",
    ]


def _add_agents(stack: Stack) -> None:
    run_sql(stack, render("neutron-agents.sql", {"host": HOST, "interface": INTERFACE}))


# ---- APIs


@dataclass(frozen=True)
class Api:
    """How one of the APIs is served: its WSGI application, and where that finds its configuration."""

    name: str
    application: str
    needs: tuple[str, ...]
    path: str = "/"
    arguments: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


def _apis(stack: Stack, configurations: dict[str, Path]) -> list[Api]:
    def folder(service: str) -> str:
        return str(configurations[service].parent)

    return [
        Api(
            "keystone",
            "keystone.wsgi.api:application",
            ("keystone-database",),
            path="/v3",
            environment={"OS_KEYSTONE_CONFIG_DIR": folder("keystone")},
        ),
        Api(
            "glance",
            "glance.wsgi.api:application",
            ("glance-database",),
            path="/healthcheck",
            environment={"OS_GLANCE_CONFIG_DIR": folder("glance")},
        ),
        Api(
            "neutron",
            "neutron.wsgi.api:application",
            ("neutron-agents", "rabbitmq"),
            environment={
                "OS_NEUTRON_CONFIG_DIR": folder("neutron"),
                "OS_NEUTRON_CONFIG_FILES": configurations["neutron"].name,
            },
        ),
        Api(
            "placement",
            "placement.wsgi.api:application",
            ("placement-database",),
            environment={"OS_PLACEMENT_CONFIG_DIR": folder("placement")},
        ),
        Api(
            "nova-api",
            "nova.wsgi.osapi_compute:application",
            ("nova-cell", "rabbitmq"),
            environment={"OS_NOVA_CONFIG_DIR": folder("nova")},
        ),
        Api(
            "cinder",
            "cinder.wsgi.api:application",
            ("cinder-database", "rabbitmq"),
            arguments=f"--config-file {configurations['cinder']}",
        ),
        Api(
            "magnum-api",
            "magnum.wsgi.api:application",
            ("magnum-database", "rabbitmq", "driver"),
            arguments=f"--config-file {configurations['magnum']}",
            files=(stack.layout.driver_wheel,),
        ),
    ]


def _served(stack: Stack, api: Api, configurations: dict[str, Path]) -> Service:
    service = api.name.removesuffix("-api")
    options = SOURCE / "etc" / "uwsgi.ini"
    address = f"127.0.0.1:{stack.ports[service]}"
    server = [*stack.script("pyuwsgi"), "--ini", str(options), "--http-socket", address]
    arguments = ["--pyargv", api.arguments] if api.arguments else []
    return Service(
        name=api.name,
        command=[*server, "--module", api.application, *arguments],
        environment=stack.environment(**api.environment),
        files=(options, configurations[service], *api.files),
        ports=(stack.ports[service],),
        ready=probes.http(f"{stack.url(service)}{api.path}"),
        needs=api.needs,
    )


# ---- Magnum's conductor


def _magnum_conductor(stack: Stack, configuration: Path) -> Service:
    return Service(
        name="magnum-conductor",
        command=[*stack.script("magnum-conductor"), "--config-file", str(configuration)],
        environment=stack.environment(),
        files=(configuration, stack.layout.driver_wheel),
        ready=heartbeat(stack, MAGNUM_HEARTBEAT, "magnum-conductor"),
        needs=("magnum-database", "rabbitmq", "driver", "identity", "driver-account", "program-links"),
        stop_seconds=4,
    )
