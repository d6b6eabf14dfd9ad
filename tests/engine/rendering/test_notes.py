import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rendering.groove_drums import find_performances, repeat_performance
from engine.rendering.mma_songs import GrooveFile, write_song
from engine.rendering.score import Note, Part, Score
from engine.rendering.voices import VoicePool, find_recordings, plan_voice


def _beat(seconds: float, *, key: int = 36) -> Score:
    notes = tuple(
        Note(start=0.5 * beat, end=0.5 * beat + 0.1, key=key, velocity=100)
        for beat in range(round(seconds / 0.5))
    )
    return Score(parts=(Part(name="", program=0, is_drums=True, notes=notes),))


@given(num_bars=st.integers(8, 20), length=st.floats(5.0, 90.0))
def test_a_repeated_performance_stays_on_the_beat(num_bars: int, length: float) -> None:
    part = repeat_performance(_beat(2.0 * num_bars), tempo=120, length=length)
    assert part is not None
    starts = np.array([note.start for note in part.notes])
    assert (starts < length).all()
    np.testing.assert_allclose(np.diff(starts), 0.5, atol=1e-6)


def test_hits_after_the_last_whole_bar_do_not_fall_into_the_repetition() -> None:
    part = repeat_performance(_beat(16.6), tempo=120, length=40.0)  # eight bars and a pickup
    assert part is not None
    starts = [note.start for note in part.notes]
    assert len(starts) == len(set(starts)) == 80


def test_a_performance_of_a_few_seconds_is_not_repeated() -> None:
    assert repeat_performance(_beat(4.0), tempo=120, length=60.0) is None


@pytest.mark.parametrize(("roland", "general_midi"), [(22, 42), (26, 46), (58, 43), (38, 38)])
def test_keys_of_the_drum_module_become_those_of_general_midi(
    roland: int, general_midi: int
) -> None:
    part = repeat_performance(_beat(16.0, key=roland), tempo=120, length=5.0)
    assert part is not None
    assert {note.key for note in part.notes} == {general_midi}


def test_only_beats_in_four_four_count_as_performances(tmp_path: Path) -> None:
    session = tmp_path / "drummer1" / "session2"
    session.mkdir(parents=True)
    for name in ("1_funk-fast_120_beat_4-4", "2_funk_120_fill_4-4", "3_rock_60_beat_6-8"):
        (session / f"{name}.mid").touch()
    (found,) = find_performances(tmp_path)
    assert (found.style, found.tempo, found.session) == ("funk-fast", 120, "drummer1/session2")


def test_song_and_speech_of_one_number_are_one_recording(tmp_path: Path) -> None:
    for kind in ("song", "speech"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f"pjs001_{kind}.ogg").touch()
    assert find_recordings(tmp_path) == {
        "pjs001": ("song/pjs001_song.ogg", "speech/pjs001_speech.ogg")
    }


@given(seed=st.integers(0, 200), tempo=st.integers(70, 170), seconds=st.floats(4.0, 90.0))
def test_a_song_has_numbered_bars_with_a_chord_each_and_enough_of_them(
    seed: int, tempo: int, seconds: float
) -> None:
    grooves = GrooveFile(name="stdlib/x", grooves=("Pop", "PopFill", "PopEnd"), beats_per_bar=4)
    text = write_song(grooves, tempo=tempo, seconds=seconds, random=np.random.default_rng(seed))
    bars = re.findall(r"(?m)^(\d+) ([A-G]b?\S*)$", text)
    assert [int(number) for number, _ in bars] == list(range(1, len(bars) + 1))
    assert len(bars) * 4 * 60.0 / tempo >= seconds
    assert "Groove Pop\n" in text
    assert "Fill" not in text
    assert text == write_song(
        grooves, tempo=tempo, seconds=seconds, random=np.random.default_rng(seed)
    )


def test_speech_is_at_most_a_fifth_of_the_voice() -> None:
    pool = VoicePool(songs=("song/a.ogg",), speeches=("speech/a.ogg",))
    plans = [plan_voice(pool, np.random.default_rng(seed)) for seed in range(50)]
    clips = [clip.name for plan in plans for clip in plan.clips]
    num_sentences = sum(name.startswith("speech/") for name in clips)
    # A song of the corpus lasts 12 seconds, a sentence 5.
    assert 5.0 * num_sentences < 0.2 * (5.0 * num_sentences + 12.0 * (len(clips) - num_sentences))


def test_shifted_voices_stay_between_five_down_and_twelve_up() -> None:
    pool = VoicePool(songs=("song/a.ogg",), speeches=())
    for seed in range(200):
        plan = plan_voice(pool, np.random.default_rng(seed))
        assert -5.0 <= plan.body_semitones + plan.pitch_semitones <= 12.0
