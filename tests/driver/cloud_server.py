# SPDX-License-Identifier: Apache-2.0
"""A small OpenStack over HTTP: what a test puts on its shelves is what its services answer."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PROJECT, REGION = "5f3c1a9e6d2b4c7f8a0b1c2d3e4f5a6b", "0123456789abcdef0123456789abcdef", "RegionOne"

SERVICES = {
    "identity": ("identity", "/v3"),
    "image": ("image", "/v2"),
    "compute": ("compute", "/v2.1"),
    "network": ("network", "/v2.0"),
    "block-storage": ("volume", f"/v3/{PROJECT}"),
}
VERSIONS = {
    "identity": {"versions": {"values": [{"id": "v3.14", "status": "stable"}]}},
    "image": {"versions": [{"id": "v2.9", "status": "CURRENT"}]},
    "compute": {"versions": [{"id": "v2.1", "status": "CURRENT", "version": "2.96", "min_version": "2.1"}]},
    "network": {"versions": [{"id": "v2.0", "status": "CURRENT"}]},
    "block-storage": {
        "versions": [{"id": "v3.0", "status": "CURRENT", "version": "3.71", "min_version": "3.0"}]
    },
}


class Cloud:
    """The state of the cloud, and every request that reached it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[tuple[str, str, dict[str, Any], Any]] = []
        self.microversions: list[str] = []
        self.images: list[dict[str, Any]] = []
        self.flavors: list[dict[str, Any]] = []
        self.networks: list[dict[str, Any]] = []
        self.subnets: list[dict[str, Any]] = []
        self.floating_ips: list[dict[str, Any]] = []
        self.volume_types: list[dict[str, Any]] = []
        self.default_volume_type: str | None = None
        self.servers: list[dict[str, Any]] = []
        self.availability_zones: list[dict[str, Any]] = []
        self.server_groups: list[dict[str, Any]] = []
        self.credentials: list[dict[str, Any]] = []
        self.users = {USER}
        self.failing: dict[str, tuple[int, Any]] = {}
        self.missing_services: set[str] = set()
        self.regions = [REGION]
        self.flavors_per_page = 1000

    def catalogue(self) -> list[dict[str, Any]]:
        return [
            {
                "type": service_type,
                "id": name,
                "name": name,
                "endpoints": [
                    {
                        "id": f"{name}-{interface}-{region}",
                        "interface": interface,
                        "region": region,
                        "region_id": region,
                        "url": f"{self.url}/{name}{path}",
                    }
                    for interface in ("public", "internal")
                    for region in self.regions
                ],
            }
            for service_type, (name, path) in SERVICES.items()
            if service_type not in self.missing_services
        ]

    def token(self, roles: list[str]) -> dict[str, Any]:
        return {
            "token": {
                "methods": ["password"],
                "user": {"id": USER, "name": "demo", "domain": {"id": "default", "name": "Default"}},
                "project": {"id": PROJECT, "name": "demo", "domain": {"id": "default", "name": "Default"}},
                "roles": [{"id": role, "name": role} for role in roles],
                "catalog": self.catalogue(),
                "issued_at": "2026-01-01T00:00:00.000000Z",
                "expires_at": "2099-01-01T00:00:00.000000Z",
            }
        }

    def paths(self, method: str = "GET") -> list[str]:
        return [path for done, path, _query, _body in self.requests if done == method]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        for prefix, failure in self.failing.items():
            if path.startswith(prefix):
                return failure
        for pattern, function in ROUTES.items():
            wanted_method, _, wanted_path = pattern.partition(" ")
            found = re.fullmatch(wanted_path, path)
            if found and wanted_method == method:
                status, document = getattr(self, function)(query, body, *found.groups())
                return status, document
        return 404, {"message": f"{method} {path} is unknown here"}

    def issue_token(self, _query: Any, body: Any) -> tuple[int, Any]:
        issued = self.token(["admin"])
        domain = body["auth"].get("scope", {}).get("domain")
        if domain is not None:
            del issued["token"]["project"]
            issued["token"]["domain"] = {"name": "trustees", **domain}
        return 201, issued

    def versions_of(self, _query: Any, _body: Any, name: str) -> tuple[int, Any]:
        service_type = next(key for key, (known, _path) in SERVICES.items() if known == name)
        path = SERVICES[service_type][1].removesuffix(f"/{PROJECT}")
        document: dict[str, Any] = json.loads(json.dumps(VERSIONS[service_type]))
        versions = document["versions"]
        for version in versions["values"] if isinstance(versions, dict) else versions:
            version["links"] = [{"rel": "self", "href": f"{self.url}/{name}{path}/"}]
        return 300, document

    def one_image(self, _query: Any, _body: Any, identifier: str) -> tuple[int, Any]:
        return self._one(self.images, identifier, None)

    def many_images(self, query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"images": self._filtered(self.images, query)}

    def one_flavor(self, _query: Any, _body: Any, identifier: str) -> tuple[int, Any]:
        return self._one(self.flavors, identifier, "flavor")

    def many_flavors(self, query: Any, _body: Any) -> tuple[int, Any]:
        flavors = [flavor for flavor in self.flavors if query.get("is_public") == ["None"]]
        ids = [flavor["id"] for flavor in flavors]
        start = ids.index(query["marker"][0]) + 1 if "marker" in query else 0
        page = flavors[start : start + self.flavors_per_page]
        document: dict[str, Any] = {"flavors": page}
        if len(page) == self.flavors_per_page:
            document["flavors_links"] = [{"rel": "next", "href": "…"}]
        return 200, document

    def many_availability_zones(self, _query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"availabilityZoneInfo": self.availability_zones}

    def many_server_groups(self, _query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"server_groups": self.server_groups}

    def many_networks(self, query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"networks": self._filtered(self.networks, query)}

    def many_subnets(self, query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"subnets": self._filtered(self.subnets, query)}

    def many_floating_ips(self, query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"floatingips": self._filtered(self.floating_ips, query)}

    def delete_floating_ip(self, _query: Any, _body: Any, identifier: str) -> tuple[int, Any]:
        self.floating_ips = [address for address in self.floating_ips if address["id"] != identifier]
        return 204, None

    def many_volume_types(self, _query: Any, _body: Any) -> tuple[int, Any]:
        return 200, {"volume_types": self.volume_types}

    def the_default_volume_type(self, _query: Any, _body: Any) -> tuple[int, Any]:
        return self._one(self.volume_types, self.default_volume_type or "", "volume_type")

    def one_server(self, _query: Any, _body: Any, identifier: str) -> tuple[int, Any]:
        return self._one(self.servers, identifier, "server")

    def create_credential(self, _query: Any, body: Any, user: str) -> tuple[int, Any]:
        made = {
            **body["application_credential"],
            "id": f"credential-{len(self.credentials)}",
            "secret": "a-secret-that-is-in-no-log",
            "user": user,
        }
        self.credentials.append(made)
        return 201, {"application_credential": made}

    def many_credentials(self, _query: Any, _body: Any, user: str) -> tuple[int, Any]:
        if user not in self.users:
            return 404, {"error": {"code": 404, "message": f"Could not find user: {user}."}}
        return 200, {"application_credentials": self.credentials}

    def delete_credential(self, _query: Any, _body: Any, _user: str, identifier: str) -> tuple[int, Any]:
        before = len(self.credentials)
        self.credentials = [each for each in self.credentials if each["id"] != identifier]
        return (
            (204, None) if len(self.credentials) < before else (404, {"error": {"message": "gone already"}})
        )

    @staticmethod
    def _filtered(items: list[dict[str, Any]], query: dict[str, list[str]]) -> list[dict[str, Any]]:
        return [item for item in items if all(str(item.get(key)) in values for key, values in query.items())]

    @staticmethod
    def _one(items: list[dict[str, Any]], identifier: str, key: str | None) -> tuple[int, Any]:
        for item in items:
            if item["id"] == identifier:
                return 200, {key: item} if key else item
        return 404, {"itemNotFound": {"code": 404, "message": f"{identifier} could not be found."}}


ROUTES = {
    r"POST /identity/v3/auth/tokens": "issue_token",
    r"GET /(identity|image|compute|network|volume)(?:/v[0-9.]+)?/?": "versions_of",
    r"GET /image/v2/images": "many_images",
    r"GET /image/v2/images/([^/]+)": "one_image",
    r"GET /compute/v2.1/flavors/detail": "many_flavors",
    r"GET /compute/v2.1/flavors/([^/]+)": "one_flavor",
    r"GET /compute/v2.1/servers/([^/]+)": "one_server",
    r"GET /compute/v2.1/os-availability-zone": "many_availability_zones",
    r"GET /compute/v2.1/os-server-groups": "many_server_groups",
    r"GET /network/v2.0/networks": "many_networks",
    r"GET /network/v2.0/subnets": "many_subnets",
    r"GET /network/v2.0/floatingips": "many_floating_ips",
    r"DELETE /network/v2.0/floatingips/([^/]+)": "delete_floating_ip",
    rf"GET /volume/v3/{PROJECT}/types": "many_volume_types",
    rf"GET /volume/v3/{PROJECT}/types/default": "the_default_volume_type",
    r"POST /identity/v3/users/([^/]+)/application_credentials": "create_credential",
    r"GET /identity/v3/users/([^/]+)/application_credentials": "many_credentials",
    r"DELETE /identity/v3/users/([^/]+)/application_credentials/([^/]+)": "delete_credential",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement
    cloud: Cloud

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        query = parse_qs(parts.query)
        self.cloud.requests.append((self.command, parts.path, query, body))
        if microversion := self.headers.get("OpenStack-API-Version"):
            self.cloud.microversions.append(microversion)
        status, document = self.cloud.answer(self.command, parts.path, query, body)
        content = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if parts.path.endswith("/auth/tokens"):
            self.send_header("X-Subject-Token", "a-token")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - names of the base class

    def log_message(self, *_arguments: Any) -> None:
        """Be quiet."""


@contextmanager
def serving() -> Iterator[Cloud]:
    """A cloud on a free port of loopback."""
    handler = type("CloudHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.cloud = Cloud(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield handler.cloud
    finally:
        server.shutdown()
        server.server_close()
