"""What a training mix is made of: every random choice is drawn here, before any audio is read.

Axes: C channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.training.effects import EQUALIZER_HZ
from engine.training.stem_cache import LEVELS_PER_SECOND, CachedStem

# A crop sounds if half of its blocks lie less than this below the file's own loudness.
_ACTIVE_DB = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MixingConfig:
    """How crops become mixes; every share of zero switches one variation off.

    Attributes:
        coherent_share: Mixes that take all stems from one track and position.
        free_stems: Stems that a coherent mix may take from another track all the same.
        free_share: How often it does.
        active_share: Crops that are moved to where their file sounds.
        drop_share: Stems that are silenced; one always remains.
        member_drop_share: Members of a group that are left out; one always remains.
        guest_share: Group stems that a member of another track joins.
        target_db: Loudness of a sounding stem before its gain, dB of full scale RMS.
        own_level_share: Mixes whose files keep the loudness that they have in their songs instead.
        gain_db: Range of a stem's gain.
        member_gain_db: Range of a member's gain within its stem.
        rate_share: Crops that are played faster or slower.
        rate_range: By how much at most; 0.1 is ten percent.
        polarity_share: Files whose sign is flipped.
        swap_share: Files whose sides are swapped.
        pan: Largest displacement of a file from the centre; 1 is hard left or right.
        middle_stems: Stems that lie near the middle.
        middle_pan: The largest displacement of those.
        pan_law: Whether places near the middle are more usual, or all places alike.
        delay_share: Files that reach the side that is further away later, as between two
            microphones.
        delay_seconds: Range of that delay.
        width: Range of the factor on the side signal of a stereo file.
        spread_share: Mono files that get a second, late side, as doubled guitars have.
        spread_seconds: Range of that delay.
        equalizer_share: Files with a random curve.
        equalizer_db: Standard deviation of each band of that curve.
        compression_share: Files that are compressed.
        saturation_share: Files that are driven into saturation.
        drive: Range of the drive, relative to the file's loudness.
        reverb_share: Stems that are put into a room.
        reverb_seconds: Range of the time in which it decays by 60 dB.
        reverb_db: Range of its level relative to the dry stem.
        bus_gain_db: Range of the gain of the whole mix.
        limiter_share: Mixes that are driven into a limiter, as mastered songs are.
        limiter_db: How far at most.
        draws_validation: Validation mixes are drawn as those of training are, for sources that no
            song has together; otherwise they are the songs as they are.
    """

    coherent_share: float = 0.5
    free_stems: tuple[str, ...] = ("vocals",)
    free_share: float = 0.5
    active_share: float = 0.8
    drop_share: float = 0.1
    member_drop_share: float = 0.2
    guest_share: float = 0.15
    target_db: float = -20.0
    own_level_share: float = 0.0
    gain_db: tuple[float, float] = (-12.0, 6.0)
    member_gain_db: tuple[float, float] = (-9.0, 3.0)
    rate_share: float = 0.5
    rate_range: float = 0.1
    polarity_share: float = 0.5
    swap_share: float = 0.5
    pan: float = 0.8
    middle_stems: tuple[str, ...] = ()
    middle_pan: float = 0.25
    pan_law: Literal["middle", "even"] = "middle"
    delay_share: float = 0.0
    delay_seconds: tuple[float, float] = (0.0001, 0.001)
    width: tuple[float, float] = (0.2, 1.5)
    spread_share: float = 0.15
    spread_seconds: tuple[float, float] = (0.001, 0.025)
    equalizer_share: float = 0.5
    equalizer_db: float = 4.0
    compression_share: float = 0.25
    saturation_share: float = 0.25
    drive: tuple[float, float] = (0.3, 4.0)
    reverb_share: float = 0.3
    reverb_seconds: tuple[float, float] = (0.2, 2.0)
    reverb_db: tuple[float, float] = (-24.0, -6.0)
    bus_gain_db: tuple[float, float] = (-6.0, 3.0)
    limiter_share: float = 0.4
    limiter_db: float = 8.0
    draws_validation: bool = False


def plain_mixing() -> MixingConfig:
    """Coherent crops at their loudness, without any variation: the floor of every comparison."""
    return MixingConfig(
        coherent_share=1.0,
        free_stems=(),
        free_share=0.0,
        active_share=0.0,
        drop_share=0.0,
        member_drop_share=0.0,
        guest_share=0.0,
        gain_db=(0.0, 0.0),
        member_gain_db=(0.0, 0.0),
        rate_share=0.0,
        polarity_share=0.0,
        swap_share=0.0,
        pan=0.0,
        width=(1.0, 1.0),
        spread_share=0.0,
        equalizer_share=0.0,
        compression_share=0.0,
        saturation_share=0.0,
        reverb_share=0.0,
        bus_gain_db=(0.0, 0.0),
        limiter_share=0.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStems:
    """The decoded files of a track by stem; silent files are left out.

    Attributes:
        name: Name of the track.
        members: Files that add up to each stem; none for a stem that is missing or silent.
    """

    name: str
    members: Mapping[str, tuple[CachedStem, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One file's contribution to one stem of one mix.

    Attributes:
        item: Index of the mix in its batch.
        stem: Index of the stem.
        source: The file.
        start: First frame of the crop.
        ratio: Speed at which it is played.
        spread_frames: Delay of the second side that a mono file gets; 0 for none.
        equalizer_db: Gains at ``EQUALIZER_HZ``, or none.
        compression: Ratio of the compressor; 1 is none.
        drive: Drive into the saturation; 0 is none.
        sides_2C: Gain from every channel, two after a spread, to left and right.
        late_frames: By how much left and right are late.
    """

    item: int
    stem: int
    source: CachedStem
    start: int
    ratio: float
    spread_frames: int
    equalizer_db: tuple[float, ...] | None
    compression: float
    drive: float
    sides_2C: npt.NDArray[np.float32]
    late_frames: tuple[int, int] = (0, 0)


class MixDrawer:
    """Draws the parts of training mixes from a set of tracks."""

    def __init__(
        self,
        tracks: Sequence[TrackStems],
        *,
        stem_names: tuple[str, ...],
        crop_frames: int,
        config: MixingConfig,
    ) -> None:
        self._tracks = tuple(tracks)
        self._stem_names = stem_names
        self._crop_frames = crop_frames
        self._config = config
        self._owners = {
            stem: tuple(track for track in self._tracks if track.members[stem])
            for stem in stem_names
        }

    def draw(self, item: int, rng: np.random.Generator) -> list[Part]:
        """Choose tracks, positions and treatment of one mix."""
        config = self._config
        is_coherent = rng.random() < config.coherent_share
        leader = self._tracks[rng.integers(len(self._tracks))]
        leader_files = [file for files in leader.members.values() for file in files]
        leader_ratio = self._draw_ratio(rng)
        leader_start = self._draw_start(
            leader_files[rng.integers(len(leader_files))], leader_ratio, rng
        )
        is_kept = rng.random(len(self._stem_names)) >= config.drop_share
        is_kept[rng.integers(len(self._stem_names))] = True
        # Nothing is drawn where nothing can come of it, so that older recipes draw what they did.
        keeps_levels = config.own_level_share > 0.0 and rng.random() < config.own_level_share
        parts: list[Part] = []
        for index, stem in enumerate(self._stem_names):
            if not is_kept[index]:
                continue
            is_free = stem in config.free_stems and rng.random() < config.free_share
            if is_coherent and leader.members[stem] and not is_free:
                files, ratio, start = leader.members[stem], leader_ratio, leader_start
            else:
                owners = self._owners[stem]
                files = owners[rng.integers(len(owners))].members[stem]
                ratio = self._draw_ratio(rng)
                start = self._draw_start(files[rng.integers(len(files))], ratio, rng)
            chosen = [(file, start, ratio) for file in _thin(files, config.member_drop_share, rng)]
            if len(files) > 1 and rng.random() < config.guest_share:
                owners = self._owners[stem]
                guests = owners[rng.integers(len(owners))].members[stem]
                guest = guests[rng.integers(len(guests))]
                guest_ratio = self._draw_ratio(rng)
                chosen.append((guest, self._draw_start(guest, guest_ratio, rng), guest_ratio))
            stem_gain = _amplitude(rng.uniform(*config.gain_db))
            if not keeps_levels:
                stem_gain *= _amplitude(config.target_db) / np.sqrt(len(chosen))
            for file, file_start, file_ratio in chosen:
                gain = stem_gain if keeps_levels else stem_gain / file.rms
                if len(files) > 1:
                    gain *= _amplitude(rng.uniform(*config.member_gain_db))
                parts.append(
                    self._treat(item, index, file, file_start, file_ratio, float(gain), rng)
                )
        return parts

    def _treat(
        self,
        item: int,
        stem: int,
        source: CachedStem,
        start: int,
        ratio: float,
        gain: float,
        rng: np.random.Generator,
    ) -> Part:
        config = self._config
        if rng.random() < config.polarity_share:
            gain = -gain
        first, second = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)
        # The sum of two uniform numbers: near the centre is more usual than far out.
        is_middle = self._stem_names[stem] in config.middle_stems
        pan = config.middle_pan if is_middle else config.pan
        position = pan * float(first + (second if config.pan_law == "middle" else first))
        delay = float(rng.uniform(*config.spread_seconds)) * source.sample_rate
        is_spread = rng.random() < config.spread_share and source.num_channels == 1
        sides_2C = gain * stereo_matrix(
            2 if is_spread else source.num_channels,
            position=position,
            width=float(rng.uniform(*config.width)),
        )
        if rng.random() < config.swap_share:
            sides_2C = sides_2C[::-1]
        equalizer_db = rng.normal(0.0, max(config.equalizer_db, 0.0), len(EQUALIZER_HZ))
        has_equalizer, is_compressed, is_driven = rng.random(3) < (
            config.equalizer_share,
            config.compression_share,
            config.saturation_share,
        )
        compression = float(rng.uniform(1.5, 6.0))
        drive = float(np.exp(rng.uniform(*np.log(config.drive))))
        return Part(
            item=item,
            stem=stem,
            source=source,
            start=start,
            ratio=ratio,
            spread_frames=max(1, round(delay)) if is_spread else 0,
            equalizer_db=tuple(equalizer_db.clip(-12, 12).tolist()) if has_equalizer else None,
            compression=compression if is_compressed else 1.0,
            drive=drive if is_driven else 0.0,
            sides_2C=np.ascontiguousarray(sides_2C, dtype=np.float32),
            late_frames=self._draw_delays(sides_2C, source.sample_rate, rng),
        )

    def _draw_delays(
        self, sides_2C: npt.NDArray[np.float64], sample_rate: int, rng: np.random.Generator
    ) -> tuple[int, int]:
        config = self._config
        # Nothing is drawn where nothing can come of it, so that older recipes draw what they did.
        if config.delay_share <= 0.0 or rng.random() >= config.delay_share:
            return 0, 0
        delay = round(float(rng.uniform(*config.delay_seconds)) * sample_rate)
        left, right = np.abs(sides_2C).sum(axis=1)
        return (delay, 0) if left < right else (0, delay)

    def _draw_ratio(self, rng: np.random.Generator) -> float:
        bound = np.log1p(self._config.rate_range)
        ratio = float(np.exp(rng.uniform(-bound, bound)))
        return ratio if rng.random() < self._config.rate_share else 1.0

    def _draw_start(self, file: CachedStem, ratio: float, rng: np.random.Generator) -> int:
        num_frames = int(self._crop_frames * ratio) + 2
        latest = max(0, file.num_frames - num_frames)
        start = int(rng.integers(latest + 1))
        if rng.random() >= self._config.active_share:
            return start
        block = file.sample_rate // LEVELS_PER_SECOND
        active_N = file.levels > file.rms * _amplitude(-_ACTIVE_DB)
        count_N = np.concatenate([[0], np.cumsum(active_N)])
        length = min(max(1, num_frames // block), len(active_N))
        sounding = np.flatnonzero((count_N[length:] - count_N[:-length]) * 2 >= length)
        if len(sounding) == 0:
            return start
        chosen = int(sounding[rng.integers(len(sounding))]) * block + int(rng.integers(block))
        return min(chosen, latest)


def stereo_matrix(num_channels: int, *, position: float, width: float) -> npt.NDArray[np.float64]:
    """Gains (2, C) from a file's channels to left and right.

    Constant power, 1 at the centre for each side of a stereo file and for both sides of a mono
    file; ``position`` runs from -1 (left) to 1 (right).
    """
    angle = (position + 1) * np.pi / 4
    sides_21: npt.NDArray[np.float64] = np.sqrt(2) * np.array(
        [[np.cos(angle)], [np.sin(angle)]], dtype=np.float64
    )
    if num_channels == 1:
        return sides_21
    same, other = (1 + width) / 2, (1 - width) / 2
    sides_22: npt.NDArray[np.float64] = sides_21 * np.array([[same, other], [other, same]])
    return sides_22


def _thin(
    files: Sequence[CachedStem], drop_share: float, rng: np.random.Generator
) -> list[CachedStem]:
    is_kept = rng.random(len(files)) >= drop_share
    is_kept[rng.integers(len(files))] = True
    return [file for file, kept in zip(files, is_kept, strict=True) if kept]


def _amplitude(level_db: float) -> float:
    return float(10 ** (level_db / 20))
