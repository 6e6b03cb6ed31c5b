"""Letters as a mail server gets them."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default

import pytest

from app.channels.email import Letter, Smtp, create
from app.kernel.errors import Invalid, Upstream
from app.kernel.settings import Settings

LETTER = Letter("anna@shop.example", "Tea\r\nBcc: x@y.example", "Grüße", "<p>Grüße</p>")


class _Talk(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one letter takes."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        self.say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"RCPT":
                self.say(server.rcpt)
            elif word == b"DATA":
                self.say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                server.letters.append(email.message_from_bytes(body, policy=default))
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """``rcpt`` is what it answers to the name of who gets a letter."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.rcpt = "250 ok"
        self.letters: list[EmailMessage] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_letter_arrives_in_both_forms(server: Server) -> None:
    Smtp(server.url, "Corner shop <hello@us.example>").send(LETTER)
    (got,) = server.letters
    assert (got["From"], got["To"]) == ("Corner shop <hello@us.example>", "anna@shop.example")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@us.example>")
    forms = {part.get_content_type(): part.get_content().strip() for part in got.iter_parts()}
    assert forms == {"text/plain": "Grüße", "text/html": "<p>Grüße</p>"}


def test_a_subject_stays_one_line(server: Server) -> None:
    Smtp(server.url, "hello@us.example").send(LETTER)
    assert server.letters[0]["Subject"] == "Tea Bcc: x@y.example"
    assert server.letters[0]["Bcc"] is None


def test_an_address_that_is_refused_for_good_is_invalid(server: Server) -> None:
    server.rcpt = "550 nobody here"
    with pytest.raises(Invalid):
        Smtp(server.url, "hello@us.example").send(LETTER)


def test_what_may_go_later_is_tried_again(server: Server) -> None:
    server.rcpt = "451 busy"
    with pytest.raises(Upstream) as told:
        Smtp(server.url, "hello@us.example").send(LETTER)
    assert told.value.retry


def test_a_password_is_never_sent_in_the_clear(server: Server) -> None:
    with pytest.raises(Upstream):
        Smtp(server.url.replace("//", "//me:secret@"), "hello@us.example").send(LETTER)
    assert server.letters == []


def test_a_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(Upstream) as told:
        Smtp("smtp://127.0.0.1:1", "hello@us.example").send(LETTER)
    assert told.value.retry


def test_without_a_server_there_is_no_post() -> None:
    assert create(Settings.from_env({"SECRET_KEY": "k" * 40})) is None
    given = {"SECRET_KEY": "k" * 40, "SMTP_URL": "smtp://mail.example", "MAIL_FROM": "Us <hello@us.example>"}
    assert create(Settings.from_env(given)) == Smtp("smtp://mail.example", "Us <hello@us.example>")


@pytest.mark.parametrize(
    "given", [{"SMTP_URL": "smtp://mail.example"}, {"MAIL_FROM": "me"}, {"SMTP_URL": "mail"}]
)
def test_a_server_needs_somebody_to_write_as(given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        Settings.from_env({"SECRET_KEY": "k" * 40, **given})
