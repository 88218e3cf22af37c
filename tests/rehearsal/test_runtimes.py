"""Functions run on the runtime that they name, with their layers, or are refused before anything is started."""

from __future__ import annotations

import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from support.fakes.lambda_calls import Install, call
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]
ALONE = pytest.mark.skipif(not isolates(), reason="this system gives nobody a namespace of mounts")

WHICH = """
import os, sys
import boto3
def handler(event, context):
    return ["%d.%d" % sys.version_info[:2], os.environ["AWS_EXECUTION_ENV"], boto3.__name__]
"""
BOOTSTRAP = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  id=$(curl -sD - -o /tmp/event "$api/next" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//Ip' | tr -d '\\r')
  curl -s -X POST "$api/$id/response" -d "[\\"$_HANDLER\\", $(cat /tmp/event)]" > /dev/null
done
"""


def archive(files: dict[str, str], mode: int = 0o644) -> bytes:
    """Return a zip of files by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            made.writestr(member, text)
    return packed.getvalue()


@ALONE
@pytest.mark.parametrize("version", [each for each in ("3.9", "3.13") if interpreter(each)])
def test_a_function_runs_on_the_python_that_it_names(local_cloud: LocalCloud, install: Install, version: str) -> None:
    """With that Python's own environment, which is made where it is asked for."""
    called = call(local_cloud, install(WHICH, Runtime=f"python{version}"))

    assert called.payload == [version, f"AWS_Lambda_python{version}", "boto3"]


@ALONE
def test_layers_are_found_in_opt_the_later_over_the_earlier(local_cloud: LocalCloud, install: Install) -> None:
    """Packages of a layer can be imported; a file of two layers is that of the second."""
    client, arns = local_cloud.client("lambda"), []
    for name, text in (("one", "NAME = 'one'"), ("two", "NAME = 'two'")):
        content = archive({"python/shared.py": text, f"{name}.txt": name})
        found = client.publish_layer_version(LayerName=name, Content={"ZipFile": content})
        arns.append(found["LayerVersionArn"])
    code = "import os, shared\ndef handler(event, context): return [shared.NAME, sorted(os.listdir('/opt'))]"

    called = call(local_cloud, install(code, Layers=arns))

    assert called.payload == ["two", ["one.txt", "python", "two.txt"]]


@ALONE
def test_a_custom_runtime_runs_its_own_bootstrap(local_cloud: LocalCloud) -> None:
    """It is asked for the next call over the runtime's own interface, and answers there."""
    client = local_cloud.client("lambda")
    client.create_function(
        FunctionName="custom",
        Runtime="provided.al2023",
        Role="arn:aws:iam::123456789012:role/tests",
        Handler="some.handler",
        Code={"ZipFile": archive({"bootstrap": BOOTSTRAP}, 0o755)},
        Timeout=10,
    )
    client.get_waiter("function_active_v2").wait(FunctionName="custom", WaiterConfig={"Delay": 0.05})

    assert call(local_cloud, "custom", {"a": 1}).payload == ["some.handler", {"a": 1}]


def test_a_runtime_that_is_not_rehearsed_is_refused(local_cloud: LocalCloud, install: Install) -> None:
    """With the error that Lambda has for a runtime that it does not run, and what to do."""
    with pytest.raises(ClientError, match=r"java21 \(Java\) is not rehearsable here") as refused:
        call(local_cloud, install("", Runtime="java21"))

    assert refused.value.response["Error"]["Code"] == "InvalidRuntimeException"
