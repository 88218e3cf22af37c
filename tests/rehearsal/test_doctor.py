"""The doctor on a local cloud: silent on a healthy release, and each seeded fault found by its id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from support.clinic.faults import SEEDS
from support.clinic.release import ALIAS, APPLICATION, FUNCTION, GROUP, Clinic, install
from warmgate.adapters.sdk import CONTROL
from warmgate_ops.doctor.findings import Severity
from warmgate_ops.doctor.registry import CHECKS
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """Give a local cloud with a healthy release."""
    with LocalCloud.start(tmp_path_factory.mktemp("clinic-cloud"), time_scale=60.0) as cloud:
        yield install(cloud)


def test_a_healthy_release_has_no_finding(clinic: Clinic) -> None:
    """Not even a note."""
    assert [(found.check.id, found.message) for found in clinic.asked()] == []


@pytest.mark.parametrize("check", sorted(SEEDS))
def test_a_seeded_fault_is_found_and_nothing_else(clinic: Clinic, check: str) -> None:
    """One fault made through the public API is found by the check that is for it, by no other; undone, all is well."""
    with SEEDS[check](clinic) as change:
        found = clinic.asked(**change)
        reported = [(finding.check.id, str(finding.place), finding.message) for finding in found]

    assert {finding.check.id for finding in found} == {check}, reported
    assert all(finding.severity is not Severity.UNKNOWN for finding in found), reported
    assert [(finding.check.id, finding.message) for finding in clinic.asked()] == []


def test_every_check_of_an_account_has_a_seeded_fault() -> None:
    """No check is left unproven."""
    assert set(SEEDS) == {check.id for check in CHECKS if check.in_account is not None}


def test_what_cannot_be_reached_ends_no_other_check(clinic: Clinic) -> None:
    """Without IAM the checks of permissions say so, and the fault beside them is still found."""
    nowhere = botocore.session.Session().create_client(
        "iam", config=CONTROL, endpoint_url="http://127.0.0.1:9", region_name="us-east-1", **CREDENTIALS
    )

    def clients(service: str) -> Any:
        return nowhere if service == "iam" else clinic.client(service)

    with SEEDS["rollback-events"](clinic):
        found = clinic.asked(clients)

    severities = {finding.check.id: finding.severity for finding in found}
    assert severities == {
        "rollback-events": Severity.ERROR,
        "codedeploy-calls-hook": Severity.UNKNOWN,
        "hook-reports": Severity.UNKNOWN,
        "hook-invokes": Severity.UNKNOWN,
        "hook-looks-up": Severity.UNKNOWN,
    }
    assert all("could not look: iam:" in finding.message for finding in found if finding.severity == "unknown")


def run_doctor(clinic: Clinic, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `warmgate doctor` as a user would."""
    command = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "doctor", *options]
    command += ["--endpoint-url", clinic.cloud.endpoint_url, "--region", clinic.cloud.region]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    credentials = {"AWS_ACCESS_KEY_ID": clinic.cloud.account, "AWS_SECRET_ACCESS_KEY": "none"}
    environment = {**clean, **credentials}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)


GROUP_OPTIONS = ("--application", APPLICATION, "--group", GROUP)


def test_the_group_alone_is_enough(clinic: Clinic) -> None:
    """Function, alias and hook are found out from the last deployment; a healthy release exits 0."""
    done = run_doctor(clinic, *GROUP_OPTIONS)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == f"no problems in {len(SEEDS)} checks\n"


def test_an_error_exits_1_and_says_how_to_fix_it(clinic: Clinic, tmp_path: Path) -> None:
    """The fault stands in text and in the SARIF file alike."""
    sarif = tmp_path / "doctor.sarif"
    with SEEDS["rollback-events"](clinic):
        done = run_doctor(clinic, *GROUP_OPTIONS, "--sarif", str(sarif))

    assert done.returncode == 1, done.stdout + done.stderr
    first, fix, last = done.stdout.splitlines()
    assert first.startswith(f"error   rollback-events  codedeploy:{APPLICATION}/{GROUP}: automatic rollback is ")
    assert fix.strip().startswith("fix: aws deploy update-deployment-group")
    assert last == f"1 error in {len(SEEDS)} checks"
    assert [result["ruleId"] for result in json.loads(sarif.read_text())["runs"][0]["results"]] == ["rollback-events"]


def test_a_warning_exits_0(clinic: Clinic) -> None:
    """What does not break a release does not break a pipeline."""
    with SEEDS["alias-weighted"](clinic), SEEDS["config-only-change"](clinic):
        whole = run_doctor(clinic, "--function", FUNCTION, "--alias", ALIAS, "--json")
    with SEEDS["config-only-change"](clinic):
        warned = run_doctor(clinic, "--function", FUNCTION, "--alias", ALIAS, "--json")

    assert (whole.returncode, warned.returncode) == (1, 0), whole.stdout + warned.stdout
    assert [found["id"] for found in json.loads(warned.stdout)["findings"]] == ["config-only-change"]


def test_an_endpoint_that_does_not_answer_exits_3() -> None:
    """Nothing was found out, and every check that looked says so."""
    command = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "doctor", "--json"]
    command += ["--function", "checkout-api", "--alias", "live", "--endpoint-url", "http://127.0.0.1:9"]
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    command += ["--region", "us-east-1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)

    assert done.returncode == 3, done.stderr
    assert {found["severity"] for found in json.loads(done.stdout)["findings"]} == {"unknown"}
