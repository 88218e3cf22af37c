"""What deferring costs and gains: the helper's own import, and where the time goes that leaves an init."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmgate.logs.invocations import record_of
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import zip_code
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME

READY = Path(__file__).parents[2] / "ready"
CPU_S, WAIT_S, LATER_S = 0.6, 0.3, 0.5
_IMPORT = (
    "import json, typing, threading, time; began = time.perf_counter(); import warmgate_ready;"
    "print((time.perf_counter() - began) * 1000)"
)
_HEAVY = f"import time\nend = time.process_time() + {CPU_S}\nwhile time.process_time() < end: pass\n"
_FIRST = f"import importlib, time\ndef connect(): time.sleep({WAIT_S}); return 'client'\n"
_USE = 'def handler(event, context):\n    if event.get("use"): {use}\n    return "done"\n'
_EAGER = _FIRST + "import heavy\nclient = connect()\n" + _USE.format(use="heavy.end, client")
_BACKGROUND = (
    f"{_FIRST}from warmgate_ready import deferred\n"
    'heavy = deferred.value(lambda: importlib.import_module("heavy"), start=True, join="first_use")\n'
    'client = deferred.value(connect, start=True, join="first_use")\n' + _USE.format(use="heavy(), client()")
)
_LAZY = (
    f"{_FIRST}from warmgate_ready import deferred\n"
    'heavy = deferred.module("heavy")\nclient = deferred.value(connect)\n' + _USE.format(use="heavy.end, client()")
)
_MIXED = (
    f"{_FIRST}from warmgate_ready import deferred, join\n"
    "client = deferred.value(connect, start=True)\nimport heavy\njoin()\n" + _USE.format(use="heavy.end, client()")
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to load a module that computes and a client that waits, and the calls that are made."""

    name: str
    code: str
    uses: tuple[bool, ...] = (True,)
    """Whether each call needs them."""
    pause_s: float = 0.0
    """Between init and the call that needs them."""
    provisioned: bool = False


VARIANTS = (
    Variant("eager", _EAGER),
    Variant("background, needed at once", _BACKGROUND),
    Variant(f"background, needed {LATER_S:g} s later", _BACKGROUND, (False, True), LATER_S),
    Variant("lazy, needed at once", _LAZY),
    Variant("lazy, the first call does not need it", _LAZY, (False, True)),
    Variant("client in the background, imports in the foreground", _MIXED),
    Variant("lazy, provisioned concurrency", _LAZY, provisioned=True),
)


def measure_deferring(turns: int = 5) -> list[tuple[str, str, str]]:
    """Return rows (what, measured, goal): medians; the variants take turns."""
    compiled, source = (statistics.median(_import_ms(compiled=each) for _ in range(15)) for each in (True, False))
    said = f"{compiled:.2f} ms compiled, {source:.2f} ms from source"
    with tempfile.TemporaryDirectory() as work, LocalCloud.start(Path(work), time_scale=1.0) as cloud:
        for number, variant in enumerate(VARIANTS):
            _install(cloud, f"variant-{number}", variant)
        seen = [[_called(cloud, f"variant-{n}", v) for n, v in enumerate(VARIANTS)] for _ in range(turns)]
    medians = [[statistics.median(part) for part in zip(*rows, strict=True)] for rows in zip(*seen, strict=True)]
    return [("import of warmgate_ready", said, "< 2 ms compiled"), *map(_row, VARIANTS, medians)]


def _row(variant: Variant, parts: list[float]) -> tuple[str, str, str]:
    init, *calls = parts
    told = ", then ".join(f"{call:.0f}" for call in calls)
    return f"deferring: {variant.name}", f"init {init:.0f} ms, call {told} ms", ""


def _import_ms(*, compiled: bool) -> float:
    """Return what the import takes in a process that has what Lambda's runtime client has imported already."""
    with tempfile.TemporaryDirectory() as cache:
        place = {"PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(READY / "python"), "PYTHONDONTWRITEBYTECODE": ""}
        runs = [
            subprocess.run(
                [sys.executable, "-c", _IMPORT],
                env={**os.environ, **place},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for _ in range(2 if compiled else 1)
        ]
    return float(runs[-1])


def _install(cloud: LocalCloud, name: str, variant: Variant) -> None:
    client = cloud.client("lambda")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(variant.code)
        (Path(folder) / "heavy.py").write_text(_HEAVY)
        code = zip_code([READY / "python", Path(folder)])
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": code},
        Timeout=30,
        MemorySize=512,
        Publish=True,
    )
    client.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1", WaiterConfig={"Delay": 0.05})


def _called(cloud: LocalCloud, name: str, variant: Variant) -> list[float]:
    """Return init and the duration of each call of a new environment, in milliseconds."""
    cloud.retire(name)
    if variant.provisioned:
        _provision(cloud, name)
    parts: list[float] = []
    for number, use in enumerate(variant.uses):
        if number:
            time.sleep(variant.pause_s)
        parts += _parts(cloud, name, {"use": use}, first=not number)
    if variant.provisioned:
        cloud.client("lambda").delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    return parts


def _provision(cloud: LocalCloud, name: str) -> None:
    client, where = cloud.client("lambda"), {"FunctionName": name, "Qualifier": "1"}
    client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)
    while client.get_provisioned_concurrency_config(**where)["Status"] == "IN_PROGRESS":
        time.sleep(0.05)


def _parts(cloud: LocalCloud, name: str, event: dict[str, Any], *, first: bool) -> list[float]:
    payload = json.dumps(event).encode()
    answer = cloud.client("lambda").invoke(FunctionName=name, Qualifier="1", LogType="Tail", Payload=payload)
    record = record_of(b64decode(answer["LogResult"]).decode(), None)
    return [*([record.init_ms or 0.0] if first else []), record.duration_ms or 0.0]
