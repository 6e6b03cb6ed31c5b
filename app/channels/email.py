"""Letters by e-mail, over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from app.kernel.errors import Invalid, Upstream
from app.kernel.settings import Settings

_TIMEOUT: Final = 15.0
_PORTS: Final = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Letter:
    """The same in plain text and in HTML, for one person."""

    to: str
    subject: str
    text: str
    html: str


class Post(Protocol):
    """Whoever brings letters."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises Upstream; Invalid where the address is refused for good."""
        ...


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server by its address: smtp://user:password@host:587, or smtps:// for TLS from the start.

    Over smtp:// TLS begins where the server offers it, and a password is sent over nothing else.
    """

    url: str = field(repr=False)
    sender: str

    def send(self, letter: Letter) -> None:
        try:
            with self._reach() as server:
                self._settle(server)
                server.send_message(self._written(letter))
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            if code // 100 == 5:  # noqa: PLR2004 - permanent (RFC 5321, 4.2.1)
                raise Invalid(f"the mail server refuses the address: {code} {reason!r}", "to") from None
            raise Upstream(f"the mail server answered {code}", retry=True) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Upstream(f"the mail server: {type(error).__name__}", retry=True) from error

    def _reach(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        if parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=_TIMEOUT)

    def _settle(self, server: smtplib.SMTP) -> None:
        """Agree on TLS, and say who we are."""
        parts = urlsplit(self.url)
        server.ehlo()
        if parts.scheme == "smtp" and (server.has_extn("starttls") or parts.password):
            server.starttls(context=ssl.create_default_context())
        if parts.password:
            server.login(unquote(parts.username or ""), unquote(parts.password))

    def _written(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=parseaddr(self.sender)[1].partition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message


def create(settings: Settings) -> Smtp | None:
    """The mail server of this installation; None where it has none."""
    return Smtp(settings.smtp_url, settings.mail_from) if settings.smtp_url else None
