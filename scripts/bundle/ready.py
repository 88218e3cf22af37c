"""`python -m bundle.ready`: pack `ready/`, which users put beside their own code; a wheel is built from the copy."""

from __future__ import annotations

import argparse
import gzip
import io
import shutil
import sys
import tarfile
from pathlib import Path

from bundle.parts import ROOT, version
from warmgate_ops.rehearsal.packages import zip_code

READY = ROOT / "ready"
NODE_FILES = ("package.json", "index.cjs", "index.mjs", "index.d.ts", "README.md", "LICENSE")


def main() -> int:
    """Write the npm package and the layer into a folder, and the copy that the wheel is built from into another."""
    parser = argparse.ArgumentParser(prog="python -m bundle.ready")
    parser.add_argument("--out", type=Path, required=True, help="folder of what is built; replaced")
    parser.add_argument("--source", type=Path, required=True, help="folder that a wheel is built from; replaced")
    asked = parser.parse_args()
    pack(asked.out, asked.source)
    return 0


def pack(out: Path, source: Path) -> None:
    """Write what needs no build, and the sources of what does, each with the licence."""
    for folder in (out, source):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name in ("python", "node"):
        shutil.copytree(
            READY / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        )
        shutil.copyfile(ROOT / "LICENSE", source / name / "LICENSE")
    (out / f"warmgate-ready-{version()}.tgz").write_bytes(npm_package(source / "node"))
    (out / f"warmgate-ready-{version()}-layer.zip").write_bytes(layer(source))


def npm_package(folder: Path) -> bytes:
    """Return the tarball that npm installs: every file below `package/`; its bytes depend on the files alone."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in NODE_FILES:
            content = (folder / name).read_bytes()
            member = tarfile.TarInfo(f"package/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def layer(source: Path) -> bytes:
    """Return the layer of both: Lambda looks in `python` and `nodejs/node_modules` (Packaging your layer content)."""
    place = source / "layer"
    node = place / "nodejs" / "node_modules" / "warmgate-ready"
    node.mkdir(parents=True)
    shutil.copytree(source / "python" / "warmgate_ready", place / "python" / "warmgate_ready")
    for name in NODE_FILES:
        shutil.copyfile(source / "node" / name, node / name)
    return zip_code([place])


if __name__ == "__main__":
    sys.exit(main())
