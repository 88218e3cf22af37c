"""`python -m bundle`: put what was built into one folder, a release, and list it."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bundle.parts import ROOT, BundleError, application, checksums, locked, version


def main() -> int:
    """Write the release and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bundle")
    parser.add_argument("--dist", type=Path, required=True, help="folder with the wheel and the sdist")
    parser.add_argument("--application", type=Path, required=True, help="folder that `sam build` made")
    parser.add_argument("--ready", type=Path, required=True, help="folder that `make ready` made")
    parser.add_argument("--out", type=Path, required=True, help="folder of the release; replaced")
    asked = parser.parse_args()
    try:
        release(asked.dist, asked.application, asked.ready, asked.out)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    print((asked.out / "SHA256SUMS").read_text(), end="")
    return 0


def release(dist: Path, built: Path, ready: Path, out: Path) -> None:
    """Write a release into a folder."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    name, helper = f"warmgate-{version()}", f"warmgate-ready-{version()}"
    wheel = dist / f"{name}-py3-none-any.whl"
    helpers = [
        ready / f"warmgate_ready-{version()}-py3-none-any.whl",
        ready / f"{helper}.tgz",
        ready / f"{helper}-layer.zip",
    ]
    made_by = {"dist": [wheel, dist / f"{name}.tar.gz"], "ready": helpers}
    for target, paths in made_by.items():
        for path in paths:
            if not path.is_file():
                raise BundleError(f"{path}: not found, expected what `make {target}` builds")
            shutil.copyfile(path, out / path.name)
    lock = (ROOT / "requirements" / "install.txt").read_text()
    (out / f"{name}-requirements.txt").write_text(locked(wheel, lock))
    with tempfile.TemporaryDirectory() as folder:
        (out / f"{name}-sam.zip").write_bytes(application(built, Path(folder, "application")))
    (out / "SHA256SUMS").write_text(checksums(out))


if __name__ == "__main__":
    sys.exit(main())
