"""App blocks rendered from their real Liquid, by a real Liquid engine with the filters that they use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from liquid import Environment, FileSystemLoader, RenderContext
from liquid.filter import with_context

EXTENSION = Path(__file__).parents[3] / "extensions" / "shopify" / "theme"
_SCHEMA = re.compile(r"{%-?\s*schema\s*-?%}(.*?){%-?\s*endschema\s*-?%}", re.DOTALL)
_HOLE = re.compile(r"{{\s*(\w+)\s*}}")
_DEFAULT = "en.default"


class Blocks:
    """The extension as one storefront shows it; its assets lie under ``assets``."""

    def __init__(self, assets: str, folder: Path = EXTENSION) -> None:
        self.folder = folder
        self.environment = Environment(loader=FileSystemLoader(folder / "snippets", ext=".liquid"))
        self.environment.filters.update(
            asset_url=lambda name: f"{assets}/{name}",
            stylesheet_tag=lambda url: f'<link href="{url}" rel="stylesheet" type="text/css" media="all">',
            image_url=lambda url, width=None: f"{url}?width={width}" if width else url,
            image_tag=_image_tag,
            money=_money,
            t=with_context(partial(self._translated)),
        )

    def names(self) -> list[str]:
        return sorted(each.stem for each in (self.folder / "blocks").glob("*.liquid"))

    def schema(self, name: str) -> dict[str, Any]:
        found = _SCHEMA.search(self._source(name))
        assert found is not None, name
        schema: dict[str, Any] = json.loads(found[1])
        return schema

    def render(self, name: str, settings: Mapping[str, Any], page: Mapping[str, Any]) -> str:
        """``page`` holds Shopify's objects and the ``market``; what was not set has its default."""
        defaults = {one["id"]: one.get("default") for one in self.schema(name)["settings"] if "id" in one}
        block = {
            "settings": {**defaults, **settings}, "shopify_attributes": f'data-block-handle="{name}"',
        }  # fmt: skip
        source = _SCHEMA.sub("", self._source(name))
        return self.environment.from_string(source, globals={**page, "block": block}).render()

    def _source(self, name: str) -> str:
        return (self.folder / "blocks" / f"{name}.liquid").read_text("utf-8")

    def _translated(self, key: str, *, context: RenderContext, **values: Any) -> str:
        """A key that ends in ``_html`` takes values as they are; others escape them."""
        told: Any = self._locale(context.resolve("market").language)
        for part in key.split("."):
            told = told[part]
        text = str(told)
        is_html = key.endswith("_html")
        return _HOLE.sub(lambda hole: str(values[hole[1]]) if is_html else escape(str(values[hole[1]])), text)

    def _locale(self, language: str) -> Any:
        path = self.folder / "locales" / f"{language}.json"
        path = path if path.is_file() else path.with_name(f"{_DEFAULT}.json")
        return json.loads(path.read_text("utf-8"))


def _image_tag(url: str, **attributes: Any) -> str:
    told = " ".join(f'{name}="{escape(str(value))}"' for name, value in attributes.items())
    return f'<img src="{url}" {told}>'


@with_context
def _money(cents: Any, *, context: RenderContext) -> str:
    return str(context.resolve("market").written(int(cents)))
