"""The default policy on a function that raises on `{}`: good releases pass with a warning, broken ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmgate_ops.rehearsal.catalogue import own_release
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import POLICIES
from warmgate_ops.rehearsal.run import rehearse_all
from warmgate_ops.rehearsal.scenario import FunctionSettings, Scenario

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(400)]

SERVES = 'def handler(event, context):\n    return {"statusCode": 200, "body": event["pathParameters"]["id"]}\n'
TOLD = "probe default does not fit: version 1 fails it the same way: KeyError: 'pathParameters'"


def release(folder: Path, name: str, code: str) -> Scenario:
    """Return a release from the version that serves to some code."""
    folders = folder / f"{name}-1", folder / f"{name}-2"
    for each, text in zip(folders, (SERVES, code), strict=True):
        each.mkdir()
        (each / "app.py").write_text(text)
    return own_release(name, (folders[0],), (folders[1],), POLICIES / "default.yaml", FunctionSettings())


def test_a_healthy_release_is_told_from_a_broken_one(tmp_path: Path) -> None:
    """On real runtimes, by the policy that applies where nobody wrote one."""
    good = release(tmp_path, "orders-good", SERVES.replace("200", "201"))
    bad = release(tmp_path, "orders-bad", f"import no_such_module\n\n{SERVES}")
    slow = release(tmp_path, "orders-slow", f"import time\n\ntime.sleep(0.5)\n\n{SERVES}")
    with LocalCloud.start(tmp_path / "cloud") as cloud:
        (_, passed), (_, refused), (_, late) = rehearse_all(cloud, [good, bad, slow], lambda *_: None)

    assert passed.report is not None
    assert (passed.deployment_status, passed.alias_after) == ("Succeeded", passed.candidate)
    told, *others = passed.report["warnings"]
    assert told == TOLD
    assert all(other.startswith("compare.init.median: inconclusive") for other in others)
    # On a busy machine two cold starts of like code may differ by more than is let through without a word.
    assert passed.report["settled_by"] == ("when.inconclusive: half" if others else "when.probe_unfit: pass")
    assert refused.report is not None
    assert (refused.deployment_status, refused.alias_after) == ("Failed", refused.baseline)
    assert "Runtime.ImportModuleError" in refused.report["reason"]
    assert late.report is not None
    assert (late.deployment_status, late.alias_after) == ("Failed", late.baseline)
    assert late.report["reason"].startswith("compare.init.median: ")
