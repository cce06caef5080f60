# SPDX-License-Identifier: Apache-2.0
"""Passes of Magnum's periodic task over many clusters, with either driver.

The clusters are stand-ins for Magnum's rows: neither side pays for Magnum's database. As Magnum does, a
driver is made for each cluster of each pass.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import magnum.conf
from magnum.common import context as magnum_context


class Row(SimpleNamespace):
    """A row of Magnum's that nobody need save: nothing changes."""

    saved = 0

    def save(self) -> None:
        """Count it."""
        Row.saved += 1


def rows(described: list[dict[str, Any]]) -> list[Row]:
    """The clusters with their templates and node groups."""
    clusters = []
    for cluster in described:
        groups = [Row(**group) for group in cluster["nodegroups"]]
        template = Row(**cluster["cluster_template"])
        clusters.append(Row(**{**cluster, "nodegroups": groups, "cluster_template": template}))
    return clusters


def memory() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def used() -> float:
    """Seconds of processor time of this process, its threads among them."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def tell_and_wait(here: str, go: str) -> None:
    """Say how far this is, and wait for the word to go on."""
    Path(here).touch()
    while not Path(go).exists():
        time.sleep(0.05)


def measured(act: Callable[[], None], times: int) -> tuple[float, float]:
    """Seconds of the clock and of processors for one of many acts."""
    began, processor = time.perf_counter(), used()
    for _ in range(times):
        act()
    return (time.perf_counter() - began) / times, (used() - processor) / times


def main(
    make_driver: Callable[[], Any], group: str, look: Callable[[list[Row]], Callable[[], None]] | None = None
) -> None:
    """Measure as many passes as are asked for, after one to warm up; print the figures.

    `look` makes of the clusters what only looks at the management cluster, where a driver has that apart.
    """
    given = json.loads(Path(sys.argv[1]).read_text())
    configuration = Path(given["folder"]) / f"{group}.conf"
    configuration.write_text(f"[{group}]\nkubeconfig_file = {given['kubeconfig']}\n")
    magnum.conf.CONF(["--config-file", str(configuration)], project="magnum")
    context = magnum_context.make_admin_context(all_tenants=True)
    clusters = rows(given["clusters"])

    def one_pass() -> None:
        for cluster in clusters:
            make_driver().update_cluster_status(context, cluster)

    make_driver().update_cluster_status(context, rows(given["nobody"])[0])
    before = memory()
    tell_and_wait(given["started"], given["filled"])
    one_pass()
    while any(cluster.status != "UPDATE_IN_PROGRESS" for cluster in clusters):
        one_pass()
    grown, Row.saved = memory() - before, 0
    tell_and_wait(given["ready"], given["go"])
    seconds, processor = measured(one_pass, given["passes"])
    looking, _ = measured(look(clusters), given["passes"]) if look else (seconds, processor)
    assert Row.saved == 0, f"{Row.saved} rows were saved"
    statuses = {(cluster.status, cluster.status_reason) for cluster in clusters}
    figures = {
        "seconds": seconds,
        "looking": looking,
        "processor": processor,
        "grown": grown,
        "statuses": sorted(map(str, statuses)),
    }
    print(json.dumps(figures))
