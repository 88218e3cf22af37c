"""Beside pyproject.toml for one thing: the wheel carries what is deployed, so that a rehearsal runs the real hooks."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithDeployed(build_py):
    """Copies the hooks' package, the policies and the locks of the tools into `warmgate_ops/deployed`."""

    def run(self) -> None:
        """Build the packages, then add what is deployed; an editable install finds it in the checkout."""
        super().run()
        if self.editable_mode:
            return
        deployed = Path(self.build_lib, "warmgate_ops", "deployed")
        for folder in ("hooks", "policies", "requirements"):
            left_out = ignore_patterns("__pycache__", "*.egg-info", "Makefile", "*.in", "metadata.json")
            copytree(folder, deployed / folder, ignore=left_out, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithDeployed})
