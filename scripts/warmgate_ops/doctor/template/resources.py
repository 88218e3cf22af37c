"""What a SAM or CloudFormation template says of releases: functions, who is called before traffic moves, groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from warmgate_ops.doctor.template.names import Name
from warmgate_ops.doctor.template.roles import Grants

DEFAULT_TIMEOUT_S: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFunction:
    """A function."""

    logical_id: str
    line: int
    name: Name | None
    """None where CloudFormation makes one up, which then begins with the stack's name."""
    timeout_s: int | None
    """None where a parameter decides; 3 where nothing is written."""
    timeout_line: int
    is_warmgates: bool
    """Whether its handler or its name is one of Warmgate's hooks; another hook may do with less."""
    hides_reports: bool
    isolates_tenants: bool
    grants: Grants


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateHook:
    """A function that a release calls."""

    event: str
    line: int
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRelease:
    """What CodeDeploy shifts: a SAM function with a DeploymentPreference, or an alias with an update policy."""

    logical_id: str
    line: int
    is_sam: bool
    function: str
    """Logical id of the function that is released; empty where the text does not say."""
    hooks: tuple[TemplateHook, ...]
    group: str = ""
    """Logical id of the deployment group; empty where SAM makes it, or where it is elsewhere."""
    has_alarms: bool = True
    alarms: frozenset[str] = frozenset()
    """Logical ids and names."""
    shift_s: int | None = None
    has_own_role: bool = False
    has_alias: bool = True
    publishes_all_changes: bool = True
    provisioned_line: int | None = None
    scaled_line: int | None = None
    """Where Application Auto Scaling is told to set provisioned concurrency on the alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateGroup:
    """A deployment group of Lambda functions."""

    logical_id: str
    line: int
    rollback_events: tuple[str, ...] | None
    """None where a parameter decides."""
    has_alarms: bool
    alarms_off: bool = False
    """Whether alarms are named and switched off."""
    alarms: frozenset[str] = frozenset()
    shift_s: int | None = None
    role: str = ""
    """Logical id of its service role; empty where that is not part of the template."""
    grants: Grants | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension of a metric; what the deployment decides of its value is a star."""

    name: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateAlarm:
    """An alarm on a metric of Lambda."""

    logical_id: str
    line: int
    name: str
    metric: str
    dimensions: tuple[Dimension, ...]
    is_decided: bool
    """False where something else than a list gives its dimensions."""
    needs_s: int | None
    """How long it must be breached until it rings; None where something decides."""

    def value_of(self, dimension: str) -> Dimension | None:
        """Return a dimension by its name."""
        return next((each for each in self.dimensions if each.name == dimension), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting of a function that AWS refuses beside another, or that does nothing."""

    logical_id: str
    line: int
    is_refused: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A part of a template that is made at the deployment."""

    name: str
    line: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedStack:
    """A stack whose resources stand in a template of its own."""

    logical_id: str
    line: int
    location: str
    """Its template; empty where the text does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template."""

    source: str
    functions: tuple[TemplateFunction, ...]
    releases: tuple[TemplateRelease, ...]
    groups: tuple[TemplateGroup, ...]
    nested: tuple[NestedStack, ...]
    logical_ids: frozenset[str]
    """Of resources and parameters."""
    unread: tuple[Unread, ...] = ()
    alarms: tuple[TemplateAlarm, ...] = ()
    settings: tuple[Setting, ...] = ()

    def watching(self) -> tuple[tuple[TemplateAlarm, int | None], ...]:
        """Return the alarms of Lambda metrics that watch a release, each with how long that shifts."""
        watched = [(each.alarms, each.shift_s) for each in self.releases]
        watched += [(each.alarms, each.shift_s) for each in self.groups]
        return tuple(
            (alarm, shift_s)
            for alarm in self.alarms
            for names, shift_s in watched
            if alarm.logical_id in names or (alarm.name and alarm.name in names)
        )

    def function_of(self, hook: TemplateHook) -> TemplateFunction | None:
        """Return the function that a hook names, where it is part of the template."""
        for function in self.functions:
            named = function.name is not None and function.name.is_whole and hook.name.is_whole
            same = named and function.name is not None and function.name.start == hook.name.start
            if same or hook.name.refers_to == function.logical_id:
                return function
        return None

    def hook_functions(self) -> tuple[TemplateFunction, ...]:
        """Return the functions that releases call, each once."""
        found = [self.function_of(hook) for release in self.releases for hook in release.hooks]
        return tuple(function for function in self.functions if function in found)
