"""Batches of training mixes from a folder ``split/track/stem.flac``.

Axes: B mix, S stem, C channel, R reverberated stem, T frame.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
import torch
from torch import Tensor

from engine.errors import DatasetError
from engine.methods.base import StemBatch
from engine.training.dataset_folder import TrackFolder, list_tracks
from engine.training.effects import (
    change_rate,
    compress,
    equalize,
    limiter_gain,
    reverberate,
    saturate,
    spread,
)
from engine.training.mixing import MixDrawer, MixingConfig, Part, TrackStems, stereo_matrix
from engine.training.stem_cache import CachedStem, cache_stems

# Streams of random numbers that must not coincide for the same seed.
_TRAINING_STREAM = 0
_VALIDATION_STREAM = 1
_NUM_REFLECTIONS = 5


class StemDataset:
    """Draws mixes; batch ``n`` is the same in every run with the same seed and files.

    Tracks that are rendered later are found when the dataset is opened again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        split: str,
        stem_names: tuple[str, ...],
        batch_size: int,
        crop_frames: int,
        seed: int,
        mixing: MixingConfig,
        sample_rate: int = 44100,
        num_channels: int = 2,
        cache: Path | None = None,
    ) -> None:
        """Find the tracks and decode those that are not in the cache yet.

        Args:
            folder: Holds ``split/track/stem.flac`` and perhaps ``dataset.json``.
            split: Such as ``train``.
            stem_names: Stems of a batch, in their order.
            batch_size: Mixes in a batch.
            crop_frames: Length of a mix.
            seed: Seed of every choice.
            mixing: How mixes are made.
            sample_rate: Rate of the mixes, Hz.
            num_channels: 2, or 1 for the average of both sides.
            cache: Folder for decoded stems, 318 MB for an hour of a mono stem at 44.1 kHz.

        Raises:
            DatasetError: Something is missing or damaged.
            OutputError: The cache cannot be written.
        """
        if batch_size < 1 or crop_frames < 1 or num_channels not in (1, 2):
            raise ValueError(
                f"cannot draw {batch_size} mixes of {num_channels} x {crop_frames} frames"
            )
        self._stem_names = stem_names
        self._batch_size = batch_size
        self._crop_frames = crop_frames
        self._seed = seed
        self._mixing = mixing
        self._sample_rate = sample_rate
        self._num_channels = num_channels
        folders = list_tracks(folder, split, stem_names)
        cache = cache or Path(platformdirs.user_cache_dir("Strata", False)) / "stems"
        tracks = _decode_tracks(folders, cache, sample_rate)
        self._tracks = tuple(track for track in tracks if any(track.members.values()))
        for stem in stem_names:
            if not any(track.members[stem] for track in self._tracks):
                raise DatasetError(
                    f"Every “{stem}” in “{folder.name}/{split}” is silent.",
                    remedy="Render the dataset again, or remove those tracks.",
                )
        # A partial track says nothing about the sum of its song.
        partial = {track.name for track in folders if track.is_partial}
        whole = tuple(track for track in self._tracks if track.name not in partial)
        self._whole_tracks = whole or self._tracks
        self._drawer = MixDrawer(
            self._tracks, stem_names=stem_names, crop_frames=crop_frames, config=mixing
        )

    @property
    def track_names(self) -> tuple[str, ...]:
        """Tracks that sound."""
        return tuple(track.name for track in self._tracks)

    def batch(self, step: int) -> StemBatch:
        """Make the batch of a step, (batch_size, S, C, crop_frames) float32."""
        return self._drawn(np.random.default_rng([self._seed, _TRAINING_STREAM, step]))

    def _drawn(self, rng: np.random.Generator) -> StemBatch:
        parts = [part for item in range(self._batch_size) for part in self._drawer.draw(item, rng)]
        stems_BSCT = torch.zeros(self._batch_size, len(self._stem_names), 2, self._crop_frames)
        for part in parts:
            signal_CT = self._play(part)
            stems_BSCT[part.item, part.stem] += _on_sides(part, signal_CT)
        self._add_rooms(stems_BSCT, rng)
        self._master(stems_BSCT, rng)
        return self._with_channels(stems_BSCT)

    def validation_batches(self, num_batches: int, seed: int) -> Iterator[StemBatch]:
        """Make fixed coherent mixes at the tracks' own levels, mono files panned at random.

        Where validation is drawn, they are made as those of training are, and as fixed.
        """
        rng = np.random.default_rng([seed, _VALIDATION_STREAM])
        if self._mixing.draws_validation:
            for _ in range(num_batches):
                yield self._drawn(rng)
            return
        num_tracks = len(self._whole_tracks)
        order = np.concatenate(
            [
                rng.permutation(num_tracks)
                for _ in range(-(-num_batches * self._batch_size // num_tracks))
            ]
        )
        for batch_index in range(num_batches):
            stems_BSCT = torch.zeros(self._batch_size, len(self._stem_names), 2, self._crop_frames)
            first = batch_index * self._batch_size
            for item, track_index in enumerate(order[first : first + self._batch_size]):
                track = self._whole_tracks[track_index]
                longest = max(file.num_frames for files in track.members.values() for file in files)
                start = int(rng.integers(max(0, longest - self._crop_frames) + 1))
                for stem, name in enumerate(self._stem_names):
                    for file in track.members[name]:
                        stems_BSCT[item, stem] += _panned(file, start, self._crop_frames, rng)
            _prevent_clipping(stems_BSCT)
            yield self._with_channels(stems_BSCT)

    def _play(self, part: Part) -> Tensor:
        """Read and treat the crop of a part as (C, T)."""
        num_frames = self._crop_frames
        if part.ratio == 1.0:
            crop_CT = part.source.read(part.start, num_frames)
        else:
            crop_CT = part.source.read(part.start, int(num_frames * part.ratio) + 2)
            crop_CT = change_rate(crop_CT, part.ratio, num_frames)
        signal_CT = torch.from_numpy(crop_CT)
        if part.equalizer_db is not None:
            signal_CT = equalize(signal_CT, part.equalizer_db, self._sample_rate)
        if part.compression > 1.0:
            signal_CT = compress(signal_CT, threshold=part.source.rms / 2, ratio=part.compression)
        if part.drive > 0.0:
            signal_CT = saturate(signal_CT, part.drive, rms=part.source.rms)
        if part.spread_frames > 0:
            signal_CT = spread(signal_CT, part.spread_frames)
        return signal_CT

    def _add_rooms(self, stems_BSCT: Tensor, rng: np.random.Generator) -> None:
        config = self._mixing
        chosen = np.flatnonzero(
            rng.random(stems_BSCT.shape[0] * stems_BSCT.shape[1]) < config.reverb_share
        )
        if len(chosen) == 0:
            return
        rows_R2T = stems_BSCT.flatten(end_dim=1)
        index_R = torch.from_numpy(chosen)
        delays = rng.integers(1, int(0.03 * self._sample_rate) + 2, size=_NUM_REFLECTIONS)
        gains = rng.uniform(-1.0, 1.0, size=_NUM_REFLECTIONS)
        wet_R2T = reverberate(
            rows_R2T[index_R].mean(dim=1),
            decay_seconds=rng.uniform(*config.reverb_seconds, size=len(chosen)).tolist(),
            size=float(rng.uniform(0.6, 1.5)),
            sample_rate=self._sample_rate,
            reflections=list(zip(delays.tolist(), gains.tolist(), strict=True)),
        )
        level_R = 10 ** (rng.uniform(*config.reverb_db, size=len(chosen)) / 20)
        wet_R2T *= torch.from_numpy(level_R.astype(np.float32))[:, None, None]
        rows_R2T.index_add_(0, index_R, wet_R2T)

    def _master(self, stems_BSCT: Tensor, rng: np.random.Generator) -> None:
        """Apply to each mix one gain for all of its stems, as a mastering chain would."""
        config = self._mixing
        gain_B = 10 ** (rng.uniform(*config.bus_gain_db, size=len(stems_BSCT)) / 20)
        is_limited_B = rng.random(len(stems_BSCT)) < config.limiter_share
        push_B = 10 ** (rng.uniform(0.0, max(config.limiter_db, 0.0), size=len(stems_BSCT)) / 20)
        for item, stems_SCT in enumerate(stems_BSCT):
            mix_CT = stems_SCT.sum(dim=0)
            peak = float(mix_CT.abs().max())
            if is_limited_B[item] and peak > 0:
                stems_SCT *= limiter_gain(mix_CT, peak / float(push_B[item]))
                peak /= float(push_B[item])
            gain = float(gain_B[item])
            stems_SCT *= min(gain, 1.0 / peak) if peak > 0 else gain

    def _with_channels(self, stems_BSCT: Tensor) -> StemBatch:
        if self._num_channels == 1:
            stems_BSCT = stems_BSCT.mean(dim=2, keepdim=True)
        return StemBatch(stems_BSCT=stems_BSCT)


def _decode_tracks(
    folders: Sequence[TrackFolder], cache: Path, sample_rate: int
) -> tuple[TrackStems, ...]:
    paths = [path for folder in folders for files in folder.members.values() for path in files]
    decoded = dict(
        zip(paths, cache_stems(paths, cache=cache, sample_rate=sample_rate), strict=True)
    )
    return tuple(
        TrackStems(
            name=folder.name,
            members={
                stem: tuple(decoded[path] for path in files if decoded[path].rms > 0)
                for stem, files in folder.members.items()
            },
        )
        for folder in folders
    )


def _on_sides(part: Part, signal_CT: Tensor) -> Tensor:
    """Send the channels of a part to left and right, (2, T)."""
    sides_2T = torch.from_numpy(part.sides_2C) @ signal_CT
    for side_T, delay in zip(sides_2T, part.late_frames, strict=True):
        if delay > 0:
            side_T[delay:] = side_T[:-delay].clone()
            side_T[:delay] = 0.0
    return sides_2T


def _panned(file: CachedStem, start: int, num_frames: int, rng: np.random.Generator) -> Tensor:
    position = float(rng.uniform(-0.5, 0.5)) if file.num_channels == 1 else 0.0
    sides_2C: npt.NDArray[np.float32] = stereo_matrix(
        file.num_channels, position=position, width=1.0
    ).astype(np.float32)
    return torch.from_numpy(sides_2C @ file.read(start, num_frames))


def _prevent_clipping(stems_BSCT: Tensor) -> None:
    peak_B = stems_BSCT.sum(dim=1).abs().amax(dim=(1, 2))
    stems_BSCT /= peak_B.clamp(min=1.0)[:, None, None, None]
