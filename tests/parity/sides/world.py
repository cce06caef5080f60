# SPDX-License-Identifier: Apache-2.0
"""Magnum with its own objects in a database, and an OpenStack over HTTP, for either driver.

A side reads sites from a file, renders every cluster of each, and writes what came of it to another file.
"""

import configparser
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS / "driver"))

import cloud_server  # noqa: E402
import magnum.conf  # noqa: E402
from magnum import objects  # noqa: E402
from magnum.common import context as magnum_context  # noqa: E402
from magnum.conductor import utils as conductor_utils  # noqa: E402
from magnum.db.sqlalchemy import models  # noqa: E402
from oslo_db.sqlalchemy import enginefacade  # noqa: E402

CLOUD = "http://cloud"
OWNER = {"project_id": cloud_server.PROJECT, "user_id": cloud_server.USER}
TEMPLATE = {"coe": "kubernetes", "cluster_distro": "ubuntu", "driver": "any", "name": "kubernetes"}

Render = Callable[[Any, Any], dict[str, Any]]


def main(options_of: Callable[[dict[str, Any]], dict[str, Any]], render: Render) -> None:
    """Render the clusters of all sites in the file named first, and write the results to the second."""
    sites = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, cloud_server.serving() as cloud:
        results = [_site(Path(folder), cloud, site, options_of(site["options"]), render) for site in sites]
        text = json.dumps(results).replace(cloud.url, CLOUD)
    Path(sys.argv[2]).write_text(text, encoding="utf-8")


def _site(
    folder: Path, cloud: cloud_server.Cloud, site: dict[str, Any], options: dict[str, Any], render: Render
) -> list[dict[str, Any]]:
    _configure(folder, cloud, options)
    vars(cloud).update(site["cloud"])
    models.Base.metadata.create_all(enginefacade.writer.get_engine())
    context = _tenant(cloud)
    return [render(context, _cluster(cluster)) for cluster in site["clusters"]]


def _configure(folder: Path, cloud: cloud_server.Cloud, options: dict[str, Any]) -> None:
    """Write magnum.conf and read it, as a conductor does when it starts."""
    ours = {
        "DEFAULT": {"transport_url": "fake:/"},
        "database": {"connection": f"sqlite:///{folder}/magnum.sqlite"},
        "keystone_auth": {"auth_url": f"{cloud.url}/identity/v3"},
    }
    parser = configparser.RawConfigParser()
    parser.read_dict({**ours, **options})
    path = folder / "magnum.conf"
    with path.open("w", encoding="utf-8") as file:
        parser.write(file)
    magnum.conf.CONF(["--config-file", str(path)], project="magnum")


def _tenant(cloud: cloud_server.Cloud) -> Any:
    """The context of a request that came through Magnum's API."""
    return magnum_context.RequestContext(
        auth_token="a-token",
        auth_url=f"{cloud.url}/identity/v3",
        auth_token_info=cloud.token(["member"]),
        roles=["member"],
        is_admin=False,
        **OWNER,
    )


def _cluster(described: dict[str, Any]) -> Any:
    """A cluster with its template and node groups, made as the conductor makes them."""
    admin = magnum_context.make_admin_context(all_tenants=True)
    template = objects.ClusterTemplate(admin, **TEMPLATE, **OWNER, **described["template"])
    template.create()
    cluster = objects.Cluster(admin, cluster_template_id=template.uuid, **OWNER, **described["cluster"])
    cluster.create()
    for role in ("master", "worker"):
        group = conductor_utils._get_nodegroup_object(admin, cluster, 1, is_master=role == "master")
        _set(group, described["default_groups"][role])
    for values in described["groups"]:
        _set(objects.NodeGroup(admin, cluster_id=cluster.uuid, project_id=cluster.project_id), values)
    return objects.Cluster.get_by_uuid(admin, cluster.uuid)


def _set(group: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(group, name, value)
    group.status = "CREATE_IN_PROGRESS"
    group.create()
