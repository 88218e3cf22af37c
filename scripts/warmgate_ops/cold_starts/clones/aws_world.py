"""The ports of a run on an account or endpoint."""

from __future__ import annotations

from datetime import UTC, datetime

from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.ports.functions import Invoker
from warmgate_ops.cold_starts.clones.aws import LambdaClones
from warmgate_ops.cold_starts.clones.aws_originals import LambdaOriginals
from warmgate_ops.cold_starts.clones.full_logs import FullLogs, RememberingClient
from warmgate_ops.cold_starts.clones.ports import CloneError
from warmgate_ops.cold_starts.clones.records import default_folder
from warmgate_ops.cold_starts.clones.world import World


def world_of(clients: Clients) -> World:
    """Return the ports that speak to the clients' account."""
    clock = SystemClock()

    def invoking(concurrency: int) -> Invoker:
        client = RememberingClient(clients.invoking(concurrency))
        return FullLogs(LambdaInvoker(client, clock), lambda: client.request_id, clients, clock)

    def upload(bucket: str, key: str, content: bytes) -> None:
        with raised_as(CloneError, f"s3://{bucket}/{key} could not be written", "allow s3:PutObject"):
            clients("s3").put_object(Bucket=bucket, Key=key, Body=content)

    def remove(bucket: str, key: str) -> None:
        with raised_as(CloneError, f"s3://{bucket}/{key} could not be removed", "allow s3:DeleteObject"):
            clients("s3").delete_object(Bucket=bucket, Key=key)

    return World(
        originals=LambdaOriginals(clients),
        clones=LambdaClones(clients, clock),
        functions=LambdaFunctions(clients),
        logs=CloudWatchLogs(clients, clock),
        invoking=invoking,
        overlap=ThreadOverlap(),
        clock=clock,
        now=lambda: datetime.now(UTC),
        records=default_folder(),
        upload=upload,
        remove=remove,
    )
