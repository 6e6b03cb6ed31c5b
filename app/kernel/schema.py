"""Bringing the schema up to date, and making the restricted role that the app runs as."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.kernel.db import APP_ROLE, app_password
from app.kernel.errors import Upstream
from app.kernel.settings import Settings

_ROOT = Path(__file__).parents[2]
_LOCK = 4_120_260_001  # one migration at a time, however many machines release at once


def migrate(settings: Settings, revision: str = "head") -> None:
    """Migrate ``database_url`` as its owner. Idempotent, safe to run on several machines at once.

    Where ``database_app_url`` names a role of the operator's, that one gets the rights; else ours is made.
    """
    role = make_url(settings.database_app_url).username if settings.database_app_url else APP_ROLE
    engine = create_engine(settings.database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if not settings.database_app_url:
                _make_role(connection, app_password(settings.secret_key))
            config = Config(toml_file=_ROOT / "pyproject.toml")
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            _grant(connection, role or APP_ROLE)
    finally:
        engine.dispose()


def _make_role(connection: Connection, password: str) -> None:
    known = connection.execute(text("select from pg_roles where rolname = :name"), {"name": APP_ROLE}).first()
    verb = "create" if known is None else "alter"
    statement = sql.SQL("{} role {} login nosuperuser nobypassrls password {}").format(
        sql.SQL(verb), sql.Identifier(APP_ROLE), sql.Literal(password)
    )
    try:
        connection.exec_driver_sql(statement.as_string())
    except DBAPIError as error:
        raise Upstream(
            f"the owner of DATABASE_URL may not {verb} the role {APP_ROLE}: make a role that is neither"
            " superuser nor owner, and give its address as DATABASE_APP_URL",
            retry=False,
        ) from error


def _grant(connection: Connection, role: str) -> None:
    name = sql.Identifier(role).as_string()
    connection.exec_driver_sql(f"grant usage on schema public to {name}")
    connection.exec_driver_sql(
        f"grant select, insert, update, delete on all tables in schema public to {name}"
    )
    connection.exec_driver_sql(f"revoke insert, update, delete on alembic_version from {name}")
    connection.exec_driver_sql(f"grant usage on all sequences in schema public to {name}")
