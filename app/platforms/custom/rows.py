"""From rows of a file to the same shapes, and so the same records, as JSON would give.

One row is one line of an order or refund, one variant of a product, one customer, one level of stock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from msgspec import convert
from msgspec.structs import replace

from app.kernel.errors import Invalid
from app.platforms.base import Kind
from app.platforms.custom import cells as cell
from app.platforms.custom import sheets
from app.platforms.custom.batch import spoken
from app.platforms.custom.cells import Cells, Habits
from app.platforms.custom.mapping import record
from app.platforms.custom.shapes import (
    CustomerShape,
    OrderLineShape,
    OrderShape,
    ProductShape,
    RefundLineShape,
    RefundShape,
    Shape,
    StockShape,
    VariantShape,
)
from app.platforms.custom.sheets import Open, Row
from app.platforms.records import Parsed, Rejected

T = TypeVar("T")
Part = dict[str, object]
Built = tuple[Shape | None, list[Rejected]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind of file. ``together``: rows that share the key's cell make one record."""

    key: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    together: bool
    build: Callable[[Sequence[Row], Habits], Built]


def parse_file(file: Open, kind: Kind, habits: Habits) -> Iterator[tuple[Parsed, int]]:
    """Record by record, each with the number of rows that it took. Raises Invalid for a wrong header."""
    layout = LAYOUTS[kind]
    missing = sorted(set(layout.required) - sheets.header(file))
    if missing:
        raise Invalid(f"a file of {kind} needs the column {', '.join(missing)}")
    wanted = layout.required + layout.optional
    if layout.together:
        groups = sheets.groups(file, wanted, layout.key)
    else:
        groups = ([row] for row in sheets.read(file, wanted))
    for rows in groups:
        yield _parse(rows, layout, habits), len(rows)


def _parse(rows: Sequence[Row], layout: Layout, habits: Habits) -> Parsed:
    first = rows[0]
    name = first.cells.get(layout.key, "")
    if first.fault or not name:
        return Parsed((), (Rejected(first.line, "", first.fault or f"{layout.key} is missing"),))
    try:
        shape, rejected = layout.build(rows, habits)
        records = () if shape is None else (record(shape, habits.received),)
        return Parsed(records, tuple(rejected))
    except (Invalid, ValueError) as error:
        return Parsed((), (Rejected(first.line, name, spoken(error)),))


def _each(
    rows: Sequence[Row], key: str, read: Callable[[Cells, int], T]
) -> tuple[list[tuple[Cells, T]], list[Rejected]]:
    """What could be read of each row, which is told its position among them from 1."""
    parts: list[tuple[Cells, T]] = []
    rejected: list[Rejected] = []
    for at, row in enumerate(rows, 1):
        try:
            parts.append((row.cells, read(row.cells, at)))
        except (Invalid, ValueError) as error:
            rejected.append(Rejected(row.line, row.cells[key], spoken(error)))
    return parts, rejected


def _order(rows: Sequence[Row], habits: Habits) -> Built:
    parts, rejected = _each(rows, "order_id", lambda cells, at: _order_line(cells, at, habits))
    if not parts:
        return None, rejected
    cells = cell.first_of(cells for cells, _ in parts)
    updates = [cell.moment(part, "updated_at", habits) for part, _ in parts if "updated_at" in part]
    whole: Part = {
        "id": cells["order_id"],
        "created_at": min(cell.moment(part, "created_at", habits) for part, _ in parts),
        "updated_at": max(updates, default=None),
        "currency": cells.get("currency", habits.currency),
        "lines": [],
        **cell.present(cells, "status", "customer_id", "visitor_id"),
    }
    return replace(convert(whole, OrderShape), lines=[line for _, line in parts]), rejected


def _order_line(cells: Cells, at: int, habits: Habits) -> OrderLineShape:
    cell.moment(cells, "created_at", habits)
    if "updated_at" in cells:
        cell.moment(cells, "updated_at", habits)
    line: Part = {
        "id": cells.get("line_id", str(at)),
        "product_id": cell.needed(cells, "product_id"),
        "quantity": cell.whole(cells, "quantity"),
        "unit_price": cell.money(cells, "price", habits),
        **cell.present(cells, "variant_id", "slate_id"),
    }
    return convert(line, OrderLineShape)


def _refund(rows: Sequence[Row], habits: Habits) -> Built:
    parts, rejected = _each(rows, "refund_id", lambda cells, _: _refund_line(cells, habits))
    if not parts:
        return None, rejected
    cells = cell.first_of(cells for cells, _ in parts)
    whole: Part = {
        "id": cells["refund_id"],
        "order_id": cell.needed(cells, "order_id"),
        "created_at": cell.moment(cells, "created_at", habits),
        "updated_at": cell.moment(cells, "updated_at", habits) if "updated_at" in cells else None,
        "lines": [],
    }
    return replace(convert(whole, RefundShape), lines=[line for _, line in parts]), rejected


def _refund_line(cells: Cells, habits: Habits) -> RefundLineShape:
    line: Part = {
        "line_id": cell.needed(cells, "line_id"),
        "quantity": cell.whole(cells, "quantity") if "quantity" in cells else 0,
        "amount": cell.money(cells, "amount", habits),
    }
    return convert(line, RefundLineShape)


def _product(rows: Sequence[Row], habits: Habits) -> Built:
    of_variants = [row for row in rows if "variant_id" in row.cells]
    parts, rejected = _each(of_variants, "product_id", lambda cells, _: _variant(cells, habits))
    doubles = [] if of_variants else rows[1:]
    rejected += [Rejected(row.line, row.cells["product_id"], "this product was there") for row in doubles]
    cells = cell.first_of(row.cells for row in rows) if of_variants else rows[0].cells
    whole: Part = {
        "id": cells["product_id"],
        "tags": [tag.strip() for tag in cells.get("tags", "").split(",") if tag.strip()],
        **cell.present(cells, "title", "url", "image", "category", "brand", "description"),
        **{name: cell.yes_or_no(cells, name) for name in ("visible", "deleted") if name in cells},
        **_prices(cells, habits),
        **{name: cell.moment(cells, name, habits) for name in ("created_at", "updated_at") if name in cells},
        **({} if of_variants else _counted(cells)),
    }
    return replace(convert(whole, ProductShape), variants=[part for _, part in parts]), rejected


def _variant(cells: Cells, habits: Habits) -> VariantShape:
    variant: Part = {
        "id": cells["variant_id"],
        "title": cells.get("variant_title", ""),
        **cell.present(cells, "sku"),
        **_prices(cells, habits),
        **_counted(cells),
    }
    return convert(variant, VariantShape)


def _prices(cells: Cells, habits: Habits) -> Part:
    return {name: cell.money(cells, name, habits) for name in ("price", "compare_at") if name in cells}


def _counted(cells: Cells) -> Part:
    return {"stock": cell.whole(cells, "stock")} if "stock" in cells else {}


def _customer(rows: Sequence[Row], habits: Habits) -> Built:
    cells = rows[0].cells
    whole: Part = {
        "id": cells["customer_id"],
        "updated_at": cell.moment(cells, "updated_at", habits) if "updated_at" in cells else None,
        **cell.present(cells, "email", "name", "visitor_id"),
    }
    return convert(whole, CustomerShape), []


def _stock(rows: Sequence[Row], habits: Habits) -> Built:
    cells = rows[0].cells
    whole: Part = {
        "stock": None,
        "updated_at": cell.moment(cells, "updated_at", habits) if "updated_at" in cells else None,
        **cell.present(cells, "product_id", "variant_id"),
        **_counted(cells),
    }
    return convert(whole, StockShape), []


LAYOUTS: Final = {
    Kind.ORDERS: Layout(
        "order_id",
        ("order_id", "created_at", "product_id", "quantity", "price"),
        (
            *("customer_id", "line_id", "variant_id", "visitor_id", "slate_id"),
            *("currency", "status", "updated_at"),
        ),
        together=True,
        build=_order,
    ),
    Kind.REFUNDS: Layout(
        "refund_id",
        ("refund_id", "order_id", "created_at", "line_id", "amount"),
        ("quantity", "currency", "updated_at"),
        together=True,
        build=_refund,
    ),
    Kind.PRODUCTS: Layout(
        "product_id",
        ("product_id", "title", "price"),
        (
            *("url", "image", "category", "brand", "description", "tags", "currency", "compare_at"),
            *("stock", "visible", "deleted", "created_at", "updated_at"),
            *("variant_id", "variant_title", "sku"),
        ),
        together=True,
        build=_product,
    ),
    Kind.CUSTOMERS: Layout(
        "customer_id",
        ("customer_id",),
        ("email", "name", "visitor_id", "updated_at"),
        together=False,
        build=_customer,
    ),
    Kind.STOCK: Layout(
        "product_id",
        ("product_id", "stock"),
        ("variant_id", "updated_at"),
        together=False,
        build=_stock,
    ),
}
