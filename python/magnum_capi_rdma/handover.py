# SPDX-License-Identifier: Apache-2.0
"""A template, and with it all its clusters, goes to another driver.

Magnum's own objects refuse to change a template that has clusters. So this is written with Magnum's models,
in one transaction with a look at what the clusters are doing.
"""

import threading
from typing import Any

from magnum.db.sqlalchemy import models
from oslo_db.sqlalchemy import enginefacade


class InUseError(Exception):
    """A template cannot go to another driver now. The text is for the operator."""


def hand_over(template: Any, driver: str, *, with_image: bool) -> None:
    """Write the driver, all or nothing, and only if nobody else has changed it since the template was read.

    With the image, every node group of the clusters gets the template's, because that is what it runs.
    """
    with enginefacade.writer.using(threading.local()) as session:
        clusters = session.query(models.Cluster).filter_by(cluster_template_id=template.uuid)
        status = {cluster.uuid: cluster.status or "" for cluster in clusters.with_for_update()}
        busy = [uuid for uuid, now in status.items() if now.endswith("_IN_PROGRESS")]
        if busy:
            raise InUseError(f"an operation has begun on {', '.join(busy)}: wait for its end")
        row = session.query(models.ClusterTemplate).filter_by(uuid=template.uuid).with_for_update().one()
        if row.driver != template.driver:
            raise InUseError(f"its driver has become {row.driver} meanwhile")
        row.update({"driver": driver})
        if with_image:
            groups = session.query(models.NodeGroup).filter(models.NodeGroup.cluster_id.in_(status))
            groups.update({"image_id": template.image_id}, synchronize_session=False)
