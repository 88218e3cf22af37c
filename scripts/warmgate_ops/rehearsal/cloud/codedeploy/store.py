"""What an account holds in CodeDeploy: applications, groups, configurations, revisions, deployments and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from warmgate_ops.rehearsal.cloud.codedeploy.revisions import Location
from warmgate_ops.rehearsal.cloud.codedeploy.settings import (
    NO_ALARMS,
    NO_ROLLBACK,
    AlarmWatch,
    AutoRollback,
    predefined_schedules,
)
from warmgate_ops.rehearsal.cloud.codedeploy.values import DeploymentState, Schedule
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal


@dataclass(frozen=True, slots=True)
class Application:
    """A named set of deployment groups and revisions."""

    name: str
    application_id: str
    create_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A deployment group."""

    application: str
    name: str
    group_id: str
    config: str
    role: str
    rollback: AutoRollback = NO_ROLLBACK
    alarms: AlarmWatch = NO_ALARMS
    triggers: tuple[Body, ...] = ()
    outdated: str = "UPDATE"


@dataclass(frozen=True, slots=True)
class Config:
    """A deployment configuration."""

    name: str
    config_id: str
    create_s: float
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A registered revision of an application; the content of an S3 object is read when it is deployed."""

    location: Location
    content: str | None
    register_s: float
    description: str = ""
    first_used_s: float | None = None
    last_used_s: float | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a deployment beside its state."""

    deployment_id: str
    application: str
    group: str
    config: str
    location: Location
    appspec: str = ""
    previous: Location | None = None
    description: str = ""
    creator: str = "user"
    rollback: AutoRollback = NO_ROLLBACK
    alarms: AlarmWatch = NO_ALARMS
    override: AlarmWatch | None = None


@dataclass(slots=True)
class Store:
    """Everything by its name; the service locks it as a whole."""

    applications: dict[str, Application] = field(default_factory=dict)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    configs: dict[str, Config] = field(default_factory=dict)
    revisions: dict[tuple[str, Location], Revision] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    states: dict[str, DeploymentState] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the id of an application or group, so that tags stay when it is renamed."""

    @classmethod
    def opened(cls, config_ids: Mapping[str, str], now_s: float) -> Store:
        """Return a store that holds the predefined configurations and nothing else."""
        schedules = predefined_schedules()
        return cls(configs={name: Config(name, config_ids[name], now_s, schedules[name]) for name in schedules})

    def application(self, name: str) -> Application:
        """Return an application; refused when there is none of that name."""
        if name not in self.applications:
            raise Refusal("ApplicationDoesNotExistException", f"No application found for name: {name}")
        return self.applications[name]

    def group(self, application: str, name: str) -> Group:
        """Return a deployment group; refused when there is none of that name."""
        self.application(application)
        if (application, name) not in self.groups:
            raise Refusal("DeploymentGroupDoesNotExistException", f"No Deployment Group found for name: {name}")
        return self.groups[application, name]

    def config(self, name: str) -> Config:
        """Return a deployment configuration; refused when there is none of that name."""
        if name not in self.configs:
            raise Refusal(
                "DeploymentConfigDoesNotExistException", f"No Deployment Configuration found for name: {name}"
            )
        return self.configs[name]

    def revision(self, application: str, location: Location) -> Revision:
        """Return a registered revision; refused when the application has none like it."""
        found = self.revisions.get((application, location))
        if found is None:
            raise Refusal(
                "RevisionDoesNotExistException",
                f"No revision of application {application} found for {location.as_wire()}",
            )
        return found

    def deployment(self, deployment_id: str) -> tuple[Record, DeploymentState]:
        """Return a deployment; refused when there is none of that id."""
        if deployment_id not in self.records:
            raise Refusal("DeploymentDoesNotExistException", f"The deployment {deployment_id} could not be found")
        return self.records[deployment_id], self.states[deployment_id]

    def register(self, application: str, revision: Revision) -> Revision:
        """Keep a revision once, however often it is registered."""
        return self.revisions.setdefault((application, revision.location), revision)

    def mark_used(self, record: Record, now_s: float) -> None:
        """Remember that a group deployed a revision."""
        key = (record.application, record.location)
        found = self.revisions[key]
        groups = found.groups if record.group in found.groups else (*found.groups, record.group)
        first = now_s if found.first_used_s is None else found.first_used_s
        self.revisions[key] = replace(found, groups=groups, first_used_s=first, last_used_s=now_s)

    def of_group(self, application: str, group: str) -> list[DeploymentState]:
        """Return the deployments of a group, oldest first."""
        return [
            self.states[record.deployment_id]
            for record in self.records.values()
            if (record.application, record.group) == (application, group)
        ]
