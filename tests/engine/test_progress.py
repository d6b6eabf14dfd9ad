import json
from collections.abc import Iterator

import pytest

from engine.commands.progress import clock_time, progress_display, progress_style


class Clock:
    """Advances by a fixed time at every look."""

    def __init__(self, step_seconds: float) -> None:
        self._times = self._count(step_seconds)

    def __call__(self) -> float:
        return next(self._times)

    @staticmethod
    def _count(step_seconds: float) -> Iterator[float]:
        now = 0.0
        while True:
            yield now
            now += step_seconds


def test_the_bar_shows_elapsed_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    display = progress_display("bar", Clock(10.0))
    display.start("On the Run")
    display.update(0.25)
    display.finish()
    line = capsys.readouterr().err
    assert "On the Run [######------------------]  25%" in line
    assert line.endswith(" left\n")


def test_the_bar_never_wraps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    display = progress_display("bar", Clock(10.0))
    display.start("A song with a very long name that fits on no line")
    display.update(1.0)
    shown = capsys.readouterr().err.removeprefix("\r\x1b[K")
    assert len(shown) < 40


def test_updates_are_thinned_but_the_last_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    display = progress_display("json", Clock(0.0))
    display.start("Song")
    for step in range(101):
        display.update(step / 100)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event["fraction"] for event in events] == [0.0, 1.0]


def test_a_bar_is_only_shown_to_a_person() -> None:
    assert progress_style(None) == "none"  # pytest's standard error is no terminal
    assert progress_style("bar") == "bar"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00"), (59.6, "1:00"), (725.0, "12:05"), (3661.0, "1:01:01")]
)
def test_times_are_written_as_on_a_clock(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text
