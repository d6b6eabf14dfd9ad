"""Decoded stems as 16-bit files, so that a crop costs one short read instead of a decoder.

Axes: C channel, T frame.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from engine.errors import DatasetError, OutputError

LEVELS_PER_SECOND = 4
_FULL_SCALE = 32768.0
# Blocks this far below the loudest one are pauses and do not count towards the loudness.
_GATE_DB = 40.0
# Below this level (0.0001 of full scale) a file counts as silent.
_SILENCE_RMS = 1e-4
_FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CachedStem:
    """One decoded file.

    Attributes:
        path: Raw int16 frames, channels interleaved, at ``sample_rate``.
        num_channels: 1 or 2.
        num_frames: Length in frames.
        sample_rate: Hz.
        scale: Value of one int16 step, so that files above full scale keep their peaks.
        rms: Loudness over the blocks that sound, full scale is 1; 0 for a silent file.
        levels: RMS of every block of ``1 / LEVELS_PER_SECOND`` seconds.
    """

    path: Path
    num_channels: int
    num_frames: int
    sample_rate: int
    scale: float
    rms: float
    levels: npt.NDArray[np.float32]

    def read(self, start: int, num_frames: int) -> npt.NDArray[np.float32]:
        """Read frames as (C, num_frames) float32; behind the end of the file there is silence."""
        wanted = max(0, min(num_frames, self.num_frames - start)) * self.num_channels
        frames_TC = np.fromfile(
            self.path, dtype=np.int16, count=wanted, offset=start * self.num_channels * 2
        ).reshape(-1, self.num_channels)
        crop_CT = np.empty((self.num_channels, num_frames), dtype=np.float32)
        crop_CT[:, len(frames_TC) :] = 0.0
        np.multiply(frames_TC.T, np.float32(self.scale), out=crop_CT[:, : len(frames_TC)])
        return crop_CT


def cache_stems(
    paths: Sequence[Path], *, cache: Path, sample_rate: int, num_threads: int = 2
) -> tuple[CachedStem, ...]:
    """Decode every file that the cache does not hold yet; may be interrupted and called again.

    Raises:
        DatasetError: A file cannot be decoded.
        OutputError: The cache folder cannot be written.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(cache) from error
    # Decoders release the interpreter lock, so threads keep every core busy.
    with ThreadPoolExecutor(max_workers=num_threads) as pool:
        futures = [pool.submit(_cache_stem, path, cache, sample_rate) for path in paths]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _cache_stem(path: Path, cache: Path, sample_rate: int) -> CachedStem:
    status = path.stat()
    identity = (
        f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}|{sample_rate}|{_FORMAT_VERSION}"
    )
    name = hashlib.sha256(identity.encode()).hexdigest()[:24]
    frames_path, facts_path = cache / f"{name}.i16", cache / f"{name}.json"
    cached = _read_facts(frames_path, facts_path, sample_rate)
    if cached is not None:
        return cached
    samples_TC = _decode(path, sample_rate)
    peak = float(np.abs(samples_TC).max(initial=0.0))
    scale = max(1.0, peak) / _FULL_SCALE
    frames = np.clip(np.rint(samples_TC / np.float32(scale)), -32768, 32767).astype(np.int16)
    try:
        # The facts come last and by a rename: they mark the frames as complete.
        _write_whole(frames_path, frames.tobytes())
        facts = {
            "channels": frames.shape[1],
            "frames": frames.shape[0],
            "scale": scale,
            "levels": [round(float(level), 7) for level in _levels(samples_TC, sample_rate)],
        }
        _write_whole(facts_path, json.dumps(facts).encode())
    except OSError as error:
        raise _unwritable(cache) from error
    cached = _read_facts(frames_path, facts_path, sample_rate)
    assert cached is not None
    return cached


def _read_facts(frames_path: Path, facts_path: Path, sample_rate: int) -> CachedStem | None:
    try:
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        num_bytes = frames_path.stat().st_size
        levels = np.asarray(facts["levels"], dtype=np.float32)
        stem = CachedStem(
            path=frames_path,
            num_channels=int(facts["channels"]),
            num_frames=int(facts["frames"]),
            sample_rate=sample_rate,
            scale=float(facts["scale"]),
            rms=_gated_rms(levels),
            levels=levels,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return stem if num_bytes == 2 * stem.num_channels * stem.num_frames else None


def _decode(path: Path, sample_rate: int) -> npt.NDArray[np.float32]:
    try:
        samples_TC, file_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise DatasetError(
            f"The stem “{path}” could not be decoded.",
            remedy="Remove that track, or render it again.",
        ) from error
    if not np.isfinite(samples_TC).all():
        raise DatasetError(
            f"The stem “{path}” holds samples that are not numbers.",
            remedy="Remove that track, or render it again.",
        )
    if samples_TC.shape[1] > 2:
        raise DatasetError(
            f"The stem “{path}” has {samples_TC.shape[1]} channels.",
            remedy="Use stems with one or two channels.",
        )
    if file_rate != sample_rate:
        samples_TC = soxr.resample(samples_TC, file_rate, sample_rate).astype(np.float32)
    samples: npt.NDArray[np.float32] = samples_TC
    return samples


def _levels(samples_TC: npt.NDArray[np.float32], sample_rate: int) -> npt.NDArray[np.float32]:
    block = sample_rate // LEVELS_PER_SECOND
    power_T = np.square(samples_TC).mean(axis=1)
    power_T = np.pad(power_T, (0, -len(power_T) % block))
    levels: npt.NDArray[np.float32] = np.sqrt(power_T.reshape(-1, block).mean(axis=1))
    return levels


def _gated_rms(levels: npt.NDArray[np.float32]) -> float:
    loudest = float(levels.max(initial=0.0))
    if loudest < _SILENCE_RMS:
        return 0.0
    sounding = levels[levels > loudest * 10 ** (-_GATE_DB / 20)]
    return float(np.sqrt(np.square(sounding, dtype=np.float64).mean()))


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(cache: Path) -> OutputError:
    return OutputError(
        f"The cache folder “{cache}” could not be written.",
        remedy="Free some space, or choose another folder for the cache.",
    )
