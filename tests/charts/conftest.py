# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the chart tests."""

import pytest
from rendering import HERE, Helm, Object, installed


@pytest.fixture(params=["v4", "v3"], scope="session")
def helm(request: pytest.FixtureRequest) -> Helm:
    """Each supported major version of Helm in turn."""
    available = installed()
    if not available:
        pytest.fail("no Helm found: name one in $HELM, or put helm4 or helm3 into PATH")
    if request.param not in available:
        pytest.skip(f"no Helm {request.param} on this machine, only {', '.join(available)}")
    return available[request.param]


@pytest.fixture(scope="session")
def any_helm() -> Helm:
    """One Helm, for what does not depend on its version."""
    available = installed()
    if not available:
        pytest.fail("no Helm found: name one in $HELM, or put helm4 or helm3 into PATH")
    return next(iter(available.values()))


@pytest.fixture(scope="session")
def minimal(any_helm: Helm) -> list[Object]:
    """What the chart makes of the least values."""
    return any_helm.template(HERE / "values" / "minimal.yaml")
