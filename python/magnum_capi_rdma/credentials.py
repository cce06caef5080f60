# SPDX-License-Identifier: Apache-2.0
"""A cluster's own application credential: made for it, restricted to what it needs, deleted last of all.

The infrastructure provider deletes machines, ports and networks with it, and without it hangs in silence.
That is why it goes only once Cluster API holds nothing of the cluster any more.
"""

import secrets as random
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, TypedDict

import yaml
from keystoneauth1 import session
from keystoneauth1.identity import v3
from openstack.connection import Connection
from oslo_config import cfg
from oslo_log import log as logging

from magnum_capi_rdma import certificates, cloud, conf
from magnum_capi_rdma.documents import CredentialInUse, Secrets

LOG = logging.getLogger(__name__)

ADMIN = "admin"
NOT_FOUND = 404


class Credential(TypedDict):
    """An application credential. Keystone shows its secret once."""

    id: str
    secret: str


def secrets(context: Any, cluster: Any) -> Secrets:
    """What the cluster keeps in secrets of the management cluster, with a new application credential."""
    connection = cloud.connection(context)
    interface = conf.group().application_credential_interface
    auth_url, region = cloud.identity_url(connection, interface), cloud.region(connection, interface)
    key_pairs = certificates.of_cluster(context, cluster)
    cacert = openstack_ca(cfg.CONF.drivers.openstack_ca_file)
    credential = create(connection, context, cluster)
    verify = cfg.CONF.drivers.verify_ca
    return {
        "clouds_yaml": clouds_yaml(credential, auth_url, region, interface, verify=verify),
        "cacert": cacert,
        "certificates": key_pairs,
        "previous_user_id": cluster.user_id if cluster.user_id != context.user_id else None,
    }


def create(connection: Connection, context: Any, cluster: Any) -> Credential:
    """Make an application credential of the user for the cluster. Its secret is in no log."""
    if is_restricted(context):
        raise cloud.OpenStackError(
            "You are logged in with a restricted application credential, which cannot make another one for "
            "the cluster. Create the cluster with a password, or with an application credential that is "
            "unrestricted."
        )
    body = {
        "application_credential": {
            "name": name_prefix(cluster.uuid) + random.token_hex(4),
            "description": f"Magnum cluster {cluster.name or cluster.uuid}",
            "roles": [{"name": role} for role in roles(context.roles)],
            "unrestricted": False,
        }
    }
    with cloud.asking("Keystone", "an application credential for the cluster"):
        response = connection.identity.post(_collection(context.user_id), json=body, log=False)
        made = cloud.json_of(response)["application_credential"]
    return {"id": made["id"], "secret": made["secret"]}


def is_restricted(context: Any) -> bool:
    """Whether the user's token comes from an application credential that may not make others."""
    token = (context.auth_token_info or {}).get("token", {})
    return bool(token.get("application_credential", {}).get("restricted"))


def delete(cluster: Any) -> None:
    """Delete every application credential of the cluster. It is fine if none is left, or no user."""
    _delete(cluster, [cluster.user_id], but_for=None)


def delete_others(cluster: Any, current: CredentialInUse) -> None:
    """Delete every application credential of the cluster but for the one in use."""
    users = [cluster.user_id, current["previous_user_id"]]
    _delete(cluster, [user for user in users if user], but_for=current["id"])


def _delete(cluster: Any, users: Iterable[str], but_for: str | None) -> None:
    connection = cloud.admin_connection()
    with cloud.asking("Keystone", "the application credentials of the cluster to be deleted"):
        for collection in map(_collection, users):
            response = connection.identity.get(collection)
            found = (
                []
                if response.status_code == NOT_FOUND
                else cloud.json_of(response)["application_credentials"]
            )
            for credential in found:
                if credential["name"].startswith(name_prefix(cluster.uuid)) and credential["id"] != but_for:
                    _delete_one(connection, f"{collection}/{credential['id']}")
                    LOG.info("Application credential %s is deleted.", credential["name"])


def name_prefix(cluster_uuid: str) -> str:
    """How the names of a cluster's application credentials begin, as those of magnum-capi-helm do."""
    return f"magnum-{cluster_uuid}-"


def roles(of_user: Collection[str]) -> list[str]:
    """Those of the configured roles that the user has; admin only where there is no other."""
    allowed: list[str] = conf.group().application_credential_roles
    granted = [role for role in allowed if role in of_user]
    granted = [role for role in granted if role != ADMIN] or granted
    if not granted:
        raise cloud.OpenStackError(
            f"Your roles in the project ({', '.join(sorted(of_user)) or 'none'}) include none that a "
            f"cluster may be given ({', '.join(allowed)}). Ask for one of these, or an operator to extend "
            "application_credential_roles in magnum.conf."
        )
    return granted


def clouds_yaml(credential: Credential, auth_url: str, region: str, interface: str, *, verify: bool) -> str:
    """The file by which the infrastructure provider and the cluster itself reach OpenStack."""
    openstack = {
        "auth_type": "v3applicationcredential",
        "auth": {
            "auth_url": auth_url,
            "application_credential_id": credential["id"],
            "application_credential_secret": credential["secret"],
        },
        "identity_api_version": 3,
        "region_name": region,
        "interface": interface,
        "verify": verify,
    }
    return yaml.safe_dump({"clouds": {"openstack": openstack}}, sort_keys=False)


def connection(text: str) -> Connection:
    """A connection by the file that a cluster has, as the user who made it."""
    try:
        given = yaml.safe_load(text)["clouds"]["openstack"]["auth"]
        names = ("auth_url", "application_credential_id", "application_credential_secret")
        auth = v3.ApplicationCredential(**{name: given[name] for name in names})
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise cloud.OpenStackError(
            "The cluster's clouds.yaml in the management cluster holds no application credential."
        ) from error
    verify = cfg.CONF.drivers.verify_ca and (cfg.CONF.drivers.openstack_ca_file or True)
    with cloud.asking("Keystone", "a token with the cluster's own application credential"):
        own = session.Session(auth=auth, verify=verify)
        own.get_token()
        return Connection(session=own, **cloud.service_options(cfg.CONF))


def openstack_ca(path: str) -> str | None:
    """The certificates that OpenStack's endpoints are checked against, if magnum.conf names a file."""
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise cloud.OpenStackError(
            f"The file openstack_ca_file of [drivers] in magnum.conf cannot be read: {error}. "
            "An operator must correct it."
        ) from error


def _collection(user_id: str) -> str:
    return f"/users/{user_id}/application_credentials"


def _delete_one(connection: Connection, path: str) -> None:
    response = connection.identity.delete(path)
    if response.status_code != NOT_FOUND:
        cloud.raise_for(response)
