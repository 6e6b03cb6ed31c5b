"""The `alongside` command. A command imports what it needs when it runs, so that help comes at once."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.kernel import log
from app.kernel.errors import AppError, Invalid
from app.kernel.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.kernel.runtime import Runtime

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

StoreOption = Annotated[
    str, typer.Option("--store", help="The store's id; the only store where there is one.")
]


def main() -> None:
    """What goes wrong in a way that we know is one line, not a trace."""
    try:
        cli()
    except AppError as error:
        print(f"alongside: {error.detail}", file=sys.stderr)
        sys.exit(2)


@cli.command()
def demo(shoppers: Annotated[int, typer.Option(help="Simulated shoppers at the first start.")] = 150) -> None:
    """Start everything with the demo store, on servers of its own unless addresses are set."""
    from app import showcase

    showcase.run(_settings(), shoppers=shoppers)


@cli.command()
def release() -> None:
    """Bring the database's schema up to date."""
    from app.kernel import schema

    schema.migrate(_settings().addressed())


@cli.command()
def web() -> None:
    """Serve shops, APIs and the console, by several servers on one port: each restarted if it dies."""
    from app.kernel.processes import MODEST
    from workers.supervise import Supervisor, stop_on_signals

    stop = stop_on_signals()
    settings = _settings().addressed()
    supervisor = Supervisor({**MODEST, **os.environ, **settings.to_env()})
    command = [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "wsgi", "--factory", "app.web:create_wsgi", "--workers", "1",
        "--host", settings.host, "--port", str(settings.port),
        "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5",
    ]  # fmt: skip
    for number in range(1, settings.web_workers + 1):
        supervisor.add_command(f"server-{number}", command)
    supervisor.run(stop)


@cli.command()
def worker() -> None:
    """Work on jobs and events: two queues, the outbox and the event stream, each restarted if it dies."""
    from workers.supervise import Supervisor, stop_on_signals

    stop = stop_on_signals()
    supervisor = Supervisor({**os.environ, **_settings().addressed().to_env()})
    supervisor.add("default", "queue", "default")
    supervisor.add("training", "queue", "training")
    supervisor.add("streams", "streams")
    supervisor.run(stop)


cache = typer.Typer(no_args_is_help=True, help="What serving processes hold of a store in memory.")
cli.add_typer(cache, name="cache")


@cache.command("warm")
def warm_cache(store: StoreOption = "") -> None:
    """Let every serving process make a store ready before it is asked for."""
    from app import onboard
    from app.bridge import publisher

    with _runtime() as runtime:
        told = publisher.warm(runtime.valkey, onboard.only_store(runtime, store))
        print(f"{told} serving processes were told")


@cache.command("clear")
def clear_cache(store: StoreOption = "") -> None:
    """Let every serving process drop a store from memory and read it anew."""
    from app import onboard
    from app.bridge import publisher

    with _runtime() as runtime:
        told = publisher.clear(runtime.valkey, onboard.only_store(runtime, store))
        print(f"{told} serving processes were told")


@cli.command(hidden=True)
def queue(name: str) -> None:
    """Work on the jobs of one queue."""
    from workers import queues

    with _runtime() as runtime:
        queues.work(runtime, name)


@cli.command(hidden=True)
def streams() -> None:
    """Relay the outbox and take in events."""
    import threading

    from workers import ingest, relay
    from workers.supervise import stop_on_signals

    stop = stop_on_signals()
    with _runtime() as runtime:
        loops = [
            threading.Thread(target=loop, args=(runtime, stop))
            for loop in (relay.run_forever, *[ingest.run_forever] * ingest.IN_FLIGHT)
        ]
        for loop in loops:
            loop.start()
        for loop in loops:
            loop.join()


@cli.command()
def clock() -> None:
    """Keep the timetable, restarted if it dies."""
    from workers.supervise import Supervisor, stop_on_signals

    stop = stop_on_signals()
    supervisor = Supervisor({**os.environ, **_settings().addressed().to_env()})
    supervisor.add("timetable", "timetable")
    supervisor.run(stop)


@cli.command(hidden=True)
def timetable() -> None:
    """Name the jobs that are due."""
    from workers import schedule
    from workers.supervise import stop_on_signals

    stop = stop_on_signals()
    with _runtime() as runtime:
        schedule.run_forever(runtime, stop)


@cli.command()
def connect(
    name: Annotated[str, typer.Option(help="The shop's name.")],
    domain: Annotated[str, typer.Option(help="Where the shop is, for instance https://shop.example.")],
    currency: Annotated[str, typer.Option(help="ISO 4217, for instance EUR.")],
    timezone: Annotated[str, typer.Option(help="IANA time zone of the merchant.")] = "UTC",
    email: Annotated[str, typer.Option(help="The merchant's e-mail address, to sign in with.")] = "",
) -> None:
    """Connect a shop of the custom platform and show its keys, this once."""
    from app import onboard
    from app.domain.accounts.stores import NewStore

    password = (
        typer.prompt("Password for the console", hide_input=True, confirmation_prompt=True) if email else ""
    )
    with _runtime() as runtime:
        new = NewStore(name=name, platform="custom", domain=domain, currency=currency, timezone=timezone)
        credentials = onboard.connect(runtime, new, email=email, password=password)
    for label, value in (
        ("store", credentials.store_id),
        ("public key", credentials.public_key),
        ("secret key", credentials.secret_key),
        ("webhook secret", credentials.webhook_secret),
    ):
        print(f"{label:15} {value}")


@cli.command(name="import")
def import_(
    kind: Annotated[str, typer.Argument(help="products, customers, orders or stock")],
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or parquet file.")],
    store: StoreOption = "",
) -> None:
    """Import a file into a store; bad rows are listed, good ones kept."""
    from app import onboard

    with _runtime() as runtime:
        outcome = onboard.import_file(runtime, store, kind, path)
    print(outcome)


@cli.command()
def train(
    store: StoreOption = "",
    here: Annotated[  # noqa: FBT002
        bool, typer.Option("--here", help="In this process, even where a worker runs.")
    ] = False,
) -> None:
    """Train a store now, by the worker that runs or else here, and publish what was learned."""
    from app import retrain

    with _runtime() as runtime, retrain.Drawn() as drawn:
        trained = retrain.train(runtime, store, drawn, here=here)
    if trained.note:
        print(trained.note, file=sys.stderr)
    print(trained.version)


@cli.command()
def rollback(
    store: StoreOption = "",
    version: Annotated[
        str, typer.Option(help="The version to go back to; the one before where none is given.")
    ] = "",
) -> None:
    """Serve an earlier model version again."""
    from app import onboard

    with _runtime() as runtime:
        print(onboard.rollback(runtime, store, version or None))


@cli.command()
def simulate(
    shoppers: Annotated[int, typer.Option(help="How many.", min=1, max=1_000_000)] = 200,
    uplift: Annotated[
        float, typer.Option(help="True effect of recommendations on revenue: 0.1 is +10 %.")
    ] = 0.1,
    seed: Annotated[int, typer.Option(help="The same seed sends the same shoppers.")] = 0,
) -> None:
    """Send simulated shoppers through the running demo shop."""
    from app import showcase

    showcase.send_shoppers(_settings(), shoppers=shoppers, uplift=uplift, seed=seed)


@cli.command()
def rank(
    orders: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Order lines, parquet or CSV.")],
    products: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Products, parquet or CSV.")],
    queries: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="One JSON query a line.")],
    out: Annotated[Path, typer.Option(help="Where the answers go, one JSON a line.")],
    k: Annotated[int, typer.Option(help="Items an answer.", min=1, max=1000)] = 12,
    seed: Annotated[int, typer.Option(help="Seed of the search for the best blend.")] = 0,
) -> None:
    """Train on files as production would, and answer queries as the storefront would; no server needed."""
    from app.domain.learning import rankfiles

    rankfiles.rank(orders, products, queries, out, k=k, seed=seed)


@cli.command()
def evaluate(
    store: StoreOption = "",
    orders: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Instead of a store.")
    ] = None,
    products: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Goes with it.")] = None,
    json: Annotated[Path | None, typer.Option(help="Where the figures go as JSON; - for stdout.")] = None,
    curve: Annotated[bool, typer.Option(help="Also for smaller histories.")] = True,  # noqa: FBT002
    seed: Annotated[int, typer.Option(help="Seed of the search for the best blend.")] = 0,
) -> None:
    """Show how well every strategy and the chosen blend foretell the last 28 days."""
    from time import monotonic

    from app.domain.learning import assemble, evaluation, figures, rankfiles

    if (orders is None) != (products is None):
        raise Invalid("--orders and --products go together")
    if orders is not None and products is not None:
        data = rankfiles.dataset(orders, products)
    else:
        from app import onboard

        with _runtime() as runtime:
            store_id = onboard.only_store(runtime, store)
            with runtime.unit(store_id) as unit:
                data = assemble.dataset(unit.session, store_id)
    began = monotonic()

    def tell(step: str) -> None:
        print(f"{monotonic() - began:6.0f} s  {step}", file=sys.stderr, flush=True)

    report = evaluation.evaluate(data, seed=seed, curve=curve, tell=tell)
    tell("done")
    if json is not None and str(json) != "-":
        figures.write(report, json)
    print(figures.to_json(report) if str(json) == "-" else figures.table(report))


def _settings() -> Settings:
    settings = Settings.from_env(os.environ)
    log.configure(settings.log_level)
    return settings


@contextmanager
def _runtime() -> Iterator[Runtime]:
    """On the servers of the settings, else on those in DATA_DIR, started for as long as this takes."""
    from app.factory import build_runtime
    from app.kernel import embedded

    with embedded.servers(_settings()) as settings, build_runtime(settings) as runtime:
        yield runtime


if __name__ == "__main__":
    main()
