"""What a template settles, what it leaves open, and the change that is written for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.warmgate_ops.cold_starts.advising.clinic import TODAY
from warmgate_ops.cold_starts.advising.advising import advise
from warmgate_ops.cold_starts.advising.function import Function
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.saying import Rank
from warmgate_ops.cold_starts.advising.template import functions_of

SHAPES = Path(__file__).parents[4] / "data" / "cold_advice"
SAM = "Transform: AWS::Serverless-2016-10-31\n"


def only(text: str) -> Function:
    """Return the one function of a template."""
    (found,) = functions_of(text, "template.yaml", TODAY)
    return found


def sam(*properties: str, before: str = "", kind: str = "AWS::Serverless::Function") -> Function:
    """Return a function with these properties, a line each."""
    lines = "".join(f"      {each}\n" for each in properties)
    return only(
        f"{SAM}{before}Resources:\n  Shop:\n    Type: {kind}\n    Properties:\n      Handler: app.handler\n{lines}"
    )


def test_what_is_not_written_is_lambdas_default() -> None:
    """128 MB, 3 s, x86_64, a zip, 512 MB of /tmp."""
    found = sam("Runtime: python3.13")

    assert (found.memory_mb, found.timeout_s, found.architecture, found.image) == (128, 3, "x86_64", False)
    assert (found.storage_mb, found.vpc, found.efs, found.published, found.provisioned) == (512, False, False, False, 0)


def test_globals_are_read_and_layers_of_both_are_added() -> None:
    """SAM takes a function's own value before that of Globals, and joins lists."""
    before = "Globals:\n  Function:\n    MemorySize: 1024\n    Timeout: 9\n    Layers: [a:b:c:d:e:f:tools:1]\n"
    found = sam("Runtime: python3.13", "Timeout: 20", "Layers: [!Ref Own]", before=before)

    assert (found.memory_mb, found.timeout_s) == (1024, 20)
    assert isinstance(found.layers, tuple)
    assert [layer.name for layer in found.layers] == ["tools", "Own"]


@pytest.mark.parametrize(
    ("written", "memory_mb", "default"),
    [
        ("MemorySize: !Ref Size", 256, {"MemorySize": "Size"}),
        ("MemorySize: !Ref Open", None, {}),
        ("MemorySize: !If [Big, 1024, 2048]", None, {}),
        ("MemorySize: !If [Big, 1024, 1024]", 1024, {}),
        ("MemorySize: !If [Big, 1024, !Ref AWS::NoValue]", None, {}),
        ("MemorySize: !FindInMap [Sizes, !Ref Stage, memory]", 512, {"MemorySize": "Stage"}),
        ("MemorySize: !GetAtt Other.Size", None, {}),
        ("MemorySize: '1769'", 1769, {}),
    ],
)
def test_what_the_deployment_decides_is_unknown(written: str, memory_mb: int | None, default: dict[str, str]) -> None:
    """A parameter's default counts and is named; anything else that may differ is not guessed."""
    before = (
        "Parameters:\n  Size: {Type: Number, Default: 256}\n  Open: {Type: Number}\n"
        "  Stage: {Type: String, Default: dev}\nMappings:\n  Sizes: {dev: {memory: 512}}\n"
    )
    found = sam("Runtime: python3.13", written, before=before)

    assert found.memory_mb == memory_mb
    assert dict(found.by_default) == default


def test_an_unknown_runtime_is_neither_eligible_nor_not() -> None:
    """No rule that needs it says anything of it."""
    found = advise(RULES, sam("Runtime: !Ref Which", before="Parameters:\n  Which: {Type: String}\n"))

    said = {each.rule for each in (*found.no_issue, *found.not_advised)} | {each.check.id for each in found.advice}
    assert not said & {"runtime", "snapstart"}


def test_a_change_is_a_diff_that_reads_back_as_meant() -> None:
    """A plain value is replaced where it stands, a missing one is added before the first property."""
    own = only(
        f"{SAM}Resources:\n  Shop:\n    Type: AWS::Serverless::Function\n    Properties:\n      MemorySize: 128\n"
    )
    assert own.text is not None
    assert own.text.changed({"MemorySize": "512"}).splitlines()[-2:] == [
        "-      MemorySize: 128",
        "+      MemorySize: 512",
    ]
    added = own.text.changed({"SnapStart": "{ApplyOn: PublishedVersions}"})
    assert "+      SnapStart: {ApplyOn: PublishedVersions}" in added.splitlines()


@pytest.mark.parametrize(
    "properties",
    [
        "Properties: {MemorySize: 128}",
        "Properties:\n      MemorySize: !Ref Size",
        "Properties:\n      MemorySize: >-\n        128",
    ],
)
def test_a_form_that_lines_cannot_change_gets_the_lines_to_write(properties: str) -> None:
    """No diff is shown that would not apply."""
    found = only(f"{SAM}Resources:\n  Shop:\n    Type: AWS::Serverless::Function\n    {properties}\n")
    assert found.text is not None

    assert found.text.changed({"MemorySize": "512"}) == "Properties:\n  MemorySize: 512"


def test_json_is_read_and_gets_lines() -> None:
    """CloudFormation in JSON has the same facts."""
    body = {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "java21", "MemorySize": 1024, "Timeout": 30}}
    found = only(json.dumps({"Resources": {"Shop": body}}))

    advice = advise(RULES, found).advice
    assert [each.check.id for each in advice] == ["snapstart"]
    assert advice[0].said.change == "Properties:\n  SnapStart: {ApplyOn: PublishedVersions}"


def test_snapstart_with_what_aws_refuses_is_high_and_by_a_default_medium() -> None:
    """The text proves the one; a deployment may override the other."""
    on = ("Runtime: python3.13", "SnapStart: {ApplyOn: PublishedVersions}", "AutoPublishAlias: live", "MemorySize: 512")
    refused = advise(RULES, sam(*on, "EphemeralStorage: {Size: 1024}")).advice
    by_default = advise(
        RULES,
        sam(*on, "EphemeralStorage: {Size: !Ref Disk}", before="Parameters:\n  Disk: {Type: Number, Default: 1024}\n"),
    ).advice

    assert [(each.check.id, each.said.rank) for each in refused] == [("snapstart", Rank.HIGH)]
    assert [(each.check.id, each.said.rank) for each in by_default] == [("snapstart", Rank.MEDIUM)]
    assert "by the default of Disk" in by_default[0].message


def test_snapstart_is_never_advised_without_its_hazards() -> None:
    """In a template as in an account."""
    (advice,) = advise(RULES, sam("Runtime: java21", "MemorySize: 1024", "Timeout: 30")).advice

    assert advice.check.id == "snapstart"
    assert [each.partition(":")[0] for each in advice.said.hazards[:3]] == ["uniqueness", "random seeds", "connections"]


SHAPED: dict[str, dict[str, Any]] = yaml.safe_load((SHAPES / "expected.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHAPED)
def test_shapes_of_public_templates_get_what_somebody_looked_at(name: str) -> None:
    """Each shape was met in public templates; what is said of it was read before it was written down."""
    found = [
        f"{each.function.name} {advice.word} {advice.check.id} {advice.place.line}"
        for each in (advise(RULES, one) for one in functions_of((SHAPES / name).read_text(), name, TODAY))
        for advice in each.examined.findings
    ]

    assert found == SHAPED[name]["advice"]


def test_every_shape_is_expected_and_no_more() -> None:
    """No file stands beside the list unread."""
    assert {path.name for path in SHAPES.glob("*")} == {*SHAPED, "expected.yaml"}
