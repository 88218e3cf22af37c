"""A function's package: fetched from where Lambda keeps it, read in memory, never unpacked onto a disk or run."""

from __future__ import annotations

from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from warmgate_ops.cold_starts.advising.package.archive import PackageError, archive_of
from warmgate_ops.cold_starts.advising.package.contents import Inspected, inspected
from warmgate_ops.doctor.facts import Denied

MOST_BYTES = 256 * 1024 * 1024
TIMEOUT_S = 60.0


def fetched(location: str, handler: str, name: str) -> Inspected | Denied:
    """Return what a package holds; denied with the reason where it cannot be fetched or read."""
    try:
        return inspected(archive_of(_content(location), name), handler)
    except (PackageError, URLError, OSError) as error:
        return Denied(place=f"lambda:{name}", reason=f"package: {error}")


def _content(location: str) -> bytes:
    """Return the bytes at an address that Lambda gave; it holds a signature and is shown nowhere."""
    if urlsplit(location).scheme not in {"http", "https"}:
        raise PackageError("found an address that is neither https nor http, expected where Lambda keeps the package")
    request = Request(location, headers={"User-Agent": "warmgate"})  # noqa: S310 - the scheme was looked at
    with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        content: bytes = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PackageError(f"found more than {MOST_BYTES:,} bytes, expected a package that Lambda takes")
    return content
