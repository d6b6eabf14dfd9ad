import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.frame_range import FrameRange
from app.model.tempo import BeatGrid, Tempo
from app.widgets.place_text import SongPlaces, bars_text, length_in_bars
from tests.app.model.stored_song import tempos

RATE = 8000
NUM_FRAMES = 100 * RATE
GRID = BeatGrid(tempo=Tempo(bpm=120, first_beat=RATE), sample_rate=RATE)  # a bar is two seconds
PLACES = SongPlaces(sample_rate=RATE, num_frames=NUM_FRAMES, grid=GRID)
TIMES_ALONE = SongPlaces(sample_rate=RATE, num_frames=NUM_FRAMES)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:05.72", 5.72),
        ("65,5", 65.5),
        ("b1", 1.0),
        ("b5", 9.0),
        ("b5.3", 10.0),
        ("B5,3", 10.0),
        ("t5.3", 10.0),
        (" b 5.3 ", 10.0),
        ("b0.3", 0.0),
        ("1:40", 100.0),
    ],
)
def test_times_and_bars_are_places(text: str, seconds: float) -> None:
    assert PLACES.read(text) == round(seconds * RATE)


@pytest.mark.parametrize("text", ["", "b", "b5.0", "b5.5", "b-3", "b60", "1:41", "5b", "soon"])
def test_what_lies_outside_of_the_song_or_the_bar_is_no_place(text: str) -> None:
    assert PLACES.read(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("8.5", 8.5), ("b4", 8.0), ("b4.2", 9.0), ("b0.2", 1.0)]
)
@pytest.mark.parametrize("start", [0, RATE, 3 * RATE + 17])
def test_lengths_are_times_or_bars_and_beats(text: str, seconds: float, start: int) -> None:
    assert PLACES.read_stop(text, start) == start + round(seconds * RATE)


@pytest.mark.parametrize("text", ["0", "b0", "b-1", "b60", "101", "long"])
def test_no_length_and_too_much_of_it_are_refused(text: str) -> None:
    assert PLACES.read_stop(text, RATE) is None


def test_without_a_tempo_there_are_no_bars() -> None:
    assert TIMES_ALONE.read("b5") is None
    assert TIMES_ALONE.read_stop("b5", 0) is None
    assert TIMES_ALONE.text(RATE) == "0:01.000"
    assert TIMES_ALONE.length_text(RATE) == "0:01.000"


@given(tempo=tempos(NUM_FRAMES), beats=st.tuples(st.integers(0, 200), st.integers(1, 100)))
def test_a_loop_on_the_grid_is_typed_as_it_is_written(tempo: Tempo, beats: tuple[int, int]) -> None:
    grid = BeatGrid(tempo=tempo, sample_rate=RATE)
    start, stop = grid.frame_of_beat(beats[0]), grid.frame_of_beat(sum(beats))
    places = SongPlaces(sample_rate=RATE, num_frames=stop, grid=grid)

    assert places.read(places.text(start)) == start
    assert places.read(places.text(stop)) == stop
    assert places.read_stop(places.length_text(stop - start), start) == stop


def test_lengths_and_ranges_say_bars() -> None:
    bar = 2 * RATE

    assert bars_text(GRID, FrameRange(RATE + 4 * bar, RATE + 8 * bar)) == "bars 5–8"
    assert bars_text(GRID, FrameRange(RATE + 4 * bar, RATE + 5 * bar)) == "bar 5"
    assert bars_text(GRID, FrameRange(RATE + 4 * bar, RATE + 5 * bar + 9)) == ""
    assert bars_text(None, FrameRange(0, bar)) == ""
    assert length_in_bars(GRID, round(3.97 * bar)) == "3.97 bars"
