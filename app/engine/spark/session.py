"""A Spark session, and orders as Spark reads them. No Python runs inside Spark: nothing is unpickled."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pyspark.sql import DataFrame, SparkSession

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

LOCAL = "local[*]"
_BLOCK = 200_000


def missing() -> str:
    """Say what must be installed before Spark can be used; nothing where all is there."""
    lacking = []
    if find_spec("pyspark") is None:
        lacking.append('pyspark (pip install "alongside[spark]")')
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and which("java") is None:
        lacking.append("Java 17 (Debian: apt-get install openjdk-17-jre-headless)")
    return " and ".join(lacking)


@contextmanager
def running(master: str = LOCAL, memory: str = "2g") -> Iterator[SparkSession]:
    """Give the session that runs, else one that stops at the end. ``memory`` is the driver's.

    Anything else is set as Spark wants it: ``SPARK_CONF_DIR``, ``PYSPARK_SUBMIT_ARGS``.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415  only where Spark is used

    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    builder = (
        SparkSession.builder.appName("alongside")
        .master(master)
        .config("spark.driver.memory", memory)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
    )
    if master.startswith("local"):
        parts = str(4 * (os.cpu_count() or 1))
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.sql.shuffle.partitions", parts
        )
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def baskets(spark: SparkSession, data: Dataset, weights: LongArray | None = None) -> Iterator[DataFrame]:
    """Give one row an order: ``order``, ``items`` (numbers, lowest first), ``weight`` (whole, else 1).

    The file is written in blocks, so that the data set may be larger than memory if its arrays are mapped
    from disk. It lies in the folder for temporary files, which all machines of a cluster must share.
    """
    import pyarrow as pa  # noqa: PLC0415  a web process never learns
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    schema = pa.schema([("order", pa.int64()), ("items", pa.list_(pa.int32())), ("weight", pa.int64())])
    starts = data.bought.indptr
    with TemporaryDirectory(prefix="alongside-spark-") as folder:
        with ParquetWriter(f"{folder}/orders.parquet", schema, compression="zstd") as file:
            for first in range(0, data.orders, _BLOCK):
                last = min(first + _BLOCK, data.orders)
                offsets = np.asarray(starts[first : last + 1] - starts[first], np.int32)
                items = np.asarray(data.bought.indices[starts[first] : starts[last]], np.int32)
                weight = np.ones(last - first, np.int64) if weights is None else weights[first:last]
                columns = [np.arange(first, last), pa.ListArray.from_arrays(offsets, items), weight]
                file.write_table(pa.table([pa.array(each) for each in columns], schema=schema))
        yield spark.read.schema("order long, items array<int>, weight long").parquet(folder)


def column(frame: DataFrame, *names: str) -> list[NDArray[np.generic]]:
    """Fetch columns of a small result."""
    table = frame.select(*names).toArrow()
    return [table.column(name).to_numpy() for name in names]
