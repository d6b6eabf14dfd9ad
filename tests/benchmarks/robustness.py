"""What a trained model makes of sound that no training showed it, through the whole pipeline.

Every row changes the stems of tracks, or the mix itself, separates, and prints

* whether every sample is finite,
* the largest |sum of the stems - mix|, relative to the mix's peak,
* the mean change of uSDR over stems and tracks, dB, against the unchanged tracks: references
  change as the mix does, where that is linear.

Silence, a tone and noise have no references; of silence the loudest sample is printed instead.

    python tests/benchmarks/robustness.py MODEL [MODEL ...] --dataset corpus [--tracks 4]

Axes: S stem, C channel, T frame.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.audio.resampling import resample
from engine.evaluation.metrics import is_audible, usdr_db
from engine.evaluation.reference_tracks import TrackFiles, find_tracks, load_track, targets_of
from engine.evaluation.stem_estimator import PipelineEstimator, load_estimator
from engine.events import FloatArray

LIMIT = 1e-6  # of the sum, relative to full scale
SILENT = 1e-9
RATES = (8_000, 22_050, 48_000, 96_000, 192_000)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sound:
    """Stems and what is separated; the mix need not be their sum."""

    stems_SCT: FloatArray
    mix_CT: FloatArray
    rate: int


Change = Callable[[_Sound], _Sound]


def _linear(change: Callable[[FloatArray], FloatArray]) -> Change:
    def run(sound: _Sound) -> _Sound:
        stems_SCT = change(sound.stems_SCT)
        return _Sound(stems_SCT=stems_SCT, mix_CT=stems_SCT.sum(axis=0), rate=sound.rate)

    return run


def _of_mix(change: Callable[[FloatArray], FloatArray]) -> Change:
    def run(sound: _Sound) -> _Sound:
        mix_CT = change(sound.mix_CT).astype(np.float32)
        return _Sound(stems_SCT=sound.stems_SCT, mix_CT=mix_CT, rate=sound.rate)

    return run


def _at_rate(rate: int) -> Change:
    def run(sound: _Sound) -> _Sound:
        stems_SCT = resample(sound.stems_SCT, sound.rate, rate)
        return _Sound(stems_SCT=stems_SCT, mix_CT=stems_SCT.sum(axis=0), rate=rate)

    return run


def _clipped(sound: _Sound) -> _Sound:
    loud = np.float32(10.0 ** (12.0 / 20.0) / np.abs(sound.mix_CT).max())
    mix_CT = np.clip(loud * sound.mix_CT, -1.0, 1.0)
    return _Sound(stems_SCT=loud * sound.stems_SCT, mix_CT=mix_CT, rate=sound.rate)


def _one_channel(stems_SCT: FloatArray) -> FloatArray:
    mean: FloatArray = stems_SCT.mean(axis=1, keepdims=True)
    return mean


CHANGES: Mapping[str, Change] = {
    "unchanged": _linear(lambda stems: stems),
    "gain +24 dB": _linear(lambda stems: stems * np.float32(10.0 ** (24 / 20))),
    "gain -24 dB": _linear(lambda stems: stems * np.float32(10.0 ** (-24 / 20))),
    "mono": _linear(_one_channel),
    "two equal channels": _linear(lambda stems: np.repeat(_one_channel(stems), 2, axis=1)),
    "right inverted": _linear(lambda stems: stems * np.array([[1.0], [-1.0]], np.float32)),
    "both inverted": _linear(lambda stems: -stems),
    "channels swapped": _linear(lambda stems: stems[:, ::-1].copy()),
    "DC offset 0.1": _of_mix(lambda mix: mix + 0.1),
    "clipped at +12 dB": _clipped,
    **{f"{rate} Hz": _at_rate(rate) for rate in RATES},
}


def main() -> int:
    """Print the table and return how many rows break a law."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--dataset", required=True, type=Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--tracks", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=12.0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    files = find_tracks(args.dataset / args.split)[: args.tracks]
    broken = 0
    for name in args.models:
        estimator = load_estimator(name, device="cpu")
        sounds = [_sound(each, args.seconds, estimator) for each in files]
        print(f"{estimator.name}\n{'':22}{'finite':>8}{'max |sum - mix|':>18}{'dB':>10}")
        usual: list[float] = []
        for title, change in CHANGES.items():
            ratios: list[float] = []
            is_finite, largest = True, 0.0
            for sound in map(change, sounds):
                stems_SCT = _separated(estimator, sound)
                is_finite &= bool(np.isfinite(stems_SCT).all())
                peak = max(1.0, float(np.abs(sound.mix_CT).max()))
                error = np.abs(stems_SCT.sum(axis=0, dtype=np.float64) - sound.mix_CT).max()
                largest = max(largest, float(error) / peak)
                ratios += _ratios(sound, stems_SCT)
            usual = usual or ratios
            change_db = float(np.mean(np.subtract(ratios, usual)))
            broken += not is_finite or largest > LIMIT
            print(f"{title:22}{is_finite!s:>8}{largest:18.1e}{change_db:+10.2f}")
        broken += _print_signals(estimator)
    return broken


def _sound(files: TrackFiles, seconds: float, estimator: PipelineEstimator) -> _Sound:
    track = load_track(files, max_seconds=seconds)
    stems_SCT = targets_of(track, estimator.stem_names).references_SCT
    return _Sound(stems_SCT=stems_SCT, mix_CT=stems_SCT.sum(axis=0), rate=track.sample_rate)


def _separated(estimator: PipelineEstimator, sound: _Sound) -> FloatArray:
    steps = estimator.estimate(sound.mix_CT, sound.rate)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            stems_SCT: FloatArray = finished.value
            return stems_SCT


def _ratios(sound: _Sound, stems_SCT: FloatArray) -> list[float]:
    """Return the uSDR of the stems that sound in the track, in an order that no change alters."""
    found = []
    for reference_CT, estimate_CT in zip(sound.stems_SCT, stems_SCT, strict=False):
        if is_audible(reference_CT, sound.stems_SCT.sum(axis=0)):
            ratio = usdr_db(reference_CT, estimate_CT)
            found.append(0.0 if ratio is None else ratio)
    return found


def _print_signals(estimator: PipelineEstimator) -> int:
    rate, frames = 44_100, 6 * 44_100
    random = np.random.default_rng(0)
    time_T = np.arange(frames) / rate
    signals = {
        "digital silence": np.zeros((2, frames)),
        "1 kHz tone": np.tile(0.5 * np.sin(2 * np.pi * 1000.0 * time_T), (2, 1)),
        "white noise": 0.2 * random.standard_normal((2, frames)),
        "one click": np.eye(1, frames, frames // 2).repeat(2, axis=0),
    }
    broken = 0
    for title, signal in signals.items():
        mix_CT = signal.astype(np.float32)
        nothing = np.zeros((1, *mix_CT.shape), np.float32)
        stems_SCT = _separated(estimator, _Sound(stems_SCT=nothing, mix_CT=mix_CT, rate=rate))
        is_finite = bool(np.isfinite(stems_SCT).all())
        error = float(np.abs(stems_SCT.sum(axis=0, dtype=np.float64) - mix_CT).max())
        loudest = float(np.abs(stems_SCT).max())
        is_silent = title != "digital silence" or loudest <= SILENT
        broken += not is_finite or error > LIMIT or not is_silent
        print(f"{title:22}{is_finite!s:>8}{error:18.1e}   loudest sample {loudest:.1e}")
    return broken


if __name__ == "__main__":
    sys.exit(main())
