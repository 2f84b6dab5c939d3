"""A certificate authority of a test, and what it signs."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey
LOCAL = x509.SubjectAlternativeName(
    [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
)

SIGNS = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False,
    data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
    encipher_only=False, decipher_only=False,
)  # fmt: skip


def named(name: str) -> x509.Name:
    """A subject."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Signs certificates for 127.0.0.1; each pair is written as NAME.crt and NAME.key."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.crt"
        self._write(self.file, self._certificate(self._name, self._key, authority=True))

    def sign(self, name: str, file: str | None = None) -> tuple[Path, Path]:
        """A certificate for a name and its key, new on every call."""
        key = ec.generate_private_key(ec.SECP256R1())
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        cert, private = (self.folder / f"{file or name}.{end}" for end in ("crt", "key"))
        self._write(cert, self._certificate(named(name), key, authority=False))
        self._write(private, secret)
        return cert, private

    def _certificate(self, name: x509.Name, key: Key, *, authority: bool) -> bytes:
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if authority:
            built = built.add_extension(SIGNS, critical=True)
        else:
            built = built.add_extension(LOCAL, critical=False)
        signer = self._key.public_key()
        for found in (
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer),
        ):
            built = built.add_extension(found, critical=False)
        return built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    @staticmethod
    def _write(file: Path, data: bytes) -> None:
        """Replaced whole, as a rotation does it."""
        draft = file.with_name(f".{file.name}.new")
        draft.write_bytes(data)
        draft.replace(file)
