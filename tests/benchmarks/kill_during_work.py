"""Kills the studio while it works, again and again, and looks at what its projects say then.

    python tests/benchmarks/kill_during_work.py [--song SONG] [--times 20] [--seed 0]

Each time the real studio (without a screen) opens a song, separates it with the real engine,
separates it again over its own stems, and has a fader moved ten times a second, until SIGKILL
ends it at a random moment. A quarter of the kills comes soon after the song is open, a quarter at
any moment after the first stems sound, a quarter when the temporary file of ``project.json`` is
there, and a quarter, with the engine's process killed first, when the engine begins to write a
region of the stems. After each kill

* the record of the crashed session names the song;
* its project opens; whatever it calls done adds up to the original, to 1e-6 of full scale;
* stems of the first pass are, where they are done, those of a run that nobody killed;
* nothing is lost but the last seconds: audio and faders that were there before are in the project;
* the engine's process has ended, too.

Every fifth time the studio is started again, recovers the song and finishes it.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Literal, get_args

import numpy as np
import soundfile
from PySide6.QtCore import QCoreApplication

from app.model.lane_sums import common_ranges
from app.model.mix_state import MIX_LANE
from app.model.project_file import ProjectLoaded, load_project, read_project
from app.model.recovery import SessionRecord
from app.model.session import Session
from engine.errors import EngineError
from engine.events import FloatArray

Aim = Literal["opening", "a save", "anything", "a region"]
AIMS: tuple[Aim, ...] = get_args(Aim)

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources" / "demo" / "Latin Fusion.ogg"
CHILD = Path(__file__).with_name("killed_studio.py")
DEMO_REPEATS = 6  # three minutes
MAX_LOST_SECONDS = 5.0
MAX_SUM_DIFFERENCE = 1e-6
ENGINE_END_SECONDS = 20.0  # it may be loading torch
START_SECONDS = 120.0


@dataclass(slots=True)
class Run:
    """What the studio said before it was killed: moments and what was true from then on."""

    killed_at: float = 0.0
    engine: int = 0
    gains: list[tuple[float, float]] = field(default_factory=list)
    arrivals: list[tuple[float, int, int]] = field(default_factory=list)
    passes: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--song", type=Path)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--longest",
        type=float,
        default=25.0,
        help="latest kill, in seconds after the first stem sounds",
    )
    args = parser.parse_args()

    application = QCoreApplication([])
    chance = random.Random(args.seed)
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="strata-kills-") as name:
        song = args.song or _long_demo(Path(name))
        reference = _reference(Path(name) / "whole", song)
        print(f"{'kill':>4} {'after':>7} {'aimed at':>9} {'pass':>4} {'done':>6} {'lost audio':>10}"
              f" {'lost fader':>10} {'mended':>7} {'opened in':>9}  problems")  # fmt: skip
        for number in range(args.times):
            home = Path(name) / str(number)
            run = _killed_run(
                home,
                song,
                chance.uniform(0.0, args.longest),
                AIMS[number % len(AIMS)],
            )
            found = _examine(home, run, reference, number, resumes=number % 5 == 4)
            problems += found
    del application
    print(f"{len(problems)} problems in {args.times} kills")
    return min(1, len(problems))


# Running and killing


def _killed_run(home: Path, song: Path, delay: float, aim: Aim) -> Run:
    def note(line: str) -> float | None:
        return _note(run, json.loads(line), delay, deadline, is_early=aim == "opening")

    run = Run()
    deadline: float | None = None
    with _studio(home, [str(song)]) as process:
        lines: SimpleQueue[str] = SimpleQueue()
        listener = Thread(target=_listen, args=(process, lines))
        listener.start()
        while deadline is None or time.monotonic() < deadline:
            with suppress(Empty):
                deadline = note(lines.get(timeout=0.01))
            if process.poll() is not None:
                raise SystemExit("the studio ended by itself")
        if aim == "a save":
            _await_save(home)
        if aim == "a region":
            _await_region(home)
            os.kill(run.engine, signal.SIGKILL)
        run.killed_at = time.monotonic()
        process.kill()
        listener.join()
        while not lines.empty():
            note(lines.get())
    return run


def _listen(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith("\n"):  # the last one may be cut by the kill
            lines.put(line)


def _note(
    run: Run, said: dict[str, float], delay: float, deadline: float | None, *, is_early: bool
) -> float | None:
    run.engine = int(said.get("engine", run.engine))
    if "gain" in said:
        run.gains.append((said["at"], said["gain"]))
    if "start" in said:
        run.arrivals.append((said["at"], int(said["start"]), int(said["stop"])))
    run.passes = int(said.get("pass", run.passes))
    if deadline is None and ("start" in said or (is_early and "opened" in said)):
        return time.monotonic() + delay
    return deadline


def _await_save(home: Path) -> None:
    give_up_at = time.monotonic() + 4.0
    while time.monotonic() < give_up_at:
        if any(home.glob("data/Strata/songs/*/.project.json.part")):
            return


def _await_region(home: Path) -> None:
    (stem, *_) = sorted(home.glob("data/Strata/songs/*/stems/*.wav"))
    before, give_up_at = stem.stat().st_mtime_ns, time.monotonic() + 10.0
    while stem.stat().st_mtime_ns == before and time.monotonic() < give_up_at:
        pass


@contextmanager
def _studio(home: Path, arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
        **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("DATA", "CONFIG", "STATE")},
    }
    with subprocess.Popen(
        [sys.executable, str(CHILD), *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(home.parent / "stderr.txt").open("a"),
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


# What is left


def _examine(
    home: Path, run: Run, reference: dict[str, FloatArray], number: int, *, resumes: bool
) -> list[str]:
    problems: list[str] = []
    (folder,) = (home / "data" / "Strata" / "songs").iterdir()
    if not _has_ended(run.engine):
        problems.append("the engine goes on")
        os.kill(run.engine, signal.SIGKILL)
    record = SessionRecord(Session(), home / "state" / "Strata" / "sessions")
    abandoned = record.take_abandoned()
    if [song.folder for each in abandoned for song in each.record.songs] != [folder]:
        problems.append("the song is not offered for recovery")
    for each in abandoned:
        each.release()
    record.close()
    row = f"{number:4d} "
    try:
        before = _sum_difference(folder)
        started_at = time.monotonic()
        (*_, loaded) = load_project(folder)
        seconds = time.monotonic() - started_at
    except EngineError as error:
        problems.append(f"{error} ({error.__cause__})")
    else:
        assert isinstance(loaded, ProjectLoaded)
        row += _row(loaded, run, before, seconds, number)
        problems += _wrong(loaded, run, reference, _sum_difference(folder))
    if resumes:
        problems += _resume(home)
    print(row, ", ".join(problems) or "none", flush=True)
    return problems


def _row(loaded: ProjectLoaded, run: Run, before: float, seconds: float, number: int) -> str:
    facts = loaded.snapshot.facts
    done = min((lane.done.num_frames for lane in loaded.snapshot.lanes[1:]), default=0)
    share = done / facts.num_frames if facts is not None else 0.0
    return (
        f"{run.killed_at - (run.gains[0][0] if run.gains else run.killed_at):6.1f}s "
        f"{AIMS[number % len(AIMS)]:>9} {run.passes:4d} {share:6.1%} "
        f"{_lost_audio_seconds(loaded, run):9.1f}s {_lost_fader_seconds(loaded, run):9.1f}s "
        f"{'yes' if before > MAX_SUM_DIFFERENCE else 'no':>7} {seconds:8.2f}s "
    )


def _wrong(
    loaded: ProjectLoaded, run: Run, reference: dict[str, FloatArray], difference: float
) -> list[str]:
    problems: list[str] = []
    if difference > MAX_SUM_DIFFERENCE:
        problems.append(f"the lanes miss the original by {difference:.1e}")
    if _lost_audio_seconds(loaded, run) > MAX_LOST_SECONDS:
        problems.append("audio is lost")
    if _lost_fader_seconds(loaded, run) > MAX_LOST_SECONDS:
        problems.append("faders are lost")
    if run.passes <= 1:
        for track in loaded.tracks:
            for item in track.done.ranges:
                frames = slice(item.start, item.stop)
                if not np.array_equal(track.samples_TC[frames], reference[track.name][frames]):
                    problems.append(f"{track.name} is not what it claims")
    return problems


def _lost_audio_seconds(loaded: ProjectLoaded, run: Run) -> float:
    """Return how long before the kill the oldest audio arrived that the project does not have."""
    done = common_ranges(tuple(lane.done for lane in loaded.snapshot.lanes[1:]))
    lost = [
        at
        for at, start, stop in run.arrivals
        if not any(item.start <= start and stop <= item.stop for item in done.ranges)
    ]
    return max((run.killed_at - at for at in lost), default=0.0)


def _lost_fader_seconds(loaded: ProjectLoaded, run: Run) -> float:
    """Return how long before the kill the fader left the place that the project has for it."""
    kept = loaded.snapshot.state.lane(MIX_LANE).gain_db
    left_at = [at for at, gain in run.gains if gain > kept]
    return run.killed_at - min(left_at) if left_at else 0.0


def _sum_difference(folder: Path) -> float:
    snapshot = read_project(folder)
    lanes = {
        lane.name: soundfile.read(
            folder / ("mix.wav" if lane.name == MIX_LANE else f"stems/{lane.name}.wav"),
            always_2d=True,
        )[0]
        for lane in snapshot.lanes
    }
    done = common_ranges(tuple(lane.done for lane in snapshot.lanes)) if len(lanes) > 1 else None
    worst = 0.0
    for item in done.ranges if done is not None else ():
        frames = slice(item.start, item.stop)
        total_TC = sum(lane_TC[frames] for name, lane_TC in lanes.items() if name != MIX_LANE)
        worst = max(worst, float(np.abs(total_TC - lanes[MIX_LANE][frames]).max()))
    return worst


def _has_ended(process_id: int) -> bool:
    deadline = time.monotonic() + ENGINE_END_SECONDS
    while process_id and time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return not process_id


def _resume(home: Path) -> list[str]:
    with _studio(home, ["--finish"]) as process:
        out, _ = process.communicate(timeout=START_SECONDS + 240.0)
    last = out.strip().split("\n")[-1]
    (folder,) = (home / "data" / "Strata" / "songs").iterdir()
    if process.returncode != 0 or "finished" not in last:
        return [f"it could not be finished: {last}"]
    snapshot = read_project(folder)
    assert snapshot.facts is not None
    if snapshot.fraction_done < 1.0:
        return ["it was not finished"]
    difference = _sum_difference(folder)
    return [f"finished lanes miss by {difference:.1e}"] if difference > MAX_SUM_DIFFERENCE else []


# Material


def _long_demo(folder: Path) -> Path:
    samples_TC, rate = soundfile.read(DEMO, dtype="float32", always_2d=True)
    path = folder / "Long Demo.flac"
    soundfile.write(path, np.tile(samples_TC, (DEMO_REPEATS, 1)), rate)
    return path


def _reference(home: Path, song: Path) -> dict[str, FloatArray]:
    """Return the lanes of a run that nobody kills."""
    home.mkdir()
    with _studio(home, ["--finish", str(song)]) as process:
        out, _ = process.communicate(timeout=START_SECONDS + 240.0)
    if "finished" not in out:
        raise SystemExit(f"the studio did not finish the song: {out[-500:]}")
    (folder,) = (home / "data" / "Strata" / "songs").iterdir()
    (*_, loaded) = load_project(folder)
    assert isinstance(loaded, ProjectLoaded)
    return {track.name: np.array(track.samples_TC) for track in loaded.tracks}


if __name__ == "__main__":
    sys.exit(main())
