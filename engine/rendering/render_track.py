"""One track: notes, sounds, levels, and a folder of stems with a manifest."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.rendering.amplifier import amplify
from engine.rendering.bass_sound import BassSound
from engine.rendering.bass_synthesiser import play_bass
from engine.rendering.fluidsynth import SAMPLE_RATE, synthesise
from engine.rendering.groove_drums import repeat_performance
from engine.rendering.held_out import without_instruments
from engine.rendering.mma_songs import play_song, write_song
from engine.rendering.random_stream import random_stream
from engine.rendering.roles import OTHER_GROUPS, group_of, without_choir
from engine.rendering.score import (
    DRUM_CHANNEL,
    Assignment,
    Part,
    Score,
    cut_section,
    read_score,
    transpose,
    write_midi,
)
from engine.rendering.song_split import Split
from engine.rendering.sound_banks import bank_named, require_bank_path
from engine.rendering.stem_levels import (
    active_rms,
    balance_groups,
    is_sounding,
    scale_to_peak,
    scale_to_rms,
)
from engine.rendering.track_folder import RenderedTrack, workshop_of, write_track
from engine.rendering.track_plan import Material, TrackPlan, plan_track
from engine.rendering.unusable_notes import UnusableNotesError
from engine.rendering.voices import sing

FloatArray = npt.NDArray[np.float32]

_NUM_ATTEMPTS = 6
_KIT_KEYS = frozenset({*range(35, 54), 55, 57, 59})
"""Drums, hi-hats and cymbals; the recorded kits have no other keys of General MIDI."""

_MELODIC_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
_LEAST_ACTIVE_SHARE = {"drums": 0.5, "bass": 0.3}
_LEAST_ACTIVE_SHARE_OF_OTHER = 0.05
_NOTE_LICENCE = {
    "mma": "written by mma, no rights",
    "mma_with_played_drums": "written by mma; drums: Groove MIDI Dataset, Google, CC BY 4.0",
    "freedoom": "Freedoom project, 3-clause BSD",
}
_VOICE_LICENCE = "PJS corpus, J. Koguchi and S. Takamichi, CC BY-SA 4.0"


def render_track(
    material: Material,
    split: Split,
    index: int,
    *,
    sources: Path | None,
    out: Path,
    seconds: tuple[float, float] = (60.0, 90.0),
) -> RenderedTrack:
    """Render a track into ``out/split/name``, which appears only when it is complete.

    Args:
        material: Notes, banks and voices at hand.
        split: Split of the track.
        index: Number in the split.
        sources: Folder of the sources.
        out: Folder of the dataset.
        seconds: Shortest and longest length of a track.

    Raises:
        UnusableNotesError: If none of several attempts had drums and bass.
        MissingToolError: If a program or a bank is missing.
        DatasetError: If a program fails.
        OutputError: If the track cannot be written.
    """
    for attempt in range(_NUM_ATTEMPTS):
        plan = plan_track(material, split, index, attempt=attempt, seconds=seconds)
        track = out / split / plan.name
        with workshop_of(track) as workshop:
            try:
                score = _score_of(plan, material, sources, workshop)
                stems = _play(plan, score, material, sources, workshop)
            except UnusableNotesError:
                continue
            manifest = _manifest(plan, stems)
            if material.featured is not None:
                stems[material.featured.name] = stems.pop(material.featured.group)
            return write_track(track, workshop, stems, manifest=manifest)
    raise UnusableNotesError(f"No notes with drums and bass were found for {split} {index}.")


def _score_of(plan: TrackPlan, material: Material, sources: Path | None, scratch: Path) -> Score:
    if plan.source == "freedoom":
        assert sources is not None
        whole = read_score(sources / "midi" / "freedoom" / plan.song)
        start = plan.start_share * max(0.0, whole.length - plan.num_seconds)
        return transpose(
            cut_section(whole, start=start, length=plan.num_seconds), plan.transposition
        )
    random = random_stream(plan.seed, plan.name, plan.attempt, "song")
    source = write_song(
        material.groove_file(plan.split, plan.song),
        tempo=plan.tempo,
        seconds=plan.num_seconds,
        random=random,
    )
    song = cut_section(play_song(source, scratch=scratch), start=0.0, length=plan.num_seconds)
    if plan.performance is None:
        return song
    assert sources is not None
    performance = read_score(sources / "midi" / "groove" / plan.performance)
    drums = repeat_performance(performance, tempo=plan.tempo, length=plan.num_seconds)
    if drums is None:
        raise UnusableNotesError("The drum performance is too short.")
    with_drums = Score(parts=(drums, *(part for part in song.parts if not part.is_drums)))
    return cut_section(with_drums, start=0.0, length=plan.num_seconds)


def _play(
    plan: TrackPlan, score: Score, material: Material, sources: Path | None, scratch: Path
) -> dict[str, FloatArray]:
    """Return the stems (C, T) by file name.

    Raises:
        UnusableNotesError: Without drums, bass, one further part or the featured one.
    """
    num_frames = round(plan.num_seconds * SAMPLE_RATE)
    parts: dict[str, list[Part]] = defaultdict(list)
    for part in score.parts:
        group = group_of(part)
        if group == "drums":
            kit, percussion = _split_drums(part)
            parts["drums"].extend(kit)
            parts["percussion"].extend(percussion)
        elif group is not None:
            parts[group].append(without_instruments(without_choir(part), material.left_out))
    if not (parts["drums"] and parts["bass"] and any(parts[group] for group in OTHER_GROUPS)):
        raise UnusableNotesError("The song has no drums, no bass or nothing else.")
    sounds: dict[str, FloatArray] = {}
    for name in ("bass", "drums", "percussion", *OTHER_GROUPS):
        if not parts[name]:
            continue
        if name == "bass" and plan.bass_sound is not None:
            sound_CT = _synthesised_bass(plan, plan.bass_sound, parts[name], num_frames)
        else:
            sound_CT = _play_group(plan, name, parts[name], sources, scratch, num_frames)
        share = _LEAST_ACTIVE_SHARE.get(name, _LEAST_ACTIVE_SHARE_OF_OTHER)
        if is_sounding(sound_CT, least_active_share=share):
            sounds[name] = sound_CT
        elif name in _LEAST_ACTIVE_SHARE:
            raise UnusableNotesError(f"The stem {name} is silent.")
    others: dict[str, FloatArray] = {
        group: sounds[group] for group in OTHER_GROUPS if group in sounds
    }
    if not others:
        raise UnusableNotesError("Nothing but drums and bass can be heard.")
    if material.featured is not None and material.featured.group not in sounds:
        raise UnusableNotesError(f"There is no part for the {material.featured.name}.")
    drums = scale_to_peak(_with_percussion(sounds["drums"], sounds.get("percussion")))
    # Every stem is as loud as the drums but for the offsets of the plan.
    rms = active_rms(drums)
    stems = {"drums": drums, "bass": scale_to_rms(sounds["bass"], _moved(rms, plan, "bass"))}
    stems |= balance_groups(others, plan.offsets_db, rms=_moved(rms, plan, "other"))
    if plan.voice is not None:
        assert sources is not None
        voice_CT = sing(plan.voice, folder=sources / "voice", num_frames=num_frames)
        stems["vocals"] = scale_to_rms(voice_CT, _moved(rms, plan, "vocals"))
    return stems


def _moved(rms: float, plan: TrackPlan, group: str) -> float:
    return float(rms * 10 ** (plan.offsets_db[group] / 20.0))


def _with_percussion(drums_CT: FloatArray, percussion_CT: FloatArray | None) -> FloatArray:
    """Add congas, shakers and the like to the kit, 4 dB softer than the kit."""
    if percussion_CT is None:
        return drums_CT
    gain = 0.63 * active_rms(drums_CT) / active_rms(percussion_CT)
    return (drums_CT + np.float32(gain) * percussion_CT).astype(np.float32)


def _split_drums(part: Part) -> tuple[list[Part], list[Part]]:
    kit = tuple(note for note in part.notes if note.key in _KIT_KEYS)
    percussion = tuple(note for note in part.notes if note.key not in _KIT_KEYS)
    return (
        [replace(part, notes=kit)] if kit else [],
        [replace(part, notes=percussion)] if percussion else [],
    )


def _play_group(
    plan: TrackPlan,
    group: str,
    parts: list[Part],
    sources: Path | None,
    scratch: Path,
    num_frames: int,
) -> FloatArray:
    bank = bank_named(plan.bank_of_group[group])
    path = require_bank_path(bank.name, sources)
    is_general_midi = bank.role == "general_midi"
    total_CT = np.zeros((2, num_frames), dtype=np.float32)
    for first in range(0, len(parts), len(_MELODIC_CHANNELS)):
        batch = parts[first : first + len(_MELODIC_CHANNELS)]
        assignments = []
        for part, free_channel in zip(batch, _MELODIC_CHANNELS, strict=False):
            channel, program = free_channel, part.program if is_general_midi else 0
            if is_general_midi and part.is_drums:
                channel = DRUM_CHANNEL
                program = plan.drum_program if group == "drums" else 0
            played = _with_other_keys(part, bank.key_map)
            assignments.append(Assignment(part=played, channel=channel, program=program))
        midi = scratch / f"{group}{first}.mid"
        write_midi(midi, tuple(assignments), length=plan.num_seconds)
        total_CT += synthesise(midi, path, num_frames=num_frames, scratch=scratch)
    if group == "guitar" and bank.role == "guitar" and plan.drive_db is not None:
        return amplify(total_CT, drive_db=plan.drive_db, sample_rate=SAMPLE_RATE)
    return total_CT


def _synthesised_bass(
    plan: TrackPlan, sound: BassSound, parts: list[Part], num_frames: int
) -> FloatArray:
    random = random_stream(plan.seed, plan.name, plan.attempt, "bass")
    played_CT = play_bass(parts, sound, random, num_frames=num_frames, sample_rate=SAMPLE_RATE)
    return np.repeat(played_CT, 2, axis=0)


def _with_other_keys(part: Part, key_map: Mapping[int, int]) -> Part:
    if not key_map:
        return part
    notes = (replace(note, key=key_map.get(note.key, note.key)) for note in part.notes)
    return replace(part, notes=tuple(notes))


def _manifest(plan: TrackPlan, stems: Mapping[str, FloatArray]) -> str:
    """Describe the track: the whole plan and where every sound comes from."""
    groups = [stem for stem in stems if stem != "vocals"]
    if "drums" in groups:
        groups.append("percussion")
    banks = {group: bank_named(plan.bank_of_group[group]) for group in groups}
    if plan.bass_sound is not None:
        del banks["bass"]
    facts = {
        "plan": asdict(plan),
        "stems": sorted(stems),
        "banks": {
            group: {"name": bank.name, "licence": bank.licence, "credit": bank.credit}
            for group, bank in banks.items()
        },
        "notes_licence": _NOTE_LICENCE[plan.source],
        "voice_licence": _VOICE_LICENCE if plan.voice else "",
    }
    return json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
