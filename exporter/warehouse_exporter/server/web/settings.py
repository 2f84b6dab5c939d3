"""The file of `--web.config.file`, in the format of Prometheus' exporter-toolkit.

What is not supported is refused with the reason: a setting that protects something and is
silently ignored would be worse than none. No message repeats a value of `basic_auth_users`.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse_exporter.config.complaints import complain, suggestion
from warehouse_exporter.config.document import Document, read
from warehouse_exporter.core.errors import ConfigError, Problem
from warehouse_exporter.core.files import read_text
from warehouse_exporter.server.web.tls import CIPHERS, tls_context

BCRYPT = re.compile(r"\$2[aby]\$(?P<cost>[0-9]{2})\$[./A-Za-z0-9]{53}")
MOST = 16
"""The highest cost of a bcrypt hash: about four seconds for the first request of a user."""
HASH = 'not a bcrypt hash: make one with `htpasswd -nBC 10 "" | tr -d ":\\n"`'
HEADERS: Mapping[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
"""The headers that may be set, and their values where only some have a meaning."""
UNVERIFIED = "lets in whoever shows any certificate: write RequireAndVerifyClientCert"
REFUSED = {
    ("tls_server_config", "cert"): "is not supported: put it in a file and write cert_file",
    ("tls_server_config", "key"): "is not supported: put it in a file and write key_file",
    ("tls_server_config", "client_ca"): "is not supported: write client_ca_file",
    ("tls_server_config", "client_allowed_sans"): "is not supported: sign the certificates of "
    "those who may come in with a CA of their own, and name it in client_ca_file",
    ("tls_server_config", "curve_preferences"): "is not supported: the order of OpenSSL is used",
    ("rate_limit",): "is not supported: limit the rate in a proxy before the exporter",
}
"""What the toolkit knows and we do not, and what to do instead."""
Version = Literal["TLS12", "TLS13"]
Policy = Literal[
    "NoClientCert",
    "RequestClientCert",
    "RequireAnyClientCert",
    "VerifyClientCertIfGiven",
    "RequireAndVerifyClientCert",
]


class Section(BaseModel):
    """A part of the file: it takes no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TlsServer(Section):
    """`tls_server_config`; TLS 1.0 and 1.1 are not available."""

    cert_file: str = ""
    key_file: str = ""
    client_auth_type: Policy = "NoClientCert"
    client_ca_file: str = ""
    min_version: Version = "TLS12"
    max_version: Version = "TLS13"
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True


class HttpServer(Section):
    """`http_server_config`; `http2` has no effect, HTTP/1.1 is spoken."""

    http2: bool = True
    headers: dict[str, str] = Field(default_factory=dict)


class WebFile(Section):
    """The whole file; everything in it may be left out."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer = HttpServer()
    basic_auth_users: dict[str, str] = Field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class WebSettings:
    """Who may connect and how: a usable file, with the certificates it names already read."""

    tls: ssl.SSLContext | None
    headers: Mapping[str, str]
    users: Mapping[str, str] = field(repr=False)
    files: tuple[Path, ...]


def load_settings(path: str | Path) -> WebSettings:
    """The settings in a file; relative paths in it lie beside it. Raises ConfigError."""
    file, text = str(path), text_of(path)
    blank = not re.sub(r"(?m)#.*$|^---\s*$", "", text).strip()
    document = read("{}" if blank else text, file)
    document.problems = [unquoted(problem) for problem in document.problems]
    if not isinstance(document.data, dict):
        wanted = f"the file must be a mapping of {', '.join(WebFile.model_fields)}"
        found = [] if document.data is None else [Problem(file, 1, "", wanted)]
        raise ConfigError(found or document.problems)
    written = validated(document)
    check_headers(written.http_server_config.headers, document)
    check_users(written.basic_auth_users, document)
    files = [Path(path)]
    context = None
    if written.tls_server_config is not None:
        files += tls_files(written.tls_server_config, Path(path).parent)
        context = checked_tls(written.tls_server_config, Path(path).parent, document)
    if document.problems:
        raise ConfigError(document.problems)
    http = written.http_server_config
    headers = {name: value for name, value in http.headers.items() if value}
    return WebSettings(context, headers, written.basic_auth_users, tuple(files))


def text_of(path: str | Path) -> str:
    """The text of the file. Raises ConfigError."""
    try:
        return read_text(path)
    except OSError as error:
        said = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        said = "not UTF-8 text"
    raise ConfigError([Problem(str(path), 1, "", said)])


def unquoted(problem: Problem) -> Problem:
    """A problem without what YAML quotes of the file: it might be a password."""
    told = re.sub(r"'[^']{2,}'|the tag \S+", "…", problem.message)
    return Problem(problem.file, problem.line, problem.path, told)


def validated(document: Document) -> WebFile:
    """The file as a model, without the parts complained about, so that the rest is seen too."""
    data = supported(document)
    try:
        return WebFile.model_validate(data)
    except ValidationError as error:
        complain(document, error, WebFile)
        broken = {tuple(found["loc"][:2]) for found in error.errors()}
    for section, *key in broken:
        if key:
            del data[section][key[0]]
        else:
            del data[section]
    return WebFile.model_validate(data)


def supported(document: Document) -> dict[Any, Any]:
    """A copy of the data without what we refuse."""
    data = {k: dict(v) if isinstance(v, dict) else v for k, v in document.data.items()}
    for section in [key for key, value in data.items() if value is None]:
        document.complain((section,), "is empty: fill it in, or leave it out")
        del data[section]
    for path, why in REFUSED.items():
        inner: Any = data
        for part in path[:-1]:
            inner = inner.get(part)
        if isinstance(inner, dict) and path[-1] in inner:
            document.complain(path, why)
            del inner[path[-1]]
    return data


def check_headers(headers: Mapping[str, str], document: Document) -> None:
    """Complain about headers that may not be set, and values that mean nothing."""
    for name, value in headers.items():
        path = ("http_server_config", "headers", name)
        if name not in HEADERS:
            document.complain(path, f"unknown header `{name}`{suggestion(name, HEADERS)}")
        elif value and HEADERS[name] and value not in HEADERS[name]:
            document.complain(path, f"must be {' or '.join(HEADERS[name])}")
        elif not value.isprintable() or not value.isascii():
            document.complain(path, "must be one line of ASCII text")


def check_users(users: Mapping[str, str], document: Document) -> None:
    """Report users with whom nobody could log in."""
    for name, hashed in users.items():
        path = ("basic_auth_users", name)
        match = BCRYPT.fullmatch(hashed)
        if not match:
            document.complain(path, HASH)
        elif not 4 <= int(match["cost"]) <= MOST:
            document.complain(path, f"the cost of the bcrypt hash must be 4 to {MOST}")
        if not name or ":" in name:
            document.complain(path, "a user name must not be empty or hold a colon")


def tls_files(tls: TlsServer, base: Path) -> list[Path]:
    """The files named, to be looked at for changes."""
    return [base / name for name in (tls.cert_file, tls.key_file, tls.client_ca_file) if name]


def checked_tls(tls: TlsServer, base: Path, document: Document) -> ssl.SSLContext | None:
    """What new connections are spoken to with; None where something is wrong with it."""
    said = len(document.problems)

    def wrong(key: str, message: str) -> None:
        document.complain(("tls_server_config", *([key] if key else [])), message)

    verifies = "Verify" in tls.client_auth_type
    if tls.client_auth_type in ("RequestClientCert", "RequireAnyClientCert"):
        wrong("client_auth_type", UNVERIFIED)
    elif verifies and not tls.client_ca_file:
        wrong("client_auth_type", f"{tls.client_auth_type} needs client_ca_file")
    elif tls.client_ca_file and not verifies:
        wrong("client_ca_file", "has no effect without client_auth_type")
    if tls.min_version > tls.max_version:
        wrong("min_version", f"{tls.min_version} is above max_version {tls.max_version}")
    for place, suite in enumerate(tls.cipher_suites):
        if suite not in CIPHERS:
            path = ("tls_server_config", "cipher_suites", place)
            document.complain(path, f"unknown cipher suite `{suite}`{suggestion(suite, CIPHERS)}")
    for key in ("cert_file", "key_file"):
        mentioned = key in document.data["tls_server_config"]
        if not getattr(tls, key) and not mentioned:
            wrong("", f"`{key}` is required")
        elif not getattr(tls, key) and not document.problems[said:]:
            wrong(key, "must be the name of a file")
    sound = len(document.problems) == said
    context = tls_context(tls.model_dump(), base, wrong)
    return context if sound else None
