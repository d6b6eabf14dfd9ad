import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import LaneState
from app.model.peak_pyramid import PeakPyramid
from app.model.song import Song, SongFacts
from app.model.track import Track
from app.playback import audio_output
from app.playback import transport as transport_module
from app.playback.audio_output import AudioOutput
from app.playback.transport import Transport
from engine.audio.tags import AudioTags
from tests.app.playback.fake_sound_card import FakeSoundCard, FakeStream

FloatArray = npt.NDArray[np.float32]

TIMEOUT_MS = 5_000
SAMPLE_RATE = 8_000
NUM_FRAMES = 40_000
LEVELS = {"mix": 0.5, "drums": 0.125, "bass": 0.25, "residual": 0.125}


def _track(name: str, level: float) -> Track:
    samples_TC = np.full((NUM_FRAMES, 2), level, np.float32)
    track = Track(name=name, samples_TC=samples_TC, peaks=PeakPyramid(NUM_FRAMES))
    track.done = FrameRanges((FrameRange(0, NUM_FRAMES),))
    return track


def make_song(sample_rate: int = SAMPLE_RATE) -> Song:
    """Build a song whose lanes are constant, so that levels tell what is heard."""
    song = Song(Path("song"), Path("song.wav"))
    facts = SongFacts(
        title="Song",
        source=Path("song.wav"),
        sample_rate=sample_rate,
        num_channels=2,
        num_frames=NUM_FRAMES,
        tags=AudioTags(),
    )
    song.open(facts, _track("mix", LEVELS["mix"]))
    stems = tuple(_track(name, level) for name, level in LEVELS.items() if name != "mix")
    song.set_stems(stems, model_name="model")
    return song


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
    song = make_song()
    transport.set_song(song)
    return song


@pytest.fixture
def stream(qtbot: QtBot, transport: Transport, song: Song, card: FakeSoundCard) -> FakeStream:
    """Play the song: what the stream plays from now on is past the fade."""
    with qtbot.waitSignal(transport.device_changed, timeout=TIMEOUT_MS):
        transport.play()
    card.streams[-1].play(100)
    return card.streams[-1]


def _await_jump(qtbot: QtBot, transport: Transport) -> None:
    """Wait until the reader ahead has made the last jump ready."""
    qtbot.waitUntil(lambda: transport._mixer.jump.is_ready, timeout=TIMEOUT_MS)


def _heard(stream: FakeStream) -> float:
    """Return the level after all ramps."""
    return float(stream.play(400)[-1, 0])


def test_transport_rests_without_a_song(transport: Transport) -> None:
    transport.play()
    transport.seek(100)
    transport.stop()

    assert not transport.is_playing
    assert transport.position == 0


def test_stems_add_up_and_the_original_is_as_loud(transport: Transport, stream: FakeStream) -> None:
    assert _heard(stream) == 0.5
    monitors: list[str] = []
    transport.monitor_changed.connect(monitors.append)

    transport.set_monitor("original")
    during = stream.play(400)

    assert monitors == ["original"]
    np.testing.assert_allclose(during, 0.5, atol=1e-6)
    assert transport.levels()["drums"][0] > 0.0
    transport.set_monitor("original")
    assert monitors == ["original"]


def test_what_the_user_sets_is_heard(transport: Transport, song: Song, stream: FakeStream) -> None:
    song.change_lane("drums", LaneState(muted=True), "Mute")
    assert _heard(stream) == 0.375
    song.change_lane("bass", LaneState(soloed=True), "Solo")
    assert _heard(stream) == 0.25
    song.undo()
    song.undo()
    assert _heard(stream) == 0.5


def test_residual_is_heard_alone_for_a_moment(transport: Transport, stream: FakeStream) -> None:
    transport.solo_lane_momentarily("residual")
    assert _heard(stream) == 0.125

    transport.solo_lane_momentarily(None)
    assert _heard(stream) == 0.5


def test_volume_of_the_monitor_leaves_the_meters_alone(
    transport: Transport, stream: FakeStream
) -> None:
    transport.monitor_gain_db = -60.0

    assert _heard(stream) == 0.0
    assert transport.levels()["master"] == (0.5, 0.5)


def test_positions_are_published_while_playing_only(
    qtbot: QtBot, transport: Transport, stream: FakeStream
) -> None:
    with qtbot.waitSignal(transport.position_changed, timeout=TIMEOUT_MS) as blocker:
        stream.play(500)
    assert blocker.args is not None
    transport.pause()
    stream.play(500)
    qtbot.waitUntil(lambda: not transport._ticks.isActive(), timeout=TIMEOUT_MS)

    assert transport.position == 600


def test_pause_goes_on_where_it_was(transport: Transport, stream: FakeStream) -> None:
    states: list[bool] = []
    transport.playing_changed.connect(states.append)

    transport.toggle()
    assert _heard(stream) == 0.0
    transport.toggle()
    assert _heard(stream) == 0.5

    assert states == [False, True]
    assert transport.position == 500


def test_seek_and_skip_move_the_playhead_at_once(transport: Transport, song: Song) -> None:
    positions: list[int] = []
    transport.position_changed.connect(positions.append)

    transport.seek(1_000)
    transport.skip(0.5)
    transport.skip(-10.0)
    transport.seek(10 * NUM_FRAMES)

    assert positions == [1_000, 5_000, 0, NUM_FRAMES]
    assert transport.position == NUM_FRAMES


def test_stop_returns_to_the_start(transport: Transport, stream: FakeStream) -> None:
    transport.stop()

    assert not transport.is_playing
    assert transport.position == 0


def test_end_of_the_song_ends_playback_and_play_begins_again(
    qtbot: QtBot, transport: Transport, stream: FakeStream
) -> None:
    transport.seek(NUM_FRAMES - 100)
    _await_jump(qtbot, transport)
    with qtbot.waitSignal(transport.playing_changed, timeout=TIMEOUT_MS) as blocker:
        stream.play(1_000)
    assert blocker.args == [False]
    assert transport.position == NUM_FRAMES

    transport.play()
    _await_jump(qtbot, transport)
    stream.play(100)

    assert transport.position == 100


def test_loop_follows_the_selection(
    qtbot: QtBot, transport: Transport, song: Song, stream: FakeStream
) -> None:
    song.change(replace(song.state, selection=FrameRange(1_000, 1_500)), "Select")
    transport.seek(1_000)
    _await_jump(qtbot, transport)
    stream.play(700)
    assert transport.position == 1_700

    song.change(replace(song.state, is_looping=True), "Loop")
    assert transport.position == 1_000  # the loop lay behind
    _await_jump(qtbot, transport)
    stream.play(700)
    assert transport.position == 1_200


def test_without_a_selection_the_whole_song_is_the_loop(
    qtbot: QtBot, transport: Transport, song: Song, stream: FakeStream
) -> None:
    song.change(replace(song.state, is_looping=True), "Loop")
    transport.seek(NUM_FRAMES - 200)
    _await_jump(qtbot, transport)

    stream.play(700)

    assert transport.position == 500
    assert transport.is_playing


def test_play_begins_in_the_loop(transport: Transport, song: Song) -> None:
    song.change(
        replace(song.state, selection=FrameRange(1_000, NUM_FRAMES + 500), is_looping=True), "Loop"
    )

    transport.play()
    assert transport.position == 1_000
    transport.seek(2_000)
    transport.play_from_start()

    assert transport.position == 1_000


def test_lanes_that_come_while_it_plays_are_heard_at_the_same_frame(
    transport: Transport, song: Song, stream: FakeStream
) -> None:
    song.set_stems((_track("vocals", 0.0625),), model_name="other")

    assert _heard(stream) == 0.0625
    assert transport.position == 500
    assert set(transport.levels()) == {"mix", "vocals", "master"}


def test_song_without_stems_plays_its_original(
    qtbot: QtBot, transport: Transport, stream: FakeStream
) -> None:
    song = Song(Path("other"), Path("other.wav"))
    transport.set_song(song)
    assert not transport.is_playing
    transport.play()
    assert not transport.is_playing  # it is not open yet
    source = make_song()
    assert source.facts is not None

    song.open(source.facts, source.track("mix"))
    transport.play()

    assert _heard(stream) == 0.5
    assert transport.position == 400


def test_song_of_another_rate_opens_another_stream(
    qtbot: QtBot, transport: Transport, stream: FakeStream, card: FakeSoundCard
) -> None:
    other = make_song(sample_rate=2 * SAMPLE_RATE)
    transport.set_song(other)
    assert np.abs(np.diff(stream.play(400)[:, 0])).max() < 0.05  # it fades while it closes

    with qtbot.waitSignal(transport.device_changed, timeout=TIMEOUT_MS):
        transport.play()

    assert stream.is_closed
    assert card.requests[-1].sample_rate == 2 * SAMPLE_RATE


def test_song_that_is_deleted_is_let_go(
    qtbot: QtBot, transport: Transport, song: Song, stream: FakeStream
) -> None:
    with qtbot.waitSignal(song.destroyed, timeout=TIMEOUT_MS):
        song.deleteLater()

    assert transport.song is None
    assert not transport.is_playing
    assert not stream.play(400)[-1].any()


def test_song_that_was_played_before_may_be_deleted(
    qtbot: QtBot, transport: Transport, song: Song
) -> None:
    other = make_song()
    transport.set_song(other)

    with qtbot.waitSignal(song.destroyed, timeout=TIMEOUT_MS):
        song.deleteLater()

    assert transport.song is other


def test_lanes_of_a_closed_song_are_let_go_without_a_stream(
    transport: Transport, stream: FakeStream
) -> None:
    held = weakref.ref(transport._mixer.bank)
    transport.pause()
    transport._let_go()

    transport.set_song(None)
    gc.collect()

    assert held() is None


def test_long_pause_frees_the_device(
    qtbot: QtBot,
    transport: Transport,
    song: Song,
    card: FakeSoundCard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport._linger.setInterval(1)
    with qtbot.waitSignal(transport.device_changed, timeout=TIMEOUT_MS):
        transport.play()
    card.streams[0].play(300)
    transport.pause()
    qtbot.waitUntil(lambda: card.streams[0].is_closed, timeout=TIMEOUT_MS)
    transport.seek(2_000)
    song.change_lane("drums", LaneState(muted=True), "Mute")

    with qtbot.waitSignal(transport.device_changed, timeout=TIMEOUT_MS):
        transport.play()

    assert _heard(card.streams[1]) == 0.375
    assert transport.position == 2_400


def test_levels_fall_to_zero_when_nothing_plays(
    qtbot: QtBot, transport: Transport, song: Song, stream: FakeStream
) -> None:
    stream.play(400)
    assert transport.levels()["master"] == (0.5, 0.5)
    assert transport.levels()["master"] == (0.5, 0.5)  # a second meter asks at the same time

    transport._let_go()
    transport._levels_at = 0.0

    assert set(transport.levels().values()) == {(0.0, 0.0)}


def test_without_a_sound_card_the_playhead_moves_and_the_reason_is_told(
    qtbot: QtBot, transport: Transport, song: Song, card: FakeSoundCard
) -> None:
    card.device_names = []

    with qtbot.waitSignal(transport.device_failed, timeout=TIMEOUT_MS):
        transport.play()

    qtbot.waitUntil(lambda: transport.position > 500, timeout=TIMEOUT_MS)
    assert transport.underruns == 0


def test_position_published_allows_for_the_latency(
    transport: Transport, song: Song, stream: FakeStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream.play(4_000)
    monkeypatch.setattr(type(transport.output), "latency_seconds", property(lambda _output: 0.25))

    assert 4_100 - 2_000 <= transport.position < 4_100


def test_ticks_come_about_thirty_times_a_second() -> None:
    assert pytest.approx(30, abs=1) == 1_000 / transport_module.TICK_MS
