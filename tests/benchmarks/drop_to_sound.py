"""How long it takes from the drop of a song to the first second that is separated and heard.

    python -m tests.benchmarks.drop_to_sound SONG... [--minutes 4] [--runs 5]

The songs are put together to one MP3 of four minutes. The real studio opens it with the bundled
draft, once with an engine that has just been started and then again and again with a warm one;
playback begins as soon as there is a stem, on a silent sound card. Status 1 if the median of the
warm runs is above two seconds.
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.studio_stalls import (
    MODEL,
    StudioRun,
    end_at_once,
    private_folders,
    write_song,
)

if TYPE_CHECKING:
    from app.model.song import Song

LIMIT_SECONDS = 2.0
WARM_UP_SECONDS = 20.0


@dataclass(slots=True, kw_only=True, eq=False)
class Stopwatch:
    """Seconds after the drop.

    Attributes:
        times: By what happened.
    """

    dropped_at: float = field(default_factory=time.perf_counter)
    times: dict[str, float] = field(default_factory=dict)

    def note(self, what: str) -> None:
        """Note what has happened, if it is the first time."""
        self.times.setdefault(what, time.perf_counter() - self.dropped_at)


def main() -> int:
    """Print every run and the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", nargs="+", type=Path)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, private_folders(Path(home)):
        path = Path(home) / "Four Minutes.mp3"
        write_song(path, args.songs, round(60 * args.minutes))
        run = StudioRun(dumps_stacks=False, settle_seconds=0.0)
        try:
            print(f"model {MODEL}; the engine has just been started: {text(drop(run, path))}")
            run.wait_seconds(WARM_UP_SECONDS)
            heard: list[float] = []
            for number in range(args.runs):
                # The same file once more would open the project that there is of it already.
                again = path.with_stem(f"{path.stem} {number + 1}")
                shutil.copy(path, again)
                times = drop(run, again)
                print(f"warm engine: {text(times)}", flush=True)
                heard.append(times["heard"])
        finally:
            run.close()
    print(f"median {median(heard):.2f} s, at most {LIMIT_SECONDS} s wanted")
    return int(median(heard) > LIMIT_SECONDS)


def drop(run: StudioRun, path: Path) -> dict[str, float]:
    """Drop a song into a window without songs; return what happened when."""
    studio, watch = run.studio, Stopwatch()
    studio.window.paths_dropped.emit([path])
    run.wait(lambda: bool(studio.session.songs))
    watch.note("listed")
    song = run.song

    def second_is_there(song: "Song") -> bool:
        rate = song.facts.sample_rate if song.facts is not None else 0
        return bool(song.stems) and all(
            stem.done.ranges and stem.done.ranges[0].start == 0 and stem.done.ranges[0].stop >= rate
            for stem in song.stems
        )

    def is_heard() -> bool:
        if song.facts is not None:
            watch.note("original")
        if song.stems and not studio.transport.is_playing:
            studio.transport.play()
        if second_is_there(song):
            watch.note("separated")
            levels = studio.transport.levels()
            return max((max(levels[stem.name]) for stem in song.stems), default=0.0) > 0.0
        return False

    run.wait(is_heard)
    watch.note("heard")
    studio.transport.pause()
    studio.queue.remove(song)
    run.wait(lambda: not studio.session.songs)
    run.wait_seconds(1.0)
    return watch.times


def text(times: dict[str, float]) -> str:
    """Write what happened when."""
    return ", ".join(f"{what} {seconds:.2f} s" for what, seconds in times.items())


if __name__ == "__main__":
    end_at_once(main())
