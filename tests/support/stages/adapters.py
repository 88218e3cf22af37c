"""The contracts' stages on the real adapters: HTTP to the local cloud, real runtimes, real time."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session

from support.fakes.lambda_calls import overlapping, publish
from support.stages.fakes import invocation
from support.stages.ports import (
    FUNCTION,
    DeploymentsStage,
    FunctionsStage,
    InvokerStage,
    PoliciesStage,
    ReportsStage,
    create,
    rollback_of,
    start_deployment,
    within,
)
from warmgate.adapters.codedeploy import CodeDeployDeployments
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.lineage import CodeDeployLineage
from warmgate.adapters.policies import TAG, TaggedPolicies
from warmgate.adapters.reports import BucketArchive
from warmgate.adapters.sdk import invoke_config
from warmgate.adapters.waiting import SystemClock
from warmgate.model.calls import Invocation
from warmgate.model.deployment import HookExecution, Status, Target
from warmgate.model.function import Capacity, ProvisionedConcurrency
from warmgate.model.verdict import Judgement
from warmgate.ports.policies import Policies
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, LocalCloud

REPORTS = "contract-reports"
GOOD = "policy: tagged\n"


@dataclass(frozen=True, slots=True)
class AdapterStages:
    """Every stage on one cloud."""

    cloud: LocalCloud

    def deployments(self) -> DeploymentsStage:
        """Return the stage of Deployments."""
        clock = SystemClock()

        def opened(description: str) -> HookExecution:
            return start_deployment(self.cloud, description)

        def rolled_back() -> HookExecution:
            return rollback_of(self.cloud, start_deployment(self.cloud))

        return DeploymentsStage(
            port=CodeDeployDeployments(self.cloud.client("codedeploy"), clock),
            clock=clock,
            target=Target(FUNCTION, "live"),
            versions=("1", "2"),
            open=opened,
            rolled_back=rolled_back,
            lineage=CodeDeployLineage(self.cloud.client, clock),
        )

    def functions(self) -> FunctionsStage:
        """Return the stage of Functions."""
        port = LambdaFunctions(self.cloud.client)

        def hiding() -> tuple[str, str]:
            name = self._new("hiding", LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
            return name, publish(self.cloud, name)

        def room(reserved: int | None, count: int) -> Capacity:
            name = self._new("room")
            if reserved is not None:
                self.cloud.client("lambda").put_function_concurrency(
                    FunctionName=name, ReservedConcurrentExecutions=reserved
                )
            overlapping(self.cloud, name, [{"how": "wait", "for_s": 0.4}] * count, max(1, count))
            self.cloud.flush_logs()
            return port.capacity(name)

        def provisioned(requested: int) -> ProvisionedConcurrency:
            name = self._new("provisioned")
            version = publish(self.cloud, name)
            self.cloud.client("lambda").put_provisioned_concurrency_config(
                FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=requested
            )
            for _ in within(30.0):
                found = port.provisioned(name, version)
                if found.status != "IN_PROGRESS":
                    return found
            raise AssertionError("not ready within 30 s")

        return FunctionsStage(
            port=port, function=FUNCTION, version="2", hiding=hiding, room=room, provisioned=provisioned
        )

    def invoker(self) -> InvokerStage:
        """Return the stage of Invoker, on the client that the hook makes."""
        clock = SystemClock()
        client = botocore.session.Session().create_client(
            "lambda",
            config=invoke_config(10),
            endpoint_url=self.cloud.endpoint_url,
            region_name=self.cloud.region,
            **CREDENTIALS,
        )

        def calling(how: str = "answer", *, version: str = "") -> Invocation:
            return invocation(FUNCTION, version or "2", how)

        return InvokerStage(
            port=LambdaInvoker(client, clock),
            clock=clock,
            version="2",
            calling=calling,
            occupied=self._occupied,
            switched_off=lambda: self._reserving(0),
        )

    def policies(self, folder: Path) -> PoliciesStage:
        """Return the stage of Policies: a function whose tag names a parameter."""
        name = self._new("policies", Tags={TAG: "ssm:/contracts/policy"})
        texts = {"good": GOOD, "faulty": "policy: tagged\nlimits: {duration: {p95: 400}}\n"}

        def having(state: str) -> Policies:
            ssm = self.cloud.client("ssm")
            if state == "missing":
                ssm.delete_parameter(Name="/contracts/policy")
            else:
                ssm.put_parameter(Name="/contracts/policy", Value=texts[state], Type="SecureString", Overwrite=True)
            return TaggedPolicies(self.cloud.client, folder)

        having("good")
        return PoliciesStage(having=having, target=Target(name, "live"), expected=("tagged", "ssm:/contracts/policy"))

    def reports(self) -> ReportsStage:
        """Return the stage of Reports."""
        client = self.cloud.client("s3")
        client.create_bucket(Bucket=REPORTS)

        def stored(judgement: Judgement) -> Status | None:
            try:
                body = client.get_object(Bucket=REPORTS, Key=f"gate/{judgement.deployment.deployment_id}/report.json")
            except client.exceptions.NoSuchKey:
                return None
            return Status(json.loads(body["Body"].read())["status"])

        port = BucketArchive(self.cloud.client, REPORTS, "gate")
        return ReportsStage(
            port=port,
            archive=port,
            closed=BucketArchive(self.cloud.client, "nowhere-at-all"),
            stored=stored,
        )

    def _new(self, prefix: str, **settings: Any) -> str:
        count = len(self.cloud.client("lambda").list_functions()["Functions"])
        return create(self.cloud, f"{prefix}-{count}", **settings)

    @contextmanager
    def _reserving(self, count: int) -> Iterator[None]:
        client = self.cloud.client("lambda")
        client.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=count)
        try:
            yield
        finally:
            client.delete_function_concurrency(FunctionName=FUNCTION)

    @contextmanager
    def _occupied(self, seconds: float) -> Iterator[None]:
        """Hold the only concurrent execution; the holder's own time-out is above that."""
        payload = json.dumps({"how": "wait", "for_s": seconds}).encode()
        with self._reserving(1):
            holding = threading.Thread(target=self._hold, args=(payload,))
            holding.start()
            self._until_held()
            yield
            holding.join()

    def _hold(self, payload: bytes) -> None:
        client = self.cloud.client("lambda")
        for _ in within(5.0):
            with contextlib.suppress(client.exceptions.TooManyRequestsException):
                client.invoke(FunctionName=FUNCTION, Qualifier="1", Payload=payload)
                return

    def _until_held(self) -> None:
        client = self.cloud.client("lambda")
        for _ in within(5.0):
            try:
                client.invoke(FunctionName=FUNCTION, Qualifier="2", Payload=b"{}")
            except client.exceptions.TooManyRequestsException:
                return
        raise AssertionError("nobody took the reserve within 5 s")
