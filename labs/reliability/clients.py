"""Clients guess passwords, hang, or come from another site's page."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from contextlib import ExitStack
from pathlib import Path

import httpx

from labs.reliability.judged import orders
from labs.reliability.load import HALF
from labs.reliability.scenario import scenario
from labs.reliability.scrapers import said
from labs.reliability.stage import Stage
from tests.support.certificates import Authority
from tests.support.secured import hashed
from tests.support.serving import SOON, Serving, wait_for

TABLES = "CREATE TABLE orders (id int, ts timestamptz); INSERT INTO orders VALUES (1, now());"
CONFIG = orders("volume: {window: all, critical: '< 1'}")
USER = ("prometheus", "sesame")
CROSS = (
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
)
TLS = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"


class Guarded(Serving):
    """An exporter that is asked with a password, and may speak TLS."""

    scheme, verify = "http", ""

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET of the right user."""
        trusted = ssl.create_default_context(cafile=self.verify) if self.verify else True
        url = f"{self.scheme}://{self.address}{path}"
        return httpx.get(url, auth=USER, verify=trusted, timeout=30)


def guarded(stage: Stage, web: str, *options: str) -> Guarded:
    """An exporter with a web config; for a `with` block."""
    stage.sql(TABLES)
    file = stage.folder / "web.yml"
    file.write_text(web)
    return Guarded(stage.write(CONFIG), [f"--web.config.file={file}", *options])


def users(**passwords: str) -> str:
    """A web config with our user, and others whose hashes are expensive."""
    hashes = {USER[0]: hashed(USER[1]), **{name: hashed(p, 11) for name, p in passwords.items()}}
    return f"basic_auth_users: {{{', '.join(f'{name}: {h}' for name, h in hashes.items())}}}\n"


@scenario(
    "half-open",
    fault="275 connections that begin a request and do not end it; a scraper that has a password.",
    bound="Every scrape is answered; waiting connections are closed to make room.",
    long=True,
)
def half_open(stage: Stage) -> str:
    """A crowd of strangers takes nobody's place."""
    with guarded(stage, users()) as exporter, said(exporter.address, 275, HALF):
        codes = {exporter.get("/metrics").status_code for _ in range(30)}
    assert codes == {200}
    return "30 scrapes, 200 each"


@scenario(
    "guesses",
    fault="Thirty clients of one address guess passwords without a pause, against an expensive "
    "bcrypt hash; then a client from another address sends the right one for the first "
    "time.",
    bound="The right password is accepted while the guesses go on, and scrapes are answered.",
    long=True,
)
def guesses(stage: Stage) -> str:
    """Who guesses waits for himself."""
    with guarded(stage, users(late="comer")) as exporter:
        url = f"http://{exporter.address}/metrics"
        enough = threading.Event()
        answers: list[int] = []

        def guess(number: int) -> None:
            elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
            with httpx.Client(transport=elsewhere, timeout=60) as client:
                while not enough.is_set():
                    auth = ("late", f"guess {number} {len(answers)}")
                    answers.append(client.get(url, auth=auth).status_code)

        crowd = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
        for one in crowd:
            one.start()
        wait_for(lambda: len(answers) > 5)
        codes = [httpx.get(url, auth=("late", "comer"), timeout=60).status_code]
        codes += [exporter.get("/metrics").status_code for _ in range(5)]
        going_on = len(answers)
        enough.set()
        for one in crowd:
            one.join()
    assert codes == [200] * 6
    assert set(answers) <= {401, 429}
    assert len(answers) > going_on, "they went on all the while"
    return "6 scrapes with the right passwords, 200 each; guesses 401 or 429"


@scenario(
    "cross-site",
    fault="A page of another site makes a browser POST to /-/reload and /-/collect, which are "
    "enabled.",
    bound="403; without a browser, and from the exporter's own page, they work.",
    long=True,
)
def cross_site(stage: Stage) -> str:
    """A page that somebody looks at is no operator."""
    stage.sql(TABLES)
    stage.write(CONFIG)
    with stage.serving("--web.enable-lifecycle") as exporter:
        for path in ("/-/reload", "/-/collect"):
            url = f"http://{exporter.address}{path}"
            for headers in CROSS:
                assert httpx.post(url, headers=headers, timeout=30).status_code == 403, headers
            own = {"Origin": f"http://{exporter.address}", "Sec-Fetch-Site": "same-origin"}
            assert httpx.post(url, headers=own, timeout=30).is_success
            assert httpx.post(url, timeout=30).is_success
    return f"{len(CROSS)} kinds of request, 403 each; 200 without a browser"


@scenario(
    "odd-requests",
    fault="Requests with another Host, a path with an extra slash, `gzip;q=0`, paths outside the "
    "tree, invalid methods, a URL of 100 kB, and data that is not HTTP.",
    bound="No redirect to that host, nothing compressed that was declined, 4xx, no traceback.",
    long=True,
)
def odd_requests(stage: Stage) -> str:
    """Whatever is asked, the answer is ours."""
    stage.sql(TABLES)
    stage.write(CONFIG)
    with stage.serving() as exporter:
        base = f"http://{exporter.address}"
        evil = {"Host": "evil.example"}
        for path in ("/metrics/", "//evil.example/", "/-/healthy/"):
            answer = httpx.get(base + path, headers=evil, timeout=30)
            assert "evil.example" not in answer.headers.get("location", ""), path
        plain = httpx.get(f"{base}/metrics", headers={"Accept-Encoding": "gzip;q=0"}, timeout=30)
        assert "content-encoding" not in plain.headers
        for path in ("/%2e%2e/%2e%2e/etc/passwd", "/../etc/passwd", "/runbooks/..%2f..%2fx"):
            assert httpx.get(base + path, timeout=30).status_code == 404, path
        codes = [httpx.request(m, f"{base}/metrics", timeout=30).status_code
                 for m in ("PUT", "DELETE", "BREW")]  # fmt: skip
        codes.append(httpx.get(f"{base}/{'x' * 60_000}", timeout=30).status_code)
        assert all(400 <= code < 500 for code in codes), codes
        host, _, port = exporter.address.partition(":")
        with socket.create_connection((host, int(port)), SOON) as one:
            one.sendall(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
            assert one.recv(12).startswith((b"HTTP/1.1 400", b""))
        assert exporter.get("/metrics").is_success
        assert "Traceback" not in exporter.log.read_text()
    return "no redirect elsewhere, nothing compressed, 4xx each; /metrics 200 afterwards"


@scenario(
    "tls-stalls",
    fault="With TLS: 50 clients connect and send nothing; one uses plain HTTP; one only TLS 1.1; "
    "then the certificate becomes garbage.",
    bound="Others are answered; TLS 1.1 is refused; the last good certificate stays in use, and a"
    " gauge shows it.",
    long=True,
)
def tls_stalls(stage: Stage) -> str:
    """A handshake that is not ended holds up nobody."""
    Authority(stage.folder, "ca").sign("server")
    exporter = guarded(stage, TLS + users())
    exporter.scheme, exporter.verify = "https", str(stage.folder / "ca.crt")
    host, _, port = exporter.address.partition(":")
    with exporter, ExitStack() as silent:
        for _ in range(50):
            silent.enter_context(socket.create_connection((host, int(port))))
        assert exporter.get("/metrics").is_success
        with socket.create_connection((host, int(port)), SOON) as plain:
            plain.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"warehouse" not in plain.recv(1000)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            assert not shakes_hands(exporter.address, ssl.TLSVersion.TLSv1_1)
        Path(stage.folder, "server.crt").write_text("garbage")
        exporter.get("/metrics")
        assert exporter.metric("warehouse_web_config_last_reload_successful") == 0
        assert exporter.get("/metrics").is_success
    return "200 throughout; TLS 1.1 refused; with a certificate of garbage 200, the gauge is 0"


def shakes_hands(address: str, version: ssl.TLSVersion) -> bool:
    """Whether it speaks TLS of this version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with ExitStack() as undo:
        host, _, port = address.partition(":")
        plain = undo.enter_context(socket.create_connection((host, int(port)), SOON))
        try:
            context.minimum_version = context.maximum_version = version
            undo.enter_context(context.wrap_socket(plain))
        except (ssl.SSLError, OSError):
            return False
    return True
