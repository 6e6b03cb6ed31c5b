"""A wrong setting is one line that names its variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.kernel.errors import Invalid
from app.kernel.settings import Settings

SECRET = "s" * 32


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"), ("PORT", "0"), ("PORT", "65536"), ("DEMO", "yes"), ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://x"), ("REDIS_URL", "http://x"), ("PUBLIC_URL", "ftp://x"),
        ("SECRET_KEY", "short"), ("WEB_WORKERS", "-1"),
    ],
)  # fmt: skip
def test_a_wrong_setting_names_its_variable(variable: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        Settings.from_env({"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, variable: value})
    assert caught.value.field == variable
    assert variable in caught.value.detail
    assert "\n" not in caught.value.detail


def test_a_secret_key_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first = Settings.from_env({"DATA_DIR": str(tmp_path)})
    again = Settings.from_env({"DATA_DIR": str(tmp_path)})
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_another_process_sees_the_same_settings(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"DATA_DIR": str(tmp_path), "PORT": "8123", "DATABASE_URL": "postgres://h/d"}
    )
    assert Settings.from_env(settings.to_env()) == settings


def test_any_postgresql_address_is_read_for_our_driver(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, "DATABASE_URL": "postgres://h/d"}
    )
    assert settings.database_url == "postgresql+psycopg://h/d"
