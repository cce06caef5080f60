# SPDX-License-Identifier: Apache-2.0
"""Places that charts come from, on the loopback interface: a repository and a registry."""

from __future__ import annotations

import datetime
import hashlib
import http.server
import ipaddress
import os
import pathlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from rendering import CHART, Helm

NAME = "openstack-cluster"
VERSIONS = ("1.2.3", "1.3.0")


def run(*command: str | os.PathLike[str], **variables: str) -> str:
    """What a command prints; it must succeed."""
    environment = {**os.environ, **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def package(helm: Helm, folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Archives of the embedded chart, by the versions they say they have."""
    folder.mkdir(exist_ok=True)
    for version in VERSIONS:
        run(helm.program, "package", CHART, "--version", version, "--destination", folder)
    return {version: folder / f"{NAME}-{version}.tgz" for version in VERSIONS}


def digest(file: pathlib.Path) -> str:
    """As sha256sum prints it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


class Repository:
    """A chart repository that remembers what it was asked for."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.requests: list[str] = []
        self.silent = threading.Event()
        """Set, it accepts requests for archives and answers none."""
        self._over = threading.Event()
        repository = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments: object) -> None:
                super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

            def do_GET(self) -> None:
                repository.requests.append(self.path)
                if self.path.endswith(".tgz") and repository.silent.is_set():
                    repository._over.wait()
                    return
                super().do_GET()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def archives(self) -> list[str]:
        """The archives it was asked for."""
        return [path for path in self.requests if path.endswith(".tgz")]

    def stop(self) -> None:
        """Answer nobody any more."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


def certificate(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate for the loopback address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry")])
    now = datetime.datetime.now(datetime.timezone.utc)
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "registry.crt", folder / "registry.key"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@contextmanager
def registry(folder: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """A registry's address, and the certificate to trust for it."""
    program = shutil.which("oci-registry")
    if program is None:
        pytest.fail("no oci-registry found: `tools/chore helm` builds it, and its folder must be in PATH")
    trusted, key = certificate(folder)
    command = [program, "--certificate", str(trusted), "--key", str(key)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), trusted
        finally:
            process.kill()
