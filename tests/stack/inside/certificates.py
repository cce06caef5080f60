# SPDX-License-Identifier: Apache-2.0
"""Makes the keys and certificates of a stack in the folder given; what is there already stays.

Runs inside the virtual environment, for the cryptography package.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=3650)
SERVER_NAMES = [
    x509.DNSName("localhost"),
    x509.DNSName("kubernetes.default.svc"),
    x509.IPAddress(IPv4Address("127.0.0.1")),
    x509.IPAddress(IPv4Address("10.96.0.1")),
]
AUTHORITY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def main(folder: Path) -> None:
    """Make what is missing."""
    if not (folder / "ca.key").exists():
        make_authority(folder)
    key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    authority_key = cast(ec.EllipticCurvePrivateKey, key)
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    make_certificate(folder / "apiserver", "kube-apiserver", None, authority, authority_key)
    make_certificate(folder / "webhook" / "tls", "webhook", None, authority, authority_key)
    make_certificate(folder / "admin", "admin", "system:masters", authority, authority_key)
    make_key_pair(folder / "service-account.key", folder / "service-account.pub")
    make_ssh_key(folder / "demo_ed25519", folder / "demo_ed25519.pub")


def make_authority(folder: Path) -> None:
    """The authority that signs all certificates of the stack."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = subject("stack authority", None)
    certificate = (
        unsigned(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(AUTHORITY_USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )
    write_key(folder / "ca.key", key)
    (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def make_certificate(
    path: Path,
    name: str,
    group: str | None,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> None:
    """A server's certificate, or with a group a client's."""
    if path.with_suffix(".crt").exists():
        return
    path.parent.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = ExtendedKeyUsageOID.CLIENT_AUTH if group else ExtendedKeyUsageOID.SERVER_AUTH
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        unsigned(subject(name, group), authority.subject, key.public_key())
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(identifier, critical=False)
    )
    if not group:
        builder = builder.add_extension(x509.SubjectAlternativeName(SERVER_NAMES), critical=False)
    write_key(path.with_suffix(".key"), key)
    certificate = builder.sign(authority_key, hashes.SHA256())
    path.with_suffix(".crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def unsigned(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    """What all certificates have in common."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def subject(name: str, group: str | None) -> x509.Name:
    """A user and its group, in the words of X.509."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if group:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    return x509.Name(attributes)


def make_key_pair(private: Path, public: Path) -> None:
    """The key that signs tokens of service accounts."""
    if private.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    write_key(private, key)
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(encoding, form))


def make_ssh_key(private: Path, public: Path) -> None:
    """The key pair of the demo user."""
    if private.exists():
        return
    key = ed25519.Ed25519PrivateKey.generate()
    write_key(private, key, serialization.PrivateFormat.OpenSSH)
    encoding, form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    public.write_bytes(key.public_key().public_bytes(encoding, form) + b" demo\n")


def write_key(
    path: Path, key: PrivateKey, form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8
) -> None:
    """Write a private key that only its owner may read."""
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
