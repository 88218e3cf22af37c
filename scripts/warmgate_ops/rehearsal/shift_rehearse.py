"""Runs the scenarios of live traffic until each has its completed report, and compares."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.model.release import FINAL, ReleaseOutcome
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.release import Row, Step
from warmgate_ops.rehearsal.shift_catalogue import ShiftScenario
from warmgate_ops.rehearsal.shift_stage import hooks_of, install_shift, install_warmgate
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, BUCKET, Installed, RehearsalError
from warmgate_ops.rehearsal.traffic import LiveTraffic

LONGEST_S = 240.0
"""Seconds after which a release is given up; the longest waits a minute for a hook that never answers."""
LOG_DELAY_S = 1.0
POLL_S = 0.3
WARM_S = 6.0
"""The old version serves so long before the release begins: its environments are warm by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """What was seen of one release under live traffic."""

    deployment_id: str
    installed: Installed
    report: dict[str, Any]
    """The completed report."""
    alias_after: str
    highest_share: float
    told: dict[str, int]
    """Accepted statuses by hook execution."""
    live_calls: int
    live_errors: int
    seconds: float


def rehearse_shifts(cloud: LocalCloud, scenarios: Iterable[ShiftScenario], step: Step) -> Iterator[Row]:
    """Yield the line of each scenario, in their order.

    Raises:
        PolicyError: a policy has faults.
        RehearsalError: a release could not be made, or did not end.
    """
    install_warmgate(cloud)
    cloud.conditions.log_delay_s = LOG_DELAY_S
    # Two at a time would disturb each other's cold starts; those that only wait disturb nobody.
    with ThreadPoolExecutor(1) as busy, ThreadPoolExecutor(1) as waiting:
        running = [
            (scenario, (waiting if scenario.waits else busy).submit(_rehearse, cloud, scenario, step))
            for scenario in scenarios
        ]
        for scenario, shifted in running:
            try:
                yield row_of(scenario, shifted.result())
            except SDK_ERRORS as error:
                raise RehearsalError(f"{scenario.name}: the local cloud refused: {error}") from error


def _rehearse(cloud: LocalCloud, scenario: ShiftScenario, step: Step) -> Shifted:
    started_s = time.monotonic()
    installed = install_shift(cloud, scenario)
    payloads = [probe.payload for probe in installed.policy.probes]
    traffic = LiveTraffic(cloud, installed.function, ALIAS, scenario.rate, payloads, len(scenario.name))
    traffic.start()
    try:
        time.sleep(WARM_S)
        if scenario.refused_rollbacks:
            cloud.conditions.refused_alias_version = installed.baseline
            cloud.conditions.refused_alias_function = installed.function
            cloud.conditions.refused_alias_updates = scenario.refused_rollbacks
        deployment_id = _deploy(cloud, installed, scenario)
        step(scenario.name, f"{deployment_id}: {scenario.summary}")
        report = _completed(cloud, scenario, installed, deployment_id, step)
    finally:
        traffic.stop()
    return Shifted(
        deployment_id=deployment_id,
        installed=installed,
        report=report,
        alias_after=_alias(cloud, installed),
        highest_share=_highest_share(cloud, installed, deployment_id),
        told=_told(cloud, deployment_id),
        live_calls=len(traffic.served),
        live_errors=sum(served.outcome != "ok" for served in traffic.served),
        seconds=time.monotonic() - started_s,
    )


def _deploy(cloud: LocalCloud, installed: Installed, scenario: ShiftScenario) -> str:
    properties = {
        "Name": installed.function,
        "Alias": ALIAS,
        "CurrentVersion": installed.baseline,
        "TargetVersion": installed.candidate,
    }
    content = json.dumps(
        {
            "version": 0.0,
            "Resources": [{"function": {"Type": "AWS::Lambda::Function", "Properties": properties}}],
            "Hooks": hooks_of(scenario),
        }
    )
    made = cloud.client("codedeploy").create_deployment(
        applicationName=APPLICATION,
        deploymentGroupName=installed.group,
        revision={
            "revisionType": "AppSpecContent",
            "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
        },
    )
    return str(made["deploymentId"])


def _completed(
    cloud: LocalCloud, scenario: ShiftScenario, installed: Installed, deployment_id: str, step: Step
) -> dict[str, Any]:
    """Return the report once the controller has completed it; stop the deployment where that is rehearsed."""
    give_up_s, stopped, said = time.monotonic() + LONGEST_S, False, ""
    while time.monotonic() < give_up_s:
        alias = _alias(cloud, installed)
        if alias != said:
            step(scenario.name, f"alias {alias}")
            said = alias
        if scenario.stopped_by_hand and not stopped and "+" in alias:
            cloud.client("codedeploy").stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=False)
            stopped = True
        report = _report(cloud, deployment_id)
        if report is not None and (report.get("release") or {}).get("outcome") in FINAL:
            return report
        time.sleep(POLL_S)
    raise RehearsalError(
        f"{scenario.name}: {deployment_id} had no completed report after {LONGEST_S:.0f} s",
        hint="look into the functions' logs in the work folder",
    )


def _report(cloud: LocalCloud, deployment_id: str) -> dict[str, Any] | None:
    client = cloud.client("s3")
    try:
        body = client.get_object(Bucket=BUCKET, Key=f"{deployment_id}/report.json")["Body"]
    except client.exceptions.NoSuchKey:
        return None
    found: dict[str, Any] = json.loads(body.read())
    return found


def _alias(cloud: LocalCloud, installed: Installed) -> str:
    alias = cloud.client("lambda").get_alias(FunctionName=installed.function, Name=ALIAS)
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return " + ".join([alias["FunctionVersion"], *(f"{weight:.0%} {version}" for version, weight in weights.items())])


def _highest_share(cloud: LocalCloud, installed: Installed, deployment_id: str) -> float:
    entries = cloud.codedeploy.journal(deployment_id)
    return max((dict(entry.weights).get(installed.candidate, 0.0) for entry in entries), default=0.0)


def _told(cloud: LocalCloud, deployment_id: str) -> dict[str, int]:
    """Return how many statuses CodeDeploy accepted for each hook execution of a deployment."""
    executions = set()
    for attempt in cloud.async_invocations:
        event = json.loads(attempt.payload)
        if isinstance(event, dict) and event.get("DeploymentId") == deployment_id:
            executions.add(str(event["LifecycleEventHookExecutionId"]))
    return {each: sum(told.accepted for told in cloud.codedeploy.told(each)) for each in executions}


def row_of(scenario: ShiftScenario, shifted: Shifted) -> Row:
    """Return the line of a scenario."""
    section, first = shifted.report["release"], shifted.report
    refusing = [verdict for verdict in section.get("verdicts", []) if verdict["status"] == "Failed"]
    reason = str(refusing[-1]["reason"] if refusing else first["reason"])
    if not refusing and section["deployment"]["error_code"]:
        reason = f"{section['deployment']['error_code']}: {section['deployment']['error_message']}; {reason}"
    return Row(
        scenario=scenario.name,
        expected=scenario.outcome.value,
        outcome=(refusing[-1]["by"] if refusing else "-"),
        status=section["outcome"],
        alias_before=shifted.installed.baseline,
        alias_after=shifted.alias_after,
        calls=int(first.get("spending", {}).get("invocations", 0)),
        live_calls=shifted.live_calls,
        live_errors=shifted.live_errors,
        seconds=round(shifted.seconds, 1),
        reason=" ".join(reason.split()),
        differences=tuple(_differences(scenario, shifted, reason)),
    )


def _differences(scenario: ShiftScenario, shifted: Shifted, reason: str) -> Iterator[str]:
    section, installed = shifted.report["release"], shifted.installed
    released = scenario.outcome is ReleaseOutcome.RELEASED
    home = installed.candidate if released else installed.baseline
    by = [verdict["by"] for verdict in section.get("verdicts", []) if verdict["status"] == "Failed"]
    yield from _unlike("outcome", section["outcome"], scenario.outcome.value)
    yield from _unlike("alias", shifted.alias_after, home)
    if scenario.by:
        yield from _unlike("refused by", scenario.by in by, True)
    if scenario.back_by:
        yield from _unlike("rolled back by", (section["rollback"] or {}).get("by", ""), scenario.back_by)
    if scenario.reason.lower() not in reason.lower():
        yield f"reason: found {reason}, expected one that names {scenario.reason}"
    if shifted.highest_share > scenario.highest_share + 1e-9:
        yield f"highest share: found {shifted.highest_share:.0%}, expected {scenario.highest_share:.0%} at the most"
    for execution, accepted in shifted.told.items():
        expected = 0 if scenario.silent_hook else 1
        if accepted != expected:
            yield f"hook execution {execution[:12]}: {accepted} statuses were accepted, expected {expected}"


def _unlike(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: found {found}, expected {expected}"
