"""Pairs of versions of which one has a culprit planted, as files; busy ones are busy for a time of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from warmgate_ops.cold_starts.importing.differences import Change
from warmgate_ops.cold_starts.importing.origins import Kind

MOST = 0.12
"""Seconds that a planted culprit is busy; the interpreter itself needs a third of it."""
BUSY = "from time import perf_counter\nuntil = perf_counter() + {}\nwhile perf_counter() < until: pass\n"
NODE_MOST = 400
"""Milliseconds; Node.js takes longer to start, and by other amounts."""
NODE_BUSY = "const until = Date.now() + {}; while (Date.now() < until);\n"
HANDLER = "def handler(event, context):\n    return 1\n"
Files = dict[str, str]


def library(name: str, version: str, seconds: float, root: str = "") -> Files:
    """Return the files of an installed package that is busy when it is imported."""
    about = f"{root}{name}-{version}.dist-info"
    return {
        f"{root}{name}/__init__.py": f"from {name} import work\n",
        f"{root}{name}/work.py": BUSY.format(seconds),
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/RECORD": f"{name}/__init__.py,,\n{name}/work.py,,\n",
    }


def npm(name: str, version: str, milliseconds: int, kind: str = "commonjs") -> Files:
    """Return the files of a package of npm that is busy when it is loaded."""
    at = f"node_modules/{name}"
    described = {"name": name, "version": version, "type": kind, "main": "index.js"}
    return {f"{at}/package.json": json.dumps(described), f"{at}/index.js": NODE_BUSY.format(milliseconds)}


@dataclass(frozen=True)
class Pair:
    """Two versions, and what must lead the table of their differences."""

    old: Files
    new: Files
    kind: Kind | None
    unit: str = ""
    change: Change = Change.NEW
    layer: Files = field(default_factory=dict)
    line: int = 0
    """That of the importing statement, or of own code's."""


PLAIN: Files = {"app.py": HANDLER}
TWO = library("heavy", "1.0", MOST) | {"app.py": "import json\nimport heavy\n" + HANDLER}
CLIENTS = (
    "import json\n\n" + BUSY.format(0).replace("\n", "; ", 1) + "def client():\n    until = perf_counter() + 0.03\n"
)
CLIENTS += "    while perf_counter() < until: pass\n" + HANDLER
LAZY = library("heavy", "1.0", MOST) | {"app.py": "import json\ndef handler(event, context):\n    import heavy\n"}
THREADS = """import threading
def load(): import heavy
loading = [threading.Thread(target=load), threading.Thread(target=load)]
for each in loading: each.start()
for each in loading: each.join()
"""
PAIRS = {
    "a new heavy import": Pair(PLAIN, TWO, Kind.PACKAGE, "heavy", line=2),
    "a slower library": Pair(
        TWO | library("heavy", "1.0", 0.02),
        {**TWO, **library("heavy", "2.0", MOST + 0.02)},
        Kind.PACKAGE,
        "heavy",
        Change.SLOWER,
        line=2,
    ),
    "module-level clients": Pair(
        {"app.py": CLIENTS},
        {"app.py": CLIENTS + "ALL = [client() for _ in range(4)]\n"},
        Kind.OWN,
        "app",
        Change.SLOWER,
    ),
    "a removed import": Pair(TWO, PLAIN, Kind.PACKAGE, "heavy", Change.GONE, line=2),
    "an import behind a function": Pair(TWO, LAZY, Kind.PACKAGE, "heavy", Change.GONE, line=2),
    "nothing": Pair(TWO, TWO | {"app.py": "import json\nimport heavy\n# more\n" + HANDLER}, None),
    "a layer": Pair(
        PLAIN,
        {"app.py": "import heavy\n" + HANDLER},
        Kind.LAYER,
        "heavy",
        layer=library("heavy", "1.0", MOST, "python/"),
        line=1,
    ),
    "imports in threads": Pair(
        PLAIN, library("heavy", "1.0", MOST) | {"app.py": THREADS + HANDLER}, Kind.PACKAGE, "heavy", line=2
    ),
    "boto3": Pair(PLAIN, {"app.py": "\n\nimport boto3\n" + HANDLER}, Kind.LAMBDA, "boto3", line=3),
}
ES_MODULE = npm("heavy", "1.0.0", NODE_MOST, "module")
NODE_APP = "exports.handler = async () => 1;\n"
NODE_PAIRS = {
    "a package": Pair(
        {"app.js": NODE_APP},
        npm("heavy", "1.0.0", NODE_MOST) | {"app.js": "// first\nconst heavy = require('heavy');\n" + NODE_APP},
        Kind.PACKAGE,
        "heavy",
        line=2,
    ),
    "an ES module": Pair(
        {"app.mjs": "export const handler = async () => 1;\n"},
        ES_MODULE | {"app.mjs": 'import "heavy";\nexport const handler = async () => 1;\n'},
        Kind.PACKAGE,
        "heavy",
        line=1,
    ),
    "own code": Pair(
        {"app.js": NODE_APP}, {"app.js": NODE_BUSY.format(NODE_MOST) + NODE_APP}, Kind.OWN, "app.js", Change.SLOWER
    ),
}


def written(folder: Path, files: Files) -> Path:
    """Return a folder with files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
