"""The e-mail of the gate through a real SMTP server: to whom, how often, and what goes wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.reports.made import Report, report_of
from warehouse_exporter.reports.mail.send import Sender

from tests.support.made import Said, found, pass_of, passed, unmeasured
from tests.support.mailbox import PASSWORD, USER, Mailbox, mail_server
from tests.support.serving import free_port
from tests.support.warehouses import NOON, complaint, config_of
from tests.unit.test_cli import ask

AS_OF = "--as-of=2026-03-10T12:00:00+00:00"
FINE, FAILS = "volume: {critical: '< 5'}", "volume: {critical: '< 9'}"
TEAM, FINANCE = "team@shop.example", "finance@shop.example"
CHECKS = (
    "volume: {critical: '< 5', warning: '< 9'}\n"
    "duplicates: {critical: '> 0'}\n"
    "freshness: {critical: '> 24h'}"
)
ITEMS = {
    "items": "{relation: items, owner: finance, depends_on: [orders],"
    " checks: [{duplicates: {name: twice, key: id, critical: '> 0'}}]}"
}
FINE_SHOP: dict[str, Said] = {
    "orders.volume": passed(rows=9), "orders.duplicates": passed(), "orders.freshness": passed(),
    "items.twice": passed(),
}  # fmt: skip
LOW: dict[str, Said] = {**FINE_SHOP, "orders.volume": found(Outcome.CRITICAL, "3 orders")}
EVIL = "x\r\nBcc: everybody@evil.example\r\n\r\n<b>hello</b>\u2028\x00"


def mail_of(box: Mailbox, *, tls: bool = True, **more: str) -> str:
    """The section of a config."""
    login = f"username: {USER}, password_file: password, ca_file: {box.authority}, " if tls else ""
    login = login or "require_tls: false, "
    options = "".join(f", {name}: {value}" for name, value in more.items())
    return (
        f"owners: {{finance: {{email: {FINANCE}}}, nobody: {{}}}}\n"
        f"mail: {{smarthost: 'localhost:{box.port}', from: gate@shop.example, {login}"
        f"to: {TEAM}{options}}}"
    )


def report(folder: Path, said: dict[str, Said], mail: str) -> Report:
    """The report of a pass, under a config in a folder."""
    (folder / "password").write_text(f"{PASSWORD}\n")
    text = config_of(
        CHECKS, ITEMS, more=mail, orders="{relation: orders, time: ts, key: id, owner: nobody}"
    )
    config = parse(text, str(folder / "config.yml"), {"WAREHOUSE_DSN": "dbname=nowhere"})
    return report_of(config, pass_of(said), 1)


def send(folder: Path, said: dict[str, Said], mail: str) -> list[str]:
    """Send what there is to tell; what went wrong."""
    told = report(folder, said, mail)
    assert told.config.mail is not None
    sender = Sender(told, told.config.mail, folder / "sent.json", NOON)
    sender.run()
    return sender.problems


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """One server for all tests."""
    with mail_server(tmp_path_factory.mktemp("mail")) as box:
        yield box


@pytest.fixture
def box(server: Mailbox) -> Mailbox:
    """The same, empty."""
    server.messages.clear()
    server.refused.clear()
    server.secure.clear()
    return server


def test_it_comes_on_findings_only_encrypted_and_with_a_login(tmp_path: Path, box: Mailbox) -> None:
    blind: dict[str, Said] = {**FINE_SHOP, "orders.volume": unmeasured(Reason.TIMEOUT)}
    for quiet in (FINE_SHOP, blind):
        assert send(tmp_path, quiet, mail_of(box)) == []
    assert box.messages == []
    assert send(tmp_path, LOW, mail_of(box)) == []
    (message,) = box.messages
    assert box.secure == [True]
    assert (message["From"], message["To"]) == ("gate@shop.example", TEAM)
    assert message["Subject"] == "[FAIL] warehouse, Mon 9 Mar: orders (1 FAIL)"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "Yesterday, Mon 9 Mar, needs a look: see orders." in part
        assert "3 orders" in part
        assert "owner: nobody" in part
        assert "What to do: " in part
    assert len(text.get_content()) < 1500


def test_owners_get_their_own_and_the_root_cause_of_others(tmp_path: Path, box: Mailbox) -> None:
    both = {**LOW, "items.twice": found(Outcome.WARNING, "2 keys twice")}
    assert send(tmp_path, both, mail_of(box)) == []
    assert sorted(one["To"] for one in box.messages) == [FINANCE, TEAM]
    theirs = box.to(FINANCE)[0].get_body(("plain",))
    assert theirs is not None
    assert "2 keys twice" in theirs.get_content()
    ours = box.to(TEAM)[0].get_body(("plain",))
    assert ours is not None
    assert "2 keys twice" not in ours.get_content()


def test_nobody_is_told_twice_of_the_same_day(tmp_path: Path, box: Mailbox) -> None:
    for _ in range(3):
        assert send(tmp_path, LOW, mail_of(box)) == []
    assert len(box.messages) == 1
    more: dict[str, Said] = {**LOW, "orders.duplicates": found(Outcome.CRITICAL, "3 keys")}
    assert send(tmp_path, more, mail_of(box)) == []
    text = box.messages[1].get_body(("plain",))
    assert text is not None
    assert "3 keys" in text.get_content()
    assert "3 orders" not in text.get_content()
    assert "You were told of 1 more finding of this day before." in text.get_content()
    assert len({one["Message-ID"] for one in box.messages}) == 2
    assert TEAM not in (tmp_path / "sent.json").read_text()


def test_what_got_worse_is_told_again(tmp_path: Path, box: Mailbox) -> None:
    mild: dict[str, Said] = {**FINE_SHOP, "orders.volume": found(Outcome.WARNING, "8 orders")}
    for said in (mild, LOW, mild):
        assert send(tmp_path, said, mail_of(box)) == []
    assert [one["Subject"][:6] for one in box.messages] == ["[WARN]", "[FAIL]"]


def test_rows_write_no_headers_and_no_html(tmp_path: Path, box: Mailbox) -> None:
    evil: dict[str, Said] = {
        **FINE_SHOP, "orders.volume": found(Outcome.CRITICAL, EVIL, {}, {"channel": EVIL})
    }  # fmt: skip
    assert send(tmp_path, evil, mail_of(box)) == []
    (message,) = box.messages
    assert message["Bcc"] is None
    assert box.envelopes[-1].rcpt_tos == [TEAM]
    assert sorted(message.keys()) == [
        "Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject",
        "To",
    ]  # fmt: skip
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "\nBcc:" not in text.get_content()
    assert "<b>hello" not in html.get_content()


def test_who_was_refused_is_told_the_next_time(tmp_path: Path, box: Mailbox) -> None:
    box.refused.add(TEAM)
    both = {**LOW, "items.twice": found(Outcome.CRITICAL, "2 keys twice")}
    assert send(tmp_path, both, mail_of(box)) == ["sending to everybody: 550 5.1.1 … unknown"]
    assert [one["To"] for one in box.messages] == [FINANCE]
    box.refused.clear()
    assert send(tmp_path, both, mail_of(box)) == []
    assert [one["To"] for one in box.messages] == [FINANCE, TEAM]


def test_a_wrong_password_and_an_unknown_certificate_are_said(tmp_path: Path, box: Mailbox) -> None:
    told = report(tmp_path, LOW, mail_of(box))
    (tmp_path / "password").write_text("wrong")
    assert told.config.mail is not None
    sender = Sender(told, told.config.mail, tmp_path / "sent.json", NOON)
    sender.run()
    (problem,) = sender.problems
    assert problem.startswith(f"logging in to localhost:{box.port}: 535 ")
    mail = mail_of(box).replace(f"ca_file: {box.authority}, ", "")
    (problem,) = send(tmp_path, LOW, mail)
    assert problem.startswith(f"STARTTLS with localhost:{box.port}: ")
    assert box.messages == []
    assert send(tmp_path, LOW, mail_of(box)) == []
    assert len(box.messages) == 1


def test_a_server_without_tls_gets_nothing_unless_that_is_wanted(tmp_path: Path) -> None:
    with mail_server(tmp_path, tls=False) as plain:
        mail = mail_of(plain, tls=False)
        (problem,) = send(tmp_path, LOW, mail.replace("require_tls: false, ", ""))
        assert "STARTTLS extension not supported" in problem
        assert plain.messages == []
        assert send(tmp_path, LOW, mail) == []
        assert plain.secure == [False]


def test_a_server_that_says_nothing_is_left_behind(tmp_path: Path, box: Mailbox) -> None:
    with socket.create_server(("localhost", 0)) as silent:
        mail = mail_of(box, timeout="0.5s").replace(str(box.port), str(silent.getsockname()[1]))
        (problem,) = send(tmp_path, LOW, mail)
        assert "0.5 s" in problem or "timed out" in problem


def test_without_a_note_of_it_nothing_is_sent(tmp_path: Path, box: Mailbox) -> None:
    (tmp_path / "sent.json").write_text("[]")
    assert send(tmp_path, LOW, mail_of(box)) == [
        "reading what was sent: it is not the list of what was sent"
    ]
    (tmp_path / "sent.json").unlink()
    (tmp_path / ".sent.json.new").mkdir()
    (problem,) = send(tmp_path, LOW, mail_of(box))
    assert problem.startswith("noting the e-mail to everybody in ")
    assert box.messages == []


def shop(folder: Path, checks: str, more: str) -> str:
    """Seven orders of yesterday, in a file that needs no server, and the config on it."""
    connection = duckdb.connect(str(folder / "shop.duckdb"))
    connection.execute("CREATE TABLE orders (id INT, ts TIMESTAMPTZ)")
    connection.execute(
        "INSERT INTO orders SELECT i, TIMESTAMPTZ '2026-03-09 12:00+00' FROM range(7) r(i)"
    )
    connection.close()
    text = config_of(checks, more=more).replace("dsn: '${WAREHOUSE_DSN}'", "duckdb: shop.duckdb")
    (folder / "config.yml").write_text(text)
    return f"--config.file={folder / 'config.yml'}"


@pytest.mark.parametrize(("checks", "code"), [(FAILS, 1), (FINE, 0)])
def test_a_mail_server_that_is_down_changes_no_verdict(
    tmp_path: Path, checks: str, code: int
) -> None:
    down = f"localhost:{free_port()}"
    mail = f"mail: {{smarthost: '{down}', from: a@b.example, to: c@d.example}}"
    words = (shop(tmp_path, checks, mail), AS_OF, "--email")
    result = ask("check", *words, f"--report-dir={tmp_path}")
    assert result.exit_code == code
    said = f"warning: e-mail not sent: connecting to {down}: Connection refused\n"
    assert result.stderr == (said if code else "")
    data = json.loads((tmp_path / "monitoring_report.json").read_text())
    assert (data["exit_code"], data["counts"]["critical"]) == (code, code)


def test_what_email_needs_is_said_before_anything_is_judged(tmp_path: Path) -> None:
    bare = ask("check", shop(tmp_path, FAILS, ""), AS_OF, "--email")
    assert (bare.exit_code, bare.stdout) == (2, "")
    assert "--email needs the section `mail:` in the config" in bare.stderr
    text = (tmp_path / "config.yml").read_text()
    mail = "mail: {smarthost: 'localhost:25', from: a@b.example, to: c@d.example}"
    (tmp_path / "config.yml").write_text(f"{text}\n{mail}")
    nowhere = ask("check", f"--config.file={tmp_path / 'config.yml'}", AS_OF, "--email")
    assert nowhere.exit_code == 2
    assert "give --report-dir, or `sent_file` under `mail`" in nowhere.stderr


def test_the_gate_sends_once_however_often_it_runs(tmp_path: Path, box: Mailbox) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    words = (shop(tmp_path, FAILS, mail_of(box, sent_file="sent")), AS_OF, "--email")
    for _ in range(2):
        result = ask("check", *words)
        assert (result.exit_code, result.stderr) == (1, "")
    (message,) = box.messages
    assert message["Subject"] == "[FAIL] warehouse, Mon 9 Mar: orders (1 FAIL)"
    assert sorted(file.name for file in tmp_path.glob("sent*")) == ["sent", "sent.lock"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('from: "a@b.example\\nBcc: x@y.example"', "is not an e-mail address"),
        ("from: a@b.example, username: me", "`username` and `password_file` go together"),
        (
            "from: a@b.example, username: me, password_file: f, require_tls: false",
            "a password is never sent without TLS",
        ),
    ],
)
def test_what_the_section_refuses(written: str, said: str) -> None:
    mail = f"mail: {{smarthost: 'localhost:25', to: c@d.example, {written}}}"
    assert said in complaint(more=mail)
    owners = "owners: {finance: {email: not one}}\n"
    fine = "mail: {smarthost: 'localhost:25', from: a@b.example, to: c@d.example}"
    assert "owners.finance.email: 'not one' is not an e-mail address" in complaint(
        more=owners + fine
    )
