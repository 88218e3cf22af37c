"""Beside pyproject.toml for one thing: the wheel carries what is deployed, so that a rehearsal runs the real hooks."""

from pathlib import Path
from shutil import copyfile, copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

TOOLS = ("ministack", "python-runtimes", "sam")
"""Locks of what a rehearsal installs beside the wheel."""


class BuildWithDeployed(build_py):
    """Copies the hooks' package, the policies and the locks of the tools into `warmgate_ops/deployed`."""

    def run(self) -> None:
        """Build the packages, then add what is deployed; an editable install finds it in the checkout."""
        super().run()
        if self.editable_mode:
            return
        deployed = Path(self.build_lib, "warmgate_ops", "deployed")
        for folder in ("hooks", "policies"):
            left_out = ignore_patterns("__pycache__", "*.egg-info", "Makefile")
            copytree(folder, deployed / folder, ignore=left_out, dirs_exist_ok=True)
        for tool in TOOLS:
            lock = Path("requirements", f"{tool}.txt")
            (deployed / lock).parent.mkdir(exist_ok=True)
            copyfile(lock, deployed / lock)


setup(cmdclass={"build_py": BuildWithDeployed})
