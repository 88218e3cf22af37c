"""A release names one version everywhere, and every file by its hash."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from bundle import parts
from bundle.__main__ import release
from bundle.ready import pack
from locks.files import parse_pins
from support.permissions import parse_template

ROOT = Path(__file__).parents[4]
NAME = f"warmgate-{parts.version()}"
HELPERS = (
    f"warmgate_ready-{parts.version()}-py3-none-any.whl",
    f"warmgate-ready-{parts.version()}.tgz",
    f"warmgate-ready-{parts.version()}-layer.zip",
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a release of made-up builds and the template as it lies here."""
    dist, built = tmp_path / "dist", tmp_path / "built"
    dist.mkdir()
    (built / "BeforeAllowTraffic").mkdir(parents=True)
    (built / "BeforeAllowTraffic" / "app.py").write_text("HERE = True\n")
    template = (ROOT / "template.yaml").read_text()
    (built / "template.yaml").write_text(template.replace("LicenseUrl: ", "LicenseUrl: ../../"))
    for name in (f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz"):
        (dist / name).write_text(name)
    pack(tmp_path / "ready", tmp_path / "source")
    (tmp_path / "ready" / HELPERS[0]).write_text(HELPERS[0])
    release(dist, built, tmp_path / "ready", tmp_path / "out")
    return tmp_path / "out"


def test_a_release_is_eight_files_with_their_sums(out: Path) -> None:
    """`sha256sum --check` proves each of them."""
    done = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=out, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {
        *(f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz", f"{NAME}-requirements.txt", f"{NAME}-sam.zip", "SHA256SUMS"),
        *HELPERS,
    }
    assert len(done.stdout.splitlines()) == 7


def test_the_lock_pins_the_wheel_too(out: Path) -> None:
    """Pip installs Warmgate with hashes alone, and refuses another wheel of the same version."""
    pins = {str(pin.name): pin for pin in parse_pins((out / f"{NAME}-requirements.txt").read_text())}

    assert pins["warmgate"].hashes == {parts.digest(out / f"{NAME}-py3-none-any.whl")}
    assert {"boto3", "typer", "aiohttp"} < set(pins)


def test_the_application_can_be_published_as_it_is_unpacked(out: Path, tmp_path: Path) -> None:
    """The repository's metadata has the version, and the texts that it names lie beside the template."""
    zipfile.ZipFile(out / f"{NAME}-sam.zip").extractall(tmp_path / "unpacked")
    template = parse_template((tmp_path / "unpacked" / "template.yaml").read_text())
    about = template["Metadata"]["AWS::ServerlessRepo::Application"]

    assert about["SemanticVersion"] == parts.version()
    assert about["SpdxLicenseId"] == "Apache-2.0"
    assert all((tmp_path / "unpacked" / about[name]).is_file() for name in ("LicenseUrl", "ReadmeUrl"))
    assert "SemanticVersion" not in yaml.dump(parse_template((ROOT / "template.yaml").read_text()))
    assert 'template_file = "template.yaml"' in (tmp_path / "unpacked" / "samconfig.toml").read_text()


def test_what_was_not_built_is_named(tmp_path: Path) -> None:
    """A wheel of another version is no release of this one."""
    with pytest.raises(parts.BundleError, match=r"py3-none-any\.whl: not found"):
        release(tmp_path, tmp_path, tmp_path, tmp_path / "out")
    with pytest.raises(parts.BundleError, match="ServerlessRepo"):
        parts.published("Metadata: {}\n")
