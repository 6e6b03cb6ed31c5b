"""Settings come from the environment, once, and a wrong one is one clear line that names the variable."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.kernel.errors import Invalid

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """``database_url`` and ``redis_url`` are empty where the servers from the wheels are to be started.

    ``training_memory_mb`` 0 = what is free when a training begins. ``trusted_proxies`` is how many proxies in
    front tell the client's address; ``rate_address`` and ``rate_key`` are requests a second to one serving
    process, 0 = no limit.
    """

    data_dir: Path
    host: str
    port: int
    public_url: str
    database_url: str
    database_app_url: str
    redis_url: str
    secret_key: str
    demo: bool
    web_workers: int
    log_level: str
    training_memory_mb: int = 0
    spark_master: str = "local[*]"
    trusted_proxies: int = 0
    rate_address: int = 100
    rate_key: int = 5_000
    smtp_url: str = ""
    mail_from: str = ""
    shopify_client_id: str = ""
    shopify_client_secret: str = ""
    shopify_old_client_secret: str = ""
    shopify_url: str = ""
    shopify_partner_organization: str = ""
    shopify_partner_token: str = ""

    def addressed(self) -> Settings:
        """These settings, if they name running servers. Raises Invalid with the variable that is missing."""
        for variable, value in (("DATABASE_URL", self.database_url), ("REDIS_URL", self.redis_url)):
            if not value:
                raise Invalid(f"{variable} is not set (`make demo` starts servers of its own)", variable)
        return self

    def to_env(self) -> dict[str, str]:
        """The variables that make another process see the same settings."""
        return {
            "DATA_DIR": str(self.data_dir),
            "HOST": self.host,
            "PORT": str(self.port),
            "PUBLIC_URL": self.public_url,
            "DATABASE_URL": self.database_url,
            "DATABASE_APP_URL": self.database_app_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secret_key,
            "DEMO": "1" if self.demo else "0",
            "WEB_WORKERS": str(self.web_workers),
            "LOG_LEVEL": self.log_level,
            "TRAINING_MEMORY_MB": str(self.training_memory_mb),
            "TRUSTED_PROXIES": str(self.trusted_proxies),
            "RATE_ADDRESS": str(self.rate_address),
            "RATE_KEY": str(self.rate_key),
            "SMTP_URL": self.smtp_url,
            "MAIL_FROM": self.mail_from,
            "SPARK_MASTER": self.spark_master,
            "SHOPIFY_CLIENT_ID": self.shopify_client_id,
            "SHOPIFY_CLIENT_SECRET": self.shopify_client_secret,
            "SHOPIFY_OLD_CLIENT_SECRET": self.shopify_old_client_secret,
            "SHOPIFY_URL": self.shopify_url,
            "SHOPIFY_PARTNER_ORGANIZATION": self.shopify_partner_organization,
            "SHOPIFY_PARTNER_TOKEN": self.shopify_partner_token,
        }

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Raises Invalid whose field is the variable at fault."""
        data_dir = Path(environ.get("DATA_DIR") or "var").resolve()
        port = _whole("PORT", environ.get("PORT") or "8000", 1, 65535)
        return cls(
            data_dir=data_dir,
            host=environ.get("HOST") or "127.0.0.1",
            port=port,
            public_url=_url(
                "PUBLIC_URL", environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}", ("http", "https")
            ).rstrip("/"),
            database_url=_database("DATABASE_URL", environ.get("DATABASE_URL", "")),
            database_app_url=_database("DATABASE_APP_URL", environ.get("DATABASE_APP_URL", "")),
            redis_url=_url("REDIS_URL", environ.get("REDIS_URL", ""), ("redis", "rediss", "unix")),
            secret_key=_secret(environ.get("SECRET_KEY", ""), data_dir),
            demo=_yes_or_no("DEMO", environ.get("DEMO") or "0"),
            web_workers=_whole("WEB_WORKERS", environ.get("WEB_WORKERS") or "2", 1, 64),
            trusted_proxies=_whole("TRUSTED_PROXIES", environ.get("TRUSTED_PROXIES") or "0", 0, 9),
            rate_address=_whole("RATE_ADDRESS", environ.get("RATE_ADDRESS") or "100", 0, 10**6),
            rate_key=_whole("RATE_KEY", environ.get("RATE_KEY") or "5000", 0, 10**6),
            smtp_url=_url("SMTP_URL", environ.get("SMTP_URL", ""), ("smtp", "smtps")),
            mail_from=_sender(environ.get("MAIL_FROM", ""), environ.get("SMTP_URL", "")),
            log_level=_one_of("LOG_LEVEL", environ.get("LOG_LEVEL") or "INFO", _LEVELS),
            training_memory_mb=_whole(
                "TRAINING_MEMORY_MB", environ.get("TRAINING_MEMORY_MB") or "0", 0, 2**24
            ),
            spark_master=environ.get("SPARK_MASTER") or "local[*]",
            shopify_client_id=environ.get("SHOPIFY_CLIENT_ID", ""),
            shopify_client_secret=environ.get("SHOPIFY_CLIENT_SECRET", ""),
            shopify_old_client_secret=environ.get("SHOPIFY_OLD_CLIENT_SECRET", ""),
            shopify_url=_url("SHOPIFY_URL", environ.get("SHOPIFY_URL", ""), ("http", "https")).rstrip("/"),
            shopify_partner_organization=environ.get("SHOPIFY_PARTNER_ORGANIZATION", ""),
            shopify_partner_token=environ.get("SHOPIFY_PARTNER_TOKEN", ""),
        )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Invalid(f"{name} must be a whole number from {least} to {most}, not {text!r}", name)
    return int(text)


def _yes_or_no(name: str, text: str) -> bool:
    if text not in {"0", "1"}:
        raise Invalid(f"{name} must be 0 or 1, not {text!r}", name)
    return text == "1"


def _one_of(name: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise Invalid(f"{name} must be one of {' '.join(allowed)}, not {text!r}", name)
    return text


def _url(name: str, text: str, schemes: tuple[str, ...]) -> str:
    if text and urlsplit(text).scheme not in schemes:
        raise Invalid(f"{name} must begin with one of {' '.join(s + '://' for s in schemes)}", name)
    return text


def _sender(text: str, smtp_url: str) -> str:
    """Who letters are from: an address, or a name with one in angle brackets."""
    if (smtp_url or text) and ("@" not in text or not text.isprintable()):
        raise Invalid("MAIL_FROM must be an e-mail address, such as Shop <hello@shop.example>", "MAIL_FROM")
    return text


def _database(name: str, text: str) -> str:
    """The driver is ours to choose: any PostgreSQL address is read as one for psycopg 3."""
    _url(name, text, ("postgres", "postgresql", "postgresql+psycopg"))
    scheme, mark, rest = text.partition("://")
    return f"postgresql+psycopg{mark}{rest}" if scheme else ""


def _secret(text: str, data_dir: Path) -> str:
    """Given, or made once and kept beside the data, readable by the owner alone."""
    if text:
        if len(text) < _SHORTEST_SECRET:
            raise Invalid(f"SECRET_KEY must have at least {_SHORTEST_SECRET} characters", "SECRET_KEY")
        return text
    kept = data_dir / "secret_key"
    if not kept.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            with kept.open("x", encoding="ascii") as file:
                kept.chmod(0o600)
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return kept.read_text(encoding="ascii")
