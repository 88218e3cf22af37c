"""Hook executions over the wire: many at once, each with Lambda's retries, and what must hold for each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from tempfile import TemporaryDirectory

from campaign.outcome import Breach, Outcome
from campaign.wire.account import Account
from campaign.wire.endpoint import Endpoint, Execution, endpoint
from campaign.wire.faults import KILLS, PUT, Rule, WireFault, rules_of
from warmgate.model.marks import rollback_mark_of

RETRIES_S = (1.0, 2.0)
"""60 and 120 s on Lambda."""
POLICY = """
policy: wire
warm: {environments: 3, rounds: 1, provisioned: ignore}
limits:
  duration: {p50: 400ms}
  errors: {rate: 0%}
budget: {invocations: 24, seconds: 60}
"""
FORGED, SKIP = rollback_mark_of("d-FIRST0000"), "[warmgate skip: the hotfix of tonight]"
LOOK_UPS = ("GetDeployment", "ListDeploymentTargets", "GetDeploymentTarget", "GetApplicationRevision", "ListTags")
FATAL = frozenset({WireFault.EXPIRED, WireFault.HANG, WireFault.TRICKLE})
ATTEMPTS = 4
"""The SDK's, and those of a client that checks its answers."""


@dataclass(frozen=True, slots=True)
class WireSchedule:
    """One execution, what is wrong with its version, and what goes wrong with its requests."""

    seed: int
    bad: bool
    description: str
    seconds: float
    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        """Return the schedule for people."""
        what = f"{'bad' if self.bad else 'good'} version {self.description}, time-out {self.seconds:g} s"
        return "; ".join([what, *map(str, self.rules)])


def schedule_of(seed: int) -> WireSchedule:
    """Return the schedule of a seed."""
    random = Random(f"wire {seed}")
    return WireSchedule(
        seed=seed,
        bad=random.random() < 0.5,
        description=random.choice(("", "", "", "", FORGED, SKIP)),
        seconds=random.choice((12.0, 15.0)),
        rules=rules_of(random),
    )


@dataclass
class Sandboxes:
    """The process that forks runs of the hook, and those who wait for what it says of them."""

    process: subprocess.Popen[bytes]
    waiting: dict[int, SimpleQueue[dict[str, int]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    started: int = 0

    def run(self, execution: Execution, asked: dict[str, object], seconds: float) -> str:
        """Run the hook once; return how it ended: returned, raised, killed or timed out."""
        queue: SimpleQueue[dict[str, int]] = SimpleQueue()
        assert self.process.stdin is not None
        with self.lock:
            self.started += 1
            number = self.started
            self.waiting[number] = queue
            self.process.stdin.write(json.dumps({**asked, "run": number, "seconds": seconds}).encode() + b"\n")
            self.process.stdin.flush()
        execution.pid = queue.get(timeout=60)["pid"]
        try:
            code = queue.get(timeout=seconds)["code"]
        except Empty:
            with suppress(ProcessLookupError):
                os.kill(execution.pid, signal.SIGKILL)
            queue.get(timeout=60)
            return "timed out"
        return {0: "returned", 1: "raised"}.get(code, "killed")

    def listen(self) -> None:
        """Hand out what the process says, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = json.loads(line)
            self.waiting[found["run"]].put(found)


@contextmanager
def sandboxes() -> Iterator[Sandboxes]:
    """Start the forking process, and end it with all that it started."""
    here = Path(__file__).resolve()
    paths = os.pathsep.join(str(here.parents[place] / name) for place, name in ((3, "hooks"), (3, "scripts"), (2, "")))
    environment = {
        **os.environ,
        "PYTHONPATH": paths,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "campaign.wire.sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as process:
        found = Sandboxes(process)
        listener = threading.Thread(target=found.listen, daemon=True)
        listener.start()
        try:
            yield found
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)
            listener.join(timeout=5)


def play(seeds: Sequence[int], at_once: int) -> Iterator[Outcome]:
    """Play schedules, so many at the same time, and yield what each led to."""
    with TemporaryDirectory() as folder, endpoint() as cloud, sandboxes() as boxes:
        policies = Path(folder) / "policies"
        policies.mkdir()
        (policies / "wire.yaml").write_text(POLICY)
        (policies / "default.yaml").write_text(POLICY.replace("policy: wire", "policy: default"))
        with ThreadPoolExecutor(at_once) as pool:
            yield from pool.map(lambda seed: _played(schedule_of(seed), cloud, boxes, Path(folder)), seeds)


def _played(schedule: WireSchedule, cloud: Endpoint, boxes: Sandboxes, folder: Path) -> Outcome:
    name = str(schedule.seed)
    account = Account(f"d-WIRE{schedule.seed:05d}", bad=schedule.bad, description=schedule.description)
    execution = Execution(account, schedule.rules)
    cloud.executions[name] = execution
    environment = {
        "AWS_ENDPOINT_URL": f"{cloud.url}/{name}",
        "WARMGATE_POLICIES": str(folder / "policies"),
        "WARMGATE_REPORT_BUCKET": "bucket",
        "WARMGATE_TABLE": "table",
    }
    outcome = Outcome(schedule.seed, f"wire: {schedule}")
    log = folder / f"{name}.log"
    for number, pause_s in enumerate((*RETRIES_S, None), start=1):
        execution.begins(number)
        asked: dict[str, object] = {
            "deployment_id": account.deployment_id, "log": str(log), "environment": environment
        }  # fmt: skip
        before = len(account.accepted)
        ended = boxes.run(execution, asked, schedule.seconds)
        execution.note(f"run {ended}")
        outcome.runs += 1
        _look_at_run(execution, ended, outcome, reported_before=before > 0)
        if ended == "returned" or pause_s is None:
            break
        time.sleep(pause_s)
    _look(schedule, execution, outcome)
    outcome.faults = Counter(str(rule.fault) for rule in execution.struck)
    outcome.trace = (
        [*execution.trace, *log.read_text(errors="replace").splitlines()] if log.exists() else execution.trace
    )
    return outcome


def _look_at_run(execution: Execution, ended: str, outcome: Outcome, *, reported_before: bool) -> None:
    """A run that its time ended had reported by then, unless nobody answered when it did."""
    mine = [rule for rule in execution.struck if rule.run == execution.run]
    reported = bool(execution.account.accepted) or reported_before
    excused = any(rule.operation == PUT for rule in mine)
    outcome.expect(ended != "timed out" or reported or excused, Breach.LATE, f"run {execution.run} had not reported")


def _look(schedule: WireSchedule, execution: Execution, outcome: Outcome) -> None:
    account, struck = execution.account, execution.struck
    if not account.accepted:
        outcome.expect(False, Breach.NONE, "no status was accepted")
        return
    outcome.expect(len(account.accepted) == 1, Breach.TWICE, f"{len(account.accepted)} statuses were accepted")
    (status, _), *_ = account.accepted
    skipped = schedule.description == SKIP
    if schedule.bad:
        outcome.expect(status == "Failed" or skipped, Breach.WRONG, "Succeeded for a bad version")
    else:
        needed = any(rule.operation not in {PUT, "PutObject", "GetItem"} for rule in struck)
        excused = needed or _was_short_of_time(account)
        outcome.expect(status == "Succeeded" or excused, Breach.WRONG, "Failed for a good version, and no fault")
    _look_at_report(account, struck, status, outcome)


def _look_at_report(account: Account, struck: Sequence[Rule], status: str, outcome: Outcome) -> None:
    stored = account.objects.get(f"{account.deployment_id}/report.json")
    hits = [rule for rule in struck if rule.operation == "PutObject" and rule.fault not in KILLS]
    excused = len(hits) >= ATTEMPTS or any(rule.fault in FATAL for rule in hits) or _blind(struck)
    outcome.expect(stored is not None or excused, Breach.LOST, f"{status} was accepted, and no report lies there")
    if stored is not None:
        found = json.loads(stored or b'{"status": "nothing"}')["status"]
        outcome.expect(found == status, Breach.WRONG, f"{status} was accepted, and the report says {found}")


def _was_short_of_time(account: Account) -> bool:
    """Return whether a busy machine left too little time to measure: a few seconds stand for a quarter of an hour."""
    stored = account.objects.get(f"{account.deployment_id}/report.json", b"")
    return b"(deadline)" in stored or b"no verdict in time" in stored


def _blind(struck: Sequence[Rule]) -> bool:
    """Return whether a run could not ask CodeDeploy what it had taken from an earlier one."""
    return any(rule.operation in LOOK_UPS and (rule.count > 1 or rule.fault in FATAL) for rule in struck)
