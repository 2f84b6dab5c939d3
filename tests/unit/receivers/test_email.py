"""E-mail: the relay, and who gets what has no channel."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from warehouse_exporter.receivers.base import Audience
from warehouse_exporter.receivers.email import Email

RELAY = {"smarthost": "smtp.shop.example:587", "from": "alerts@shop.example"}


def test_without_a_shared_address_only_owners_get_mail() -> None:
    mail = Email.model_validate(RELAY)
    assert mail.everybody() == {}
    (sent,) = mail.owner("g@shop.example")["email_configs"]
    assert sent["to"] == "g@shop.example"


def test_a_shared_address_gets_critical_and_warning() -> None:
    mail = Email.model_validate({**RELAY, "to": "data@shop.example"})
    assert set(mail.everybody()) == {Audience.UNROUTED, Audience.CRITICAL, Audience.WARNING}


def test_the_relay_is_written_once() -> None:
    mail = Email.model_validate({**RELAY, "username": "u", "password_file": "/p"})
    assert mail.shared() == {
        "smtp_smarthost": "smtp.shop.example:587",
        "smtp_from": "alerts@shop.example",
        "smtp_auth_username": "u",
        "smtp_auth_password_file": "/p",
        "smtp_require_tls": True,
    }


@pytest.mark.parametrize(
    ("more", "message"),
    [({"smarthost": "smtp"}, "'smtp' is not HOST:PORT"), ({"username": "u"}, "go together")],
)
def test_a_relay_that_cannot_be_is_refused(more: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Email.model_validate({**RELAY, **more})
