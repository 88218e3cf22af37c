"""Which AppSpecs are accepted, and how each fault of the others is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.errors import AppSpecError, Fault
from warmgate.model.deployment import LifecycleEvent, Target

APPSPECS = Path(__file__).parents[3] / "data" / "appspecs"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"
BEFORE, AFTER = LifecycleEvent.BEFORE_ALLOW_TRAFFIC, LifecycleEvent.AFTER_ALLOW_TRAFFIC

PLAIN = """version: 0.0
Resources:
  - checkout:
      Type: AWS::Lambda::Function
      Properties:
        Name: checkout
        Alias: live
        CurrentVersion: 7
        TargetVersion: 8
Hooks:
  - BeforeAllowTraffic: before
"""


def faults(text: str) -> list[str]:
    """Return the faults of a text as they are shown."""
    with pytest.raises(AppSpecError) as raised:
        parse_appspec(text, "a.yaml")
    return [str(fault) for fault in raised.value.faults]


def changed(old: str, new: str) -> str:
    """Return the plain AppSpec with one part changed."""
    assert old in PLAIN
    return PLAIN.replace(old, new)


def test_an_appspec_gives_target_versions_and_hooks() -> None:
    """CurrentVersion is the baseline, TargetVersion the candidate."""
    assert parse_appspec(PLAIN, "a.yaml") == AppSpec(
        version="0.0", target=Target("checkout", "live"), baseline="7", candidate="8", hooks={BEFORE: "before"}
    )


@pytest.mark.parametrize(
    ("name", "function", "versions", "hooks"),
    [
        ("valid_anchors.yaml", "checkout", ("3", "4"), {BEFORE: "checkout"}),
        ("valid_cloudformation.json", "test-stack-Function-UMKRBSJSONDN", ("2", "3"), {BEFORE: "CodeDeployHook_abc"}),
        ("valid_guide.yaml", "checkout-api", ("7", "8"),
         {BEFORE: "CodeDeployHook_before", AFTER: ARN.replace("checkout", "CodeDeployHook_after")}),
        ("valid_lower_case.yml", "checkout", ("1", "2"), {BEFORE: "CodeDeployHook_before"}),
        ("valid_single_quotes.json", "fn", ("1", "2"), {}),
        ("valid_tabs.json", "checkout", ("1", "2"), {BEFORE: "before", AFTER: "after"}),
        ("valid_windows.yaml", "fn", ("10", "11"), {}),
    ],
)  # fmt: skip
def test_spellings_of_the_field_are_accepted(
    name: str, function: str, versions: tuple[str, str], hooks: dict[LifecycleEvent, str]
) -> None:
    """Case, quoting, number or text, ARN or name, tabs in JSON, anchors and line ends do not matter."""
    appspec = parse_appspec((APPSPECS / name).read_bytes().decode("utf-8"), name)

    assert (appspec.target.function, appspec.target.alias) == (function, "live")
    assert (appspec.baseline, appspec.candidate) == versions
    assert appspec.hooks == hooks


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.0", "0"),
        ("0.0", "'0.0'"),
        ("0.0", "0.00"),
        ("version", "Version"),
        ("Hooks:\n  - BeforeAllowTraffic: before\n", ""),
        ("Hooks:\n  - BeforeAllowTraffic: before\n", "Hooks: []"),
        ("Hooks:\n  - BeforeAllowTraffic: before\n", "Hooks:\n"),
        ("  - BeforeAllowTraffic: before\n", "  - BeforeAllowTraffic: same\n  - AfterAllowTraffic: same\n"),
        ("  - BeforeAllowTraffic: before\n", "  - BeforeAllowTraffic: same\n    AfterAllowTraffic: other\n"),
        ("before", f"{ARN}:live"),
        ("before", ARN.replace("aws", "aws-us-gov", 1)),
        ("Name: checkout", f"Name: {ARN}"),
        ("Name: checkout", "Name: 123456789012:function:checkout"),
        ("Name: checkout", "Name: checkout # the name"),
        ("Alias: live", "Alias: on"),
        ("7", "!!str 7"),
        ("Alias: live", "Description: kept for readers\n        Alias: live"),
    ],
)
def test_harmless_variants_are_accepted(old: str, new: str) -> None:
    """What CodeDeploy takes is taken."""
    assert parse_appspec(changed(old, new), "a.yaml").candidate == "8"


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("version: 0.0\n", "", "a.yaml:1 version", "found no version, expected version; write `version: 0.0`"),
        ("version", "verison", "a.yaml:1 version", "found no version but 'verison', expected version"),
        ("0.0", "1.0", "a.yaml:1 version", "found '1.0', expected 0.0"),
        ("0.0", "", "a.yaml:1 version", "found nothing, expected 0.0"),
        ("Resources", "Resource", "a.yaml:2 Resources", "found no Resources but 'Resource'"),
        ("  - checkout:", "  checkout:", "a.yaml:3 Resources", "found a mapping, expected a list"),
        ("AWS::Lambda::Function", "AWS::Lambda::Alias", "a.yaml:4 Resources.checkout.Type", "'AWS::Lambda::Alias'"),
        ("      Type: AWS::Lambda::Function\n", "", "a.yaml:4 Resources.checkout.Type", "found no Type"),
        ("Name: checkout", "Name:", "a.yaml:6 Resources.checkout.Properties.Name", "found nothing"),
        ("Name: checkout", "Name: ''", "a.yaml:6 Resources.checkout.Properties.Name", "found nothing"),
        ("Name: checkout", "Name: [a]", "a.yaml:6 Resources.checkout.Properties.Name", "found a list"),
        ("Name: checkout", "Name: my checkout", "a.yaml:6 Resources.checkout.Properties.Name", "found 'my checkout'"),
        ("Name: checkout", f"Name: {ARN}:8", "a.yaml:6 Resources.checkout.Properties.Name", "remove ':8'"),
        ("Name: checkout", "FunctionName: checkout", "a.yaml:6 Resources.checkout.Properties.Name", "found no Name"),
        ("Alias: live", "Alias: 8", "a.yaml:7 Resources.checkout.Properties.Alias", "a bare number is a version"),
        ("Alias: live", "Alias: $LATEST", "a.yaml:7 Resources.checkout.Properties.Alias", "cannot be shifted"),
        ("Alias: live", f"Alias: {ARN}:live", "a.yaml:7 Resources.checkout.Properties.Alias", "use the alias alone"),
        ("        CurrentVersion: 7\n", "", "a.yaml:6 Resources.checkout.Properties.CurrentVersion", "found no Curr"),
        ("7", "$LATEST", "a.yaml:8 Resources.checkout.Properties.CurrentVersion", "publish a version"),
        ("7", "0", "a.yaml:8 Resources.checkout.Properties.CurrentVersion", "found '0'"),
        ("7", "-1", "a.yaml:8 Resources.checkout.Properties.CurrentVersion", "found '-1'"),
        ("7", "7.0", "a.yaml:8 Resources.checkout.Properties.CurrentVersion", "found '7.0'"),
        ("7", "v7", "a.yaml:8 Resources.checkout.Properties.CurrentVersion", "write a whole number"),
        ("7", f"{ARN}:7", "a.yaml:8 Resources.checkout.Properties.CurrentVersion", "write 7, the number alone"),
        ("7", "8", "a.yaml:9 Resources.checkout.Properties.TargetVersion", "found 8, as CurrentVersion"),
        ("Alias: live", "Alias: live\n        alias: x", "a.yaml:8 Resources.checkout.Properties.alias", "after line"),
        ("Hooks", "Hook", "a.yaml:10 hook", "found the key 'Hook', expected Hooks"),
        ("  - Before", "  Before", "a.yaml:11 Hooks", "found a mapping, expected a list of `- EVENT: FUNCTION`"),
        ("  - BeforeAllowTraffic: before", "  - before", "a.yaml:11 Hooks[0]", "found 'before', expected a mapping"),
        ("  - BeforeAllowTraffic: before", "  before", "a.yaml:11 Hooks", "found 'before', expected a list"),
        ("BeforeAllowTraffic", "BeforeTraffic", "a.yaml:11 Hooks[0].BeforeTraffic", "write BeforeAllowTraffic"),
        ("BeforeAllowTraffic", "BeforeInstall", "a.yaml:11 Hooks[0].BeforeInstall", "belongs to EC2 or ECS"),
        ("BeforeAllowTraffic", "AllowTraffic", "a.yaml:11 Hooks[0].AllowTraffic", "keeps this event for itself"),
        ("BeforeAllowTraffic", "Zebra", "a.yaml:11 Hooks[0].Zebra", "remove it, or write one of the two"),
        ("before", "", "a.yaml:11 Hooks[0].BeforeAllowTraffic", "found nothing"),
        ("before", "[before]", "a.yaml:11 Hooks[0].BeforeAllowTraffic", "found a list"),
        ("before", "arn:aws:lambda:x", "a.yaml:11 Hooks[0].BeforeAllowTraffic", "a whole ARN"),
        ("- BeforeAllowTraffic: before", "- BeforeAllowTraffic: a\n  - beforeallowtraffic: b",
         "a.yaml:12 Hooks[1].beforeallowtraffic", "found BeforeAllowTraffic again"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line_and_its_fix(old: str, new: str, where: str, what: str) -> None:
    """One change makes one fault, at the line where it is."""
    (fault,) = faults(changed(old, new))

    assert fault.startswith(f"{where}: found ")
    assert what in fault


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{{ version }}", "{{ version }}"),
        ("'{{version}}'", "{{version}}"),
        ("${VERSION}", "${VERSION}"),
        ("$VERSION", "$VERSION"),
        ("$(VERSION)", "$(VERSION)"),
        ("<VERSION>", "<VERSION>"),
        ("'%VERSION%'", "%VERSION%"),
        ("'%{ version }'", "%{ version }"),
        ("__VERSION__", "__VERSION__"),
        ("'{current_version}'", "{current_version}"),
        ("'#{Version}'", "#{Version}"),
        ("!Ref Version", "!Ref Version"),
        ("!GetAtt [Version, Version]", "!GetAtt"),
        ("{Ref: Version}", "the intrinsic Ref"),
        ("{'Fn::Sub': '7'}", "the intrinsic Fn::Sub"),
        ("{? {{x}} : y}", "{? {{x}} : y}"),
    ],
)
def test_placeholders_that_nobody_rendered_are_named(written: str, shown: str) -> None:
    """A template's mark is shown, and the fix is to render it."""
    (fault,) = faults(changed("CurrentVersion: 7", f"CurrentVersion: {written}"))

    assert fault.startswith("a.yaml:8 Resources.checkout.Properties.CurrentVersion: found the placeholder ")
    assert shown in fault
    assert "render the template" in fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a.yaml:1 (document): found an empty document"),
        ("# only a comment\n", "a.yaml:1 (document): found an empty document"),
        ("null", "a.yaml:1 (document): found an empty document"),
        ("\n- a\n", "a.yaml:2 (document): found a list, expected a mapping"),
        ("[]", "a.yaml:1 (document): found a list"),
        ('"text"', "a.yaml:1 (document): found 'text'"),
        (f"{PLAIN}---\n{PLAIN}", "a.yaml:12 (document): found a second YAML document"),
        ("version: 0.0\nResources:\n\t- a: b\n", "a.yaml:3 (document): found a tab in YAML"),
        ("version: 0.0\nHooks: *hooks\n", "a.yaml:2 (document): found found undefined alias"),
        ('{"version": 0.0,\n "Resources": ]}', "a.yaml:2 (document): found broken JSON (Expecting value)"),
        ("version: 0.0\nResources: [\n", "a.yaml:3 (document): found broken YAML"),
        ("a: \x07", "a.yaml (document): found "),
        ('"\\UFFFFFFFF"', "a.yaml (document): found text that cannot be read"),
        pytest.param("[" * 5000, "a.yaml (document): found text that cannot be read", marks=pytest.mark.slow),
        ("x" * 300_000, "a.yaml (document): found 300000 characters"),
    ],
)
def test_a_text_that_is_no_mapping_is_refused(text: str, fault: str) -> None:
    """Whatever the text is, one fault says what was found in it."""
    (found,) = faults(text)

    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("name", "lines", "words"),
    [
        ("invalid_ec2.yml", [2, 3], ["EC2/on-premises"] * 2),
        ("invalid_ecs.yaml", [4], ["an ECS AppSpec"]),
        ("invalid_indent.yml", [3], ["indent Type and Properties two spaces further"]),
        ("invalid_template.yaml", [3, 6, 7, 8, 9, 11], ["render the template"] * 6),
        ("invalid_terraform.json", [6], ["%{ if HOOKS }"]),
        ("invalid_two_functions.yaml", [4, 4], ["as CurrentVersion", "found 2 functions"]),
        ("invalid_many.yaml", [1, 3, 4, 6, 7, 8, 9, 10, 12, 12, 13, 14, 15], [""] * 13),
    ],
)
def test_all_faults_of_a_document_are_told_at_once(name: str, lines: list[int], words: list[str]) -> None:
    """Every fault comes with its own line, in the order of the document."""
    with pytest.raises(AppSpecError) as raised:
        parse_appspec((APPSPECS / name).read_text("utf-8"), name)

    assert [fault.line for fault in raised.value.faults] == lines
    assert all(word in str(fault) for word, fault in zip(words, raised.value.faults, strict=True))


@pytest.mark.parametrize(
    ("resources", "fault"),
    [
        ("[]", "a.yaml:2 Resources: found an empty list"),
        ("", "a.yaml:2 Resources: found nothing"),
        ("text", "a.yaml:2 Resources: found 'text'"),
        ("${RESOURCES}", "a.yaml:2 Resources: found ${RESOURCES}"),
        ("[{}]", "a.yaml:2 Resources[0]: found an empty mapping"),
        ("[fn]", "a.yaml:2 Resources[0]: found 'fn'"),
        ("[{fn: }]", "a.yaml:2 Resources.fn: found nothing, expected Type and Properties"),
        ("[{fn: {Type: 'AWS::Lambda::Function', Name: fn}}]", "a.yaml:2 Resources.fn.Properties: found no Properties"),
        ("[{fn: {Type: 'AWS::Lambda::Function', Properties: }}]", "a.yaml:2 Resources.fn.Properties: found nothing"),
        ("[{fn: {Type: 'AWS::Lambda::Function', Properties: {}}}]", "a.yaml:2 Resources.fn.Properties: found an empty"),
        ("[{fn: {Type: 'AWS::Lambda::Function', Properties: [{Name: fn}]}}]", "a.yaml:2 Resources.fn.Properties:"),
    ],
)  # fmt: skip
def test_resources_that_hold_no_function_are_refused(resources: str, fault: str) -> None:
    """Each way of having no function says what stands there instead."""
    (found,) = faults(f"version: 0.0\nResources: {resources}\n")

    assert found.startswith(fault)


def test_type_and_properties_without_a_name_are_refused() -> None:
    """A list entry that is the body itself lacks the name above it."""
    (fault,) = faults(PLAIN.replace("  - checkout:\n      Type", "  -   Type"))

    assert "found Type and Properties without a name" in fault


def test_lines_of_json_are_those_of_the_file() -> None:
    """JSON with tabs, escapes and keys before their colon keeps its lines where YAML can follow it."""
    document = {"version": "1.0", "Resources": [{"a\u00e9": {"Type": "AWS::Lambda::Function", "Properties": {}}}]}

    assert faults(json.dumps(document, indent="\t"))[0].startswith("a.yaml:2 version: found '1.0'")
    assert faults('{"version"\n:"1.0", "Resources": []}')[0].startswith("a.yaml:1 version: found '1.0'")


def test_keys_that_are_no_text_are_refused() -> None:
    """A key that a template should have written is named with its line."""
    assert faults(f"{PLAIN}? [a, b]\n: c\n")[0].startswith(
        "a.yaml:12 (document): found a list as a key, expected a plain key"
    )


def test_a_merge_that_never_ends_is_refused() -> None:
    """Anchors that hold themselves neither hang nor crash."""
    assert faults("version: 0.0\nResources: &r\n  - *r\n")
    assert faults("&a\n<<: *a\nversion: 0.0\n")


@pytest.mark.parametrize("name", ["checkout-api", "arn:aws:lambda:eu-west-1:123456789012:function:checkout-api"])
@pytest.mark.parametrize("version", ["arn:aws:lambda:eu-west-1:123456789012:function:other-api:7", "other-api:7"])
def test_a_version_of_another_function_is_no_advice(name: str, version: str) -> None:
    """Whose version it is comes first: its number is a version of something else."""
    (fault,) = _faults_of(name, version)

    assert "which is of other-api and not of checkout-api" in fault.found
    assert (fault.path, "7" in fault.fix) == ("Resources.f.Properties.TargetVersion", False)


def test_a_version_of_the_function_elsewhere_is_another_functions() -> None:
    """The same name in another region or account is another function."""
    place = "arn:aws:lambda:{}:123456789012:function:checkout-api"
    (fault,) = _faults_of(place.format("eu-west-1"), place.format("us-east-1") + ":7")

    assert "which is of checkout-api in region us-east-1" in fault.found
    assert "7" not in fault.fix


@pytest.mark.parametrize("name", ["checkout-api", "arn:aws:lambda:eu-west-1:123456789012:function:checkout-api"])
def test_a_version_of_the_function_itself_is_its_number(name: str) -> None:
    """The number is all that is missing."""
    (fault,) = _faults_of(name, "arn:aws:lambda:eu-west-1:123456789012:function:checkout-api:7")

    assert fault.fix == "write 7, the number alone"


def test_a_version_beside_a_faulty_name_is_no_advice_either() -> None:
    """Whose number it would be is not known."""
    faults = _faults_of("checkout api", "arn:aws:lambda:eu-west-1:123456789012:function:other-api:7")

    assert [fault.fix for fault in faults if fault.path.endswith("TargetVersion")] == [
        "write the number of a version of the function that Name names"
    ]


def _faults_of(name: str, version: str) -> tuple[Fault, ...]:
    properties = {"Name": name, "Alias": "live", "CurrentVersion": 6, "TargetVersion": version}
    document = {"version": 0.0, "Resources": [{"f": {"Type": "AWS::Lambda::Function", "Properties": properties}}]}
    with pytest.raises(AppSpecError) as caught:
        parse_appspec(json.dumps(document), "a.json")
    return caught.value.faults
