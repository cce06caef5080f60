# SPDX-License-Identifier: Apache-2.0
"""The application credential of a cluster, and the files that are made of it."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from cloud_server import USER, Cloud
from conftest import MagnumConf, tenant_of
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from magnum.conductor.handlers.common import cert_manager

from magnum_capi_rdma import certificates, credentials
from magnum_capi_rdma.cloud import OpenStackError

OK = 200


@pytest.fixture
def certified(cluster: Any, tenant: Any) -> Any:
    """A cluster with the certificates that Magnum makes before it calls the driver."""
    cert_manager.generate_certificates_to_cluster(cluster, context=tenant)
    cluster.save()
    return cluster


def test_the_credential_is_restricted(cloud: Cloud, certified: Any) -> None:
    tenant = tenant_of(cloud, "admin", "member", "reader", "load-balancer_member")

    credentials.secrets(tenant, certified)

    (made,) = cloud.credentials
    assert made["name"].startswith(f"magnum-{certified.uuid}-")
    assert made["description"] == "Magnum cluster research"
    assert made["roles"] == [{"name": "member"}, {"name": "load-balancer_member"}]
    assert made["unrestricted"] is False
    assert made["user"] == USER


def test_two_credentials_of_a_cluster_have_two_names(cloud: Cloud, certified: Any, tenant: Any) -> None:
    credentials.secrets(tenant, certified)
    credentials.secrets(tenant, certified)

    assert len({credential["name"] for credential in cloud.credentials}) == 2


def test_clouds_yaml_is_what_the_provider_reads(cloud: Cloud, certified: Any, tenant: Any) -> None:
    secrets = credentials.secrets(tenant, certified)

    assert yaml.safe_load(secrets["clouds_yaml"]) == {
        "clouds": {
            "openstack": {
                "auth_type": "v3applicationcredential",
                "auth": {
                    "auth_url": f"{cloud.url}/identity/v3",
                    "application_credential_id": cloud.credentials[0]["id"],
                    "application_credential_secret": cloud.credentials[0]["secret"],
                },
                "identity_api_version": 3,
                "region_name": "RegionOne",
                "interface": "public",
                "verify": True,
            }
        }
    }
    assert secrets["cacert"] is None


def test_the_secret_is_in_no_log(
    cloud: Cloud, certified: Any, tenant: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        credentials.secrets(tenant, certified)

    assert "/identity/v3/" in caplog.text  # requests are logged
    assert cloud.credentials[0]["secret"] not in caplog.text


def test_the_ca_of_magnum_conf_is_handed_on(
    magnum_conf: MagnumConf, certified: Any, tenant: Any, tmp_path: Any
) -> None:
    (tmp_path / "ca.pem").write_text("the certificates")
    magnum_conf.add({"drivers": {"openstack_ca_file": tmp_path / "ca.pem", "verify_ca": False}})

    secrets = credentials.secrets(tenant, certified)

    assert secrets["cacert"] == "the certificates"
    assert yaml.safe_load(secrets["clouds_yaml"])["clouds"]["openstack"]["verify"] is False


def test_a_ca_that_cannot_be_read_is_named_and_nothing_made(
    cloud: Cloud, magnum_conf: MagnumConf, certified: Any, tenant: Any, tmp_path: Any
) -> None:
    magnum_conf.add({"drivers": {"openstack_ca_file": tmp_path / "none.pem"}})

    with pytest.raises(
        OpenStackError, match=r"openstack_ca_file .* No such file .* An operator must correct it\."
    ):
        credentials.secrets(tenant, certified)

    assert cloud.credentials == []


@pytest.mark.parametrize(
    ("configured", "of_user", "granted"),
    [
        ("member,load-balancer_member", ["reader", "member"], ["member"]),
        ("member,admin", ["admin", "member"], ["member"]),
        ("member,admin", ["admin"], ["admin"]),
        ("_member_,member", ["_member_"], ["_member_"]),
    ],
)
def test_roles(magnum_conf: MagnumConf, configured: str, of_user: list[str], granted: list[str]) -> None:
    magnum_conf.add({"capi_rdma": {"application_credential_roles": configured}})

    assert credentials.roles(of_user) == granted


def test_admin_alone_is_not_granted_unasked(magnum_conf: MagnumConf) -> None:
    with pytest.raises(
        OpenStackError, match=r"\(admin\) include none .*member.*application_credential_roles"
    ):
        credentials.roles(["admin"])


def test_a_restricted_application_credential_cannot_make_another(
    cloud: Cloud, certified: Any, tenant: Any
) -> None:
    tenant.auth_token_info["token"]["application_credential"] = {"id": "1", "name": "ci", "restricted": True}

    with pytest.raises(OpenStackError, match=r"with a password, or with .* that is unrestricted\.$"):
        credentials.secrets(tenant, certified)

    assert cloud.credentials == []


def test_a_refusal_of_keystone_is_quoted(cloud: Cloud, certified: Any, tenant: Any) -> None:
    cloud.failing[f"/identity/v3/users/{USER}/application_credentials"] = (
        403,
        {"error": {"code": 403, "message": "You are not authorized to perform the requested action."}},
    )

    with pytest.raises(OpenStackError) as caught:
        credentials.secrets(tenant, certified)

    assert str(caught.value) == (
        "Keystone could not be asked for an application credential for the cluster: HTTP 403: You are not "
        "authorized to perform the requested action. Its policy must allow this to the user."
    )


def test_delete_takes_every_credential_of_the_cluster_and_no_other(cloud: Cloud, cluster: Any) -> None:
    cloud.credentials = [
        {"id": "a", "name": f"magnum-{cluster.uuid}-0a1b2c3d"},
        {"id": "b", "name": f"magnum-{cluster.uuid}-4e5f6a7b"},
        {"id": "c", "name": "magnum-00000000-0000-4000-8000-000000000000-0a1b2c3d"},
        {"id": "d", "name": "terraform"},
    ]

    credentials.delete(cluster)
    credentials.delete(cluster)

    assert [credential["id"] for credential in cloud.credentials] == ["c", "d"]


def test_a_credential_that_somebody_else_deleted_meanwhile(cloud: Cloud, cluster: Any) -> None:
    cloud.credentials = [{"id": "a", "name": f"magnum-{cluster.uuid}-0a1b2c3d"}]
    cloud.failing[f"/identity/v3/users/{USER}/application_credentials/a"] = (
        404,
        {"error": {"message": "gone"}},
    )

    credentials.delete(cluster)

    assert len(cloud.paths("DELETE")) == 1


def test_the_credentials_of_a_user_who_is_gone_are_gone(cloud: Cloud, cluster: Any) -> None:
    cloud.users.clear()

    credentials.delete(cluster)

    assert cloud.paths("DELETE") == []


def test_certificates_are_key_pairs(certified: Any, tenant: Any) -> None:
    pairs = certificates.of_cluster(tenant, certified)

    for name, pair in pairs.items():
        certificate = x509.load_pem_x509_certificate(pair["certificate"].encode())
        key = serialization.load_pem_private_key(pair["key"].encode(), password=None)
        assert certificate.public_key() == key.public_key(), name
    assert len({pair["key"] for pair in pairs.values()}) == 4


def test_certificates_are_kept_when_their_replacement_is_refused(
    certified: Any,
    tenant: Any,
    make_cluster: Callable[..., Any],
) -> None:
    before = certificates.of_cluster(tenant, certified)
    cert_manager.generate_certificates_to_cluster(certified, context=tenant)
    replaced = certified.ca_cert_ref

    certificates.keep(tenant, certified)

    assert certificates.of_cluster(tenant, certified) == before
    certified.ca_cert_ref = replaced
    with pytest.raises(Exception, match="could not be found"):
        certificates.of_cluster(tenant, certified)


def test_the_file_of_a_cluster_gives_a_connection_with_its_own_credential(
    cloud: Cloud, certified: Any, tenant: Any
) -> None:
    secrets = credentials.secrets(tenant, certified)

    connection = credentials.connection(secrets["clouds_yaml"])

    assert connection.network.get("/networks").status_code == OK
    bodies = [body for _, path, _, body in cloud.requests if path.endswith("/auth/tokens")]
    assert bodies[-1]["auth"]["identity"] == {
        "methods": ["application_credential"],
        "application_credential": {
            "id": cloud.credentials[0]["id"],
            "secret": cloud.credentials[0]["secret"],
        },
    }


@pytest.mark.parametrize(
    "text", ["", "clouds: {}", "clouds: [", "clouds: {openstack: {auth: {auth_url: http://x}}}"]
)
def test_a_file_without_a_credential_is_said_to_be_so(text: str) -> None:
    with pytest.raises(OpenStackError, match="holds no application credential"):
        credentials.connection(text)
