"""The emulator's words about one call: inits, duration, and whose output is whose."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Init, is_over, read_said

ID = "11111111-2222-3333-4444-555555555555"
AT = "23 Nov 2026 14:04:56,916"


def rapid(text: str) -> str:
    """Return a line of the emulator."""
    return f"{AT} [INFO] (rapid) {text}\n"


COLD = (
    f"START RequestId: {ID} Version: 7\n"
    + rapid("INIT START(type: on-demand, phase: init)")
    + "imported without newline"
    + rapid("INIT RTDONE(status: success)")
    + rapid("INIT REPORT(durationMs: 79.085000)")
    + rapid(f"INVOKE START(requestId: {ID})")
    + "called\nno newline"
    + rapid("INVOKE RTDONE(status: success, produced bytes: 0, duration: 0.830000ms)")
    + f"END RequestId: {ID}\n"
    + f"REPORT RequestId: {ID}\tInit Duration: 0.03 ms\tDuration: 80.07 ms\tMemory Size: 128 MB\t\n"
)


def test_a_cold_call_has_its_init_and_its_own_duration() -> None:
    """The emulator's REPORT counts init into the duration; INIT REPORT and RTDONE do not."""
    said = read_said(COLD, [ID])

    assert said.inits == (Init("init", "success", 79.085),)
    assert said.duration_ms == 0.83


def test_output_goes_to_init_or_call_and_frames_to_neither() -> None:
    """What comes before INVOKE START belongs to init, also where lines lack their newline."""
    said = read_said(COLD, [ID])

    assert said.init_lines == ("imported without newline",)
    assert said.lines == ("called", "no newline")


def test_output_before_a_warm_call_belongs_to_the_call() -> None:
    """Without an init there is no init output: a background thread wrote between two calls."""
    said = read_said("from a thread\n" + rapid(f"INVOKE START(requestId: {ID})") + "called\n", [ID])

    assert said.init_lines == ()
    assert said.lines == ("from a thread", "called")


def test_a_line_that_names_another_request_is_output() -> None:
    """Only frames of the given ids are the emulator's: an application may log REPORT lines of its own."""
    said = read_said(rapid(f"INVOKE START(requestId: {ID})") + "REPORT RequestId: fake\tDuration: 1 ms\n", [ID])

    assert said.lines == ("REPORT RequestId: fake\tDuration: 1 ms",)


def test_an_init_that_never_began_is_none() -> None:
    """After a failed init the emulator reports a second one of 0.03 ms that has no outcome."""
    text = (
        rapid("INIT START(type: on-demand, phase: init)")
        + rapid("Process runtime-1 exited: exit status 7")
        + rapid("INIT RTDONE(status: error)")
        + rapid("INIT REPORT(durationMs: 45.821000)")
        + rapid("INIT START(type: on-demand, phase: invoke)")
        + rapid("INIT REPORT(durationMs: 0.027000)")
    )

    said = read_said(text, [ID])

    assert said.inits == (Init("init", "error", 45.821),)
    assert said.exited == "exit status 7"
    assert said.duration_ms is None


def test_a_call_is_over_with_its_own_report_or_its_failure() -> None:
    """The REPORT of another call ends nothing."""
    assert is_over(COLD, ID)
    assert is_over(rapid("Invoke DONE failed: Runtime.ExitError"), ID)
    assert not is_over(COLD, "another")
    assert not is_over(COLD.partition("END RequestId")[0], ID)
