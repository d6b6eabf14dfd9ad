"""How long the studio keeps its user waiting, while it does everything that it can do.

    python -m tests.benchmarks.studio_stalls SONG... [--minutes 10] [--hours 3] [--stacks]

The songs are put together to one of ten minutes. The real studio opens it, with the real engine in
its own process, the bundled draft, and a silent sound card; then one phase follows the other, and
a timer that ticks every 10 ms shows every gap (see ``stall_watch``). ``--stacks`` says what all
threads did in the middle of a gap. Last, three hours of mostly silence are opened. Status 1 if the
GUI thread was kept for more than 50 ms, or if the memory of both processes exceeds 1 GB.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import soundfile

if TYPE_CHECKING:
    from app.model.song import Song
    from app.widgets.export_dialog import ExportDialog

SAMPLE_RATE = 44_100
PIECE_FRAMES = 1 << 18
MAX_MEGABYTES = 1000
FRAME_MS = 16
POLL_MS = 20
TIMEOUT_SECONDS = 1800.0
BURST_SECONDS = 60  # of the long song, between two seconds of sound
MODEL = "draft"


def main() -> int:
    """Run all phases and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", nargs="+", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--hours", type=float, default=3.0, help="0 leaves the long song out")
    parser.add_argument("--long-seconds", type=float, default=20.0, help="of its separation")
    parser.add_argument("--stacks", action="store_true")
    parser.add_argument("--folder", type=Path, help="for several gigabytes that go afterwards")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as home, private_folders(Path(home)):
        song = Path(home) / "Ten Minutes.mp3"
        write_song(song, args.songs, round(60 * args.minutes))
        run = StudioRun(dumps_stacks=args.stacks)
        try:
            run.measure(song, Path(home) / "out")
            if args.hours:
                long = Path(home) / "Three Hours.flac"
                write_long_song(long, args.songs[0], round(3600 * args.hours))
                run.measure_long(long, args.long_seconds)
        finally:
            run.close()
        return run.status()


@contextmanager
def private_folders(home: Path) -> Iterator[None]:
    """Keep the user's settings, songs and logs out of it; no screen and no sound card."""
    os.environ |= {f"XDG_{kind}_HOME": str(home) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    os.environ["HOME"] = str(home)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    yield


class StudioRun:
    """The studio, what is done with it, and what was measured."""

    def __init__(self, *, dumps_stacks: bool, settle_seconds: float = 5.0) -> None:
        """Open the window, and give the engine some seconds."""
        from app.application import make_application
        from app.model.export_choice import ExportChoice
        from app.model.settings import Settings, user_store
        from app.studio import Studio
        from app.widgets.theme import Theme
        from tests.benchmarks.stall_watch import StallWatch

        self._application = make_application()
        settings = Settings(user_store())
        settings.model_name = MODEL
        settings.export_choice = ExportChoice(shows_folder=False)
        self.studio = Studio(settings, Theme(self._application, "dark"))
        self.watch = StallWatch(dumps_stacks=dumps_stacks)
        self.megabytes = 0.0
        self.studio.window.resize(1600, 900)
        with self._phase("window opens, engine starts"):
            self.studio.start(())
            self.wait(lambda: bool(self.studio.engine.process_id))
            self.wait_seconds(settle_seconds)

    @property
    def song(self) -> "Song":
        """The song on screen."""
        song = self.studio.session.current
        assert song is not None
        return song

    def measure(self, path: Path, out: Path) -> None:
        """Do everything with a song."""
        from app.model.song_status import Phase

        studio = self.studio
        with self._phase("drop and decoding"):
            studio.window.paths_dropped.emit([path])
            self.wait(lambda: studio.session.current is not None and bool(self.song.stems))
        with self._phase("separation, nobody touches it"):
            self.wait_seconds(8.0)
        with self._phase("separation, playing"):
            studio.transport.play()
            self.wait_seconds(8.0)
        with self._phase("separation, playing, zoom, scroll"):
            self._zoom_and_scroll(10.0)
        with self._phase("separation, playing, faders"):
            self._move_faders(6.0)
        with self._phase("separation, export dialog open"):
            self._trigger("export")
            self.wait_seconds(4.0)
            self._dialog().reject()
        with self._phase("separation, seeking"):
            self._seek(5.0)
        with self._phase("separation to its end"):
            self.wait(lambda: self.song.status.phase is Phase.DONE)
        self._note_memory("ten minutes separated")
        with self._phase("playing"):
            studio.transport.seek(0)
            studio.transport.play()
            self.wait_seconds(6.0)
        with self._phase("zoom, scroll"):
            self._zoom_and_scroll(10.0)
        with self._phase("spectrogram, zoom, scroll"):
            self._trigger("spectrogram")
            self._zoom_and_scroll(6.0)
            self._trigger("spectrogram")
        with self._phase("faders, undo, save"):
            self._move_faders(4.0)
            self._trigger("save")
            for _ in range(20):
                self._trigger("undo")
            self.wait_seconds(3.0)
        for container in ("flac", "wav", "ogg"):
            with self._phase(f"export of all lanes, {container}, playing"):
                self._export(container, out / container)
        with self._phase("copy of a selection"):
            self._trigger("select_all")
            self._trigger("copy_all")
            self.wait_seconds(3.0)
        studio.transport.pause()
        self._note_memory("after the exports")

    def measure_long(self, path: Path, seconds: float) -> None:
        """Open a song of hours."""
        from app.model.song_status import Phase

        studio = self.studio
        with self._phase("long song: drop, decoding"):
            studio.window.paths_dropped.emit([path])
            self.wait(lambda: len(studio.session.songs) > 1)
            studio.session.set_current(studio.session.songs[-1])
            self.wait(lambda: bool(self.song.stems))
        with self._phase("long song: zoom, scroll"):
            self._zoom_and_scroll(10.0)
        with self._phase("long song: playing, zoom, scroll"):
            studio.transport.play()
            self._zoom_and_scroll(10.0)
        with self._phase("long song: going on"):
            self.wait_seconds(seconds)
        self._note_memory("three hours")
        with self._phase("long song: cancel"):
            studio.queue.cancel(self.song)
            self.wait(lambda: self.song.status.phase is Phase.CANCELLED)
            self.wait_seconds(1.0)

    def close(self) -> None:
        """Close the window as a user does."""
        self.studio.window.close()
        self.studio.stop()

    def status(self) -> int:
        """Return the status of the process."""
        from tests.benchmarks.stall_watch import LIMIT_MS

        own = max((gap.own_ms for gap in self.watch.gaps), default=0.0)
        print(f"longest gap without line {own:.1f} ms, at most {LIMIT_MS:.0f} ms wanted")
        print(f"memory {self.megabytes:.0f} MB, at most {MAX_MEGABYTES} MB wanted")
        return int(own > LIMIT_MS or self.megabytes > MAX_MEGABYTES)

    # What a user does

    def _zoom_and_scroll(self, seconds: float) -> None:
        from PySide6.QtCore import Qt

        steps = [(120, Qt.KeyboardModifier.ControlModifier)] * 45
        steps += [(-120, Qt.KeyboardModifier.ShiftModifier)] * 30
        steps += [(-120, Qt.KeyboardModifier.ControlModifier)] * 25
        steps += [(120, Qt.KeyboardModifier.ShiftModifier)] * 30
        steps += [(-120, Qt.KeyboardModifier.ControlModifier)] * 20
        self._repeat(seconds, lambda number: self._turn_wheel(*steps[number % len(steps)]))

    def _turn_wheel(self, angle: int, modifiers: object) -> None:
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent

        assert isinstance(modifiers, Qt.KeyboardModifier)
        timeline = self.studio.window.timeline
        where = QPointF(timeline.width() * 0.6, timeline.height() * 0.5)
        event = QWheelEvent(
            where,
            timeline.mapToGlobal(where),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        self._application.sendEvent(timeline, event)

    def _move_faders(self, seconds: float) -> None:
        from app.widgets import mix_changes

        names = [stem.name for stem in self.song.stems]

        def move(number: int) -> None:
            name = names[number // 40 % len(names)]
            mix_changes.set_gain(self.song, name, -20.0 + number % 40 * 0.5)
            if number % 40 == 39:
                self.song.end_merging()
            if number % 60 == 0:
                mix_changes.toggle_mute(self.song, name)
            if number % 75 == 0:
                mix_changes.toggle_solo(self.song, name)

        self._repeat(seconds, move)

    def _seek(self, seconds: float) -> None:
        assert self.song.facts is not None
        num_frames = self.song.facts.num_frames
        places = np.random.default_rng(0).integers(0, num_frames, 1000).tolist()
        timeline = self.studio.window.timeline

        def seek(number: int) -> None:
            if number % 10 == 0:
                timeline._seek(places[number])

        self._repeat(seconds, seek)

    def _export(self, container: str, folder: Path) -> None:
        from app.model.export_choice import ExportChoice
        from engine.audio.audio_format import AudioFormat

        depth = None if container == "ogg" else "24"
        self.studio.settings.export_choice = ExportChoice(
            format=AudioFormat(container=container, bit_depth=depth),  # type: ignore[arg-type]
            folder=folder,
            shows_folder=False,
        )
        self._trigger("export")
        dialog = self._dialog()
        self.wait_seconds(0.5)
        dialog.export()
        self.wait(lambda: dialog._written is not None)
        dialog.reject()

    def _dialog(self) -> "ExportDialog":
        from app.widgets.export_dialog import ExportDialog

        widgets = self._application.topLevelWidgets()
        found = [each for each in widgets if isinstance(each, ExportDialog) and each.isVisible()]
        return found[-1]

    def _trigger(self, action: str) -> None:
        getattr(self.studio.window.actions_, action).trigger()

    # Time

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        with self.watch.phase(name):
            yield
        print(self.watch.report(name), flush=True)
        for gap in self.watch.gaps:
            if gap.phase == name and gap.stacks:
                print(f"    {gap}".split(", stacks=")[0])
                print("\n".join(f"      {line}" for line in gap.stacks.splitlines()), flush=True)

    def _repeat(self, seconds: float, step: Callable[[int], None]) -> None:
        """Do something as often as a screen is drawn."""
        from PySide6.QtCore import QTimer

        numbers = iter(range(sys.maxsize))
        timer = QTimer(interval=FRAME_MS)
        timer.timeout.connect(lambda: step(next(numbers)))
        timer.start()
        self.wait_seconds(seconds)
        timer.stop()

    def wait_seconds(self, seconds: float) -> None:
        """Let Qt work for a while."""
        deadline = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= deadline)

    def wait(self, is_over: Callable[[], bool]) -> None:
        """Let Qt work until something has happened."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        deadline = time.monotonic() + TIMEOUT_SECONDS
        poll = QTimer(interval=POLL_MS)
        poll.timeout.connect(lambda: loop.quit() if is_over() else None)
        poll.timeout.connect(lambda: loop.quit() if time.monotonic() > deadline else None)
        poll.start()
        if not is_over():
            loop.exec()
        poll.stop()
        if not is_over():
            raise TimeoutError(f"nothing happened; {self.song.status}")

    def _note_memory(self, title: str) -> None:
        texts, total = [], 0.0
        for name, number in (("studio", os.getpid()), ("engine", self.studio.engine.process_id)):
            if number is not None:
                rss, anonymous = memory_megabytes(number)
                total += anonymous
                texts.append(
                    f"{name} {anonymous:.0f} MB of its own, {rss:.0f} MB with mapped files"
                )
        self.megabytes = max(self.megabytes, total)
        print(f"memory, {title}: {'; '.join(texts)}", flush=True)


def end_at_once(status: int) -> NoReturn:
    """End the process.

    Without a screen, Qt's clipboard outlives Python, and what the studio has put into it does not.
    """
    sys.stdout.flush()
    os._exit(status)


def memory_megabytes(process: int) -> tuple[float, float]:
    """Return the resident memory of a process, and what of it is its own."""
    words = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines()
    )
    return int(words["VmRSS"].split()[0]) / 1e3, int(words["RssAnon"].split()[0]) / 1e3


def write_song(path: Path, sources: Sequence[Path], seconds: int) -> None:
    """Put songs behind each other until the length is reached."""
    missing = seconds * SAMPLE_RATE
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2) as song:
        while missing > 0:
            for source in sources:
                with soundfile.SoundFile(source) as file:
                    while missing > 0 and len(
                        piece_TC := file.read(min(missing, PIECE_FRAMES), always_2d=True)
                    ):
                        song.write(np.repeat(piece_TC, 2, axis=1)[:, :2])
                        missing -= len(piece_TC)


def write_long_song(path: Path, source: Path, seconds: int) -> None:
    """Write silence with a second of a song in every minute."""
    with soundfile.SoundFile(source) as file:
        file.seek(SAMPLE_RATE * 30)
        second_TC = np.repeat(file.read(SAMPLE_RATE, always_2d=True), 2, axis=1)[:, :2]
    silence_TC = np.zeros((SAMPLE_RATE, 2))
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2, format="FLAC") as song:
        for second in range(seconds):
            song.write(silence_TC if second % BURST_SECONDS else second_TC)


if __name__ == "__main__":
    end_at_once(main())
