"""Runs releases in a local cloud as a release engineer would: deploy, let traffic flow, watch until all is quiet."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.model.deployment import ENDED_STATUSES
from warmgate_ops.rehearsal.catalogue import Scenario
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.release import RehearsedRelease, Row, Step, row_of
from warmgate_ops.rehearsal.stage import (
    ALIAS,
    APPLICATION,
    BUCKET,
    HOOK,
    Installed,
    RehearsalError,
    install_function,
    install_hook,
)
from warmgate_ops.rehearsal.traffic import LiveTraffic

LONGEST_S = 3 * 3600.0
"""Seconds on the cloud's clock after which a release is given up: past every hook and every shift."""
POLL_S = 0.2
REPORT_GRACE_S = 10.0
"""The report is stored after CodeDeploy was told, so it may come later than the end of the deployment."""
LIVE_RATE_PER_S = 4.0
DOCUMENTS = ("report.json", "report.md", "samples.jsonl")


@dataclass(slots=True)
class Watch:
    """What was seen of the alias and the deployments so far."""

    statuses: dict[str, str] = field(default_factory=dict)
    highest_weight: float = 0.0


def rehearse_all(
    cloud: LocalCloud, scenarios: Iterable[Scenario], step: Step
) -> Iterator[tuple[Row, RehearsedRelease]]:
    """Yield line and release of one scenario after another; two at a time would disturb each other's figures.

    Raises:
        PolicyError: a policy has faults.
        RehearsalError: a release could not be made, or did not end.
    """
    install_hook(cloud)
    for seed, scenario in enumerate(scenarios):
        try:
            release = rehearse(cloud, scenario, step, seed)
        except SDK_ERRORS as error:
            raise RehearsalError(f"{scenario.name}: the local cloud refused: {error}") from error
        yield row_of(scenario, release), release


def rehearse(cloud: LocalCloud, scenario: Scenario, step: Step, seed: int = 0) -> RehearsedRelease:
    """Return what became of one release; the hook must be installed.

    Raises:
        PolicyError: the scenario's policy has faults.
        RehearsalError: the release could not be made, or did not end.
    """
    started_s = time.monotonic()
    step(scenario.name, "publishing baseline and candidate")
    installed = install_function(cloud, scenario)
    before = _alias(cloud, installed.function)
    payloads = [probe.payload for probe in installed.policy.probes]
    traffic = LiveTraffic(cloud, installed.function, ALIAS, LIVE_RATE_PER_S, payloads, seed)
    traffic.start()
    try:
        deployment_id = _deploy(cloud, installed)
        watch = Watch()
        rollback_id = _follow(cloud, installed, deployment_id, watch, lambda words: step(scenario.name, words))
    finally:
        traffic.stop()
    documents = _documents(cloud, deployment_id)
    executions = [documents, _documents(cloud, rollback_id) if rollback_id else {}]
    return RehearsedRelease(
        deployment_id=deployment_id,
        deployment_status=watch.statuses[deployment_id],
        rollback_status=watch.statuses.get(rollback_id, ""),
        baseline=installed.baseline,
        candidate=installed.candidate,
        alias_before=before,
        alias_after=_alias(cloud, installed.function),
        highest_weight=max(watch.highest_weight, _journal_weight(cloud, installed, deployment_id, rollback_id)),
        told=_told(cloud, executions),
        report=_parsed(documents),
        live_calls=len(traffic.served),
        live_errors=sum(served.outcome != "ok" for served in traffic.served),
        seconds=time.monotonic() - started_s,
        documents=documents,
    )


def _deploy(cloud: LocalCloud, installed: Installed) -> str:
    properties = {
        "Name": installed.function,
        "Alias": ALIAS,
        "CurrentVersion": installed.baseline,
        "TargetVersion": installed.candidate,
    }
    appspec = {
        "version": 0.0,
        "Resources": [{"function": {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{"BeforeAllowTraffic": HOOK}],
    }
    content = json.dumps(appspec)
    created = cloud.client("codedeploy").create_deployment(
        applicationName=APPLICATION,
        deploymentGroupName=installed.group,
        revision={
            "revisionType": "AppSpecContent",
            "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
        },
    )
    return str(created["deploymentId"])


def _follow(
    cloud: LocalCloud, installed: Installed, deployment_id: str, watch: Watch, say: Callable[[str], None]
) -> str:
    """Watch a deployment and the rollback it may cause to their ends; return the rollback's id, empty without one."""
    say(f"{deployment_id}: the hook warms and measures version {installed.candidate}")
    found = _watch_to_end(cloud, installed, deployment_id, watch, say)
    rollback_id = str(found.get("rollbackInfo", {}).get("rollbackDeploymentId", ""))
    if rollback_id:
        say(f"{deployment_id} {found['status']}: {rollback_id} rolls back")
        _watch_to_end(cloud, installed, rollback_id, watch, say)
    return rollback_id


def _watch_to_end(
    cloud: LocalCloud, installed: Installed, deployment_id: str, watch: Watch, say: Callable[[str], None]
) -> dict[str, Any]:
    give_up_s = cloud.clock.now_s() + LONGEST_S
    codedeploy, functions = cloud.client("codedeploy"), cloud.client("lambda")
    while cloud.clock.now_s() < give_up_s:
        weight = _weight(functions.get_alias(FunctionName=installed.function, Name=ALIAS), installed.candidate)
        if weight > watch.highest_weight:
            say(f"{deployment_id}: version {installed.candidate} has {weight:.0%} of the traffic")
            watch.highest_weight = weight
        found: dict[str, Any] = codedeploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        watch.statuses[deployment_id] = found["status"]
        if found["status"] in ENDED_STATUSES:
            return found
        time.sleep(POLL_S)
    raise RehearsalError(
        f"{deployment_id}: found {watch.statuses.get(deployment_id)} after {LONGEST_S / 3600:.0f} h, expected its end",
        hint="look into the hook's log in the work folder",
    )


def _weight(alias: dict[str, Any], version: str) -> float:
    weights: dict[str, float] = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if alias["FunctionVersion"] == version:
        return 1.0 - sum(weights.values())
    return float(weights.get(version, 0.0))


def _alias(cloud: LocalCloud, function: str) -> str:
    alias = cloud.client("lambda").get_alias(FunctionName=function, Name=ALIAS)
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return " + ".join([alias["FunctionVersion"], *(f"{weight:.0%} {version}" for version, weight in weights.items())])


def _journal_weight(cloud: LocalCloud, installed: Installed, *deployment_ids: str) -> float:
    """Return the largest share that the cloud's journal has for the candidate: it misses nothing between two looks."""
    entries = [entry for deployment_id in deployment_ids for entry in cloud.codedeploy.journal(deployment_id)]
    return max((dict(entry.weights).get(installed.candidate, 0.0) for entry in entries), default=0.0)


def _documents(cloud: LocalCloud, deployment_id: str) -> dict[str, str]:
    """Return the stored report of a deployment by file name, empty where none came in time."""
    client = cloud.client("s3")
    prefix, give_up_s = f"{deployment_id}/", time.monotonic() + REPORT_GRACE_S
    while time.monotonic() < give_up_s:
        keys = [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
        if all(f"{prefix}{name}" in keys for name in DOCUMENTS):
            return {
                name: client.get_object(Bucket=BUCKET, Key=f"{prefix}{name}")["Body"].read().decode()
                for name in DOCUMENTS
            }
        time.sleep(POLL_S)
    return {}


def _parsed(documents: dict[str, str]) -> dict[str, Any] | None:
    return json.loads(documents["report.json"]) if documents else None


def _told(cloud: LocalCloud, executions: list[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the statuses that CodeDeploy accepted for each hook execution that stored a report."""
    ids = [str(report["hook_execution_id"]) for report in map(_parsed, executions) if report]
    return {each: tuple(told.status for told in cloud.codedeploy.told(each) if told.accepted) for each in ids}
