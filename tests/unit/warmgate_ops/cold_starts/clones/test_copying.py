"""From a version to the settings of its clone: what is taken over, what is not, and what cannot be varied."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from support.fakes.clone_lab import CONFIGURATION
from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.clones.copying import (
    check_architectures,
    check_layers,
    check_snap_start,
    layers_of,
    own_variant,
    settings_of,
)
from warmgate_ops.cold_starts.clones.packages import names_in
from warmgate_ops.cold_starts.clones.ports import Original

LAYERS = [{"Arn": f"arn:aws:lambda:eu-central-1:1:layer:{name}:3"} for name in ("agent", "libraries")]
FULL: dict[str, Any] = {
    "Layers": LAYERS,
    "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1"},
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-central-1:1:dead"},
    "TracingConfig": {"Mode": "Active"},
    "EphemeralStorage": {"Size": 1024},
    "KMSKeyArn": "arn:aws:kms:eu-central-1:1:key/k",
    "LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN", "LogGroup": "/shared"},
    "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
}
IMAGE: dict[str, Any] = {
    "PackageType": "Image",
    "Runtime": None,
    "Handler": None,
    "ImageConfigResponse": {"ImageConfig": {"Command": ["app.handler"]}},
}


def original(**changes: Any) -> Original:
    """Return a version with changes to its configuration."""
    found = {**CONFIGURATION, **changes}
    return Original(function="checkout-api", version="7", configuration=found, code={}, tags={})


def settings(**changes: Any) -> dict[str, Any]:
    """Return the settings of its clone."""
    return settings_of(original(**changes), "warmgate-sweep-x-0a1b2c3d", "x86_64", {"ZipFile": b"z"}, {"a": "b"})


def test_what_decides_how_code_runs_is_taken_over() -> None:
    """Role, handler, layers, network, storage, key, tracing; the variables as they are."""
    found = settings(**FULL)

    for key in ("Role", "Runtime", "Handler", "Timeout", "KMSKeyArn", "EphemeralStorage"):
        assert found[key] == {**CONFIGURATION, **FULL}[key]
    assert found["Layers"] == [each["Arn"] for each in LAYERS]
    assert found["VpcConfig"] == {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["Environment"]["Variables"] == CONFIGURATION["Environment"]["Variables"]


def test_what_others_would_notice_is_not() -> None:
    """No dead-letter queue, no snapshot by itself, a log group of its own at a level that shows reports."""
    found = settings(**FULL)

    assert not {"DeadLetterConfig", "SnapStart"} & found.keys()
    assert found["LoggingConfig"] == {
        "LogFormat": "JSON",
        "SystemLogLevel": "INFO",
        "ApplicationLogLevel": "INFO",
        "LogGroup": "/aws/lambda/warmgate-sweep-x-0a1b2c3d",
    }
    assert found["Tags"] == {"a": "b"}


def test_an_image_has_neither_runtime_nor_handler() -> None:
    """Its command and entry point are taken over instead."""
    found = settings(**IMAGE)

    assert not {"Runtime", "Handler"} & found.keys()
    assert found["ImageConfig"] == {"Command": ["app.handler"]}


def test_layers_are_left_out_by_their_place() -> None:
    """Counted from 1; a place that is not there is told."""
    assert layers_of(original(**FULL), 1) == (LAYERS[1]["Arn"],)
    check_layers(original(**FULL), (1, 2))
    with pytest.raises(SettingsError, match="found 3, expected 1 to 2"):
        check_layers(original(**FULL), (3,))
    with pytest.raises(SettingsError, match="has no layer"):
        check_layers(original(), (1,))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"PackageType": "Image"}, "a container image"),
        ({"Runtime": "nodejs22.x"}, "runtime nodejs22.x"),
        ({"Runtime": "python3.11"}, "runtime python3.11"),
        ({"FileSystemConfigs": [{"Arn": "a"}]}, "a file system"),
        ({"EphemeralStorage": {"Size": 1024}}, "more than 512 MB"),
        ({"Runtime": "python3.12"}, ""),
        ({"Runtime": "java21"}, ""),
    ],
)
def test_snapstart_is_varied_where_lambda_has_it(changes: dict[str, Any], said: str) -> None:
    """What SnapStart excludes is told before anything is made."""
    if said:
        with pytest.raises(SettingsError, match=said):
            check_snap_start(original(**changes))
    else:
        check_snap_start(original(**changes))


@pytest.mark.parametrize(
    ("names", "changes", "said"),
    [
        (("app.py", "numpy/core.cpython-313-x86_64-linux-gnu.so"), {}, "native code"),
        (("lib/libz.so.1",), {}, "native code"),
        (("bootstrap",), {"Runtime": "provided.al2023"}, "a bootstrap of its own"),
        ((), {"PackageType": "Image"}, "an image"),
        (("app.py",), {}, ""),
    ],
)
def test_another_architecture_is_for_code_without_any(
    names: tuple[str, ...], changes: dict[str, Any], said: str
) -> None:
    """Native code of one architecture does not run on the other; its own is always allowed."""
    check_architectures(original(**changes), ("x86_64",), names)
    if said:
        with pytest.raises(SettingsError, match=said):
            check_architectures(original(**changes), ("x86_64", "arm64"), names)
    else:
        check_architectures(original(**changes), ("x86_64", "arm64"), names)


def test_how_a_version_runs_today() -> None:
    """Its memory, architecture and SnapStart."""
    own = own_variant(original(**FULL))

    assert (own.memory_mb, own.architecture, own.snap_start, own.without_layer) == (512, "x86_64", True, 0)


def test_names_in_a_package() -> None:
    """Of a zip; what is none has none."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "")

    assert names_in(packed.getvalue()) == ("app.py",)
    assert names_in(b"no zip") == names_in(None) == ()


def test_the_environment_is_in_no_repr() -> None:
    """A log line of any of these values shows no secret."""
    assert "hunter2" not in repr(original())
