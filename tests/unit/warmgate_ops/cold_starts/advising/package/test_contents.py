"""What a package's sources say: what the handler imports, what nothing reaches, what runs at import."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from warmgate_ops.cold_starts.advising.package import archive
from warmgate_ops.cold_starts.advising.package.archive import PackageError, archive_of, folder_of
from warmgate_ops.cold_starts.advising.package.contents import Inspected, inspected
from warmgate_ops.cold_starts.advising.package.lint import Kind

MB = 1024 * 1024


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return packed.getvalue()


def read(files: Mapping[str, str | bytes], handler: str = "app.handler") -> Inspected:
    """Return what a package of these files holds."""
    return inspected(archive_of(zipped(files), "app.zip"), handler)


def test_what_nothing_imports_is_named_with_its_size_and_what_is_imported_late_is_used() -> None:
    """Imports inside functions, relative ones, of packages and of their modules are followed."""
    found = read(
        {
            "app.py": "import shop.cart\ndef handler(event, context):\n    import heavy\n",
            "shop/__init__.py": "",
            "shop/cart.py": "from . import prices\nfrom .tax import rate\n",
            "shop/prices.py": "",
            "shop/tax.py": "rate = 1\n",
            "heavy/__init__.py": "x = 1\n",
            "pandas/__init__.py": "x" * 2 * MB,
            "pandas/tests/big.py": "y = 1\n" * 100,
            "pandas.libs/lib.so": b"0" * MB,
            "pandas-2.2.dist-info/RECORD": "pandas/__init__.py,,\n",
            "logo.png": b"1" * MB,
        }
    )

    assert [(name, size > 3 * MB) for name, size in found.unused] == [("pandas", True)]
    assert found.modules == 5


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("import extra.deep", True),
        ("from extra import deep", True),
        ("import importlib\nimportlib.import_module('extra.deep')", True),
        ("try:\n    import extra\nexcept ImportError:\n    extra = None", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import extra", True),
        ("if __name__ == '__main__':\n    import other", False),
        ("'import extra'", False),
    ],
)
def test_each_way_to_import_counts_as_use(source: str, used: bool) -> None:
    """What is imported for type checkers alone is never called unused: it is not said what nobody can be sure of."""
    found = read(
        {"app.py": f"{source}\ndef handler(event, context): ...\n", "extra/__init__.py": "", "extra/deep.py": "1"}
    )

    assert any(name == "extra" for name, _ in found.unused) is not used


def test_an_import_by_a_computed_name_is_told() -> None:
    """What it reaches, sources do not say."""
    found = read(
        {"app.py": "import importlib\nfor n in ('a',):\n    importlib.import_module(n)\ndef handler(e, c): ...\n"}
    )

    assert found.by_name == ("app.py:3",)


LINTED = """
import random, socket, time, uuid
from datetime import datetime as d
from secrets import token_hex as token
import boto3
from boto3 import client as made

RUN = uuid.uuid4()
KEY = token(16)
random.seed(4)
BEGAN = time.time()
TODAY = d.now()
CONNECTION = socket.create_connection(("db", 5432))
SESSION = boto3.Session()
CREDENTIALS = SESSION.get_credentials()
TABLE, QUEUE, S3 = boto3.resource("dynamodb"), SESSION.client("sqs"), made("s3")


class Settings:
    id = uuid.uuid1()


def handler(event, context, at=time.time_ns()):
    return uuid.uuid4(), random.random(), boto3.client("sns"), [lambda: token()]
"""


def test_what_a_snapshot_would_freeze_is_found_where_it_stands_and_not_in_functions() -> None:
    """Module level, class bodies and defaults of parameters run at import; bodies of functions do not."""
    found = read({"app.py": LINTED})

    assert [(each.line, each.kind) for each in found.at_import if each.kind is not Kind.CLIENT] == [
        (8, Kind.UNIQUE),
        (9, Kind.UNIQUE),
        (10, Kind.SEED),
        (11, Kind.TIME),
        (12, Kind.TIME),
        (13, Kind.CONNECTION),
        (15, Kind.CREDENTIALS),
        (20, Kind.UNIQUE),
        (23, Kind.TIME),
    ]
    assert [each.call for each in found.of(Kind.CLIENT)] == ["boto3.resource", "SESSION.client", "made"]


def test_what_only_looks_like_it_is_not_found() -> None:
    """A name of one's own, an attribute of something else, a string."""
    own = "class random:\n    seed = staticmethod(int)\nrandom.seed('4')\n"
    source = own + "client = dict\nclient('s3')\nx = 'uuid.uuid4()'\n"

    assert [each.call for each in read({"app.py": source}).at_import] == []


def test_libraries_are_counted_not_listed() -> None:
    """What pip installed is not the function's own code."""
    found = read(
        {
            "app.py": "import lib\ndef handler(e, c): ...\n",
            "lib/__init__.py": "import uuid\nx = uuid.uuid4()\n",
            "lib-1.dist-info/RECORD": "lib/__init__.py,sha256=,30\n",
        }
    )

    assert (found.at_import, found.in_libraries) == ((), 1)


@pytest.mark.parametrize("handler", ["absent.handler", "", "index.handler", "src/app.handler"])
def test_a_handler_that_is_not_python_is_not_followed(handler: str) -> None:
    """A package for Node.js has a size and nothing else that is said of it."""
    found = read({"index.mjs": "export const handler = 1", "src/app.py": "def handler(e, c): ..."}, handler)

    assert found.is_python is (handler == "src/app.handler")


@pytest.mark.parametrize(
    "text",
    [
        "def handler(:",
        "\0",
        "x = " + "(" * 5_000,
        "é".encode("latin-1"),
        "x = " + "+".join("1" * 2_500),
        "a" + ".b()" * 800,
    ],
)
def test_sources_that_cannot_be_parsed_end_nothing(text: str | bytes) -> None:
    """They are taken as modules that import nothing."""
    assert read({"app.py": text}).is_python


def test_a_package_beyond_lambdas_limit_or_none_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sizes its own list states, before anything is unpacked."""
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000)
    with pytest.raises(PackageError, match="found 2,000 bytes in 1 files, expected at most 1,000"):
        archive_of(zipped({"app.py": "x" * 2_000}), "app.zip")
    with pytest.raises(PackageError, match="found no zip archive"):
        archive_of(b"no zip", "app.zip")


def test_a_folder_is_read_without_what_lies_elsewhere_or_is_installed_there(tmp_path: Path) -> None:
    """Links and folders of tools are left out."""
    (tmp_path / "app.py").write_text("import shop\ndef handler(e, c): ...\n")
    (tmp_path / "shop.py").write_text("")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "big.py").write_text("x")
    (tmp_path / "link.py").symlink_to("/etc/hostname")
    found = inspected(folder_of(tmp_path), "app.handler")

    assert (found.files, found.modules) == (2, 2)
