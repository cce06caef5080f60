# SPDX-License-Identifier: Apache-2.0
"""Magnum as it is, with its own objects in a database, beside a small OpenStack."""

import configparser
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloud_server
import magnum.conf
import pytest
from magnum import objects
from magnum.common import context as magnum_context
from magnum.common import rpc
from magnum.conductor import utils as conductor_utils
from magnum.db.sqlalchemy import models
from magnum.objects.fields import ClusterStatus
from oslo_db.sqlalchemy import enginefacade

Sections = dict[str, dict[str, Any]]

NAME = "research"


class MagnumConf:
    """The file magnum.conf of a test, which may be added to at any time."""

    def __init__(self, path: Path, sections: Sections) -> None:
        self.path = path
        self._sections: Sections = {}
        self.add(sections)

    def add(self, sections: Sections) -> None:
        for section, values in sections.items():
            self._sections.setdefault(section, {}).update(values)
        parser = configparser.RawConfigParser()
        parser.read_dict(self._sections)
        with self.path.open("w", encoding="utf-8") as file:
            parser.write(file)
        magnum.conf.CONF(["--config-file", str(self.path)], project="magnum")


@pytest.fixture(scope="session")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("database") / "magnum.sqlite"


@pytest.fixture
def magnum_conf(tmp_path: Path, database_file: Path) -> MagnumConf:
    return MagnumConf(
        tmp_path / "magnum.conf",
        {
            "DEFAULT": {"transport_url": "fake:/"},
            "database": {"connection": f"sqlite:///{database_file}"},
            "certificates": {"cert_manager_type": "x509keypair"},
            "keystone_auth": {"auth_url": "http://127.0.0.1:9/identity/v3"},
            "capi_rdma": {
                "kubeconfig_file": tmp_path / "no-such-kubeconfig",
                "chart_directory": tmp_path / "chart",
            },
        },
    )


@pytest.fixture
def database(magnum_conf: MagnumConf) -> Iterator[None]:
    engine = enginefacade.writer.get_engine()
    models.Base.metadata.create_all(engine)
    yield
    models.Base.metadata.drop_all(engine)


@pytest.fixture
def cloud(magnum_conf: MagnumConf) -> Iterator[cloud_server.Cloud]:
    with cloud_server.serving() as served:
        magnum_conf.add(
            {
                "keystone_auth": {
                    "auth_url": f"{served.url}/identity/v3",
                    "username": "magnum",
                    "password": "secret",
                    "project_name": "service",
                    "user_domain_id": "default",
                    "project_domain_id": "default",
                },
                # Magnum 20 to 22 asks, before it shows a tenant's certificate, which domain trustees are in.
                "keystone_authtoken": {"www_authenticate_uri": f"{served.url}/identity/v3"},
                "trust": {"trustee_domain_admin_id": "trustee-admin", "trustee_domain_id": "trustees"},
            }
        )
        yield served


@pytest.fixture
def rpc_ready(magnum_conf: MagnumConf) -> Iterator[None]:
    rpc.init(magnum.conf.CONF)
    yield
    rpc.cleanup()


@pytest.fixture
def admin() -> Any:
    """The context of Magnum's periodic tasks: an administrator without a token."""
    return magnum_context.make_admin_context(all_tenants=True)


@pytest.fixture
def tenant(cloud: cloud_server.Cloud) -> Any:
    """The context of a request: a user with the token that Keystone gave."""
    return tenant_of(cloud, "member", "reader")


def tenant_of(cloud: cloud_server.Cloud, *roles: str) -> Any:
    return magnum_context.RequestContext(
        auth_token="a-token",
        auth_token_info=cloud.token(list(roles)),
        user_id=cloud_server.USER,
        project_id=cloud_server.PROJECT,
        roles=list(roles),
        is_admin=False,
    )


@pytest.fixture
def make_cluster(database: None, admin: Any) -> Callable[..., Any]:
    """Makes a cluster with its template and its two default node groups, as the conductor does."""

    def make(template: dict[str, Any] | None = None, **values: Any) -> Any:
        cluster_template = objects.ClusterTemplate(
            admin,
            **{
                "uuid": str(uuid.uuid4()),
                "project_id": cloud_server.PROJECT,
                "user_id": cloud_server.USER,
                "name": "kubernetes",
                "image_id": "ubuntu",
                "flavor_id": "k8s.rdma",
                "master_flavor_id": "k8s.control",
                "external_network_id": "public",
                "network_driver": "calico",
                "cluster_distro": "ubuntu",
                "coe": "kubernetes",
                "server_type": "vm",
                "driver": "k8s_capi_rdma",
                "labels": {"rdma_network": "fabric"},
                **(template or {}),
            },
        )
        cluster_template.create()
        cluster = objects.Cluster(
            admin,
            **{
                "uuid": str(uuid.uuid4()),
                "project_id": cloud_server.PROJECT,
                "user_id": cloud_server.USER,
                "name": NAME,
                "cluster_template_id": cluster_template.uuid,
                "keypair": "demo",
                "labels": {"rdma_network": "fabric"},
                "create_timeout": 60,
                "status": ClusterStatus.CREATE_IN_PROGRESS,
                **values,
            },
        )
        cluster.create()
        for is_master in (True, False):
            node_group = conductor_utils._get_nodegroup_object(admin, cluster, 1, is_master=is_master)
            node_group.status = cluster.status
            node_group.create()
        return objects.Cluster.get_by_uuid(admin, cluster.uuid)

    return make


@pytest.fixture
def cluster(make_cluster: Callable[..., Any]) -> Any:
    return make_cluster()
