"""The functions of an account that allow Warmgate, and their calls by the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.tags import ALLOW_TAG
from warmgate.errors import FunctionLookupError, WarmgateError
from warmgate.logs.calls import Window
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.log_stream import OWN_GROUPS, FunctionLog
from warmgate.ports.policies import Policies
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.schedules import Schedule
from warmgate_ops.cold_starts.events.asking import NotAsked, asked
from warmgate_ops.cold_starts.events.timers import rules_of, schedules_of
from warmgate_ops.cold_starts.reading.calls_of import call_of
from warmgate_ops.cold_starts.watching.day import Watched
from warmgate_ops.cold_starts.watching.ports import CallsRead

MOST_PAGES = 50
"""Of 100 functions each."""
LEAST_EXPECTED = 0.95
"""The percentile of a policy's limit on init that days are held against."""


class TaggedFunctions:
    """Functions with the tag `warmgate:allow` = `true`; `log` takes a line on what could not be read of one."""

    def __init__(
        self, clients: Callable[[str], Any], clock: Clock, policies: Policies, log: Callable[[str, str], None]
    ) -> None:
        self._clients = clients
        self._clock = clock
        self._logs = CloudWatchLogs(clients, clock)
        self._policies = policies
        self._log = log
        self._groups: dict[str, str] = {}
        self._arns: dict[str, tuple[str, tuple[str, ...]]] = {}
        """By name: the ARN, and the aliases and the versions that they serve."""

    def all(self) -> Sequence[Watched]:
        """Return them by name; raises FunctionLookupError."""
        found: list[Watched] = []
        for name in sorted(self._names()):
            try:
                found.append(self._watched(name))
            except WarmgateError as error:
                self._log("not watched", f"{name}: {error}")
        return found

    def calls(self, watched: Watched, since_ms: float, until_ms: float, deadline: Deadline) -> CallsRead:
        """Return the calls of a window as far as the log was read before the deadline; raises LogLookupError."""
        group = self._groups.get(watched.name, OWN_GROUPS + watched.name)
        log = FunctionLog(group, watched.name)
        read = self._logs.calls(log, Window(since_ms, until_ms), deadline)
        calls: list[Call] = [call_of(each.record, function=watched.name, version=each.version) for each in read.calls]
        cut = deadline.passed(self._clock.now_ms())
        return CallsRead(calls=calls, unread="the log was not read to its end in time" if cut else "")

    def schedules(self, watched: Watched) -> Sequence[Schedule]:
        """Return the rules and schedules that call a function; a source that cannot be asked is said and left out."""
        arn, qualifiers = self._arns.get(watched.name, ("", ()))
        found: list[Schedule] = []
        for service, read in (
            ("events", lambda: rules_of(self._clients, arn, qualifiers)),
            ("scheduler", lambda: schedules_of(self._clients, watched.name, arn)),
        ):
            timers = asked(service, read)
            if isinstance(timers, NotAsked):
                self._log(watched.name, str(timers))
                continue
            found += timers.schedules
            for note in timers.notes:
                self._log(watched.name, note)
        return found

    def _names(self) -> set[str]:
        hint = "allow tag:GetResources to the role of the cold-start watch"
        token: dict[str, str] = {}
        names: set[str] = set()
        with raised_as(FunctionLookupError, f"functions with the tag {ALLOW_TAG} could not be listed", hint):
            for _ in range(MOST_PAGES):
                page = self._clients("resourcegroupstaggingapi").get_resources(
                    ResourceTypeFilters=["lambda:function"],
                    TagFilters=[{"Key": ALLOW_TAG, "Values": ["true"]}],
                    ResourcesPerPage=100,
                    **token,
                )
                names |= {_name(each["ResourceARN"]) for each in page.get("ResourceTagMappingList", [])}
                if not page.get("PaginationToken"):
                    break
                token = {"PaginationToken": page["PaginationToken"]}
        return names

    def _watched(self, name: str) -> Watched:
        hint = "allow lambda:GetFunctionConfiguration and lambda:ListAliases to the role of the cold-start watch"
        with raised_as(FunctionLookupError, f"{name} could not be read", hint):
            found = self._clients("lambda").get_function_configuration(FunctionName=name)
            aliases = self._clients("lambda").list_aliases(FunctionName=name).get("Aliases", [])
        self._groups[name] = found.get("LoggingConfig", {}).get("LogGroup") or OWN_GROUPS + name
        served = {each["Name"] for each in aliases} | {each["FunctionVersion"] for each in aliases}
        self._arns[name] = (found["FunctionArn"], tuple(sorted(served)))
        architecture = next(iter(found.get("Architectures", [])), "x86_64")
        expected_ms = self._expected_ms(Target(name, aliases[0]["Name"])) if aliases else None
        return Watched(name=name, architecture=architecture, expected_ms=expected_ms)

    def _expected_ms(self, target: Target) -> float | None:
        """Return the limit on init of the policy that the function's releases are judged by."""
        try:
            policy, _ = self._policies.find(target, Deadline(float("inf")))
        except WarmgateError as error:
            self._log("no expected value", f"{target.function}: {error}")
            return None
        limits = [limit.limit_ms for limit in policy.limits.init if limit.percentile >= LEAST_EXPECTED]
        return min(limits, default=None)


def _name(arn: str) -> str:
    return arn.split(":")[6]
