"""Where the stems have not arrived the original is heard, and the studio says so."""

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange, FrameRanges
from app.model.song import Song
from app.playback import audio_output
from app.playback.audio_output import AudioOutput
from app.playback.transport import Transport
from tests.app.playback.fake_sound_card import FakeSoundCard, FakeStream
from tests.app.widgets.made_songs import made_song, made_track

RATE = 8_000
NUM_FRAMES = 40_000
TIMEOUT_MS = 5_000
ORIGINAL, STEM = 0.5, 0.125  # two stems: half as loud, so that levels tell what is heard


@pytest.fixture
def card() -> FakeSoundCard:
    return FakeSoundCard()


@pytest.fixture
def transport(
    qtbot: QtBot, card: FakeSoundCard, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Transport]:
    # A fake stream plays only when it is told to, which may be late on a busy machine.
    monkeypatch.setattr(audio_output, "LOST_SECONDS", 60.0)
    transport = Transport(AudioOutput(card=card))
    yield transport
    transport.shut_down()


@pytest.fixture
def song(transport: Transport) -> Song:
    """Make a song that is decoded and has no stems."""
    song = made_song({"mix": np.full((NUM_FRAMES, 2), ORIGINAL, np.float32)}, sample_rate=RATE)
    transport.set_song(song)
    return song


def open_lanes(song: Song) -> None:
    """Put lanes on screen that hold nothing yet, as the engine does when it begins."""
    stems = []
    for name in ("drums", "bass"):
        silence_TC = np.zeros((NUM_FRAMES, 2), np.float32)
        stem = made_track(name, silence_TC)
        stem.done = FrameRanges()
        stems.append(stem)
    song.set_stems(tuple(stems), model_name="draft")


def arrive(song: Song, start: int, stop: int) -> None:
    """Let all stems have some audio."""
    for stem in song.stems:
        stem.samples_TC[start:stop] = STEM
        stem.mark_done(FrameRange(start, stop))
    for stem in song.stems:
        song.report_audio(stem.name, FrameRange(start, stop))


def play(qtbot: QtBot, transport: Transport, card: FakeSoundCard) -> FakeStream:
    with qtbot.waitSignal(transport.device_changed, timeout=TIMEOUT_MS):
        transport.play()
    card.streams[-1].play(100)
    return card.streams[-1]


def told(transport: Transport) -> str:
    return transport.heard


def heard(stream: FakeStream) -> float:
    return float(stream.play(400)[-1, 0])


def test_a_song_without_stems_says_that_its_original_is_heard(
    transport: Transport, song: Song
) -> None:
    assert told(transport) == "original"
    assert transport.monitor == "stems"


def test_lanes_that_hold_nothing_yet_are_not_silence(
    qtbot: QtBot, transport: Transport, card: FakeSoundCard, song: Song
) -> None:
    stream = play(qtbot, transport, card)
    changes: list[str] = []
    transport.heard_changed.connect(changes.append)

    open_lanes(song)
    assert heard(stream) == ORIGINAL
    assert told(transport) == "original"

    arrive(song, 0, NUM_FRAMES // 2)
    block_T = stream.play(400)[:, 0]
    assert block_T[-1] == 2 * STEM
    assert np.abs(np.diff(block_T)).max() < 0.02  # a cross-fade, not a step
    assert changes == ["stems"]


def test_the_playhead_that_overtakes_the_stems_hears_the_original_again(
    qtbot: QtBot, transport: Transport, card: FakeSoundCard, song: Song
) -> None:
    open_lanes(song)
    arrive(song, 0, 8_000)
    stream = play(qtbot, transport, card)
    assert heard(stream) == 2 * STEM

    stream.play(7_000)
    with qtbot.waitSignal(transport.heard_changed, timeout=TIMEOUT_MS):
        pass  # the next tick comes in time
    assert heard(stream) == ORIGINAL

    arrive(song, 8_000, NUM_FRAMES)
    assert heard(stream) == 2 * STEM


def test_a_seek_to_where_no_stems_are_hears_the_original(transport: Transport, song: Song) -> None:
    open_lanes(song)
    arrive(song, 0, 8_000)
    assert told(transport) == "stems"

    transport.seek(20_000)
    assert told(transport) == "original"
    transport.seek(0)
    assert told(transport) == "stems"
    transport.seek(NUM_FRAMES)
    assert told(transport) == "original"


def test_who_wants_the_original_hears_it_when_the_stems_are_there(
    transport: Transport, song: Song
) -> None:
    transport.set_monitor("original")
    open_lanes(song)

    arrive(song, 0, NUM_FRAMES)

    assert told(transport) == "original"
    transport.set_monitor("stems")
    assert told(transport) == "stems"
