"""Runs releases in a local cloud as a release engineer would: deploy, let traffic flow, watch until all is quiet."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.model.deployment import ENDED_STATUSES, LifecycleEvent, Target
from warmgate.model.log_stream import OWN_GROUPS
from warmgate.model.release import FINAL
from warmgate.report.layout import CONTENT_TYPES, DOCUMENT, report_folder, report_key
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.expect import RehearsedRelease, Row, Step, row_of
from warmgate_ops.rehearsal.own.first_calls import proved
from warmgate_ops.rehearsal.own.log_lines import logged
from warmgate_ops.rehearsal.own.preparing import make_resources, run_setup
from warmgate_ops.rehearsal.scenario import Live, Scenario
from warmgate_ops.rehearsal.stage import (
    ALIAS,
    APPLICATION,
    BUCKET,
    Installed,
    RehearsalError,
    hooks_of,
    install_function,
    install_hook,
    install_warmgate,
)
from warmgate_ops.rehearsal.traffic import LiveTraffic

LONGEST_S = 3 * 3600.0
"""Seconds on the cloud's clock after which a deployment is given up: past every hook and every shift."""
POLL_S = 0.2
REPORT_GRACE_S = 10.0
"""The report is stored after CodeDeploy was sent, so it may come later than the end of the deployment."""
COMPLETED_GRACE_S = 120.0
"""The controller completes the report once the alias is back, by a rollback of its own where CodeDeploy made none."""
LOG_DELAY_S = 1.0
"""How late log events can be read where live traffic judges."""
WARM_S = 6.0
"""The old version serves so long before live traffic judges the new one: its environments are warm by then."""


@dataclass(slots=True)
class Watch:
    """What was seen of the alias and the deployments so far."""

    say: Callable[[str], None]
    statuses: dict[str, str] = field(default_factory=dict)
    highest_weight: float = 0.0
    stops: bool = False
    """Whether the deployment is to be stopped by hand as soon as the candidate has traffic."""


def rehearse_all(
    cloud: LocalCloud, scenarios: Sequence[Scenario], step: Step
) -> Iterator[tuple[Row, RehearsedRelease]]:
    """Yield line and release of one scenario after another; two at a time would disturb each other's figures.

    Those that only wait disturb nobody and run in the background. All of Warmgate is installed where one scenario is
    judged by live traffic, else the hook before the shift alone.

    Raises:
        PolicyError: a policy has faults.
        RehearsalError: a release could not be made, or did not end.
    """
    if any(scenario.live for scenario in scenarios):
        install_warmgate(cloud)
        cloud.conditions.log_delay_s = LOG_DELAY_S
    else:
        install_hook(cloud)
    background = ThreadPoolExecutor(1)
    try:
        waiting = {each.name: background.submit(rehearse, cloud, each, step) for each in scenarios if each.waits}
        for seed, scenario in enumerate(scenarios):
            try:
                release = waiting[scenario.name].result() if scenario.waits else rehearse(cloud, scenario, step, seed)
            except SDK_ERRORS as error:
                raise RehearsalError(f"{scenario.name}: the local cloud refused: {error}") from error
            yield row_of(scenario, release), release
    finally:
        background.shutdown(cancel_futures=True)


def rehearse(cloud: LocalCloud, scenario: Scenario, step: Step, seed: int = 0) -> RehearsedRelease:
    """Return what became of one release; what judges it must be installed.

    Raises:
        PolicyError: the scenario's policy has faults.
        RehearsalError: the release could not be made, or did not end.
    """
    started_s = time.monotonic()
    step(scenario.name, "publishing baseline and candidate")
    installed = install_function(cloud, scenario)
    notes = _prepared(cloud, scenario, installed, step) if scenario.own_name else ()
    before = _alias(cloud, installed.function)
    payloads = [probe.payload for probe in installed.policy.probes]
    traffic = LiveTraffic(cloud, installed.function, ALIAS, scenario.rate, payloads, seed)
    watch = Watch(lambda words: step(scenario.name, words))
    traffic.start()
    try:
        if scenario.live:
            _disturb(cloud, scenario.live, installed, watch)
        deployment_id = deploy(cloud, installed, hooks_of(scenario))
        rollback_id = _follow(cloud, installed, deployment_id, watch)
        documents = _documents(cloud, scenario, deployment_id)
    finally:
        traffic.stop()
    return RehearsedRelease(
        deployment_id=deployment_id,
        deployment_status=watch.statuses[deployment_id],
        rollback_status=watch.statuses.get(rollback_id, ""),
        baseline=installed.baseline,
        candidate=installed.candidate,
        alias_before=before,
        alias_after=_alias(cloud, installed.function),
        highest_weight=max(watch.highest_weight, _journal_weight(cloud, installed, deployment_id, rollback_id)),
        reported=_status_reported(cloud, deployment_id),
        rollback_reported=_status_reported(cloud, rollback_id),
        report=json.loads(documents[DOCUMENT]) if documents else None,
        live_calls=len(traffic.served),
        live_errors=sum(served.outcome != "ok" for served in traffic.served),
        seconds=time.monotonic() - started_s,
        documents=documents,
        notes=notes,
        log=_logged(cloud, scenario, installed) if scenario.own_name else (),
    )


def _prepared(cloud: LocalCloud, scenario: Scenario, installed: Installed, step: Step) -> tuple[str, ...]:
    """Make what a user's function needs, and call its baseline once with each probe; return what is worth a note."""
    if scenario.made:
        step(scenario.name, "making the template's tables and buckets")
        make_resources(cloud, scenario.made)
    if scenario.setup:
        step(scenario.name, f"running {scenario.setup}")
        run_setup(scenario.setup, cloud.endpoint_url, scenario.settings.variables)
    step(scenario.name, "calling the baseline with each probe")
    versions = (installed.baseline, installed.candidate)
    notes = tuple(proved(cloud.client("lambda"), installed.function, versions, installed.policy))
    # These calls must leave no warm environment to those that are judged.
    cloud.retire(installed.function)
    return notes


def _logged(cloud: LocalCloud, scenario: Scenario, installed: Installed) -> tuple[str, ...]:
    cloud.flush_logs()
    group = scenario.settings.log_group or OWN_GROUPS + installed.function
    return tuple(logged(cloud.client("logs"), group, installed.candidate))


def deploy(cloud: LocalCloud, installed: Installed, hooks: Mapping[LifecycleEvent, str] | None = None) -> str:
    """Start a deployment from baseline to candidate and return its id."""
    spec = AppSpec(
        target=Target(installed.function, ALIAS),
        baseline=installed.baseline,
        candidate=installed.candidate,
        hooks=dict(hooks or {}),
    )
    created = cloud.client("codedeploy").create_deployment(
        applicationName=APPLICATION, deploymentGroupName=installed.group, revision=revision_of(spec)
    )
    return str(created["deploymentId"])


def _disturb(cloud: LocalCloud, live: Live, installed: Installed, watch: Watch) -> None:
    """Let the old version get warm, and prepare what goes wrong."""
    time.sleep(WARM_S)
    watch.stops = live.stopped_by_hand
    if live.refused_rollbacks:
        cloud.conditions.refused_alias_version = installed.baseline
        cloud.conditions.refused_alias_function = installed.function
        cloud.conditions.refused_alias_updates = live.refused_rollbacks


def _follow(cloud: LocalCloud, installed: Installed, deployment_id: str, watch: Watch) -> str:
    """Watch a deployment and the rollback it may cause to their ends; return the rollback's id, empty without one."""
    watch.say(f"{deployment_id}: the hook warms and measures version {installed.candidate}")
    found = _watch_to_end(cloud, installed, deployment_id, watch)
    rollback_id = str(found.get("rollbackInfo", {}).get("rollbackDeploymentId", ""))
    if rollback_id:
        watch.say(f"{deployment_id} {found['status']}: {rollback_id} rolls back")
        _watch_to_end(cloud, installed, rollback_id, watch)
    return rollback_id


def _watch_to_end(cloud: LocalCloud, installed: Installed, deployment_id: str, watch: Watch) -> dict[str, Any]:
    give_up_s = cloud.clock.now_s() + LONGEST_S
    codedeploy, functions = cloud.client("codedeploy"), cloud.client("lambda")
    while cloud.clock.now_s() < give_up_s:
        weight = _weight(functions.get_alias(FunctionName=installed.function, Name=ALIAS), installed.candidate)
        if weight > watch.highest_weight:
            watch.say(f"{deployment_id}: version {installed.candidate} has {weight:.0%} of the traffic")
            watch.highest_weight = weight
        if watch.stops and weight:
            codedeploy.stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=False)
            watch.stops = False
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


def _documents(cloud: LocalCloud, scenario: Scenario, deployment_id: str) -> dict[str, str]:
    """Return the stored report of a deployment by file name, empty where it did not come, or get whole, in time."""
    give_up_s = time.monotonic() + (COMPLETED_GRACE_S if scenario.live else REPORT_GRACE_S)
    client = cloud.client("s3")
    wanted = {name: report_key("", deployment_id, name) for name in CONTENT_TYPES}
    while time.monotonic() < give_up_s:
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix=report_folder("", deployment_id)).get("Contents", [])
        stored = {item["Key"] for item in listed}
        found = {name: key for name, key in wanted.items() if key in stored}
        # Where nobody answered before the shift there are no samples: the controller stores the report alone.
        if found == wanted or (scenario.live and DOCUMENT in found):
            objects = ((name, client.get_object(Bucket=BUCKET, Key=key)) for name, key in found.items())
            documents = {name: each["Body"].read().decode() for name, each in objects}
            if not scenario.live or _is_final(json.loads(documents[DOCUMENT])):
                return documents
        time.sleep(POLL_S)
    return {}


def _is_final(report: dict[str, Any]) -> bool:
    return (report.get("release") or {}).get("outcome") in FINAL


def _status_reported(cloud: LocalCloud, deployment_id: str) -> dict[str, tuple[str, ...]]:
    """Return the statuses that CodeDeploy accepted for each hook execution of a deployment, in order."""
    events = [json.loads(attempt.payload or b"null") for attempt in cloud.async_invocations]
    called = [
        str(event["LifecycleEventHookExecutionId"])
        for event in events
        if isinstance(event, dict) and event.get("DeploymentId") == deployment_id
    ]
    # A call is in the journal once it has ended, a status as soon as it was reported.
    reported = cloud.codedeploy.reported(deployment_id)
    return {
        execution: tuple(each.status for each in reported if each.execution_id == execution and each.accepted)
        for execution in dict.fromkeys([*(each.execution_id for each in reported), *called])
    }
