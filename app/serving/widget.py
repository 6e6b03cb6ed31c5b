"""The widget's files: right type, compressed once, cached as long as their names allow."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.errors import NotFound
from app.serving.http import Headers, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".map": "application/json",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
_PACKED = {".js", ".css", ".map", ".json", ".svg"}
_HASHED = re.compile(r"[-.](?:[0-9A-Z]{8,}|[0-9a-f]{8,})\.\w+(?:\.map)?$")
_PARTED = re.compile(r"([a-z]+)-[0-9a-f]{8,}(\.\w+)")
_FOR_EVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class _File:
    stamp: tuple[int, int]
    kind: str
    plain: bytes
    packed: bytes
    headers: Headers
    tag: str


class WidgetFiles:
    """Serves the files of one folder, and no others."""

    def __init__(self, folder: Path) -> None:
        """Serve from ``folder``; a file is read when it is first asked for, and again when it has changed."""
        self._folder = folder.resolve()
        self._files: dict[Path, _File] = {}

    def reply(self, name: str, environ: WSGIEnvironment) -> Reply:
        """Answer with a file. Raises NotFound."""
        file = self._file(name)
        if environ.get("HTTP_IF_NONE_MATCH") == file.tag:
            return Reply(304, headers=file.headers)
        if file.packed and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            return Reply(200, file.packed, file.kind, (*file.headers, ("Content-Encoding", "gzip")))
        return Reply(200, file.plain, file.kind, file.headers)

    def _file(self, name: str) -> _File:
        try:
            path = (self._folder / name).resolve()
            state = path.stat()
        except (OSError, ValueError) as error:
            return self._successor(name, error)
        if path.suffix not in _KINDS or not path.is_relative_to(self._folder) or not path.is_file():
            raise NotFound("file", name)
        stamp = (state.st_mtime_ns, state.st_size)
        known = self._files.get(path)
        if known is None or known.stamp != stamp:
            known = self._files[path] = _read(path, stamp)
        return known

    def _successor(self, name: str, error: Exception) -> _File:
        """For some minutes after a release loaders of the last one ask for its parts: they get today's.

        Not to be kept under that name: after a rollback it is somebody else's again. Raises NotFound.
        """
        asked = _PARTED.fullmatch(name)
        found = sorted(self._folder.glob(f"{asked[1]}-*{asked[2]}")) if asked else []
        if not found:
            raise NotFound("file", name) from error
        file = self._file(found[-1].name)
        return replace(file, headers=(("Cache-Control", "no-store"), *file.headers[1:]))


def _read(path: Path, stamp: tuple[int, int]) -> _File:
    plain = path.read_bytes()
    tag = f'"{blake2b(plain, digest_size=12).hexdigest()}"'
    headers = (
        ("Cache-Control", _FOR_EVER if _HASHED.search(path.name) else _BRIEFLY),
        ("ETag", tag),
        ("Vary", "Accept-Encoding"),
        ("Access-Control-Allow-Origin", "*"),
        ("X-Content-Type-Options", "nosniff"),
    )
    packed = gzip.compress(plain, 9, mtime=0) if path.suffix in _PACKED else b""
    return _File(stamp, _KINDS[path.suffix], plain, packed, headers, tag)
