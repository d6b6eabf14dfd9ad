"""How long the timeline keeps its user waiting where the samples are still on the disk.

    python -m tests.benchmarks.cold_zoom [--hours 3] [--rounds 10] [--folder FOLDER] [--stacks]

Six lanes of three hours hold noise in their middle. Again and again, what the system keeps of
their files is dropped, and the view goes to another place there, closer than the peaks reach, then
further in, and scrolls. A timer that ticks every 10 ms shows every gap (see ``stall_watch``), and
the system tells how often the GUI thread has waited for the disk; the same once more with the
files in memory. Status 1 if it has waited. Linux only.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

SAMPLE_RATE = 44_100
LANES = ("mix", "drums", "bass", "other", "vocals", "residual")
SOUND_SECONDS = 240
WIDTH, HEIGHT = 1600, 640
STEP_MS = 16
ZOOMS = (250.0, 180.0, 100.0, 40.0, 8.0, 1.0)  # frames per column
NUM_SCROLLS = 12
SCROLL_COLUMNS = 240


def main() -> int:
    """Print a line for each phase."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="on the disk in question")
    parser.add_argument("--stacks", action="store_true")
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        return measure(Path(folder), round(3600 * args.hours), args.rounds, stacks=args.stacks)


def measure(folder: Path, seconds: int, rounds: int, *, stacks: bool) -> int:
    """Zoom into cold files, then into warm ones."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from app.model.frame_range import FrameRange
    from app.widgets.timeline_view import TimelineView
    from engine.audio.mapped_pages import release_pages
    from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave
    from tests.app.widgets.fake_transport import FakeTransport
    from tests.app.widgets.made_songs import made_song
    from tests.benchmarks.stall_watch import StallWatch

    application = QApplication([])
    num_frames = seconds * SAMPLE_RATE
    num_heard = min(SOUND_SECONDS * SAMPLE_RATE, num_frames)
    start = (num_frames - num_heard) // 2
    random = np.random.default_rng(0)
    waves = []
    for name in LANES:
        path = folder / f"{name}.wav"
        with create_mapped_wave(
            path, sample_rate=SAMPLE_RATE, num_channels=2, num_frames=num_frames
        ) as wave:
            wave.write(start, random.standard_normal((num_heard, 2), np.float32) * 0.2)
            wave.flush()
        waves.append(open_mapped_wave(path))
    heard = FrameRange(start, start + num_heard)
    song = made_song(
        {name: wave.samples_TC for name, wave in zip(LANES, waves, strict=True)},
        sample_rate=SAMPLE_RATE,
        done=heard,
    )
    view = TimelineView(FakeTransport())  # type: ignore[arg-type]
    view.resize(WIDTH + view.stack.header_width, HEIGHT)
    view.set_song(song)
    view.show()
    application.processEvents()
    watch = StallWatch(dumps_stacks=stacks)

    def forget_files() -> None:
        for wave in waves:
            release_pages(wave.samples_TC)
            with wave.path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def look(step: Callable[[], None]) -> None:
        loop = QEventLoop()
        step()
        QTimer.singleShot(STEP_MS, loop.quit)
        loop.exec()

    def look_around(place: int) -> None:
        for zoom in ZOOMS:
            half = round(zoom * WIDTH / 2)
            wanted = FrameRange(place - half, place + half)
            look(lambda wanted=wanted: view._control.show_range(wanted))  # type: ignore[misc]
            for _ in range(NUM_SCROLLS):
                look(lambda: view._control.scroll(SCROLL_COLUMNS))

    status = 0
    margin = round(ZOOMS[0] * (WIDTH + NUM_SCROLLS * SCROLL_COLUMNS))
    places = random.integers(start + margin, start + num_heard - margin, rounds).tolist()
    for name, is_cold in (("files on the disk", True), ("files in memory", False)):
        num_waits = 0
        for place in places:
            if is_cold:
                forget_files()
            before = resource.getrusage(resource.RUSAGE_THREAD).ru_majflt
            with watch.phase(name):
                look_around(place)
            num_waits += resource.getrusage(resource.RUSAGE_THREAD).ru_majflt - before
        print(f"{watch.report(name)}  waited for the disk {num_waits} times", flush=True)
        status |= int(num_waits > 0)
        for gap in watch.gaps:
            if gap.phase == name and gap.stacks:
                print(gap.stacks, flush=True)
    view.stop()
    view.close()
    view.deleteLater()
    application.processEvents()
    return status


if __name__ == "__main__":
    sys.exit(main())
