"""The project is read back with a small parser of the format: words, quotes and blocks."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.audio_format import Container
from engine.reaper_project import (
    ReaperTempo,
    ReaperTrack,
    quoted,
    reaper_colour,
    reaper_project,
)

DRUMS = ReaperTrack(
    name='My "loud" Drums',
    file_name="Song  (Drums).wav",
    colour="#009e73",
    gain=0.5,
    pan=-0.25,
    is_muted=True,
)
BASS = ReaperTrack(name="Bass", file_name="Song (Bass).wav", colour="#d55e00", is_soloed=True)


@dataclass
class Block:
    """``<NAME …`` with its lines and the blocks inside."""

    words: list[str]
    lines: dict[str, list[str]] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)


def words_of(line: str) -> list[str]:
    words: list[str] = []
    rest = line.strip()
    while rest:
        if rest[0] in "\"'`":
            word, _, rest = rest[1:].partition(rest[0])
        else:
            word, _, rest = rest.partition(" ")
        words.append(word)
        rest = rest.lstrip()
    return words


def parse(text: str) -> Block:
    stack = [Block([])]
    for line in text.splitlines():
        if line.strip().startswith("<"):
            block = Block(words_of(line.strip()[1:]))
            stack[-1].blocks.append(block)
            stack.append(block)
        elif line.strip() == ">":
            stack.pop()
        else:
            name, *values = words_of(line)
            stack[-1].lines[name] = values
    (root,) = stack
    (project,) = root.blocks
    return project


def project_of(
    *tracks: ReaperTrack,
    container: Container = "wav",
    channels: int = 2,
    tempo: ReaperTempo | None = None,
) -> Block:
    return parse(
        reaper_project(
            tracks,
            container=container,
            sample_rate=48_000,
            num_channels=channels,
            num_frames=480_001,
            tempo=tempo,
        )
    )


def test_tracks_carry_names_colours_faders_and_switches() -> None:
    project = project_of(DRUMS, BASS)

    assert project.words[:3] == ["REAPER_PROJECT", "0.1", "6.0"]
    assert project.lines["SAMPLERATE"][:2] == ["48000", "1"]
    drums, bass = project.blocks
    assert drums.words == ["TRACK"]
    assert drums.lines["NAME"] == ['My "loud" Drums']
    assert int(drums.lines["PEAKCOL"][0]) == 0x1739E00
    assert drums.lines["VOLPAN"][:2] == ["0.5", "-0.25"]
    assert drums.lines["MUTESOLO"][:2] == ["1", "0"]
    assert bass.lines["MUTESOLO"][:2] == ["0", "2"]


def test_items_begin_at_zero_and_are_as_long_as_the_song() -> None:
    for track in project_of(DRUMS, BASS).blocks:
        (item,) = track.blocks
        assert item.lines["POSITION"] == ["0"]
        assert round(float(item.lines["LENGTH"][0]) * 48_000, 6) == 480_001
        assert item.lines["LOOP"] == ["0"]
        assert float(item.lines["FADEIN"][1]) == 0.0


def test_without_a_tempo_reaper_gets_its_usual_one_and_no_numbers_of_bars() -> None:
    project = project_of(DRUMS)

    assert project.lines["TEMPO"] == ["120", "4", "4"]
    assert "PROJOFFS" not in project.lines


def test_a_tempo_comes_with_its_bars_and_moves_all_items_alike() -> None:
    tempo = ReaperTempo(bpm=118.1818181818182, beats_per_bar=3, start_bar=-1, items_at=12_345)

    project = project_of(DRUMS, BASS, tempo=tempo)

    assert float(project.lines["TEMPO"][0]) == pytest.approx(tempo.bpm, rel=1e-14)
    assert project.lines["TEMPO"][1:] == ["3", "4"]
    assert project.lines["PROJOFFS"] == ["0", "-2", "0"]  # the second is added to bar 1
    for track in project.blocks:
        (item,) = track.blocks
        assert round(float(item.lines["POSITION"][0]) * 48_000, 6) == 12_345


@pytest.mark.parametrize(
    ("container", "source"),
    [("wav", "WAVE"), ("flac", "FLAC"), ("ogg", "VORBIS"), ("mp3", "MP3")],
)
def test_the_source_names_its_type_and_a_file_beside_the_project(
    container: Container, source: str
) -> None:
    (track,) = project_of(DRUMS, container=container).blocks
    (item,) = track.blocks
    (block,) = item.blocks

    assert block.words == ["SOURCE", source]
    assert block.lines["FILE"] == ["Song  (Drums).wav"]


def test_a_song_with_more_channels_gets_wider_tracks() -> None:
    widths = [project_of(BASS, channels=count).blocks[0].lines["NCHAN"] for count in (1, 2, 5, 6)]
    assert widths == [["2"], ["2"], ["6"], ["6"]]


@given(name=st.text(alphabet=st.sampled_from("ab \"'`<>\n\t{}#;é"), max_size=12))
def test_any_name_survives_as_far_as_the_format_can_carry_it(name: str) -> None:
    track = ReaperTrack(name=name, file_name="a.wav", colour="#000000")
    expected = name.replace("\n", " ").replace("\t", " ")
    if all(mark in name for mark in "\"'`"):
        expected = expected.replace("`", "'")

    project = project_of(track, BASS)

    assert project.blocks[0].lines["NAME"] == [expected]
    assert len(project.blocks) == 2


def test_a_name_without_quotes_stands_in_ordinary_ones() -> None:
    assert quoted("Bass") == '"Bass"'


def test_colours_are_numbers_of_blue_green_red_with_a_flag() -> None:
    assert reaper_colour("#ff0000") == 0x10000FF
    assert reaper_colour("#0000ff") == 0x1FF0000
