"""Basses that are drawn: in tune, for as long as their notes last, and each another one."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rendering.bass_sound import BassSound, draw_bass_sound
from engine.rendering.bass_synthesiser import play_bass
from engine.rendering.score import Note, Part
from engine.rendering.sound_banks import BANKS
from engine.rendering.track_plan import plan_track
from tests.engine.rendering.test_track_plan import _material

RATE = 44_100
seeds = st.integers(0, 2**32)


def _sound(seed: int) -> BassSound:
    return draw_bass_sound(np.random.default_rng(seed))


def _part(*notes: tuple[float, float, int]) -> Part:
    played = tuple(Note(start=a, end=b, key=key, velocity=96) for a, b, key in notes)
    return Part(name="bass", program=33, is_drums=False, notes=played)


def _play(part: Part, sound: BassSound, seconds: float = 1.0) -> npt.NDArray[np.float32]:
    random = np.random.default_rng(1)
    played_CT = play_bass([part], sound, random, num_frames=round(seconds * RATE), sample_rate=RATE)
    assert played_CT.shape == (1, round(seconds * RATE))
    assert played_CT.dtype == np.float32
    played_T: npt.NDArray[np.float32] = played_CT[0]
    return played_T


def _share_at_harmonics(sound_T: npt.NDArray[np.float32], hertz: float) -> float:
    """Share of the power within 3 % of multiples of a frequency."""
    power_F = np.abs(np.fft.rfft(sound_T * np.hanning(len(sound_T)))) ** 2
    frequency_F = np.fft.rfftfreq(len(sound_T), 1.0 / RATE)
    order_F = np.maximum(1.0, np.round(frequency_F / hertz))
    # A window of a second is 4 Hz wide.
    is_near_F = np.abs(frequency_F - order_F * hertz) <= np.maximum(4.0, 0.03 * hertz)
    return float(power_F[is_near_F].sum() / power_F.sum())


@given(seed=seeds, key=st.integers(28, 60))
@settings(max_examples=25, deadline=None)
def test_a_note_consists_of_harmonics_of_its_key_and_of_the_octave_below(
    seed: int, key: int
) -> None:
    sound = replace(_sound(seed), noise=0.0, slide=0.0, sustain_seconds=2.0)
    hertz = 440.0 * 2.0 ** ((key - 69) / 12)
    played_T = _play(_part((0.0, 1.0, key)), sound)
    assert _share_at_harmonics(played_T, hertz / 2) > 0.99
    assert _share_at_harmonics(played_T, hertz / 2 * 1.12) < 0.8
    if sound.kind == "string" or sound.sub < 0.03:
        assert _share_at_harmonics(played_T, hertz) > 0.95


@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_a_note_sounds_while_it_lasts_and_not_before_or_after(seed: int) -> None:
    played_T = _play(_part((0.5, 0.9, 40)), _sound(seed), seconds=3.0)
    assert np.isfinite(played_T).all()
    loudness = np.sqrt(np.mean(played_T[round(0.5 * RATE) : round(0.9 * RATE)] ** 2))
    assert loudness > 1e-3
    # The curve of body and loudspeaker rings a little, to both sides.
    assert np.abs(played_T[: round(0.3 * RATE)]).max() < 0.02 * loudness
    assert np.abs(played_T[round(2.5 * RATE) :]).max() < 0.02 * loudness


def test_a_note_ends_where_the_next_one_begins() -> None:
    # Long enough that the first note would be heard beside the second.
    plain = replace(_sound(3), noise=0.0, drive=0.0, slide=0.0, release_seconds=0.15)
    sound = replace(plain, kind="string", sustain_seconds=4.0, damped_hz=6000.0)
    alone_T = _play(_part((0.5, 1.0, 45)), sound, seconds=1.5)
    both_T = _play(_part((0.0, 1.5, 40), (0.5, 1.0, 45)), sound, seconds=1.5)
    assert np.abs(both_T[: RATE // 3]).max() > 0.01
    after = slice(round(0.7 * RATE), None)
    np.testing.assert_allclose(both_T[after], alone_T[after], atol=0.02 * np.abs(alone_T).max())


def test_harder_notes_are_louder() -> None:
    soft, hard = (
        replace(_part((0.0, 0.9, 40)).notes[0], velocity=velocity) for velocity in (30, 120)
    )
    sound = replace(_sound(5), drive=0.0)
    part = _part((0.0, 0.9, 40))
    levels = [np.std(_play(replace(part, notes=(note,)), sound)) for note in (soft, hard)]
    assert levels[0] < 0.5 * levels[1]


def test_without_notes_there_is_silence() -> None:
    assert not _play(_part(), replace(_sound(0), drive=5.0)).any()


def test_the_same_seed_plays_the_same_and_others_are_other_instruments() -> None:
    part = _part((0.0, 0.4, 40), (0.5, 0.9, 47))
    assert np.array_equal(_play(part, _sound(7)), _play(part, _sound(7)))
    spectra = []
    for seed in range(12):
        power = np.abs(np.fft.rfft(_play(part, _sound(seed)))) ** 2
        octaves = [power[a:b].sum() for a, b in ((40, 160), (160, 640), (640, 2560), (2560, 9000))]
        spectra.append(10 * np.log10(np.array(octaves) / sum(octaves)))
    spread_db = np.std(spectra, axis=0)
    assert (spread_db > 2.0).all()


def test_half_of_the_training_tracks_have_a_synthesised_bass_and_no_other_track_has() -> None:
    material = _material(BANKS)
    plans = [plan_track(material, "train", index) for index in range(200)]
    sounds = [plan.bass_sound for plan in plans if plan.bass_sound is not None]
    assert len(sounds) == pytest.approx(100, abs=25)
    assert len(set(sounds)) == len(sounds)
    for split in ("validation", "test"):
        assert all(plan_track(material, split, index).bass_sound is None for index in range(50))
