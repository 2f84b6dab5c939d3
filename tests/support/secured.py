"""An exporter with a web config, and clients of it that know who they are talking to."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import bcrypt
import httpx

from tests.support.serving import Serving

NOWHERE = """
warehouse: {dsn: "host=127.0.0.1 port=1"}
datasets:
  orders: {relation: orders, time: ts, key: id, checks: [{duplicates: {critical: "> 0"}}]}
"""


def hashed(password: str, cost: int = 4) -> str:
    """A bcrypt hash, as cheap as there is unless it is to cost more."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost, b"2a")).decode()


class Secured(Serving):
    """An exporter behind TLS; `with` waits until its port takes connections."""

    def __init__(self, folder: Path, web: str, config: str = NOWHERE) -> None:
        """Describe it: `web` is the text of its web config."""
        self.folder = folder
        (folder / "exporter.yml").write_text(config)
        self.web = folder / "web.yml"
        self.web.write_text(web)
        super().__init__(folder / "exporter.yml", [f"--web.config.file={self.web}"])
        self.trusted: Path | None = folder / "ca.crt"
        self.cert: tuple[Path, Path] | None = None
        self.auth: tuple[str, str] | None = None

    def context(self) -> ssl.SSLContext:
        """A client's side: it trusts the test's authority, and shows `cert` if it has one."""
        context = ssl.create_default_context(cafile=self.trusted)
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
        if self.cert:
            context.load_cert_chain(*self.cert)
        return context

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        host, port = self.address.split(":")
        try:
            socket.create_connection((host, int(port)), timeout=30).close()
        except ConnectionRefusedError:
            return False
        return True

    def write(self, web: str) -> None:
        """Replace the web config, as a rotation does it."""
        draft = self.web.with_name(".web.yml.new")
        draft.write_text(web)
        draft.replace(self.web)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to a GET over a new connection."""
        scheme, verify = ("https", self.context()) if self.trusted else ("http", False)
        with httpx.Client(verify=verify, auth=self.auth, timeout=30) as client:
            return client.get(f"{scheme}://{self.address}{path}", **options)
