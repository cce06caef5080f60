# SPDX-License-Identifier: Apache-2.0
"""Readiness: each probe returns an empty string when the service answers, otherwise what is missing.

A probe is told when its service was started, because a heartbeat may still be of an earlier run.
"""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

Probe = Callable[[float], str]
Identity = Callable[[], ssl.SSLContext]

TIMEOUT_SECONDS = 10
SERVER_ERROR = 500


def tcp(port: int) -> Probe:
    """Something accepts connections on a loopback port."""

    def probe(_since: float) -> str:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS):
                return ""
        except OSError as error:
            return f"127.0.0.1:{port}: {error.strerror or error}"

    return probe


def http(url: str, identity: Identity | None = None) -> Probe:
    """A URL answers with anything that is not a server error."""

    def probe(_since: float) -> str:
        try:
            handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
            if identity is not None:
                handlers.append(urllib.request.HTTPSHandler(context=identity()))
            with urllib.request.build_opener(*handlers).open(url, timeout=TIMEOUT_SECONDS):
                return ""
        except urllib.error.HTTPError as error:
            return f"{url}: HTTP {error.code}" if error.code >= SERVER_ERROR else ""
        except OSError as error:
            return f"{url}: {getattr(error, 'reason', error)}"

    return probe


def client_certificate(authority: Path, certificate: Path, key: Path) -> Identity:
    """A TLS identity, read when it is needed because the files may not exist yet."""

    def identity() -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(certificate, key)
        return context

    return identity
