"""What `warmgate report` takes, what it refuses and why, and that it judges as `warmgate replay` does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from support.reports.judgements import ALL, REFUSED
from support.reports.page_cases import POLICY, recorded
from warmgate.model.calls import Sample
from warmgate.model.verdict import Judgement
from warmgate.report.document import build_document
from warmgate.report.json_report import render_json
from warmgate.report.read import ReportDocumentError, judgement_of
from warmgate.report.samples import render_samples
from warmgate_ops.cli.main import app
from warmgate_ops.page.page import render_page
from warmgate_ops.page.stored import case_in_folder


def written(folder: Path, judgement: Judgement) -> Path:
    """Write a judgement's report as the hook stores it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(render_json(judgement, judgement.verdict.status))
    (folder / "samples.jsonl").write_text(render_samples(judgement))
    return folder


def runs(folder: Path, **named: list[Sample]) -> Path:
    """Write a file of recorded runs."""
    file = folder / "runs.jsonl"
    judgements = [
        replace(REFUSED, samples=tuple(samples), deployment=replace(REFUSED.deployment, deployment_id=name))
        for name, samples in named.items()
    ]
    file.write_text("".join(map(render_samples, judgements)))
    (folder / "policy.yaml").write_text(POLICY)
    return file


def command(folder: Path, *words: object, **environment: str) -> Result:
    """Return what the command does; its page is `page.html` in the folder."""
    line = ["report", *map(str, words), "--html", str(folder / "page.html")]
    return CliRunner().invoke(app, line, env=environment)


@pytest.mark.parametrize("factor", [1.0, 6.0], ids=["good", "slow"])
def test_samples_are_judged_as_replay_judges_them(tmp_path: Path, factor: float) -> None:
    """Status, outcome and reason are replay's, and a refused run is no error of this command."""
    file = runs(tmp_path, first=recorded(factor=factor))
    replayed = CliRunner().invoke(app, ["replay", str(file), "--policy", str(tmp_path / "policy.yaml"), "--json"])
    verdict = json.loads(replayed.stdout.splitlines()[0])

    result = command(tmp_path, file, "--policy", tmp_path / "policy.yaml")

    assert result.exit_code == 0
    word = {"passed": "PASSED", "failed": "REFUSED", "inconclusive": "INCONCLUSIVE"}[verdict["outcome"]]
    assert result.stdout.startswith(f"wrote {tmp_path / 'page.html'}: {word}")
    html = (tmp_path / "page.html").read_text()
    assert all(finding["check"] in html for finding in verdict["findings"])
    assert f"{verdict['calls']:,} of 100 recorded" in html


def test_one_run_of_several_is_chosen_by_name(tmp_path: Path) -> None:
    """The page is the same as that of a file with this run alone."""
    both = runs(tmp_path, first=recorded(), second=recorded(factor=6.0))
    policy = tmp_path / "policy.yaml"
    assert command(tmp_path, both, "--policy", policy, "--run", "second").exit_code == 0
    chosen = (tmp_path / "page.html").read_text()

    assert command(tmp_path, runs(tmp_path, second=recorded(factor=6.0)), "--policy", policy).exit_code == 0
    assert (tmp_path / "page.html").read_text() == chosen


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--policy: found nothing, expected a policy file: samples hold no verdict; add --policy FILE"),
        (["--policy", "{}/policy.yaml"], "'first', 'second'; add --run NAME"),
        (["--policy", "{}/policy.yaml", "--run", "third"], "--run: found 'third', expected one of the runs of"),
        (["--policy", "{}/nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["--policy", "{}/runs.jsonl"], "runs.jsonl:"),
    ],
    ids=["no policy", "several runs", "no such run", "no such policy", "no policy file"],
)
def test_what_is_missing_is_named(tmp_path: Path, words: list[str], told: str) -> None:
    """Exit 2, a line on standard error that says what to do, and no page."""
    file = runs(tmp_path, first=recorded(), second=recorded())

    result = command(tmp_path, file, *(word.format(tmp_path) for word in words))

    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "page.html").exists()


def test_more_runs_than_a_line_holds_are_counted(tmp_path: Path) -> None:
    """The error names ten and says how many more there are."""
    file = runs(tmp_path, **{f"run-{number}": recorded(1, 2) for number in range(14)})

    assert "'run-9' and 4 more" in command(tmp_path, file, "--policy", tmp_path / "policy.yaml").stderr


def test_a_folder_gives_the_page_of_its_report(tmp_path: Path) -> None:
    """What is drawn is what was judged then; nothing is judged again."""
    folder = written(tmp_path / "d-ABCDEF123", REFUSED)

    result = command(tmp_path, folder)

    assert result.exit_code == 0
    assert (tmp_path / "page.html").read_text() == render_page(case_in_folder(folder))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["d-UNKNOWN"], "d-UNKNOWN: found no such file or folder, expected one, or a deployment and its report bucket"),
        (["{}", "--policy", "{}/policy.yaml"], "a stored report has its verdict; to judge again, name"),
        (["{}/empty"], "report.json: No such file or directory"),
    ],
    ids=["no bucket", "policy", "no report"],
)
def test_a_report_that_cannot_be_found_is_named(tmp_path: Path, words: list[str], told: str) -> None:
    """Exit 2 and what to do."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "policy.yaml").write_text("policy: a\n")

    result = command(tmp_path, *(word.format(tmp_path) for word in words), WARMGATE_REPORT_BUCKET="")

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The path and the reason, without a trace."""
    line = ["report", str(written(tmp_path / "report", REFUSED)), "--html", str(tmp_path / "nowhere" / "page.html")]
    result = CliRunner().invoke(app, line)

    assert result.exit_code == 2
    assert "nowhere/page.html: cannot be written: the folder " in result.stderr


@pytest.mark.parametrize("judgement", ALL.values(), ids=ALL)
def test_a_report_is_read_back_whole(tmp_path: Path, judgement: Judgement) -> None:
    """The document of what was read is the document that was written."""
    case = case_in_folder(written(tmp_path, judgement))
    status = judgement.verdict.status

    assert build_document(case.judgement, case.status) == build_document(judgement, status)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"schema_version": "2"}, 'schema_version: found "2", expected "1"'),
    ({"status": "succeeded"}, 'status: found "succeeded", expected one of Succeeded, Failed'),
    ({"findings": [{"check": 1}]}, "findings[0].check: found 1, expected a text"),
    ({"notes": [None]}, "notes: found [null], expected a list of texts"),
    ({"spending": None}, "spending.: found null, expected an object"),
    ({"decided": 1}, "decided: found 1, expected true or false"),
    ({"lifecycle_event": "Sometime"}, 'lifecycle_event: found "Sometime", expected one of'),
    ({"spending": {"invocations": True}}, "spending.invocations: found true, expected a whole number"),
    ({"spending": {"invocations": 1, "seconds": float("nan")}}, "spending.seconds: found NaN, expected a number"),
    ({"spending": {"invocations": 1, "seconds": 10**400}}, "spending.seconds: found 1000"),
]


@pytest.mark.parametrize(("changes", "told"), FAULTS, ids=[told.split(":")[0] for _, told in FAULTS])
def test_a_wrong_report_is_refused_with_the_place(changes: dict[str, Any], told: str) -> None:
    """The key, what was found and what was expected."""
    text = json.dumps(json.loads(render_json(REFUSED, REFUSED.verdict.status)) | changes)

    with pytest.raises(ReportDocumentError) as error:
        judgement_of(text, "report.json", ())

    assert f"report.json {told}" in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, '{"schema_version": 1}'])
def test_what_is_no_report_is_an_error(text: str) -> None:
    """Nothing but the package's own error gets out."""
    with pytest.raises(ReportDocumentError):
        judgement_of(text, "report.json", ())


def test_a_folder_with_bytes_of_another_kind_is_an_error(tmp_path: Path) -> None:
    """A file that is no text is named."""
    (tmp_path / "report.json").write_bytes(b"\xff\xfe")

    with pytest.raises(ReportDocumentError, match=r"report\.json file: found bytes that are not UTF-8"):
        case_in_folder(tmp_path)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[str]:
    """Give the address of a service that answers S3's GetObject from a folder."""

    class Objects(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = tmp_path / self.path.split("?")[0].lstrip("/")
            body = file.read_bytes() if file.is_file() else b"<Error><Code>NoSuchKey</Code></Error>"
            self.send_response(200 if file.is_file() else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Objects)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "eu-west-1"}


@pytest.mark.parametrize("prefix", ["", "/gate/"], ids=["no prefix", "prefix"])
@pytest.mark.parametrize("by_option", [True, False], ids=["option", "variable"])
def test_a_deployment_is_read_from_the_bucket(tmp_path: Path, bucket: str, prefix: str, by_option: bool) -> None:
    """The bucket comes from the option or the variable, the prefix from its variable, as the hook stores reports."""
    folder = written(tmp_path / "reports" / prefix.strip("/") / "d-ABCDEF123", REFUSED)
    environment = CREDENTIALS | {"WARMGATE_REPORT_PREFIX": prefix}
    environment |= {"WARMGATE_REPORT_BUCKET": "elsewhere" if by_option else "reports"}
    words = ["--bucket", "reports"] if by_option else []

    result = command(tmp_path, "d-ABCDEF123", "--endpoint-url", bucket, *words, **environment)

    assert result.exit_code == 0, result.output
    place = "/".join(part for part in ("s3://reports", prefix.strip("/"), "d-ABCDEF123") if part)
    html = (tmp_path / "page.html").read_text()
    assert place in html
    assert html.replace(place, str(folder)) == render_page(case_in_folder(folder))


def test_a_deployment_without_a_report_is_an_error_of_its_own(tmp_path: Path, bucket: str) -> None:
    """It could not be found out: the object, the service's word and what to check."""
    result = command(tmp_path, "d-GONE", "--endpoint-url", bucket, "--bucket", "reports", **CREDENTIALS)

    assert result.exit_code == 3
    assert "s3://reports/d-GONE/report.json could not be read: NoSuchKey" in result.stderr
    assert "WARMGATE_REPORT_PREFIX" in result.stderr


def test_a_picture_is_written_where_it_is_asked_for_and_named_from_the_page(tmp_path: Path) -> None:
    """Relative to the page, so that both can be uploaded; without it no picture is made."""
    folder = written(tmp_path / "d-1", REFUSED)
    (tmp_path / "pictures").mkdir()
    picture = tmp_path / "pictures" / "at a glance.png"
    result = command(tmp_path, folder, "--preview", picture)

    assert result.stdout.startswith(f"wrote {tmp_path / 'page.html'} and {picture}: REFUSED")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert 'property="og:image" content="pictures/at%20a%20glance.png"' in (tmp_path / "page.html").read_text()
    assert "og:image" not in (command(tmp_path, folder), (tmp_path / "page.html").read_text())[1]
