# SPDX-License-Identifier: Apache-2.0
"""What the cloud contains: accounts, a service catalogue, and what tenants find in it."""

from __future__ import annotations

from onehost.layout import SOURCE
from onehost.stack import Stack
from onehost.steps import Step, Task, content, digest


def steps(stack: Stack) -> list[Step]:
    """The accounts as soon as there is Keystone, the rest when all APIs answer."""

    def task(part: str, needs: tuple[str, ...]) -> Task:
        return Task(
            part,
            lambda: stack.run(part, [*stack.inside("catalogue.py"), part], **_catalogue_environment(stack)),
            needs=needs,
            fingerprint=lambda: digest(content(SOURCE / "inside" / "catalogue.py")),
        )

    return [
        task("identity", ("keystone",)),
        task(
            "contents", ("identity", "glance", "neutron", "placement", "nova-api", "cinder", "certificates")
        ),
    ]


def _catalogue_environment(stack: Stack) -> dict[str, str]:
    urls = {
        "IMAGE_URL": stack.url("glance"),
        "NETWORK_URL": stack.url("neutron"),
        "PLACEMENT_URL": stack.url("placement"),
        "COMPUTE_URL": f"{stack.url('nova')}/v2.1",
        "BLOCK_STORAGE_URL": f"{stack.url('cinder')}/v3",
        "CONTAINER_INFRA_URL": f"{stack.url('magnum')}/v1",
    }
    accounts = {
        f"{name.upper()}_PASSWORD": stack.passwords[name] for name in ("admin", "service", "demo", "other")
    }
    keypair = {"DEMO_PUBLIC_KEY": str(stack.layout.pki / "demo_ed25519.pub")}
    return {"OS_AUTH_URL": f"{stack.url('keystone')}/v3", **urls, **accounts, **keypair}
