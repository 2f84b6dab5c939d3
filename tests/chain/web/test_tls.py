"""TLS and client certificates on a real exporter; all of it changes while it runs."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.certificates import Authority
from tests.support.secured import Secured
from tests.support.serving import wait_for

TLS = """
tls_server_config:
  cert_file: server.crt
  key_file: server.key
"""
MUTUAL = TLS + "  client_ca_file: {ca}.crt\n  client_auth_type: {policy}\n"
BY_SERVER = r"UNEXPECTED_EOF|ALERT_PROTOCOL_VERSION"
"""What a client says when the other side refused; its own refusal has other words."""
RELOADED = "warehouse_web_config_last_reload_successful"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that clients and server trust; its folder holds everything."""
    authority = Authority(tmp_path_factory.mktemp("tls"), "ca")
    authority.sign("server")
    return authority


@pytest.fixture(scope="module")
def running(authority: Authority) -> Iterator[Secured]:
    """One exporter for all tests of this module."""
    with Secured(authority.folder, TLS) as exporter:
        yield exporter


@pytest.fixture
def secured(running: Secured, authority: Authority) -> Secured:
    """The exporter with plain TLS again, and a client without a certificate."""
    running.cert, running.auth = None, None
    authority.sign("server")
    running.write(TLS)
    assert running.get("/-/healthy").is_success, "it is read with the next handshake"
    return running


def served(exporter: Secured) -> bytes:
    """The certificate that a new connection is shown."""
    host, port = exporter.address.split(":")
    pem = ssl.get_server_certificate((host, int(port)), ca_certs=str(exporter.trusted))
    return ssl.PEM_cert_to_DER_cert(pem)


def handshake(exporter: Secured, lowest: ssl.TLSVersion, highest: ssl.TLSVersion) -> str | None:
    """The version agreed on with a client that speaks these. Raises ssl.SSLError."""
    context = exporter.context()
    context.set_ciphers("ALL:@SECLEVEL=0")  # or this side would refuse before the server does
    context.minimum_version, context.maximum_version = lowest, highest
    url = f"https://{exporter.address}/-/healthy"
    with httpx.Client(verify=context, timeout=30) as client, client.stream("GET", url) as answer:
        spoken: ssl.SSLObject = answer.extensions["network_stream"].get_extra_info("ssl_object")
        return spoken.version()


def test_it_speaks_https_and_nothing_else(secured: Secured) -> None:
    assert secured.get("/-/healthy").is_success
    assert "warehouse_up" in secured.get("/metrics").text
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{secured.address}/metrics", timeout=5)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
def test_tls_11_is_refused_and_the_lowest_version_can_be_raised(secured: Secured) -> None:
    v11, v12, v13 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    with pytest.raises(httpx.ConnectError, match=BY_SERVER):
        handshake(secured, ssl.TLSVersion.TLSv1, v11)
    assert handshake(secured, v12, v12) == "TLSv1.2"
    secured.write(TLS + "  min_version: TLS13\n")
    with pytest.raises(httpx.ConnectError, match=BY_SERVER):
        handshake(secured, v12, v12)
    assert handshake(secured, v12, v13) == "TLSv1.3"
    secured.write(TLS + "  max_version: TLS12\n")
    assert handshake(secured, v12, v13) == "TLSv1.2"


def test_a_cipher_suite_can_be_chosen(secured: Secured) -> None:
    suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    secured.write(TLS + f"  max_version: TLS12\n  cipher_suites: [{suite}]\n")
    context = secured.context()
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    with pytest.raises(httpx.ConnectError), httpx.Client(verify=context, timeout=5) as client:
        client.get(f"https://{secured.address}/-/healthy")
    assert secured.get("/-/healthy").is_success


@pytest.mark.parametrize(
    ("policy", "without", "ours", "strangers"),
    [
        ("VerifyClientCertIfGiven", True, True, False),
        ("RequireAndVerifyClientCert", False, True, False),
    ],
)
def test_who_may_come_in(
    secured: Secured, authority: Authority, policy: str, without: bool, ours: bool, strangers: bool
) -> None:
    secured.write(MUTUAL.format(ca="ca", policy=policy))
    stranger = Authority(authority.folder, "stranger").sign("mallory")
    assert admits(secured, None) is without
    assert admits(secured, authority.sign("prometheus")) is ours
    assert admits(secured, stranger) is strangers


def test_without_a_policy_a_client_certificate_is_not_asked_for(
    secured: Secured, authority: Authority
) -> None:
    secured.write(TLS + "  client_auth_type: NoClientCert\n")
    assert admits(secured, None)
    assert admits(secured, Authority(authority.folder, "stranger").sign("mallory"))


def admits(exporter: Secured, cert: tuple[Path, Path] | None) -> bool:
    """Whether a client with this certificate gets an answer."""
    exporter.cert = cert
    try:
        return exporter.get("/-/healthy").is_success
    except httpx.TransportError:
        return False


def test_an_authority_that_is_replaced_lets_its_clients_in_no_more(
    secured: Secured, authority: Authority
) -> None:
    old, new = Authority(authority.folder, "clients"), authority.sign("another")
    before = old.sign("prometheus")
    secured.write(MUTUAL.format(ca="clients", policy="RequireAndVerifyClientCert"))
    assert admits(secured, before)
    after = Authority(authority.folder, "clients").sign("prometheus", "renewed")
    assert not admits(secured, before)
    assert not admits(secured, new)
    assert admits(secured, after)


def test_a_rotated_certificate_is_served_without_a_restart(
    secured: Secured, authority: Authority
) -> None:
    first = served(secured)
    cert, _ = authority.sign("server")
    second = served(secured)
    assert second != first
    assert second == ssl.PEM_cert_to_DER_cert(cert.read_text())


def test_a_connection_that_is_open_outlives_a_rotation(
    secured: Secured, authority: Authority
) -> None:
    url = f"https://{secured.address}/-/healthy"
    with httpx.Client(verify=secured.context(), timeout=30) as client:
        assert client.get(url).is_success
        authority.sign("server")
        assert client.get(url).is_success


def test_a_broken_rotation_keeps_the_last_good_one_and_says_so_once(
    secured: Secured, authority: Authority
) -> None:
    key = authority.folder / "server.key"
    good, first = key.read_text(), served(secured)
    told = len(secured.events("web config not reloaded"))
    key.write_text("no key at all\n")
    assert served(secured) == first
    key.write_text("no key at all\n")
    assert served(secured) == first
    assert secured.metric(RELOADED) == 0
    assert "web config could not be reloaded" in secured.get("/").text
    news = secured.events("web config not reloaded")[told:]
    assert len(news) == 1
    assert "web.yml:4: tls_server_config.key_file:" in news[0]["err"]
    assert "holds no PRIVATE KEY" in news[0]["err"]
    key.write_text(good)
    assert secured.metric(RELOADED) == 1


def test_a_certificate_that_comes_later_than_its_config_is_found(
    secured: Secured, authority: Authority
) -> None:
    first = served(secured)
    secured.write(TLS.replace("server.", "later."))
    assert served(secured) == first
    authority.sign("server", "later")
    wait_for(lambda: served(secured) != first)
    assert secured.metric(RELOADED) == 1


def test_tls_is_never_switched_off_by_an_edit(secured: Secured) -> None:
    secured.write("http_server_config: {}\n")
    assert secured.get("/-/healthy").is_success
    assert secured.metric(RELOADED) == 0
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{secured.address}/metrics", timeout=5)
