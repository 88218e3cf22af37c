"""From a published version to the settings of its clone, and what kinds of functions are not cloned at all. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.clones.naming import group_of
from warmgate_ops.cold_starts.clones.ports import Original
from warmgate_ops.cold_starts.sweeping.variants import Variant

ALLOW_TAG = "warmgate:allow"
LARGEST_ZIP = 50 * 1024 * 1024
"""Of a package that is sent with CreateFunction (Lambda quotas)."""
NONCE = "WARMGATE_NONCE"
"""A variable of clones alone: it differs with each change, so that a change is one whatever else it says."""
COPIED = (
    *("Role", "Runtime", "Handler", "Timeout", "MemorySize", "PackageType", "Architectures", "KMSKeyArn"),
    *("EphemeralStorage", "FileSystemConfigs"),
)
LEFT_OUT = "event sources, aliases, provisioned concurrency, destinations, dead-letter queue, resource policy, URL"
"""What a clone never has."""
SNAPSTART_STORAGE_MB = 512
NATIVE = (".so", ".node", ".dylib", ".dll")


def refuse(original: Original) -> None:
    """Raise SettingsError for a function that may not, or cannot, be cloned."""
    name, found = original.function, original.configuration
    if original.tags.get(ALLOW_TAG) != "true":
        raise SettingsError(
            f"{name}: found no tag {ALLOW_TAG}=true, expected it on a function whose code a clone may run",
            hint=f"aws lambda tag-resource --resource ARN --tags {ALLOW_TAG}=true",
        )
    kinds = {
        "tenant isolation": (found.get("TenancyConfig") or {}).get("TenantIsolationMode") == "PER_TENANT",
        "durable execution": bool(found.get("DurableConfig")),
        "managed instances": bool(found.get("CapacityProviderConfig")),
    }
    for kind, is_so in kinds.items():
        if is_so:
            raise SettingsError(
                f"{name}: found a function with {kind}, expected one that runs on demand",
                hint="its cold starts differ in kind; `warmgate check` judges such a version",
            )
    if (found.get("Environment") or {}).get("Error"):
        raise SettingsError(
            f"{name}: found an environment that may not be decrypted, expected one that a clone can be given",
            hint=f"allow kms:Decrypt on {found.get('KMSKeyArn') or 'its key'}",
        )


def own_variant(original: Original) -> Variant:
    """Return how a version runs today."""
    found = original.configuration
    return Variant(
        version=original.version,
        memory_mb=int(found.get("MemorySize") or 128),
        architecture=str((found.get("Architectures") or ["x86_64"])[0]),
        snap_start=(found.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
    )


def settings_of(
    original: Original, name: str, architecture: str, code: Mapping[str, Any], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Return what CreateFunction is told of a clone: everything that decides how the code starts and runs."""
    found = original.configuration
    settings: dict[str, Any] = {key: found[key] for key in COPIED if found.get(key)}
    settings |= {"FunctionName": name, "Code": dict(code), "Tags": dict(tags), "Publish": False}
    settings["Description"] = f"Clone of {original.function}:{original.version}; tags say when it may be deleted"
    settings["Architectures"] = [architecture]
    settings["Environment"] = {"Variables": variables_of(original)}
    settings["LoggingConfig"] = _logging(found, name)
    settings["TracingConfig"] = {"Mode": (found.get("TracingConfig") or {}).get("Mode") or "PassThrough"}
    if layers := layers_of(original):
        settings["Layers"] = list(layers)
    if network := _network(found.get("VpcConfig") or {}):
        settings["VpcConfig"] = network
    if image := (found.get("ImageConfigResponse") or {}).get("ImageConfig"):
        settings["ImageConfig"] = image
    if settings.get("PackageType") == "Image":
        settings.pop("Runtime", None), settings.pop("Handler", None)
    return settings


def variables_of(original: Original) -> dict[str, str]:
    """Return the environment variables of a version; nobody shows them."""
    return dict((original.configuration.get("Environment") or {}).get("Variables") or {})


def layers_of(original: Original, without: int = 0) -> tuple[str, ...]:
    """Return the ARNs of a version's layers in order, one left out where it is said."""
    arns = [str(each["Arn"]) for each in original.configuration.get("Layers") or ()]
    return tuple(arn for place, arn in enumerate(arns, start=1) if place != without)


def check_layers(original: Original, numbers: Iterable[int]) -> None:
    """Raise SettingsError for a layer that a version does not have."""
    count = len(layers_of(original))
    for number in numbers:
        if not 1 <= number <= count:
            raise SettingsError(
                f"--without-layer: found {number}, expected 1 to {count} of {original.function}:{original.version}"
                if count
                else f"--without-layer: {original.function}:{original.version} has no layer",
                hint="count in the order of `aws lambda get-function-configuration`",
            )


def check_snap_start(original: Original) -> None:
    """Raise SettingsError for a version that SnapStart excludes (Lambda Developer Guide, SnapStart)."""
    found, runtime = original.configuration, str(original.configuration.get("Runtime") or "")
    why = ""
    if found.get("PackageType") == "Image":
        why = "a container image"
    elif not runtime.startswith(("java", "python3.", "dotnet")) or runtime in {
        *("java8", "java8.al2", "dotnet6"),
        *(f"python3.{minor}" for minor in range(6, 12)),
    }:
        why = f"runtime {runtime or 'unknown'}"
    elif found.get("FileSystemConfigs"):
        why = "a file system"
    elif int((found.get("EphemeralStorage") or {}).get("Size") or SNAPSTART_STORAGE_MB) > SNAPSTART_STORAGE_MB:
        why = f"more than {SNAPSTART_STORAGE_MB} MB of /tmp"
    if why:
        raise SettingsError(
            f"--snapstart: found {why}, expected a zip of Java 11, Python 3.12 or .NET 8 or later, without a file"
            f" system and with {SNAPSTART_STORAGE_MB} MB of /tmp",
            hint="leave --snapstart out",
        )


def check_architectures(original: Original, wanted: Iterable[str], names: Iterable[str]) -> None:
    """Raise SettingsError where a version's code cannot be known to run on another architecture.

    Args:
        original: the version.
        wanted: architectures to run it on.
        names: of the files in its package.
    """
    own = own_variant(original).architecture
    if all(each == own for each in wanted):
        return
    why = ""
    if original.configuration.get("PackageType") == "Image":
        why = f"an image that was resolved for {own}"
    elif str(original.configuration.get("Runtime") or "").startswith("provided"):
        why = "a bootstrap of its own"
    else:
        native = next((name for name in names if name.endswith(NATIVE) or ".so." in name), "")
        why = f"native code ({native})" if native else ""
    if why:
        raise SettingsError(
            f"--architecture: found {why}, expected a zip without native code",
            hint="publish a version that was built for the other architecture, and `warmgate cold measure` both",
        )


def _logging(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the logging of a clone: a group of its own, and a level at which reports are written."""
    own = found.get("LoggingConfig") or {}
    logging = {"LogFormat": own.get("LogFormat") or "Text", "LogGroup": group_of(name)}
    if logging["LogFormat"] == "JSON":
        logging["SystemLogLevel"] = "INFO"  # At WARN the platform's report is not written.
        logging["ApplicationLogLevel"] = own.get("ApplicationLogLevel") or "INFO"
    return logging


def _network(found: Mapping[str, Any]) -> dict[str, Any]:
    if not found.get("SubnetIds"):
        return {}
    network: dict[str, Any] = {"SubnetIds": found["SubnetIds"], "SecurityGroupIds": found.get("SecurityGroupIds") or []}
    if found.get("Ipv6AllowedForDualStack"):
        network["Ipv6AllowedForDualStack"] = True
    return network
