"""What is wrong with a web config: all of it at once, with lines, before anything starts."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.server.web.settings import load_settings

from tests.support.certificates import Authority
from tests.support.secured import NOWHERE

HASH = "$2b$04$sJaqpCOaeE9PWSZrKucyu.1p/T/YDx4CQYw9o2b5ZW86d3Fft8tKy"
"""Of the password wonderland."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two certificates, an authority, and files that are neither."""
    folder = tmp_path_factory.mktemp("web")
    authority = Authority(folder, "ca")
    authority.sign("server")
    authority.sign("other")
    (folder / "noise.pem").write_text("noise\n")
    label = "CERTIFICATE"
    (folder / "hollow.pem").write_text(f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")
    label = "ENCRYPTED PRIVATE KEY"
    (folder / "locked.pem").write_text(f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")
    return folder


def complaints(folder: Path, text: str) -> list[str]:
    """All that is wrong with a web config, each as LINE: path: message."""
    file = folder / "web.yml"
    file.write_text(text)
    try:
        load_settings(file)
    except ConfigError as error:
        return [str(p).removeprefix(f"{file}:").replace(f"{folder}/", "") for p in error.problems]
    return []


def tls(cert: str = "server.crt", key: str = "server.key", *more: str) -> str:
    """A web config with a certificate; `more` begins in line 4."""
    lines = ["tls_server_config:", f"  cert_file: {cert}", f"  key_file: {key}"]
    return "\n".join([*lines, *(f"  {line}" for line in more), ""])


SERVER = ("server.crt", "server.key")
MUTUAL = "client_auth_type: RequireAndVerifyClientCert"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        tls(),
        tls(*SERVER, "min_version: TLS13", "max_version: TLS13"),
        tls(*SERVER, MUTUAL, "client_ca_file: ca.crt"),
        tls(*SERVER, "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_AES_128_GCM_SHA256]"),
        tls(*SERVER, "prefer_server_cipher_suites: false"),
        "http_server_config: {http2: false, headers: {X-XSS-Protection: '', X-Frame-Options: ''}}",
        f"basic_auth_users: {{alice: {HASH}}}",
    ],
)
def test_a_good_file_has_no_complaints(folder: Path, text: str) -> None:
    assert complaints(folder, text) == []


def test_a_path_may_be_absolute(folder: Path, tmp_path: Path) -> None:
    text = tls(f"{folder}/server.crt", f"{folder}/server.key")
    assert complaints(tmp_path, text) == []


def test_whose_preference_of_ciphers_counts(folder: Path) -> None:
    preferences = []
    for more in ((), ("prefer_server_cipher_suites: false",)):
        (folder / "web.yml").write_text(tls(*SERVER, *more))
        context = load_settings(folder / "web.yml").tls
        assert context is not None
        preferences.append(bool(context.options & ssl.OP_CIPHER_SERVER_PREFERENCE))
    assert preferences == [True, False]


def test_an_authority_may_be_described_in_any_language(folder: Path) -> None:
    described = "Zertifizierungsstelle für Späher\n" + (folder / "ca.crt").read_text()
    (folder / "described.crt").write_text(described)
    assert complaints(folder, tls(*SERVER, MUTUAL, "client_ca_file: described.crt")) == []


TLS = "tls_server_config"
WRONG = [
    ("- a", "1: the file must be a mapping of tls_server_config, http_server_config, "),
    ("a: [", "1: not YAML: expected the node content"),
    ("tls_server_confg: {}", "1: tls_server_confg: unknown key `tls_server_confg`; did you mean"),
    ("tls_server_config:", f"1: {TLS}: is empty: fill it in, or leave it out"),
    ("basic_auth_users:", "1: basic_auth_users: is empty: fill it in, or leave it out"),
    ("tls_server_config: x", f"1: {TLS}: must be a mapping of keys and values"),
    ("basic_auth_users: [a]", "1: basic_auth_users: must be a mapping of keys and values"),
    ("tls_server_config: {cert_file: server.crt}", f"1: {TLS}: `key_file` is required"),
    (tls("''"), f"2: {TLS}.cert_file: must be the name of a file"),
    (tls("nix.crt"), f"2: {TLS}.cert_file: nix.crt cannot be read: No such file or directory"),
    (tls("."), f"2: {TLS}.cert_file: "),
    (tls("noise.pem"), f"2: {TLS}.cert_file: noise.pem holds no CERTIFICATE in PEM format"),
    (tls("hollow.pem"), f"2: {TLS}.cert_file: hollow.pem and server.key cannot be used"),
    (tls(key="server.crt"), f"3: {TLS}.key_file: server.crt holds no PRIVATE KEY in PEM format"),
    (tls(key="locked.pem"), f"3: {TLS}.key_file: locked.pem is encrypted: nobody is there"),
    (tls(key="other.key"), f"3: {TLS}.key_file: other.key is not the key of the certificate"),
    (tls(*SERVER, "min_version: TLS11"), f"4: {TLS}.min_version: must be 'TLS12' or 'TLS13'"),
    (
        tls(*SERVER, "min_version: TLS13", "max_version: TLS12"),
        f"4: {TLS}.min_version: TLS13 is above max_version TLS12",
    ),
    (tls(*SERVER, "client_auth_type: Yes"), f"4: {TLS}.client_auth_type: must be 'NoClientCert'"),
    (tls(*SERVER, MUTUAL), f"4: {TLS}.client_auth_type: RequireAndVerifyClientCert needs client"),
    (tls(*SERVER, "client_ca_file: ca.crt"), f"4: {TLS}.client_ca_file: has no effect without"),
    (tls(*SERVER, "client_ca_file: no", MUTUAL), f"4: {TLS}.client_ca_file: no cannot be read"),
    (
        tls(*SERVER, "client_ca_file: hollow.pem", MUTUAL),
        f"4: {TLS}.client_ca_file: holds a certificate that cannot be read",
    ),
    (tls(*SERVER, "client_auth_type: RequireAnyClientCert"), "lets in whoever shows any certific"),
    (tls(*SERVER, "client_auth_type: RequestClientCert"), "lets in whoever shows any certificate"),
    (
        tls(*SERVER, "cipher_suites:", "- TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA"),
        f"5: {TLS}.cipher_suites[0]: unknown cipher suite `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA`",
    ),
    (tls(*SERVER, "cert: x"), f"4: {TLS}.cert: is not supported: put it in a file"),
    (tls(*SERVER, "key: x"), f"4: {TLS}.key: is not supported: put it in a file"),
    (tls(*SERVER, "client_ca: x"), f"4: {TLS}.client_ca: is not supported: write client_ca_file"),
    (tls(*SERVER, "client_allowed_sans: [x]"), f"4: {TLS}.client_allowed_sans: is not supported"),
    (tls(*SERVER, "curve_preferences: [x]"), f"4: {TLS}.curve_preferences: is not supported"),
    ("rate_limit: {interval: 1s}", "1: rate_limit: is not supported: limit the rate in a proxy"),
    ("http_server_config: {http2: 7}", "1: http_server_config.http2: must be true or false"),
    (
        "http_server_config: {headers: {X-Frame-Option: deny}}",
        "unknown header `X-Frame-Option`; did you mean `X-Frame-Options`?",
    ),
    (
        "http_server_config: {headers: {X-Frame-Options: maybe}}",
        "X-Frame-Options: must be deny or sameorigin",
    ),
    (
        'http_server_config: {headers: {Content-Security-Policy: "a\\r\\nSet-Cookie: b"}}',
        "must be one line of ASCII text",
    ),
    ("basic_auth_users: {alice: hunter2}", "basic_auth_users.alice: not a bcrypt hash: make one"),
    ("basic_auth_users: {alice: 12345}", "basic_auth_users.alice: must be text"),
    (f"basic_auth_users: {{alice: {HASH}x}}", "basic_auth_users.alice: not a bcrypt hash"),
    (
        f"basic_auth_users: {{alice: {HASH.replace('$04$', '$31$')}}}",
        "the cost of the bcrypt hash must be 4 to 16",
    ),
    (f"basic_auth_users: {{'a:b': {HASH}}}", "a user name must not be empty or hold a colon"),
    (
        f"basic_auth_users:\n  a: {HASH}\n  a: {HASH}\n",
        "3: basic_auth_users.a: the key 'a' appears",
    ),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_line(folder: Path, text: str, said: str) -> None:
    found = complaints(folder, text)
    assert len(found) == 1, found
    assert said in found[0]


SEVERAL = """
tls_server_config:
  cert_fil: server.crt
  key_file: nix.key
  min_version: TLS10
http_server_config:
  headers:
    X-Frame: deny
basic_auth_users:
  alice: hunter2
  bob: swordfish
"""


def test_everything_wrong_is_said_at_once(folder: Path) -> None:
    places = [found.split(" ")[0:2] for found in complaints(folder, SEVERAL)]
    assert places == [
        ["2:", f"{TLS}:"],
        ["3:", f"{TLS}.cert_fil:"],
        ["4:", f"{TLS}.key_file:"],
        ["5:", f"{TLS}.min_version:"],
        ["8:", "http_server_config.headers.X-Frame:"],
        ["10:", "basic_auth_users.alice:"],
        ["11:", "basic_auth_users.bob:"],
    ]


@pytest.mark.parametrize("secret", ["hunter2", "!hunter2", "*hunter2", "'hunter2", "&hunter2 7"])
def test_no_complaint_repeats_a_password(folder: Path, secret: str) -> None:
    found = complaints(folder, f"basic_auth_users:\n  alice: {secret}\n")
    assert found
    assert "hunter2" not in "".join(found)


def test_a_wrong_file_is_refused_at_start(folder: Path) -> None:
    (folder / "exporter.yml").write_text(NOWHERE)
    (folder / "wrong.yml").write_text(SEVERAL)
    for file in ("wrong.yml", "missing.yml"):
        done = subprocess.run(
            [sys.executable, "-m", "warehouse_exporter", "serve",
             f"--config.file={folder}/exporter.yml", f"--web.config.file={folder}/{file}",
             "--web.listen-address=127.0.0.1:0"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2
        assert f"{folder}/{file}:" in done.stderr
        assert "Traceback" not in done.stderr
        assert "listening" not in done.stderr
