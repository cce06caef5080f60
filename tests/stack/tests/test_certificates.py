# SPDX-License-Identifier: Apache-2.0
"""The stack's certificates satisfy a strict client, and its keys are for the owner only."""

import ssl
import stat

import certificates
import pytest


@pytest.fixture
def pki(tmp_path):
    certificates.main(tmp_path)
    return tmp_path


def handshake(client, server):
    """Pass what each side says to the other until both agree."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return sides


def test_both_sides_of_a_strict_connection_are_trusted(pki):
    client = ssl.create_default_context(cafile=pki / "ca.crt")
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pki / "ca.crt")
    server.verify_flags |= ssl.VERIFY_X509_STRICT
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(pki / "apiserver.crt", pki / "apiserver.key")
    client_side, server_side = handshake(client, server)
    assert client_side.version() == "TLSv1.3"
    assert ("commonName", "admin") in [pair for name in server_side.getpeercert()["subject"] for pair in name]


def test_what_is_there_stays(pki):
    before = {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()}
    certificates.main(pki)
    assert {path: path.read_bytes() for path in pki.rglob("*") if path.is_file()} == before


def test_private_keys_are_for_the_owner_only(pki):
    private = [*pki.rglob("*.key"), pki / "demo_ed25519"]
    assert len(private) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
