"""Stories on the local cloud, each of which makes cold starts of one cause on purpose, with real runtimes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from support.fakes.codedeploy import appspec
from support.fakes.lambda_calls import Install, provision, publish, update
from warmgate_ops.cold_starts.causes.cause import Cause
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Made
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

IDLE_S = 2.5
CODE = """
import os, time
def handler(event, context):
    if event.get("crash"): os._exit(1)
    if event.get("eat"): bytearray(600 * 2**20)
    time.sleep(event.get("s", 0))
"""
OTHER = CODE + "\n# another version\n"
ROLE = "arn:aws:iam::123456789012:role/scheduling"


@dataclass(slots=True)
class Story:
    """A function and what its environments were made for."""

    cloud: LocalCloud
    function: str
    truth: dict[tuple[str, Made], Cause] = field(default_factory=dict)
    """By version and by the reason of the cloud's journal."""
    again: Cause | None = None
    """Of inits inside calls."""

    def call(self, qualifier: str = "live", **event: Any) -> None:
        """Call the function."""
        payload = json.dumps(event).encode()
        self.cloud.client("lambda").invoke(FunctionName=self.function, Qualifier=qualifier, Payload=payload)

    def warm(self, qualifier: str = "live", times: int = 7, every_s: float = 0.45) -> None:
        """Call it some times, so that gaps are known which its environments survive."""
        for _ in range(times):
            self.call(qualifier)
            time.sleep(every_s)

    def overlap(self, qualifier: str = "live", count: int = 2, **event: Any) -> None:
        """Call it while it runs."""
        with ThreadPoolExecutor(count) as pool:
            for _ in range(count):
                pool.submit(self.call, qualifier, s=2.0, **event)
                time.sleep(0.6)

    def version(self) -> str:
        """Publish another version."""
        return update(self.cloud, self.function, OTHER)

    def deploy(self, version: str, config: str) -> str:
        """Begin a deployment from version 1."""
        client, name = self.cloud.client("codedeploy"), self.function
        client.create_application(applicationName=name, computePlatform="Lambda")
        client.create_deployment_group(
            applicationName=name,
            deploymentGroupName="live",
            serviceRoleArn="arn:aws:iam::123456789012:role/deploying",
            deploymentConfigName=config,
            deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        )
        text = appspec(hooks=(), current="1", target=version, function=name)
        revision = {"revisionType": "String", "string": {"content": text}}
        made = client.create_deployment(applicationName=name, deploymentGroupName="live", revision=revision)
        return str(made["deploymentId"])

    def ended(self, deployment_id: str) -> None:
        """Wait for the end of a deployment."""
        client, limit = self.cloud.client("codedeploy"), time.monotonic() + 20
        done = {"Succeeded", "Failed", "Stopped"}
        while client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]["status"] not in done:
            assert time.monotonic() < limit
            time.sleep(0.05)


def begun(cloud: LocalCloud, install: Install) -> Story:
    """Return a function with version 1 behind the alias live; its first environment is that of the alias's making."""
    function = install(CODE, prefix="caused", Timeout=3)
    version = publish(cloud, function)
    cloud.client("lambda").create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    return Story(cloud, function, truth={(version, Made.FIRST): Cause.MOVED})


def scale_out(story: Story) -> None:
    """Calls overlap."""
    story.warm()
    story.overlap(count=3)
    story.truth["1", Made.SCALE_OUT] = Cause.SCALE_OUT


def idle(story: Story) -> None:
    """Nobody calls for twice as long as environments live."""
    story.warm()
    for _ in range(2):
        time.sleep(2 * IDLE_S)
        story.call()
    story.truth["1", Made.AFTER_IDLE] = Cause.IDLE


def failure(story: Story) -> None:
    """Calls time out, crash, and take more memory than there is."""
    story.warm(times=4)
    story.call(s=9)
    story.call()
    story.call(crash=True)
    story.call()
    story.call(eat=True)
    story.call()
    story.again = story.truth["1", Made.AFTER_FAILURE] = Cause.FAILURE


def moved(story: Story) -> None:
    """The alias is moved by hand."""
    story.warm(times=3)
    story.cloud.client("lambda").update_alias(
        FunctionName=story.function, Name="live", FunctionVersion=(version := story.version())
    )
    story.warm(times=2)
    story.truth[version, Made.FIRST] = Cause.MOVED


def deployment(story: Story) -> None:
    """CodeDeploy shifts to another version."""
    story.warm(times=3)
    version = story.version()
    story.ended(story.deploy(version, "CodeDeployDefault.LambdaCanary10Percent5Minutes"))
    story.warm(times=2)
    story.truth[version, Made.FIRST] = Cause.DEPLOYMENT


def rollback(story: Story) -> None:
    """A shift is stopped and rolled back when the environments of the old version are gone."""
    story.warm(times=3)
    version = story.version()
    made = story.deploy(version, "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes")
    story.call(version)
    time.sleep(2 * IDLE_S)
    story.cloud.client("codedeploy").stop_deployment(deploymentId=made, autoRollbackEnabled=True)
    story.ended(made)
    info = story.cloud.client("codedeploy").get_deployment(deploymentId=made)["deploymentInfo"]
    story.ended(info["rollbackInfo"]["rollbackDeploymentId"])
    story.call("1")
    story.truth[version, Made.FIRST] = Cause.DEPLOYMENT
    story.truth["1", Made.AFTER_IDLE] = Cause.ROLLBACK


def configuration(story: Story) -> None:
    """A variable of $LATEST is changed in between."""
    story.warm("$LATEST", times=4)
    client = story.cloud.client("lambda")
    client.update_function_configuration(FunctionName=story.function, Environment={"Variables": {"A": "1"}})
    client.get_waiter("function_updated_v2").wait(FunctionName=story.function, WaiterConfig={"Delay": 0.05})
    story.warm("$LATEST", times=2)
    story.truth["$LATEST", Made.AFTER_CHANGE] = Cause.CONFIGURATION


def concurrency(story: Story) -> None:
    """Provisioned concurrency is taken away."""
    provision(story.cloud, story.function, "live", 1)
    story.warm(times=3)
    story.cloud.client("lambda").delete_provisioned_concurrency_config(FunctionName=story.function, Qualifier="live")
    story.call()
    for reason in (Made.FIRST, Made.AFTER_RETIRING, Made.SCALE_OUT):
        story.truth["1", reason] = Cause.CONCURRENCY


def spill_over(story: Story) -> None:
    """More calls at once than environments are provisioned."""
    provision(story.cloud, story.function, "live", 1)
    story.warm(times=3)
    story.overlap(count=2)
    for reason in (Made.FIRST, Made.SCALE_OUT):
        story.truth["1", reason] = Cause.SPILL_OVER


def schedule(story: Story) -> None:
    """A schedule calls when the environments are gone."""
    story.warm()
    at = datetime.now(UTC) + timedelta(seconds=2 * IDLE_S)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{story.function}:live"
    story.cloud.client("scheduler").create_schedule(
        Name=story.function,
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": ROLE},
    )
    time.sleep(2 * IDLE_S + 1.5)
    story.truth["1", Made.AFTER_IDLE] = Cause.SCHEDULE


def ahead(story: Story) -> None:
    """An environment is made before anybody calls."""
    story.warm(times=2)
    story.cloud.initialise_ahead(story.function, "live")
    time.sleep(1.6)
    story.overlap()
    story.truth["1", Made.PROACTIVE] = Cause.AHEAD


STORIES: dict[str, Callable[[Story], None]] = {
    each.__name__: each
    for each in (
        *(scale_out, idle, failure, moved, deployment, rollback, configuration),
        *(concurrency, spill_over, schedule, ahead),
    )
}


def recycling(story: Story) -> None:
    """Environments end at their age, while calls go on; the age is a condition of the whole cloud."""
    story.cloud.conditions.life_s = 2.8
    story.warm(times=14, every_s=0.4)
    story.cloud.conditions.life_s = None
    story.truth["1", Made.AFTER_LIFE] = Cause.RECYCLING
