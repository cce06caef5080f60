# SPDX-License-Identifier: Apache-2.0
"""All steps of a stack."""

from __future__ import annotations

from onehost import cluster_api, contents, infrastructure, kubernetes, openstack, preparation
from onehost.stack import Stack
from onehost.steps import Step


def all_steps(stack: Stack) -> list[Step]:
    """What `stack up` does."""
    return [
        *preparation.shared_tasks(stack.progress),
        *preparation.stack_tasks(stack),
        *infrastructure.steps(stack),
        *kubernetes.steps(stack),
        *cluster_api.steps(stack),
        *openstack.steps(stack),
        *contents.steps(stack),
    ]
