"""Sources, mixtures and training batches of the dossier check.

Axes: S source, M signal of a source, N frame of a spectrogram, F frequency bin, T frame of audio,
P pair of sources, D the two sources of a pair, B frames of a pair in a batch.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
import torch
from torch import Tensor

from engine.errors import DatasetError
from engine.methods.spectrogram_vae import faithful

SECONDS = 4.0
NUM_PARTNERS = 4
"""Training mixtures of a signal with every other source, as many as in the paper."""

_ACTIVE_DB = -40.0
_ACTIVE_SHARE = 0.7
_MAX_GAIN_DB = 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signals:
    """Z-scored excerpts of every source at 16 kHz, as many of each.

    Attributes:
        audio_SMT: Mono audio.
        frames_SMNF: Its complex spectrogram.
    """

    audio_SMT: Tensor
    frames_SMNF: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a training batch is drawn from the signals.

    Attributes:
        frames_per_pair: Mix frames of every pair of sources in a batch.
        remix: Whether any frame of one source may meet any of another, at a random level of
            ±6 dB each; otherwise only the fixed mixtures at 0 dB are seen. For a net that sees
            one frame at a time this is dynamic remixing with circular shifts.
        contiguous: Whether the frames of a pair are neighbours in one mixture.
    """

    frames_per_pair: int
    remix: bool = False
    contiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Magnitudes of mixtures of two and of their sources."""

    mix_PBF: Tensor
    targets_PDBF: Tensor


def pairs_of(num_sources: int) -> list[tuple[int, int]]:
    """Every unordered pair of sources."""
    return list(itertools.combinations(range(num_sources), 2))


def load_signals(tracks: Sequence[Path], sources: Sequence[str], *, num_signals: int) -> Signals:
    """Take as many active excerpts of every source, from as many tracks as possible.

    A source such as ``bass_other`` that a track lacks is made of its parts.

    Raises:
        DatasetError: If the tracks hold too little of a source.
    """
    per_source = []
    for source in sources:
        excerpts = _excerpts(tracks, source, num_signals)
        if len(excerpts) < num_signals:
            raise DatasetError(
                f"There are {len(excerpts)} active excerpts of {source}, not {num_signals}.",
                remedy="Name a larger dataset or ask for fewer signals.",
            )
        per_source.append(torch.from_numpy(np.stack(excerpts)))
    audio_SMT = faithful.z_score(torch.stack(per_source))
    return Signals(audio_SMT=audio_SMT, frames_SMNF=faithful.analyse(audio_SMT))


def first_signals(signals: Signals, num_signals: int) -> Signals:
    """Keep the first few signals of every source."""
    return Signals(
        audio_SMT=signals.audio_SMT[:, :num_signals],
        frames_SMNF=signals.frames_SMNF[:, :num_signals],
    )


def draw_batch(signals: Signals, sampling: Sampling, generator: torch.Generator) -> Batch:
    """Draw mixtures of every pair.

    Signal m of one source meets signals m + 1 to m + 4 of the other; signal m itself is left
    for the test on known targets, so that pairs, and nothing but pairs, are unseen there.
    """
    num_sources, num_signals, num_frames, _ = signals.frames_SMNF.shape
    count = sampling.frames_per_pair

    def whole(high: int, size: int = count) -> Tensor:
        return torch.randint(high, (size,), generator=generator)

    mixes, targets = [], []
    for first, second in pairs_of(num_sources):
        if sampling.contiguous:
            signal = whole(num_signals, 1).expand(count)
            frame = whole(num_frames - count, 1) + torch.arange(count)
            step = whole(NUM_PARTNERS, 1).expand(count)
        else:
            signal, frame, step = whole(num_signals), whole(num_frames), whole(NUM_PARTNERS)
        partner, partner_frame = (signal + 1 + step) % num_signals, frame
        if sampling.remix:
            partner, partner_frame = whole(num_signals), whole(num_frames)
        pair_DBF = torch.stack(
            [
                signals.frames_SMNF[first, signal, frame],
                signals.frames_SMNF[second, partner, partner_frame],
            ]
        )
        if sampling.remix:
            gain_db = (2.0 * torch.rand(2, count, 1, generator=generator) - 1.0) * _MAX_GAIN_DB
            pair_DBF = pair_DBF * 10.0 ** (gain_db / 20.0)
        mixes.append(pair_DBF.sum(dim=0).abs())
        targets.append(pair_DBF.abs())
    return Batch(mix_PBF=torch.stack(mixes), targets_PDBF=torch.stack(targets))


def _excerpts(
    tracks: Sequence[Path], source: str, num_signals: int
) -> list[npt.NDArray[np.float32]]:
    """Pick excerpts in turn from the tracks, spread over the length of each."""
    pools: list[list[npt.NDArray[np.float32]]] = []
    for track in tracks:
        active = _active_excerpts(_read(track, source)) if len(pools) < num_signals else []
        if not active:
            continue
        order = np.random.default_rng(0).permutation(len(active))
        pools.append([active[index] for index in order])
    turns = itertools.chain.from_iterable(itertools.zip_longest(*pools))
    return [excerpt for excerpt in turns if excerpt is not None][:num_signals]


def _active_excerpts(audio_T: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    length = round(SECONDS * faithful.SAMPLE_RATE)
    block = faithful.N_FFT
    usable = len(audio_T) // length * length
    if not usable:
        return []
    excerpts_MT = audio_T[:usable].reshape(-1, length)
    power_MN = (
        np.square(excerpts_MT[:, : length // block * block])
        .reshape(len(excerpts_MT), -1, block)
        .mean(axis=-1)
    )
    threshold = power_MN.max() * 10.0 ** (_ACTIVE_DB / 10.0)
    share_M = (power_MN > threshold).mean(axis=-1)
    return [excerpts_MT[index] for index in np.flatnonzero(share_M >= _ACTIVE_SHARE)]


def _read(track: Path, source: str) -> npt.NDArray[np.float32]:
    """Read a stem as mono at 16 kHz; a track without the stem gives no audio."""
    found = sorted(track.glob(f"{source}.*"))
    if not found:
        parts = [_read(track, part) for part in source.split("_")] if "_" in source else []
        length = min((len(part) for part in parts), default=0)
        return sum((part[:length] for part in parts), np.zeros(length, dtype=np.float32))
    audio_TC, rate = soundfile.read(found[0], dtype="float32", always_2d=True)
    mono_T: npt.NDArray[np.float32] = soxr.resample(
        audio_TC.mean(axis=1), rate, faithful.SAMPLE_RATE
    )
    return mono_T
