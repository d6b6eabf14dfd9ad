"""Everything that is decided about a track before a note is played; a function of the seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from engine.rendering.bass_sound import BassSound, draw_bass_sound
from engine.rendering.groove_drums import Performance, find_performances
from engine.rendering.held_out import HeldOutInstrument
from engine.rendering.mma_songs import GrooveFile, find_groove_files
from engine.rendering.random_stream import random_stream
from engine.rendering.roles import OTHER_GROUPS
from engine.rendering.song_split import SPLITS, Split, split_names
from engine.rendering.sound_banks import BankRole, SoundBank, available_banks
from engine.rendering.voices import VoicePlan, VoicePool, find_recordings, plan_voice

_Item = TypeVar("_Item")

NoteSource = Literal["mma", "freedoom", "mma_with_played_drums"]

_SLOWEST, _FASTEST = 70, 171
_VOICE_PROBABILITY = 0.9
_SYNTHESISED_BASS_SHARE = 0.5  # of the training tracks; the others test what banks taught
_DRUM_PROGRAMS = (0, 0, 0, 0, 8, 16, 25, 32)
_GENERAL_MIDI_WEIGHT = {"OPL-3_FM_128M": 0.5, "TimGM6mb": 0.8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Notes, banks and voices at hand, dealt out to the splits.

    Attributes:
        left_out: Instruments that no track has.
        featured: Instrument that every track has, in place of its group.
    """

    seed: int
    groove_files: Mapping[Split, tuple[GrooveFile, ...]]
    songs: Mapping[Split, tuple[str, ...]]
    performances: Mapping[Split, tuple[Performance, ...]]
    voices: Mapping[Split, VoicePool]
    banks: tuple[SoundBank, ...]
    left_out: tuple[HeldOutInstrument, ...] = ()
    featured: HeldOutInstrument | None = None

    def groove_file(self, split: Split, name: str) -> GrooveFile:
        """Return the groove file of a split that has this name."""
        return next(file for file in self.groove_files[split] if file.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPlan:
    """One attempt at one track.

    Attributes:
        split: Where the track belongs.
        index: Number of the track in its split.
        attempt: 0 for the first; later ones replace a track that turned out silent.
        seed: Seed of the dataset.
        source: Where the notes come from.
        song: Groove file of mma or MIDI file.
        performance: Recorded drum performance that replaces the drums, if any.
        tempo: Beats per minute of an mma song.
        start_share: Where a section of a longer song starts, 0 to 1.
        transposition: Semitones by which a MIDI file is moved.
        num_seconds: Length of the track.
        hears_held_out_banks: Whether its sounds are unknown to training.
        bank_of_group: Sound bank per instrument group, ``percussion`` included.
        bass_sound: Instrument that is synthesised in place of the bank of the bass, if any.
        drum_program: Drum kit within a General MIDI bank.
        drive_db: Drive of the guitar amplifier, None for a clean guitar.
        offsets_db: Loudness of each group against the drums.
        voice: What the voice sings, None in a track without.
    """

    split: Split
    index: int
    attempt: int
    seed: int
    source: NoteSource
    song: str
    performance: str | None
    tempo: int
    start_share: float
    transposition: int
    num_seconds: float
    hears_held_out_banks: bool
    bank_of_group: Mapping[str, str]
    bass_sound: BassSound | None
    drum_program: int
    drive_db: float | None
    offsets_db: Mapping[str, float]
    voice: VoicePlan | None

    @property
    def name(self) -> str:
        """Name of the track's folder."""
        return f"{self.split}_{self.index:05d}"


def gather_material(sources: Path | None, *, seed: int) -> Material:
    """Find what is installed and deal it out to the splits, song-wise.

    Raises:
        MissingToolError: If mma is not installed.
    """
    groove_files = {file.name: file for file in find_groove_files()}
    grooves = split_names(groove_files, seed=seed, kind="grooves")
    midi = None if sources is None else sources / "midi"
    freedoom = sorted(midi.glob("freedoom/*.mid")) if midi else []
    performances = find_performances(midi / "groove") if midi else ()
    sessions = split_names({p.session for p in performances}, seed=seed, kind="sessions")
    recordings = find_recordings(sources / "voice") if sources else {}
    singers = split_names(recordings, seed=seed, kind="voices")
    return Material(
        seed=seed,
        groove_files={s: tuple(groove_files[name] for name in grooves[s]) for s in SPLITS},
        songs=split_names((path.name for path in freedoom), seed=seed, kind="songs"),
        performances={
            s: tuple(p for p in performances if p.session in sessions[s]) for s in SPLITS
        },
        voices={s: _voice_pool(recordings, singers[s]) for s in SPLITS},
        banks=available_banks(sources),
    )


def _voice_pool(recordings: Mapping[str, tuple[str, ...]], numbers: tuple[str, ...]) -> VoicePool:
    names = [name for number in numbers for name in recordings[number]]
    return VoicePool(
        songs=tuple(name for name in names if name.startswith("song/")),
        speeches=tuple(name for name in names if name.startswith("speech/")),
    )


def plan_track(
    material: Material,
    split: Split,
    index: int,
    *,
    attempt: int = 0,
    seconds: tuple[float, float] = (60.0, 90.0),
) -> TrackPlan:
    """Decide everything about a track; the same arguments give the same plan.

    Args:
        material: Notes, banks and voices at hand.
        split: Split of the track.
        index: Number of the track in its split.
        attempt: Counts the plans that were given up for want of drums or bass.
        seconds: Shortest and longest length.
    """
    random = random_stream(material.seed, split, index, attempt)
    # Counting on from track to track uses every song once before any is used again.
    turn = index + 7919 * attempt
    source = _draw_source(material, split, random)
    performance: Performance | None = None
    tempo = int(random.integers(_SLOWEST, _FASTEST))
    if source == "freedoom":
        song = _take_turn(material.songs[split], turn)
    else:
        song = _take_turn(material.groove_files[split], turn).name
    if source == "mma_with_played_drums":
        choices = material.performances[split]
        performance = choices[int(random.integers(len(choices)))]
        tempo = performance.tempo
    # Half of the validation and test tracks are played on banks that training never hears.
    held_out = split != "train" and index % 2 == 0
    banks = _draw_banks(material.banks, held_out=held_out, random=random)
    featured = material.featured
    if featured is not None:
        # From a stream of its own: everything else is as in a dataset without it.
        own = random_stream(material.seed, split, index, attempt, featured.name)
        banks[featured.group] = featured.banks[int(own.integers(len(featured.banks)))]
    groups = ("bass", "other", "vocals", *OTHER_GROUPS)
    has_voice = bool(material.voices[split].songs) and random.random() < _VOICE_PROBABILITY
    return TrackPlan(
        split=split,
        index=index,
        attempt=attempt,
        seed=material.seed,
        source=source,
        song=song,
        performance=performance.name if performance else None,
        tempo=tempo,
        start_share=float(random.random()),
        transposition=int(random.integers(-3, 4)),
        num_seconds=round(float(random.uniform(*seconds)), 1),
        hears_held_out_banks=held_out,
        bank_of_group=banks,
        bass_sound=_draw_bass(material, split, index, attempt),
        drum_program=int(random.choice(_DRUM_PROGRAMS)),
        drive_db=round(float(random.uniform(0.0, 36.0)), 1) if random.random() < 0.5 else None,
        offsets_db={
            group: round(float(np.clip(random.normal(0.0, 2.5), -6.0, 6.0)), 2) for group in groups
        },
        voice=plan_voice(material.voices[split], random) if has_voice else None,
    )


def _draw_bass(material: Material, split: Split, index: int, attempt: int) -> BassSound | None:
    if split != "train" or (material.featured and material.featured.group == "bass"):
        return None
    # From a stream of its own: everything else is as it would be without.
    random = random_stream(material.seed, split, index, attempt, "bass")
    is_synthesised = random.random() < _SYNTHESISED_BASS_SHARE
    return draw_bass_sound(random) if is_synthesised else None


def _take_turn(items: tuple[_Item, ...], turn: int) -> _Item:
    return items[turn % len(items)]


def _draw_source(material: Material, split: Split, random: np.random.Generator) -> NoteSource:
    choice = random.random()
    if choice < 0.2 and material.songs[split]:
        return "freedoom"
    if choice < 0.4 and material.performances[split]:
        return "mma_with_played_drums"
    return "mma"


def _draw_banks(
    banks: tuple[SoundBank, ...], *, held_out: bool, random: np.random.Generator
) -> dict[str, str]:
    use = "held_out" if held_out else "train"

    def named(role: BankRole) -> list[str]:
        return [bank.name for bank in banks if bank.role == role and bank.use == use]

    def draw(names: list[str]) -> str:
        weights = np.array([_GENERAL_MIDI_WEIGHT.get(name, 1.0) for name in names])
        return names[int(random.choice(len(names), p=weights / weights.sum()))]

    general = named("general_midi")
    # Without the bank that is held out, its tracks are played on one that training knows.
    general = general or [bank.name for bank in banks if bank.role == "general_midi"]

    def draw_role(role: BankRole, recorded_share: float) -> str:
        recorded = named(role)
        # Both numbers are drawn always, so that one choice does not move the next.
        is_recorded, fallback = random.random() < recorded_share, draw(general)
        return draw(recorded) if recorded and is_recorded else fallback

    drawn = {
        "drums": draw_role("drums", 0.8),
        "percussion": draw_role("percussion", 0.4),
        "bass": draw_role("bass", 0.55),
        "guitar": draw_role("guitar", 0.65),
    }
    for group in OTHER_GROUPS:
        drawn.setdefault(group, draw(general))
    return drawn
