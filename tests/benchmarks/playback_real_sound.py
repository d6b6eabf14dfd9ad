"""Plays through PulseAudio, records what comes out, and checks it to the bit.

    python -m tests.benchmarks.playback_real_sound [--seeks 1000] [--turns 1000]
        [--minutes 5] [--only NAME ...]

* alignment: seeks and loop turns at random; every recorded frame has to be the frame that was
  asked for, in all lanes.
* ramps: gestures on the mix; no two neighbours may differ by more than the ramp allows.
* null: original and stems in turn; their difference from the original, aligned, in decibels.
* underruns: minutes of playback beside a separation on all cores and a window that paints all
  the time; neither the card nor the recording may show a gap.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.model.frame_range import FrameRange
from app.model.peak_pyramid import PeakPyramid
from app.model.song import Song, SongFacts
from app.model.track import Track
from app.playback.audio_output import AudioOutput
from app.playback.transport import Transport
from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave
from engine.audio.tags import AudioTags
from tests.benchmarks.busy_machine import BusyWindow, endless_separation
from tests.benchmarks.coded_lanes import Run, coded_lanes, decoded, runs
from tests.benchmarks.null_sink import SAMPLE_RATE, Recording, null_sink

FloatArray = npt.NDArray[np.float32]

STEMS = ("drums", "bass", "other", "vocals", "residual")
SONG_SECONDS = 180
PIECE_FRAMES = 1 << 18
SEEK_SECONDS = 0.12  # longer than two blocks, so that none replaces the one before
MARGIN_FRAMES = 4_000  # targets keep away from the end of the loop
NULL_DB = -100.0
SHORT_LOOP_FRAMES = 3_000
CHANCE_FRAMES = 8
MAX_MISSED = 4
RAMP_LEVEL = 0.5
RAMP_FRAMES = 441  # as promised: 10 ms
FADE_FRAMES = 220  # and 5 ms


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def make_song(folder: Path, pieces: Callable[[int, int], list[FloatArray]]) -> Song:
    """Write a song's lanes, the original first, and map them as the studio does."""
    num_frames = SONG_SECONDS * SAMPLE_RATE
    names = ("mix", *STEMS)
    shape = {"sample_rate": SAMPLE_RATE, "num_channels": 2, "num_frames": num_frames}
    waves = [create_mapped_wave(folder / f"{name}.wav", **shape) for name in names]
    for start in range(0, num_frames, PIECE_FRAMES):
        stems = pieces(start, min(PIECE_FRAMES, num_frames - start))
        mix_TC = np.asarray(np.sum(np.stack(stems), axis=0, dtype=np.float64), np.float32)
        for wave, piece_TC in zip(waves, [mix_TC, *stems], strict=True):
            wave.write(start, piece_TC)
    for wave in waves:
        wave.close()
    tracks = [
        Track(
            name=name,
            samples_TC=open_mapped_wave(folder / f"{name}.wav").samples_TC,
            peaks=PeakPyramid(num_frames),
        )
        for name in names
    ]
    song = Song(folder, folder / "song.wav")
    facts = SongFacts(
        title="Song",
        source=song.source,
        tags=AudioTags(),
        sample_rate=SAMPLE_RATE,
        num_channels=2,
        num_frames=num_frames,
    )
    song.open(facts, tracks[0])
    song.set_stems(tuple(tracks[1:]), model_name="made up")
    return song


def coded_song(folder: Path) -> Song:
    return make_song(folder, lambda start, count: coded_lanes(len(STEMS), start, count, seed=3))


def constant_song(folder: Path) -> Song:
    lane = RAMP_LEVEL / len(STEMS)
    return make_song(folder, lambda _, count: [np.full((count, 2), lane, np.float32)] * len(STEMS))


def noise_song(folder: Path) -> Song:
    def pieces(start: int, count: int) -> list[FloatArray]:
        rng = np.random.default_rng(start)
        return [rng.normal(0.0, 0.1, (count, 2)).astype(np.float32) for _ in STEMS]

    return make_song(folder, pieces)


# Alignment


def check_alignment(transport: Transport, folder: Path, args: argparse.Namespace) -> bool:
    song = coded_song(folder)
    recording = Recording(folder / "recording.raw")
    transport.set_song(song)
    transport.play()
    wait(3.0)
    chance = random.Random(args.seed)
    num_frames = SONG_SECONDS * SAMPLE_RATE
    targets: list[int] = []
    loops: list[FrameRange] = []
    for number in range(args.seeks):
        if number % 2 == 0:
            start = chance.randrange(num_frames // 2)
            length = chance.randrange(MARGIN_FRAMES + 500, MARGIN_FRAMES + 8_000)
            loops.append(FrameRange(start, start + length))
        targets.append(chance.randrange(loops[-1].start, loops[-1].stop - MARGIN_FRAMES))
        transport.seek(targets[-1])
        song.change(replace(song.state, selection=loops[-1], is_looping=True), "Loop")
        wait(SEEK_SECONDS)
    loops.append(FrameRange(SAMPLE_RATE, SAMPLE_RATE + SHORT_LOOP_FRAMES))
    targets.append(SAMPLE_RATE)
    transport.seek(SAMPLE_RATE)
    song.change(replace(song.state, selection=loops[-1]), "Loop")
    wait(args.turns * SHORT_LOOP_FRAMES / SAMPLE_RATE + 1.0)
    transport.pause()
    recorded = runs(decoded(recording.stop()))
    fade = FADE_FRAMES
    missed, num_turns, strange = _explain(recorded, targets, loops, fade)
    transport.set_song(None)
    print(
        f"alignment: {len(targets)} seeks ({len(missed)} not found), {num_turns} loop turns, "
        f"{len(strange)} breaks unexplained, {sum(run.num_frames for run in recorded)} frames "
        f"exact to the bit, underruns {transport.underruns}"
    )
    for text in strange[:5]:
        print("   ", text)
    return not missed and not strange and num_turns >= args.turns


def _explain(
    recorded: list[Run], targets: list[int], loops: list[FrameRange], fade: int
) -> tuple[list[int], int, list[str]]:
    """Find the seek or the loop turn behind every break of the recording."""
    missed, num_turns, strange = [], 0, []
    num_found = 0
    for before, after in pairwise(recorded):
        gap = after.recorded_at - before.recorded_end
        # The last frames of a fade may be rounded to the very frame that they fade to.
        candidates = [
            number
            for number in range(num_found, min(num_found + MAX_MISSED, len(targets)))
            if 0 <= targets[number] + fade - after.first <= CHANCE_FRAMES
        ]
        loop = loops[max(0, num_found - 1) // 2]
        if candidates:
            missed += targets[num_found : candidates[0]]
            num_found = candidates[0] + 1
        elif 0 <= fade - gap <= CHANCE_FRAMES and before.end + gap - after.first == loop.num_frames:
            num_turns += 1
        else:
            strange.append(f"{before} then {after}: gap {gap}, {num_found} seeks so far")
    return missed + targets[num_found:], num_turns, strange


# Ramps


def check_ramps(transport: Transport, folder: Path, args: argparse.Namespace) -> bool:
    song = constant_song(folder)
    mixer_gestures, all_gestures = _gestures(transport, song, random.Random(args.seed))
    recording = Recording(folder / "recording.raw")
    transport.set_song(song)
    transport.play()
    wait(3.0)
    chance = random.Random(args.seed)
    for gestures in (mixer_gestures, all_gestures):
        for number in range(args.gestures // 2):
            gestures[number % len(gestures)]()
            wait(chance.uniform(0.005, 0.12))
        if gestures is mixer_gestures:
            transport.solo_lane_momentarily(None)
            transport.set_monitor("original")
            wait(1.0)
    transport.pause()
    recorded_TC = recording.stop()
    transport.set_song(None)
    transport.monitor_gain_db = 0.0
    transport.set_monitor("stems")

    steps_T = np.abs(np.diff(recorded_TC.astype(np.float64), axis=0)).max(axis=1)
    # The second of rest in the middle parts the two halves; the fade at the start is left out.
    begin = int(np.flatnonzero(steps_T)[0]) + 2 * FADE_FRAMES
    moving = begin + np.flatnonzero(steps_T[begin:])
    middle = int(moving[np.flatnonzero(np.diff(moving) > SAMPLE_RATE * 3 // 4)[0]]) + 1
    ramp = RAMP_LEVEL / RAMP_FRAMES
    # A ramp of the lanes, one of the monitor and a fade may all move at once.
    both = 2.0 * ramp + RAMP_LEVEL * np.pi / 2.0 / FADE_FRAMES
    first, second = float(steps_T[begin:middle].max()), float(steps_T[middle:].max())
    print(
        f"ramps: {args.gestures} gestures; largest step of mute, solo, gain, pan and A/B "
        f"{first:.6f} (one ramp: {ramp:.6f}), with volume, play, pause and seek {second:.6f} "
        f"(ramps and fade: {both:.6f}); a click would be up to {RAMP_LEVEL}; "
        f"{np.count_nonzero(steps_T)} frames in motion"
    )
    is_lively = np.count_nonzero(steps_T) > args.gestures * FADE_FRAMES // 4
    return bool(first <= ramp * 1.001 and second <= both * 1.001 and is_lively)


def _gestures(
    transport: Transport, song: Song, chance: random.Random
) -> tuple[list[Callable[[], object]], list[Callable[[], object]]]:
    def change(**fields: object) -> None:
        name = chance.choice(STEMS)
        lane = replace(song.state.lane(name), **fields)  # type: ignore[arg-type]
        song.change_lane(name, lane, "Change")

    mixer_gestures: list[Callable[[], object]] = [
        lambda: change(muted=chance.random() < 0.5),
        lambda: change(soloed=chance.random() < 0.3),
        lambda: change(gain_db=chance.uniform(-30.0, 0.0)),
        lambda: change(pan=chance.uniform(-1.0, 1.0)),
        lambda: transport.set_monitor(chance.choice(("stems", "original"))),
        lambda: transport.solo_lane_momentarily(chance.choice((None, "drums"))),
    ]
    all_gestures = [
        *mixer_gestures,
        lambda: setattr(transport, "monitor_gain_db", chance.uniform(-20.0, 0.0)),
        transport.toggle,
        lambda: transport.seek(chance.randrange(SAMPLE_RATE * 60)),
    ]
    return mixer_gestures, all_gestures


# Null test


def check_null(transport: Transport, folder: Path, args: argparse.Namespace) -> bool:
    song = noise_song(folder)
    original_TC = np.asarray(song.track("mix").samples_TC)
    recording = Recording(folder / "recording.raw")
    transport.set_song(song)
    transport.play()
    wait(3.0)
    for number in range(40):
        transport.set_monitor("original" if number % 2 == 0 else "stems")
        wait(0.25)
    transport.pause()
    recorded_TC = recording.stop()
    transport.set_song(None)
    transport.set_monitor("stems")
    start = int(np.flatnonzero(np.abs(recorded_TC).max(axis=1) > 0.0)[0])
    num_frames = SAMPLE_RATE * 10
    probe_TC = recorded_TC[start + SAMPLE_RATE : start + SAMPLE_RATE + num_frames].astype(
        np.float64
    )
    # The recording begins with the fade from frame 0; a search around that finds the shift.
    errors = {
        shift: float(np.abs(probe_TC[:1_000] - original_TC[at : at + 1_000]).max())
        for shift in range(-2_000, 2_000)
        if (at := SAMPLE_RATE + shift) >= 0
    }
    shift = min(errors, key=lambda key: errors[key])
    at = SAMPLE_RATE + shift
    original = original_TC[at : at + num_frames].astype(np.float64)
    error_db = 10.0 * np.log10(np.mean((probe_TC - original) ** 2) / np.mean(original**2) + 1e-30)
    print(
        f"null: {error_db:.1f} dB over {num_frames / SAMPLE_RATE:.0f} s with a change of the "
        f"monitor every quarter of a second (shift {shift} frames, limit {NULL_DB:.0f} dB)"
    )
    return bool(error_db < NULL_DB)


# Underruns


def check_underruns(transport: Transport, folder: Path, args: argparse.Namespace) -> bool:
    song = coded_song(folder)
    window = BusyWindow()
    with endless_separation(folder) as separation:
        window.show()
        recording = Recording(folder / "recording.raw")
        transport.set_song(song)
        num_frames = SONG_SECONDS * SAMPLE_RATE
        whole = FrameRange(0, num_frames)
        song.change(replace(song.state, selection=whole, is_looping=True), "Loop")
        before = transport.underruns
        wait(1.0)
        window.longest_gap_ms = 0.0
        transport.play()
        wait(60.0 * args.minutes)
        transport.pause()
        num_underruns, cpu = transport.underruns - before, separation.cpu_seconds()
        longest = window.longest_gap_ms
        recorded = runs(decoded(recording.stop()))
    window.close()
    transport.set_song(None)
    fade = FADE_FRAMES
    breaks = [
        f"{before} then {after}"
        for before, after in pairwise(recorded)
        if not (after.first == 0 and after.recorded_at - before.recorded_end == fade)
    ]
    seconds = sum(run.num_frames for run in recorded) / SAMPLE_RATE
    print(
        f"underruns: {num_underruns} counted, {len(breaks)} breaks in {seconds:.1f} s recorded; "
        f"separations used {cpu:.0f} s of processor in {60.0 * args.minutes:.0f} s; "
        f"window painted {window.num_paints} times, longest gap of the event loop {longest:.0f} ms"
    )
    for text in breaks[:5]:
        print("   ", text)
    return num_underruns == 0 and not breaks and seconds > 60.0 * args.minutes - 10.0


CHECKS = {
    "alignment": check_alignment,
    "ramps": check_ramps,
    "null": check_null,
    "underruns": check_underruns,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeks", type=int, default=1_000)
    parser.add_argument("--turns", type=int, default=1_000)
    parser.add_argument("--gestures", type=int, default=600)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=sorted(CHECKS), default=list(CHECKS))
    args = parser.parse_args()
    _application = QApplication([])
    results: dict[str, bool] = {}
    with tempfile.TemporaryDirectory() as name, null_sink(Path(name)):
        output = AudioOutput()
        transport = Transport(output)
        transport.device_failed.connect(lambda error: print("no sound:", error.message))
        for check in args.only:
            folder = Path(name) / check
            folder.mkdir()
            results[check] = CHECKS[check](transport, folder, args)
            assert not output.is_silent, "there is no sound card"
        transport.shut_down()
    print(json.dumps(results))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
