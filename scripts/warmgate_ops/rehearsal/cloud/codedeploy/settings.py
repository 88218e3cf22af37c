"""Rollback, alarm and routing settings of groups, deployments and configurations: read, checked, and written back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.codedeploy.values import RollbackCause, Routing, Schedule
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_list, read_structure, read_word

LONGEST_SHIFT_MIN = 2880
LARGEST_INCREMENT = 99
MOST_ALARMS = 10
LONGEST_ALARM_NAME = 255
BAD_ROUTING = "InvalidTrafficRoutingConfigurationException"
BAD_ALARMS = "InvalidAlarmConfigException"
BAD_ROLLBACK = "InvalidAutoRollbackConfigException"
STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}


@dataclass(frozen=True, slots=True)
class AutoRollback:
    """When a deployment is rolled back without being asked."""

    enabled: bool = False
    causes: tuple[RollbackCause, ...] = ()

    @property
    def effective(self) -> frozenset[RollbackCause]:
        """Return the causes that count."""
        return frozenset(self.causes) if self.enabled else frozenset()

    def as_wire(self) -> Body:
        """Return CodeDeploy's structure."""
        return {"enabled": self.enabled, "events": [cause.value for cause in self.causes]}


@dataclass(frozen=True, slots=True)
class AlarmWatch:
    """Which alarms stop a deployment."""

    enabled: bool = False
    ignore_poll_failure: bool = False
    names: tuple[str, ...] = ()

    def as_wire(self) -> Body:
        """Return CodeDeploy's structure."""
        return {
            "enabled": self.enabled,
            "ignorePollAlarmFailure": self.ignore_poll_failure,
            "alarms": [{"name": name} for name in self.names],
        }


NO_ROLLBACK = AutoRollback()
NO_ALARMS = AlarmWatch()


def read_auto_rollback(body: Body) -> AutoRollback | None:
    """Return the member autoRollbackConfiguration, None when it is absent."""
    found = read_structure(body, "autoRollbackConfiguration", BAD_ROLLBACK)
    if found is None:
        return None
    words = read_list(found, "events", BAD_ROLLBACK)
    causes = tuple(read_word(word, RollbackCause, BAD_ROLLBACK, "autoRollbackConfiguration.events") for word in words)
    enabled = bool(found.get("enabled"))
    if enabled and not causes:
        raise Refusal(BAD_ROLLBACK, "autoRollbackConfiguration.events: found nothing, name at least one event")
    return AutoRollback(enabled, causes)


def read_alarms(body: Body, key: str) -> AlarmWatch | None:
    """Return an alarm configuration, None when it is absent."""
    found = read_structure(body, key, BAD_ALARMS)
    if found is None:
        return None
    alarms = read_list(found, "alarms", BAD_ALARMS)
    names = tuple(str(alarm.get("name") or "") if isinstance(alarm, dict) else "" for alarm in alarms)
    enabled = bool(found.get("enabled"))
    if len(names) > MOST_ALARMS:
        count = f"found {len(names)}, expected at most {MOST_ALARMS}"
        raise Refusal("AlarmsLimitExceededException", f"{key}.alarms: {count}")
    if too_long := next((name for name in names if len(name) > LONGEST_ALARM_NAME), ""):
        length = f"found {len(too_long)} characters, expected at most {LONGEST_ALARM_NAME}"
        raise Refusal(BAD_ALARMS, f"{key}.alarms: {length}")
    if "" in names or len(set(names)) != len(names):
        raise Refusal(BAD_ALARMS, f"{key}.alarms: found {list(names)}, expected names, each one once")
    if enabled and not names:
        raise Refusal(BAD_ALARMS, f"{key}.alarms: found nothing, name at least one alarm or set enabled to false")
    return AlarmWatch(enabled, bool(found.get("ignorePollAlarmFailure")), names)


def read_style(body: Body) -> None:
    """Refuse a deployment style that Lambda has not."""
    found = read_structure(body, "deploymentStyle", "InvalidDeploymentStyleException")
    if found is not None and found != STYLE:
        raise Refusal("InvalidDeploymentStyleException", f"deploymentStyle: found {found}, expected {STYLE} for Lambda")


def read_schedule(body: Body) -> Schedule:
    """Return the traffic schedule of a custom configuration."""
    found = read_structure(body, "trafficRoutingConfig", BAD_ROUTING)
    if found is None:
        raise Refusal(BAD_ROUTING, "trafficRoutingConfig is required for Lambda: found nothing")
    routing = read_word(found.get("type"), Routing, BAD_ROUTING, "trafficRoutingConfig.type")
    if routing is Routing.ALL_AT_ONCE:
        return Schedule()
    key, word = ("timeBasedCanary", "canary") if routing is Routing.CANARY else ("timeBasedLinear", "linear")
    shift = read_structure(found, key, BAD_ROUTING) or {}
    percentage = _whole(shift, f"{word}Percentage", LARGEST_INCREMENT)
    interval = _whole(shift, f"{word}Interval", LONGEST_SHIFT_MIN)
    increments = -(-100 // percentage) - 1 if routing is Routing.LINEAR else 1
    if increments * interval > LONGEST_SHIFT_MIN:
        length = f"found a shift of {increments * interval} minutes, expected at most {LONGEST_SHIFT_MIN}"
        raise Refusal(BAD_ROUTING, f"trafficRoutingConfig: {length}")
    return Schedule(routing, percentage, interval)


def schedule_as_wire(schedule: Schedule) -> Body:
    """Return CodeDeploy's trafficRoutingConfig."""
    found: Body = {"type": schedule.routing.value}
    if schedule.routing is Routing.CANARY:
        found["timeBasedCanary"] = _numbers("canary", schedule)
    if schedule.routing is Routing.LINEAR:
        found["timeBasedLinear"] = _numbers("linear", schedule)
    return found


def predefined_schedules() -> dict[str, Schedule]:
    """Return the configurations for Lambda that every account has."""
    canary = {
        f"CodeDeployDefault.LambdaCanary10Percent{minutes}Minutes": Schedule(Routing.CANARY, 10, minutes)
        for minutes in (5, 10, 15, 30)
    }
    linear = {
        f"CodeDeployDefault.LambdaLinear10PercentEvery{minutes}Minute{'s' if minutes > 1 else ''}": Schedule(
            Routing.LINEAR, 10, minutes
        )
        for minutes in (1, 2, 3, 10)
    }
    return {**canary, **linear, "CodeDeployDefault.LambdaAllAtOnce": Schedule()}


def _numbers(word: str, schedule: Schedule) -> Body:
    return {f"{word}Percentage": schedule.percentage, f"{word}Interval": schedule.interval_min}


def _whole(found: Body, key: str, largest: int) -> int:
    number: Any = found.get(key)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= largest:
        raise Refusal(BAD_ROUTING, f"{key}: found {number!r}, expected a whole number from 1 to {largest}")
    return number
