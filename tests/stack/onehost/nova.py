# SPDX-License-Identifier: Apache-2.0
"""Nova behind its API: its one cell, its services, and the host that they find."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onehost.infrastructure import heartbeat, run_sql
from onehost.openstack_configuration import HOST
from onehost.stack import Stack
from onehost.steps import Service, Step, Task

SERVICES = ("nova-conductor", "nova-scheduler", "nova-compute")
HEARTBEAT = """
    SELECT id FROM nova_cell1.services
    WHERE `binary` = '${service}' AND last_seen_up >= FROM_UNIXTIME(${since});
"""


def steps(stack: Stack, configuration: Path) -> list[Step]:
    """The services can start once they are known to Keystone, and placement to them."""
    return [
        Task(
            "nova-cell",
            partial(_create_cell, stack, configuration),
            needs=("nova-database",),
            fingerprint=lambda: "created",
        ),
        *(_service(stack, name, configuration) for name in SERVICES),
        Task(
            "nova-host",
            lambda: _manage(stack, "nova host", configuration, "discover_hosts"),
            needs=("nova-compute",),
            fingerprint=lambda: HOST,
        ),
    ]


def _create_cell(stack: Stack, configuration: Path) -> None:
    if not run_sql(stack, "SELECT id FROM nova_api.cell_mappings WHERE name = 'cell1';").strip():
        _manage(stack, "nova cell", configuration, "create_cell", "--name", "cell1")


def _manage(stack: Stack, title: str, configuration: Path, *arguments: str) -> None:
    stack.run(
        title, [*stack.script("nova-manage"), "--config-file", str(configuration), "cell_v2", *arguments]
    )


def _service(stack: Stack, name: str, configuration: Path) -> Service:
    program = stack.inside("nova_compute.py") if name == "nova-compute" else stack.script(name)
    return Service(
        name=name,
        command=[*program, "--config-file", str(configuration)],
        environment=stack.environment(),
        files=(configuration,),
        ready=heartbeat(stack, HEARTBEAT, name),
        needs=("nova-cell", "rabbitmq", "placement", "identity"),
        stop_seconds=3,
    )
