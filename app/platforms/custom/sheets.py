"""Reading rows of text out of CSV and parquet files, a few at a time."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from app.kernel.errors import Invalid

if TYPE_CHECKING:
    import pyarrow as pa

Open = Callable[[], BinaryIO]

_PARQUET: Final = b"PAR1"
_DELIMITERS: Final = ",;\t"
_ROWS_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """``line`` is where to look: in a CSV file its line (the header is 1), in a parquet file its row from 1.

    ``cells`` holds what is not empty; ``fault`` says why the row cannot be read at all.
    """

    line: int
    cells: Mapping[str, str]
    fault: str = ""


def read(file: Open, wanted: Sequence[str]) -> Iterator[Row]:
    """All rows with the wanted columns, from the start. Raises Invalid where it is no such file."""
    with file() as opened:
        start = opened.read(len(_PARQUET))
        opened.seek(0)
        yield from _parquet(opened, wanted) if start == _PARQUET else _csv(opened, wanted)


def header(file: Open) -> frozenset[str]:
    """The names of the columns. Raises Invalid."""
    with file() as opened:
        start = opened.read(len(_PARQUET))
        opened.seek(0)
        if start == _PARQUET:
            return frozenset(_parquet_file(opened).schema_arrow.names)
        with _text(opened) as text:
            return frozenset(next(_table(text), (0, []))[1])


def groups(file: Open, wanted: Sequence[str], key: str) -> Iterator[list[Row]]:
    """Rows that share the key's cell, together and in file order, wherever in the file they are.

    Reads the file twice; holds only the groups that have begun and are not complete.
    """
    left = Counter(row.cells.get(key, "") for row in read(file, [key]))
    waiting: dict[str, list[Row]] = {}
    for row in read(file, wanted):
        name = row.cells.get(key, "")
        if not name:
            yield [row]
            continue
        waiting.setdefault(name, []).append(row)
        left[name] -= 1
        if not left[name]:
            yield waiting.pop(name)
    # Rows that cannot be read were counted, and never joined their group.
    yield from waiting.values()


def _text(opened: BinaryIO) -> io.TextIOWrapper:
    # What is not UTF-8 becomes a lone surrogate, by which its row is found and refused.
    return io.TextIOWrapper(opened, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _csv(opened: BinaryIO, wanted: Sequence[str]) -> Iterator[Row]:
    with _text(opened) as text:
        table = _table(text)
        names = next(table, (0, []))[1]
        places = [(names.index(name), name) for name in wanted if name in names]
        for line, cells in table:
            if len(cells) != len(names):
                yield Row(line, {}, f"{len(cells)} cells where the header has {len(names)}")
            elif fault := _fault(cells):
                yield Row(line, {}, fault)
            else:
                yield Row(line, {name: cells[at] for at, name in places if cells[at]})


def _table(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """Lines by their number in the file, blank ones left out; the first one is the header."""
    first = text.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    if not any(names):
        raise Invalid("the file is empty")
    yield 1, [name.strip().lower() for name in names]
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, [str(error)]
            continue
        if cells:
            yield line, [cell.strip() for cell in cells]


def _parquet(opened: BinaryIO, wanted: Sequence[str]) -> Iterator[Row]:
    from pyarrow import ArrowInvalid  # noqa: PLC0415 - heavy, and only a worker reads files

    file = _parquet_file(opened)
    names = [name for name in wanted if name in file.schema_arrow.names]
    line = 0
    try:
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=names):
            columns = [_texts(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                fault = _fault([cell for cell in cells if cell])
                known = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
                yield Row(line, {} if fault else known, fault)
    except (ArrowInvalid, OSError) as error:
        raise Invalid(f"the parquet file is damaged after row {line}") from error


def _parquet_file(opened: BinaryIO) -> pa.parquet.ParquetFile:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only a worker reads files
    import pyarrow.parquet  # noqa: PLC0415

    try:
        return pa.parquet.ParquetFile(opened)
    except (pa.ArrowInvalid, OSError) as error:
        raise Invalid("the parquet file is damaged") from error


def _texts(column: pa.Array) -> list[str | None]:
    """Each value as a CSV file would spell it; whole numbers without a fraction, lists joined by commas."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only a worker reads files

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        with suppress(pa.ArrowInvalid):
            column = column.cast(pa.int64())
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return [None if value is None else ",".join(map(str, value)) for value in column.to_pylist()]
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise Invalid(f"a column of type {column.type} cannot be read")
    texts: list[str | None] = column.cast(pa.string()).to_pylist()
    return [text.strip() if text else None for text in texts]


def _fault(cells: Sequence[str]) -> str:
    joined = "".join(cells)
    if joined.isascii():
        return "there is a NUL character in a text" if "\0" in joined else ""
    try:
        joined.encode()
    except UnicodeEncodeError:
        return "a text is not UTF-8"
    return "there is a NUL character in a text" if "\0" in joined else ""
