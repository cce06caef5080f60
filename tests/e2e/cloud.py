# SPDX-License-Identifier: Apache-2.0
"""The stack as its users reach it: the real clients for what a person does, the APIs for what is checked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import openstack

Document = dict[str, Any]
POLL_SECONDS = 1.0
# Longer than any step takes on two busy cores. Nothing depends on how long it really is.
PATIENCE_SECONDS = 900.0

IMAGE = "ubuntu-2404-kube-v1.36.3"
NOT_FOUND = 404
ATTEMPTS = 10


class Stack:
    """The services, through the command that starts them."""

    def __init__(self, name: str, root: Path, wheel: Path) -> None:
        self.name, self._wheel, self._program = name, wheel, str(root / "tests/stack/stack")

    def up(self, *arguments: str) -> None:
        """Start what does not run, and restart what has another configuration."""
        command = [self._program, "up", "--name", self.name, "--driver", str(self._wheel), *arguments]
        subprocess.run(command, check=True)

    def down(self, *arguments: str) -> None:
        """Stop everything; fine if nothing runs."""
        command = [self._program, "down", "--name", self.name, *arguments]
        subprocess.run(command, check=False, stdout=sys.stderr)

    def environment(self, user: str) -> dict[str, str]:
        """What ``stack env`` exports for the user, and the variable SHELL that every login has.

        ``openstack coe cluster config`` needs SHELL, which a job of continuous integration may lack.
        """
        exports = f'"{self._program}" env --name {self.name} --as {user}'
        command = f'eval "$({exports})" && export SHELL="${{SHELL:-/bin/sh}}" && env -0'
        printed = subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout
        return dict(pair.split("=", 1) for pair in printed.split("\0") if "=" in pair)


class Cloud:
    """The cloud as one user sees it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    # ---- the real clients

    def refused(self, *command: str) -> str:
        """What a command says that must not succeed."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode != 0, f"{' '.join(command)}\n{done.stdout}"
        return done.stdout + done.stderr

    def run(self, *command: str, text: str | None = None) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, input=text, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def openstack(self, *command: str) -> Any:
        """What the openstack client answers, as JSON."""
        return json.loads(self.run("openstack", *command, "-f", "json"))

    def kubectl(self, *command: str) -> Any:
        """What kubectl answers about the management cluster, as JSON."""
        return json.loads(self.run("kubectl", *command, "-o", "json"))

    def create_template(
        self,
        name: str,
        *,
        image: str = IMAGE,
        driver: str = "calico",
        made_by: str = "k8s_capi_rdma",
        **labels: str,
    ) -> str:
        """Make a cluster template if it is not there; the stack has no Octavia, so clusters do without."""
        if self.magnum(f"/clustertemplates/{name}"):
            return name
        labels = {"api_load_balancer_enabled": "false", **labels}
        self.run(
            "openstack",
            "coe",
            "cluster",
            "template",
            "create",
            name,
            "--coe",
            "kubernetes",
            "--image",
            image,
            "--external-network",
            "public",
            "--flavor",
            "k8s.rdma",
            "--master-flavor",
            "k8s.control",
            "--network-driver",
            driver,
            "--driver",
            made_by,
            "--labels",
            ",".join(f"{key}={value}" for key, value in labels.items()),
        )
        return name

    def create_cluster(self, name: str, template: str, *, workers: int = 1, **labels: str) -> str:
        """Ask for a cluster; returns its UUID."""
        given = ",".join(f"{key}={value}" for key, value in labels.items())
        extra = ("--labels", given, "--merge-labels") if labels else ()
        accepted = self.run(
            "openstack",
            "coe",
            "cluster",
            "create",
            name,
            "--cluster-template",
            template,
            "--keypair",
            "demo",
            "--master-count",
            "1",
            "--node-count",
            str(workers),
            *extra,
        )
        return re.findall(r"[0-9a-f-]{36}", accepted)[0]

    def delete_cluster(self, uuid: str) -> None:
        """Ask for a cluster's end."""
        self.run("openstack", "coe", "cluster", "delete", uuid)

    # ---- the APIs

    @cached_property
    def api(self) -> openstack.connection.Connection:
        """All of OpenStack's APIs."""
        given = self.environment
        return openstack.connect(
            auth_url=given["OS_AUTH_URL"],
            username=given["OS_USERNAME"],
            password=given["OS_PASSWORD"],
            project_name=given["OS_PROJECT_NAME"],
            user_domain_name=given["OS_USER_DOMAIN_NAME"],
            project_domain_name=given["OS_PROJECT_DOMAIN_NAME"],
            region_name=given["OS_REGION_NAME"],
            load_yaml_config=False,
            load_envvars=False,
        )

    def magnum(self, path: str) -> Document | None:
        """A document of Magnum's API, or nothing where there is none."""
        endpoint = self.api.session.get_endpoint(service_type="container-infra")
        headers = {"OpenStack-API-Version": "container-infra latest", "Accept": "application/json"}
        for _ in range(ATTEMPTS):
            response = self.api.session.get(f"{endpoint}{path}", headers=headers, raise_exc=False)
            if response.status_code == NOT_FOUND:
                return None
            if response.ok:
                return dict(response.json())
            # While Magnum removes a cluster, its node groups first, it cannot show it: no master is left.
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"{path}: {response.status_code} {response.text}")

    def cluster(self, uuid: str) -> Document:
        """A cluster as Magnum has it; empty where there is none."""
        return self.magnum(f"/clusters/{uuid}") or {}

    def node_groups(self, uuid: str) -> dict[str, Document]:
        """A cluster's node groups in full, by name."""
        listed = (self.magnum(f"/clusters/{uuid}/nodegroups") or {"nodegroups": []})["nodegroups"]
        return {
            group["name"]: self.magnum(f"/clusters/{uuid}/nodegroups/{group['uuid']}") or {}
            for group in listed
        }

    def wait_created(self, uuid: str) -> tuple[Document, list[str]]:
        """A cluster once its create is over, and every reason that it gave meanwhile."""
        ends = ("CREATE_COMPLETE", "CREATE_FAILED")
        return self.wait_until(uuid, lambda cluster: cluster.get("status") in ends)

    def change(self, uuid: str, *command: str) -> tuple[Document, list[str]]:
        """Ask for a change with the openstack client; the cluster once the change is over, and its reasons.

        A change takes several seconds at least, so it is seen to begin.
        """
        before = self.cluster(uuid)
        self.run("openstack", "coe", *command)

        def has_begun(cluster: Document) -> bool:
            failed = cluster["status"] == "UPDATE_FAILED"
            return cluster["status"] == "UPDATE_IN_PROGRESS" or (failed and cluster != before)

        self.wait_until(uuid, has_begun)
        return self.wait_until(
            uuid, lambda cluster: cluster["status"] in ("UPDATE_COMPLETE", "UPDATE_FAILED")
        )

    def wait_deleted(self, uuid: str) -> Document:
        """What is left of a cluster once its delete is over: nothing, or the cluster with the reason."""
        return self.wait_until(uuid, lambda cluster: cluster.get("status") in (None, "DELETE_FAILED"))[0]

    def wait_until(self, uuid: str, over: Callable[[Document], bool]) -> tuple[Document, list[str]]:
        """Look until an operation is over.

        The API answers before the conductor has begun, so the status before an operation tells nothing.
        """
        reasons: list[str] = []
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            cluster = self.cluster(uuid)
            reason = cluster.get("status_reason")
            if reason and reason not in reasons[-1:]:
                reasons.append(reason)
            if over(cluster):
                return cluster, reasons
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"{uuid} is still in progress after {PATIENCE_SECONDS} s: {reasons[-3:]}")

    def belongings(self) -> dict[str, set[str]]:
        """All that a cluster can leave behind, in every service, by kind and name; as an administrator."""
        api = self.api
        found = {
            "servers": {server.name for server in api.compute.servers(all_projects=True)},
            "ports": {port.id for port in api.network.ports()},
            "networks": {network.name for network in api.network.networks()},
            "routers": {router.name for router in api.network.routers()},
            "floating IPs": {address.floating_ip_address for address in api.network.ips()},
            "security groups": {
                f"{group.name} of {group.project_id}" for group in api.network.security_groups()
            },
            "volumes": {volume.id for volume in api.block_storage.volumes(all_projects=True)},
            "application credentials": set(self.application_credentials()),
        }
        kinds = self.run(
            "kubectl",
            "api-resources",
            "--verbs=list",
            "--namespaced",
            "-o",
            "name",
            "--categories=cluster-api",
        )
        for item in self.kubectl("get", ",".join(("secrets", *kinds.split())), "--all-namespaces")["items"]:
            name = f"{item['metadata']['namespace']}/{item['metadata']['name']}"
            found.setdefault(item["kind"], set()).add(name)
        return found

    def application_credentials(self) -> dict[str, Document]:
        """The application credentials of the tenant, by name; as an administrator."""
        user = self.api.identity.find_user("demo", ignore_missing=False)
        response = self.api.identity.get(f"/users/{user.id}/application_credentials")
        return {found["name"]: found for found in response.json()["application_credentials"]}


def left_over(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is there now and was not before, by kind."""
    new = {kind: names - before.get(kind, set()) for kind, names in after.items()}
    return {kind: names for kind, names in new.items() if names}
