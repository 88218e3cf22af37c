"""Clones through the SDK: nothing here touches a function or a log group that does not carry a run's tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing
from warmgate.adapters.port_errors import raised_as
from warmgate.model.deadline import Deadline
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.clones.naming import (
    GROUP_PREFIX,
    PREFIX,
    SWEEP_TAG,
    Marked,
    id_in,
    made_by_lambda,
    marked,
)
from warmgate_ops.cold_starts.clones.ports import Change, CloneError, CloneSpec

T = TypeVar("T")
FIRST_WAIT_MS, LONGEST_WAIT_MS = 100.0, 2_000.0
DELETING_MS = 90_000.0
"""A function that is being changed cannot be deleted: so long is waited for that."""
MISSING = "ResourceNotFoundException"
BUSY = {"ResourceConflictException", "OperationAbortedException"}
RETENTION_DAYS = 1
GRANTS = "docs/reference/cold-start-tuner-policy.json lists the permissions"


class LambdaClones:
    """Clones through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    def create_group(self, group: str, tags: Mapping[str, str]) -> bool:
        """Make a log group that keeps its events for a day; return False where there is one."""
        logs = self._clients("logs")
        with raised_as(CloneError, f"{group} could not be made", GRANTS):
            try:
                logs.create_log_group(logGroupName=group, tags=dict(tags))
            except SDK_ERRORS as error:
                if code_of(error) != "ResourceAlreadyExistsException":
                    raise
                return self._group_tags(group).get(SWEEP_TAG) == tags[SWEEP_TAG]
            logs.put_retention_policy(logGroupName=group, retentionInDays=RETENTION_DAYS)
        return True

    def create(self, spec: CloneSpec, deadline: Deadline) -> None:
        """Make a function and wait until it is active."""
        with raised_as(CloneError, f"{spec.name} could not be made", GRANTS):
            try:
                self._clients("lambda").create_function(**spec.settings)
            except SDK_ERRORS as error:
                # The SDK repeats a request without an answer: the second one meets what the first one made.
                tag = spec.settings["Tags"][SWEEP_TAG]
                if code_of(error) != "ResourceConflictException" or self._tags(spec.name).get(SWEEP_TAG) != tag:
                    raise
        self._settled(spec.name, deadline)

    def reserve(self, name: str, concurrency: int) -> None:
        """Reserve concurrency, which is a ceiling too."""
        with raised_as(CloneError, f"{name}: concurrency could not be reserved", GRANTS):
            self._clients("lambda").put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=concurrency
            )

    def configure(self, name: str, change: Change, deadline: Deadline) -> None:
        """Change a clone and wait until LastUpdateStatus is Successful."""
        more: dict[str, Any] = {}
        if change.layers is not None:
            more["Layers"] = list(change.layers)
        if change.snap_start is not None:
            more["SnapStart"] = {"ApplyOn": "PublishedVersions" if change.snap_start else "None"}
        update = self._clients("lambda").update_function_configuration
        with raised_as(CloneError, f"{name} could not be changed", GRANTS):
            self._until_free(
                lambda: update(
                    FunctionName=name,
                    MemorySize=change.memory_mb,
                    Environment={"Variables": dict(change.variables)},
                    **more,
                ),
                deadline,
            )
        self._settled(name, deadline)

    def publish(self, name: str, deadline: Deadline) -> str:
        """Publish a version and wait until it can be called."""
        with raised_as(CloneError, f"{name} could not be published", GRANTS):
            found = self._until_free(lambda: self._clients("lambda").publish_version(FunctionName=name), deadline)
        self._settled(name, deadline, str(found["Version"]))
        return str(found["Version"])

    def delete(self, name: str) -> bool:
        """Delete a clone with all its versions."""
        if not name.startswith(PREFIX):
            raise CloneError(f"{name} is no clone: nothing was deleted")
        deadline = Deadline(self._clock.now_ms() + DELETING_MS)
        with raised_as(CloneError, f"{name} could not be deleted", GRANTS):
            try:
                if SWEEP_TAG not in self._tags(name):
                    raise CloneError(f"{name} has no tag {SWEEP_TAG}: nothing was deleted")
                self._until_free(lambda: self._clients("lambda").delete_function(FunctionName=name), deadline)
            except SDK_ERRORS as error:
                if code_of(error) != MISSING:
                    raise
                return False
        return True

    def delete_group(self, group: str) -> bool:
        """Delete a log group that a run has made, or Lambda for the late log of a clone that is gone."""
        if not group.startswith(GROUP_PREFIX):
            raise CloneError(f"{group} is no log group of a clone: nothing was deleted")
        with raised_as(CloneError, f"{group} could not be deleted", GRANTS):
            try:
                if SWEEP_TAG not in self._group_tags(group) and not self._is_late(group):
                    return False
                self._clients("logs").delete_log_group(logGroupName=group)
            except SDK_ERRORS as error:
                if code_of(error) != MISSING:
                    raise
                return False
        return True

    def found(self) -> tuple[Marked, ...]:
        """Return every clone and every log group of clones."""
        with raised_as(CloneError, "clones could not be listed", GRANTS):
            return (*self._functions(), *self._groups())

    def _functions(self) -> Iterator[Marked]:
        client = self._clients("lambda")
        marker: dict[str, str] = {}
        while True:
            page = client.list_functions(**marker)
            for each in page.get("Functions", []):
                if each["FunctionName"].startswith(PREFIX):
                    tags = client.list_tags(Resource=each["FunctionArn"]).get("Tags", {})
                    if found := marked(each["FunctionName"], tags):
                        yield found
            if not page.get("NextMarker"):
                return
            marker = {"Marker": page["NextMarker"]}

    def _groups(self) -> Iterator[Marked]:
        for name, tags in ((name, self._tags_of_arn(arn)) for name, arn in self._group_arns(GROUP_PREFIX)):
            if found := marked(name, tags):
                yield found
            elif self._is_late(name):
                yield Marked(name=name, sweep_id=id_in(made_by_lambda(name)), expires=None)

    def _is_late(self, group: str) -> bool:
        """Return whether a group can only be of a clone that is gone: it has a clone's name, and there is no clone."""
        clone = made_by_lambda(group)
        if not clone:
            return False
        try:
            self._clients("lambda").get_function_configuration(FunctionName=clone)
        except SDK_ERRORS as error:
            if code_of(error) != MISSING:
                raise
            return any(name == group for name, _ in self._group_arns(group))
        return False

    def _group_arns(self, prefix: str) -> Iterator[tuple[str, str]]:
        logs = self._clients("logs")
        token: dict[str, str] = {}
        while True:
            page = logs.describe_log_groups(logGroupNamePrefix=prefix, **token)
            yield from ((each["logGroupName"], each["arn"].removesuffix(":*")) for each in page.get("logGroups", []))
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}

    def _tags_of_arn(self, arn: str) -> dict[str, str]:
        found: dict[str, str] = self._clients("logs").list_tags_for_resource(resourceArn=arn).get("tags", {})
        return found

    def _group_tags(self, group: str) -> dict[str, str]:
        return next((self._tags_of_arn(arn) for name, arn in self._group_arns(group) if name == group), {})

    def _tags(self, name: str) -> dict[str, str]:
        client = self._clients("lambda")
        arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
        found: dict[str, str] = client.list_tags(Resource=arn).get("Tags", {})
        return found

    def _settled(self, name: str, deadline: Deadline, version: str = "") -> None:
        """Wait until a function is active and its last change is what it runs with; raises CloneError."""
        where = {"FunctionName": name, **({"Qualifier": version} if version else {})}
        wait_ms = FIRST_WAIT_MS
        while True:
            with raised_as(CloneError, f"{name} could not be read", GRANTS):
                found = self._clients("lambda").get_function_configuration(**where)
            state, update = found.get("State") or "Active", found.get("LastUpdateStatus") or "Successful"
            snapshot = found.get("SnapStart") or {}
            waits = bool(version) and snapshot.get("ApplyOn") == "PublishedVersions"
            if "Failed" in {state, update}:
                why = found.get("StateReason") or found.get("LastUpdateStatusReason") or "Lambda gives no reason"
                raise CloneError(f"{name} cannot run: {why}")
            if state == "Active" and update == "Successful" and (not waits or snapshot["OptimizationStatus"] == "On"):
                return
            if self._clock.now_ms() + wait_ms >= deadline.at_ms:
                raise CloneError(f"{name} is {state}, its last change {update}, when its time was over")
            self._clock.sleep_ms(wait_ms)
            wait_ms = min(2 * wait_ms, LONGEST_WAIT_MS)

    def _until_free(self, call: Callable[[], T], deadline: Deadline) -> T:
        """Return what a call gives, repeated while something else is under way or a fault may pass."""
        wait_ms = FIRST_WAIT_MS
        while True:
            try:
                return call()
            except SDK_ERRORS as error:
                if not (code_of(error) in BUSY or is_passing(error)) or self._clock.now_ms() >= deadline.at_ms:
                    raise
            self._clock.sleep_ms(wait_ms)
            wait_ms = min(2 * wait_ms, LONGEST_WAIT_MS)
