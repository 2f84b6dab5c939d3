"""TLS as new connections meet it: certificate, key and client CA as they are at that moment."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from warehouse_exporter.core.files import read_bytes

CIPHERS = {
    f"TLS_ECDHE_{key}_WITH_{name}": f"ECDHE-{key}-{ours}"
    for key in ("ECDSA", "RSA")
    for name, ours in {
        "AES_128_CBC_SHA": "AES128-SHA",
        "AES_256_CBC_SHA": "AES256-SHA",
        "AES_128_GCM_SHA256": "AES128-GCM-SHA256",
        "AES_256_GCM_SHA384": "AES256-GCM-SHA384",
        "CHACHA20_POLY1305_SHA256": "CHACHA20-POLY1305",
    }.items()
} | {
    name: ""
    for name in (
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    )
}
"""Names in the file -> names in OpenSSL; those of TLS 1.3 are always on."""
VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
POLICIES = {
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
Complain = Callable[[str, str], None]


class FreshContext(ssl.SSLContext):
    """A context that fetches the current one at every handshake.

    asyncio keeps the context it began to listen with, and calls `wrap_bio` once per connection.
    A callback by server name would change the certificate, but neither versions nor client CA.
    """

    current: Callable[[], ssl.SSLContext]

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a connection with the current files."""
        return self.current().wrap_bio(*args, **options)


def fresh_context(current: Callable[[], ssl.SSLContext]) -> FreshContext:
    """A context to listen with; it calls `current` at each handshake."""
    context = FreshContext(ssl.PROTOCOL_TLS_SERVER)
    context.current = current
    return context


def tls_context(tls: Mapping[str, Any], base: Path, complain: Complain) -> ssl.SSLContext | None:
    """The context of a `tls_server_config`; problems with its files are reported."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = VERSIONS[tls["min_version"]]
    context.maximum_version = VERSIONS[tls["max_version"]]
    context.verify_mode = POLICIES.get(tls["client_auth_type"], ssl.CERT_NONE)
    if not tls["prefer_server_cipher_suites"]:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    suites = [CIPHERS[suite] for suite in tls["cipher_suites"] if CIPHERS.get(suite)]
    if suites:
        context.set_ciphers(":".join(suites))
    wanted = {
        "cert_file": "CERTIFICATE", "key_file": "PRIVATE KEY", "client_ca_file": "CERTIFICATE",
    }  # fmt: skip
    texts = {k: pem(base / tls[k], what, k, complain) for k, what in wanted.items() if tls[k]}
    if None in texts.values() or not {"cert_file", "key_file"} <= texts.keys():
        return None
    trust(context, texts.get("client_ca_file"), complain)
    present(context, base / tls["cert_file"], base / tls["key_file"], complain)
    return context


def pem(path: Path, what: str, key: str, complain: Complain) -> str | None:
    """The text of a PEM file that holds such a part; None when it cannot be used."""
    try:
        if path.is_fifo() or path.is_char_device():
            complain(key, f"{path} is a pipe or a device: it is read more than once, so use a file")
            return None
        text = read_bytes(path).decode("ascii", "ignore")
    except OSError as error:
        complain(key, f"{path} cannot be read: {error.strerror}")
        return None
    if f"{what}-----" not in text:
        complain(key, f"{path} holds no {what} in PEM format")
        return None
    if what == "PRIVATE KEY" and "ENCRYPTED" in text:
        complain(key, f"{path} is encrypted: nobody is there to type a passphrase")
        return None
    return text


def trust(context: ssl.SSLContext, authorities: str | None, complain: Complain) -> None:
    """Believe client certificates that these authorities signed, and no others."""
    if authorities is None:
        return
    try:
        context.load_verify_locations(cadata=authorities)
    except (ssl.SSLError, ValueError):
        complain("client_ca_file", "holds a certificate that cannot be read")


def present(context: ssl.SSLContext, cert: Path, key: Path, complain: Complain) -> None:
    """Show this certificate to clients."""
    try:
        context.load_cert_chain(cert, key, password="")
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in str(error):
            complain("key_file", f"{key} is not the key of the certificate in cert_file")
        else:
            complain("cert_file", f"{cert} and {key} cannot be used: {error.reason or error}")
    except OSError as error:
        complain("cert_file", f"{cert} and {key} cannot be read: {error.strerror}")
