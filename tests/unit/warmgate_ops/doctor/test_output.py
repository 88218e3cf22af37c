"""What `warmgate doctor` prints of a template, and how it exits; the registry and its page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from support.clinic.facts import HEALTHY
from warmgate.errors import DocumentError
from warmgate_ops.cli.main import app
from warmgate_ops.doctor.checks import no_alarms
from warmgate_ops.doctor.facts import AliasFacts, Denied, Facts
from warmgate_ops.doctor.findings import Check, Place, Severity, examine
from warmgate_ops.doctor.registry import CHECKS
from warmgate_ops.doctor.render.sarif import render_sarif
from warmgate_ops.doctor.render.text import render_text
from warmgate_ops.doctor.template.reading import read_template

ROOT = Path(__file__).parents[4]
TEMPLATE = ROOT / "tests" / "data" / "templates" / "healthy.yaml"
SARIF = json.loads((ROOT / "tests" / "data" / "sarif" / "used.schema.json").read_text())
WATCHING = ["alarm-never-has-data", "alarm-counts-old-version", "alarm-too-slow"]
SOURCE = re.compile(r"[\w.-]+/[\w.-]+#\d+|.+ \((AWS|Amazon) [\w ]+ (Guide|Reference)\)|.+ \(docs/\S+\.md\)")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Give a template with an error and a warning."""
    path = tmp_path / "template.yaml"
    text = TEMPLATE.read_text().replace("Timeout: 900", "Timeout: 3")
    path.write_text(text.replace("        Alarms: [!Ref CheckoutErrors]\n", ""))
    return path


def test_text_is_a_line_a_finding_how_to_fix_it_and_a_summary(faulty: Path) -> None:
    """The worst comes first; an error exits 1."""
    done = CliRunner().invoke(app, ["doctor", "--template", str(faulty)])

    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"error   hook-timeout  {faulty}:38 BeforeTraffic: timeout 3 s, Lambda's default",
        "        fix: give the hook a timeout of 900 s, or lower budget.seconds in the policy",
        f"warning no-alarms  {faulty}:18 Checkout: no Alarms are named",
        f"        fix: {no_alarms.CHECK.fix}",
        f"1 error, 1 warning in 17 checks; nothing to look at for 3 more: {', '.join(WATCHING)}",
    ]


def test_json_has_all_that_the_text_has(faulty: Path) -> None:
    """Counts, which checks looked, and each finding with why, fix and sources."""
    found = json.loads(CliRunner().invoke(app, ["doctor", "--template", str(faulty), "--json"]).stdout)

    assert found["counts"] == {"error": 1, "warning": 1, "info": 0, "unknown": 0}
    assert found["not_looked"] == WATCHING
    first = found["findings"][0]
    assert (first["id"], first["severity"], first["file"], first["line"], first["name"]) == (
        *("hook-timeout", "error", str(faulty), 38, "BeforeTraffic"),
    )
    assert first["why"]
    assert first["fix"]
    assert first["sources"]


def test_sarif_is_valid_and_points_at_the_line(faulty: Path) -> None:
    """Rules, levels and physical locations as SARIF 2.1.0 wants them."""
    done = CliRunner().invoke(app, ["doctor", "--template", str(faulty), "--format", "sarif"])
    log = json.loads(done.stdout)

    jsonschema.validate(log, SARIF)
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [check.id for check in CHECKS]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("hook-timeout", "error"),
        ("no-alarms", "warning"),
    ]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    lines = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in run["results"]]
    assert lines == [38, 18]


def test_sarif_of_an_account_names_things_and_keeps_open_what_was_not_seen() -> None:
    """A thing of the account is a logical location; what could not be looked at is of kind open, level none."""
    shared = AliasFacts(version="2", weights={"3": 0.1})
    facts = replace(HEALTHY, alias=shared, alarms=Denied(place="cloudwatch", reason="AccessDenied"))
    log = json.loads(render_sarif(examine(CHECKS, [facts]).findings, CHECKS))

    jsonschema.validate(log, SARIF)
    first, *others = log["runs"][0]["results"]
    assert first["locations"] == [
        {"logicalLocations": [{"fullyQualifiedName": "lambda:checkout-api:live", "kind": "resource"}]}
    ]
    assert {(result["kind"], result["level"]) for result in others} == {("open", "none")}


def test_sarif_of_a_healthy_template_is_written_to_a_file(tmp_path: Path) -> None:
    """Without findings there is a run with no results, which clears what a code host showed before."""
    path = tmp_path / "doctor.sarif"
    done = CliRunner().invoke(app, ["doctor", "--template", str(TEMPLATE), "--sarif", str(path)])

    assert (done.exit_code, done.stdout) == (0, "no problems in 20 checks\n")
    assert json.loads(path.read_text())["runs"][0]["results"] == []


def test_text_says_what_had_nothing_to_look_at() -> None:
    """Silence about a hook that nobody named is not taken for health."""
    text = render_text(examine(CHECKS, [replace(HEALTHY, hooks=None)])).plain

    assert text.startswith("no problems in 23 checks; nothing to look at for 9 more: hook-missing, hook-inactive, ")


def test_could_not_look_is_told_without_a_fix() -> None:
    """Nothing was found, so there is nothing to fix but the caller's own permissions, which the reason names."""
    denied = Denied(place="cloudwatch", reason="cloudwatch:DescribeAlarms: AccessDenied: no; allow it to the caller")
    lines = render_text(examine(CHECKS, [replace(HEALTHY, alarms=denied)])).plain.splitlines()

    assert lines[0] == f"unknown alarm-missing  cloudwatch: could not look: {denied.reason}"
    assert not any("fix:" in line for line in lines)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--function", "checkout-api"],
        ["--alias", "live"],
        ["--application", "shop"],
        ["--group", "checkout"],
        ["--template", "absent.yaml"],
        ["--template", str(ROOT / "README.md")],
        ["--template", str(ROOT)],
        ["--function", "f", "--alias", "a", "--policy", "absent.yaml"],
        ["--function", "f", "--alias", "a", "--appspec", "absent.yaml"],
        ["--template", str(TEMPLATE), "--format", "xml"],
    ],
)
def test_wrong_usage_exits_2(options: list[str]) -> None:
    """Half of a pair, nothing at all, and what cannot be read; nothing is asked of an account."""
    done = CliRunner().invoke(app, ["doctor", *options])

    # Faults of a document become exit code 2 where the command line ends, in `run`.
    assert done.exit_code == 2 or isinstance(done.exception, DocumentError)


def test_several_templates_are_one_run(faulty: Path) -> None:
    """Each finding names its own file."""
    done = CliRunner().invoke(app, ["doctor", "--template", str(TEMPLATE), "--template", str(faulty), "--json"])

    assert {found["file"] for found in json.loads(done.stdout)["findings"]} == {str(faulty)}


def test_every_check_has_a_file_of_its_own_and_is_registered() -> None:
    """A file in `checks` is a check, in the registry, under the file's name."""
    files = {path.stem.replace("_", "-") for path in (ROOT / "scripts/warmgate_ops/doctor/checks").glob("[!_]*.py")}

    assert sorted(check.id for check in CHECKS) == sorted(files)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_says_why_how_to_fix_it_and_where_it_was_seen(check: Check) -> None:
    """Nothing is empty, a source is a page of documentation or a thread, and the check looks somewhere."""
    assert all((check.title, check.why, check.fix, check.in_account or check.in_template))
    assert check.sources
    assert all(SOURCE.fullmatch(source) for source in check.sources), check.sources
    assert check.severity is not Severity.UNKNOWN


def test_the_pages_count_the_checks() -> None:
    """README and command line say how many there are."""
    for page in ("README.md", "docs/reference/command-line.md"):
        assert f"{len(CHECKS)} checks" in (ROOT / page).read_text(), page


def test_a_place_reads_like_a_compiler_s() -> None:
    """File and line, then the name; each only where it is known."""
    assert str(Place(name="Checkout", file="t.yaml", line=3)) == "t.yaml:3 Checkout"
    assert str(Place(name="lambda:f")) == "lambda:f"
    assert str(Place(file="t.yaml")) == "t.yaml"


def test_templates_and_accounts_are_asked_by_their_own_checks() -> None:
    """A template leaves the account's checks out, and the account the template's."""
    template = Facts(template=read_template(TEMPLATE.read_text(), "t"))

    assert "no-alias" in examine(CHECKS, [template]).looked
    assert "no-alias" not in examine(CHECKS, [HEALTHY]).looked + examine(CHECKS, [HEALTHY]).not_looked
