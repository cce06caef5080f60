# SPDX-License-Identifier: Apache-2.0
"""A cluster's key material, which Magnum makes and keeps."""

from typing import Any

from magnum.common import cert_manager as backends
from magnum.conductor.handlers.common import cert_manager
from magnum.objects import Cluster
from oslo_log import log as logging
from oslo_utils import encodeutils

from magnum_capi_rdma.documents import Certificates, KeyPair

LOG = logging.getLogger(__name__)

REFERENCES = ("ca_cert_ref", "magnum_cert_ref", "etcd_ca_cert_ref", "front_proxy_ca_cert_ref")


def of_cluster(context: Any, cluster: Any) -> Certificates:
    """The key pairs that Cluster API would make itself if it did not find them.

    Magnum signs users' certificates with the first of them, so the cluster must trust it. Tokens of service
    accounts are signed with the key of Magnum's own client certificate, as in clusters of magnum-capi-helm,
    where those in use must stay valid.
    """
    return {
        "ca": _key_pair(cert_manager.get_cluster_ca_certificate(cluster, context)),
        "etcd": _key_pair(cert_manager.get_cluster_ca_certificate(cluster, context, "etcd")),
        "proxy": _key_pair(cert_manager.get_cluster_ca_certificate(cluster, context, "front_proxy")),
        "sa": _key_pair(cert_manager.get_cluster_magnum_cert(cluster, context)),
    }


def keep(context: Any, cluster: Any) -> None:
    """Put back the certificates that the cluster has, where Magnum made new ones before it asked the driver.

    The new ones are deleted. Without this, Magnum would save them after the driver refused, and from then on
    hand out certificates that the cluster does not trust.
    """
    stored = Cluster.get_by_uuid(context, cluster.uuid)
    for field in REFERENCES:
        new, old = getattr(cluster, field), getattr(stored, field)
        if new == old:
            continue
        setattr(cluster, field, old)
        try:
            backends.get_backend().CertManager.delete_cert(new, resource_ref=cluster.uuid, context=context)
        except Exception as error:
            LOG.warning(
                "The unused certificate %s of cluster %s could not be deleted: %s", new, cluster.uuid, error
            )


def _key_pair(certificate: Any) -> KeyPair:
    return {
        "certificate": encodeutils.safe_decode(certificate.get_certificate()),
        "key": encodeutils.safe_decode(certificate.get_decrypted_private_key()),
    }
