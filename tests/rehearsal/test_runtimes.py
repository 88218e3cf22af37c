"""Functions run on the runtime that they name, with their layers, or are refused before anything is started."""

from __future__ import annotations

import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from support.fakes.lambda_calls import Install, call, provision, publish
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import node
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
told() { sed -n "s/^Lambda-Runtime-$1: *//Ip" /tmp/head | tr -d '\\r'; }
while true; do
  curl -sD /tmp/head -o /tmp/event "$api/next"
  left=$(($(told Deadline-Ms) / 1000 - $(date +%s)))
  call="$(cat /tmp/event), \\"$(told Invoked-Function-Arn)\\", $left"
  own="\\"$AWS_LAMBDA_INITIALIZATION_TYPE\\", \\"$AWS_LAMBDA_FUNCTION_TIMEOUT\\""
  curl -s -X POST "$api/$(told Aws-Request-Id)/response" -d "[\\"$_HANDLER\\", $call, $own]" > /dev/null
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
    """It gets calls over the runtime's own interface, with their deadline and ARN, and is initialised ahead of them."""
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

    arn = "arn:aws:lambda:us-east-1:123456789012:function:custom"
    *said, left, kind, limit = call(local_cloud, "custom", {"a": 1}).payload
    assert said == ["some.handler", {"a": 1}, f"{arn}:$LATEST"]
    assert 8 <= left <= 10
    assert (kind, limit) == ("on-demand", "")
    version = publish(local_cloud, "custom")
    provision(local_cloud, "custom", version, 1)
    served = call(local_cloud, "custom", {"b": 2}, version)
    assert (served.payload[1:3], served.payload[4]) == ([{"b": 2}, f"{arn}:{version}"], "provisioned-concurrency")
    assert "INIT_START" not in served.tail


def test_a_runtime_that_is_not_rehearsed_is_refused(local_cloud: LocalCloud, install: Install) -> None:
    """With the error that Lambda has for a runtime that it does not run, and what to do."""
    with pytest.raises(ClientError, match=r"java21 \(Java\) is not rehearsable here") as refused:
        call(local_cloud, install("", Runtime="java21"))

    assert refused.value.response["Error"]["Code"] == "InvalidRuntimeException"


WRAPPER = """#!/bin/sh
echo "wrapped $# arguments"
export TOLD="by $(basename "$0")"
exec "$1" -X utf8 "$2"
"""
TOLD = """
import os, sys
import boto3
def handler(event, context):
    return [os.environ.get("TOLD"), sys.flags.utf8_mode, os.environ["_HANDLER"], event]
"""
SITE = "import builtins\nbuiltins.planted = 'by sitecustomize'\n"


def layer_of(cloud: LocalCloud, name: str, files: dict[str, str]) -> str:
    """Publish a layer of executable files; return its ARN."""
    content = {"ZipFile": archive(files, 0o755)}
    arn: str = cloud.client("lambda").publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"]
    return arn


@ALONE
def test_a_wrapper_starts_a_managed_runtime(local_cloud: LocalCloud, install: Install) -> None:
    """It gets interpreter and program, may put options between them and set variables; it writes to the log."""
    layer = layer_of(local_cloud, "wrapping", {"wrapper": WRAPPER})
    variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}
    called = call(local_cloud, install(TOLD, Layers=[layer], Environment=variables), {"a": 1})

    assert called.payload == ["by wrapper", 1, "app.handler", {"a": 1}]
    assert "wrapped 2 arguments" in called.tail
    missing = call(local_cloud, install(TOLD, Environment=variables))
    assert missing.error
    assert "/opt/wrapper: does not exist" in missing.tail


@ALONE
def test_pythonpath_and_node_options_are_the_functions(local_cloud: LocalCloud, install: Install) -> None:
    """A sitecustomize on PYTHONPATH is read and boto3 found all the same; Node.js requires what NODE_OPTIONS says."""
    site = layer_of(
        local_cloud, "site", {"site/sitecustomize.py": SITE, "planted.js": "globalThis.planted = 'by require'"}
    )
    python = install(
        "import boto3\ndef handler(event, context): return [planted, boto3.__name__]",
        Layers=[site],
        Environment={"Variables": {"PYTHONPATH": "/opt/site"}},
    )

    assert call(local_cloud, python).payload == ["by sitecustomize", "boto3"]
    if node("20") is None:
        return
    script = install(
        "exports.handler = async () => globalThis.planted",
        file="app.js",
        Runtime="nodejs20.x",
        Layers=[site],
        Environment={"Variables": {"NODE_OPTIONS": "--require /opt/planted.js"}},
    )
    assert call(local_cloud, script).payload == "by require"
    wrapped = install(
        "exports.handler = async () => process.env.TOLD",
        file="app.js",
        Runtime="nodejs20.x",
        Layers=[layer_of(local_cloud, "wrapping-node", {"wrapper": WRAPPER.replace("-X utf8 ", "")})],
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}},
    )
    assert call(local_cloud, wrapped).payload == "by wrapper"
