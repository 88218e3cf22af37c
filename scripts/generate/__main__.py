"""`python -m generate`: writes the generated files; with `--check`, names those that are out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from generate.aws_answers_page import aws_answers_page
from generate.cold_advice_page import cold_advice_page
from generate.doctor_page import doctor_page
from generate.fleet_page import fleet_page
from generate.invoke_errors_page import invoke_errors_page
from generate.reference import folder_readme, reference_page
from generate.rooms import rooms_svg, with_rooms
from generate.schema import schema_text
from generate.timeline import timeline_svg

ROOT = Path(__file__).resolve().parents[2]


def generated() -> dict[str, str]:
    """Return the text of every generated file by its path in the project."""
    return {
        "policies/schema.json": schema_text(),
        "policies/README.md": folder_readme(),
        "docs/reference/policy.md": reference_page(),
        "docs/reference/doctor.md": doctor_page(),
        "docs/reference/cold-advice.md": cold_advice_page(),
        "docs/reference/fleet.md": fleet_page(),
        "docs/reference/invoke-errors.md": invoke_errors_page(),
        "docs/reference/aws-answers.md": aws_answers_page(),
        "docs/explanation/img/timeline.svg": timeline_svg(),
        "docs/explanation/img/rooms.svg": rooms_svg(ROOT),
        "CONTRIBUTING.md": with_rooms((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), ROOT),
    }


def outdated(root: Path) -> list[str]:
    """Return the generated files that are not there or say something else."""
    return [
        name
        for name, text in generated().items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write or check the generated files and return an exit code: 0, 1 for outdated files, 2 for wrong usage."""
    if arguments not in ([], ["--check"]):
        print(f"usage: python -m generate [--check], not {' '.join(arguments)}", file=sys.stderr)
        return 2
    late = outdated(root)
    if arguments:
        for name in late:
            print(f"{name}: out of date; run python -m generate", file=sys.stderr)
        return 1 if late else 0
    for name in late:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(generated()[name], encoding="utf-8")
        print(f"{name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
