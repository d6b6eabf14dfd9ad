"""What becomes of the sound when the system's outputs change while it plays.

    python -m tests.benchmarks.changing_outputs

A PulseAudio server has two sinks, each recorded, and the output plays "the system's default" with
lanes whose sum tells the frame (see ``coded_lanes``). Then the default becomes the other sink; or
the sink that plays goes away; or it goes away and the other one is only plugged in after that. For
each, a line tells which sink is heard, after how long, and how many frames of the song were lost
or heard twice. Needs the programs that ``null_sink`` needs.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.playback.audio_output import AudioOutput
from app.playback.stem_mixer import StemMixer
from tests.app.playback.mixing import make_bank
from tests.benchmarks.coded_lanes import Run, coded_lanes, decoded, runs
from tests.benchmarks.null_sink import SAMPLE_RATE, SINK, Recording, null_sink

OTHER_SINK = "other"
SONG_SECONDS = 180
BEFORE_SECONDS = 4.0
AFTER_SECONDS = 8.0
LEAST_FRAMES = 1000  # of a run that counts


def main() -> int:
    """Print a line for each change; status 1 if the sound does not come back."""
    application = QApplication([])
    is_heard = []
    for name in CHANGES:
        with tempfile.TemporaryDirectory() as folder, null_sink(Path(folder)):
            is_heard.append(observe(Path(folder), name))
    application.processEvents()
    return int(not all(is_heard))


def change_default() -> None:
    """Make the other sink the default."""
    control("set-default-sink", OTHER_SINK)


def remove_sink() -> None:
    """Pull the plug of the sink that plays, while there is another one."""
    listed = subprocess.run(
        ["pactl", "list", "short", "modules"], check=True, capture_output=True, text=True
    )
    (module,) = [line.split()[0] for line in listed.stdout.splitlines() if f"={SINK} " in line]
    control("unload-module", module)


def replace_sink() -> None:
    """Pull the plug of the only sink, then plug in another one."""
    control("unload-module", "module-null-sink")
    load_other_sink()


CHANGES = {
    "change_default": change_default,
    "remove_sink": remove_sink,
    "replace_sink": replace_sink,
}


def observe(folder: Path, name: str) -> bool:
    """Play, change something, and tell what was recorded."""
    has_other = name != "replace_sink"
    if has_other:
        load_other_sink()
    control("set-default-sink", SINK)
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank, gains = make_bank(mixer, coded_lanes(3, 0, SONG_SECONDS * SAMPLE_RATE, seed=3))
    mixer.set_song(bank, gains, loop=None)
    mixer.play()
    output = AudioOutput()
    opened: list[float] = []
    output.opened.connect(lambda: opened.append(time.perf_counter()))
    first = Recording(folder / "first.raw")
    second = Recording(folder / "second.raw", sink=OTHER_SINK) if has_other else None
    output.open(mixer)
    wait(BEFORE_SECONDS)
    at = mixer.position
    changed = time.perf_counter()
    CHANGES[name]()
    if second is None:
        second = Recording(folder / "second.raw", sink=OTHER_SINK)
    wait(AFTER_SECONDS)
    end, is_silent = mixer.position, output.is_silent
    output.shut_down()
    heard_first, heard_second = (
        [run for run in runs(decoded(each.stop())) if run.num_frames >= LEAST_FRAMES]
        for each in (first, second)
    )
    again = [f"{seconds - changed:.2f} s" for seconds in opened if seconds > changed]
    print(
        f"{name}: changed at frame {at}; first sink {_shown(heard_first)}; second sink "
        f"{_shown(heard_second)}; opened again after {again or 'never'}; mixer at {end}, "
        f"{'silent' if is_silent else 'aloud'}",
        flush=True,
    )
    if heard_first and heard_second:
        # The recorder of the first sink is moved with the default, too.
        lost = heard_second[0].first - heard_first[0].end
        print(f"    {lost} frames ({lost / SAMPLE_RATE * 1e3:.0f} ms) between them", flush=True)
    return bool(heard_second)


def control(*arguments: str) -> None:
    """Tell the server to do something."""
    subprocess.run(["pactl", *arguments], check=True, capture_output=True)


def load_other_sink() -> None:
    """Plug a second sink in."""
    control(
        "load-module",
        "module-null-sink",
        f"sink_name={OTHER_SINK}",
        f"rate={SAMPLE_RATE}",
        "format=float32le",
    )


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _shown(heard: list[Run]) -> str:
    return ", ".join(f"{run.first} to {run.end}" for run in heard) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
