import threading
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.playback import audio_output
from app.playback.audio_output import MAX_LATENCY_SECONDS, MAX_UNDERRUNS, AudioOutput
from app.playback.sound_card import MIN_LATENCY_SECONDS, OutputStream, StreamRequest
from app.playback.stem_mixer import StemMixer
from engine.errors import EngineError
from tests.app.playback.fake_sound_card import DEFAULT_NAME, FakeSoundCard
from tests.app.playback.mixing import make_mixer, noise_lanes

TIMEOUT_MS = 5_000


@pytest.fixture
def card() -> FakeSoundCard:
    return FakeSoundCard()


@pytest.fixture
def output(
    qtbot: QtBot, card: FakeSoundCard, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AudioOutput]:
    # A fake stream plays only when it is told to, which may be late on a busy machine.
    monkeypatch.setattr(audio_output, "LOST_SECONDS", 60.0)
    output = AudioOutput(card=card)
    yield output
    output.shut_down()


@pytest.fixture
def mixer() -> StemMixer:
    mixer = make_mixer(noise_lanes(1, 200_000))
    mixer.play()
    return mixer


def _open(qtbot: QtBot, output: AudioOutput, mixer: StemMixer) -> None:
    with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
        output.open(mixer)


def test_mixer_is_played_on_the_default_device(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)

    assert output.active_device_name == DEFAULT_NAME
    assert not output.is_silent
    assert np.abs(card.streams[0].play(1_000)).max() > 0.0
    assert mixer.position == 1_000


def test_stream_is_silent_until_the_window_knows_of_it(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)

    assert not card.streams[0].first_block.any()
    assert mixer.position == 0


def test_second_open_of_the_same_mixer_changes_nothing(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)

    output.open(mixer)
    with qtbot.waitSignal(output.devices_changed, timeout=TIMEOUT_MS):
        output.find_devices()  # what was asked before is done by now

    assert len(card.requests) == 1


def test_without_a_device_the_mixer_runs_on_in_real_time(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    card.device_names = []

    with qtbot.waitSignal(output.failed, timeout=TIMEOUT_MS) as blocker:
        output.open(mixer)

    assert blocker.args is not None
    assert isinstance(blocker.args[0], EngineError)
    assert output.is_silent
    assert output.active_device_name == ""
    qtbot.waitUntil(lambda: mixer.position > 2_000, timeout=TIMEOUT_MS)


def test_same_failure_is_told_once_and_the_card_is_tried_again(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    card.device_names = []
    with qtbot.waitSignal(output.failed, timeout=TIMEOUT_MS):
        output.open(mixer)
    failures: list[object] = []
    output.failed.connect(failures.append)

    output.open(mixer)
    qtbot.waitUntil(lambda: len(card.requests) == 2, timeout=TIMEOUT_MS)
    card.device_names = [DEFAULT_NAME]
    _open(qtbot, output, mixer)

    assert not failures
    assert card.requests[-1].is_fresh
    qtbot.waitUntil(lambda: len(output.list_devices()) == 1, timeout=TIMEOUT_MS)
    assert not output.is_silent


def test_other_device_goes_on_at_the_same_frame(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    card.device_names = [DEFAULT_NAME, "Headphones"]
    _open(qtbot, output, mixer)
    card.streams[0].play(777)

    with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
        output.set_device("Headphones")

    assert card.streams[0].is_closed
    assert output.active_device_name == "Headphones"
    card.streams[1].play(223)
    assert mixer.position == 1_000


@pytest.mark.parametrize("has_ended", [True, False], ids=["ended", "stuck"])
def test_card_that_is_gone_is_noticed_and_opened_anew(
    qtbot: QtBot,
    output: AudioOutput,
    card: FakeSoundCard,
    mixer: StemMixer,
    monkeypatch: pytest.MonkeyPatch,
    has_ended: bool,
) -> None:
    if not has_ended:
        monkeypatch.setattr(audio_output, "LOST_SECONDS", 0.0)
    _open(qtbot, output, mixer)
    card.streams[0].play(500)
    card.device_names = ["Other speakers"]

    with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
        if has_ended:
            card.streams[0].request.report_end()

    assert card.requests[1].is_fresh
    assert output.active_device_name == "Other speakers"
    assert not card.streams[0].play(100).any()  # should it ever come back
    card.streams[1].play(100)
    assert mixer.position == 600


def test_card_that_has_not_asked_yet_after_a_long_rest_is_not_lost(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    mixer._clock = mixer.clock._replace(at=float("-inf"))
    _open(qtbot, output, mixer)

    output._look_after_stream()

    assert not output.is_silent
    assert output.active_device_name


def test_card_that_never_answers_leaves_the_playhead_moving(
    qtbot: QtBot, mixer: StemMixer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_output, "LOST_SECONDS", 0.0)
    answers = threading.Event()

    class SlowCard(FakeSoundCard):
        def open_stream(self, request: StreamRequest) -> OutputStream:
            answers.wait()
            return super().open_stream(request)

    output = AudioOutput(card=SlowCard())
    output.open(mixer)
    qtbot.waitUntil(lambda: output.is_silent and mixer.position > 500, timeout=TIMEOUT_MS)

    with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
        answers.set()
    assert not output.is_silent
    output.shut_down()


def test_underruns_are_counted_over_all_streams(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)
    card.streams[0].request.report_underrun()
    with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
        output.reopen()
    card.streams[1].request.report_underrun()

    assert output.num_underruns == 2


@pytest.mark.parametrize(
    ("chosen", "default_is_a_card", "looks_again"),
    [
        ("", True, True),
        ("", False, False),
        (DEFAULT_NAME, True, False),
        ("Headphones", True, True),
        ("Headphones", False, True),
    ],
)
def test_play_after_a_rest_looks_for_what_may_have_been_plugged_in(
    qtbot: QtBot,
    output: AudioOutput,
    card: FakeSoundCard,
    mixer: StemMixer,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str,
    default_is_a_card: bool,
    looks_again: bool,
) -> None:
    monkeypatch.setattr(audio_output, "DEFAULT_IS_A_CARD", default_is_a_card)
    monkeypatch.setattr(audio_output, "LOOK_SECONDS", 0.0)
    with qtbot.waitSignal(output.devices_changed, timeout=TIMEOUT_MS):
        output.list_devices()
    output.set_device(chosen)
    _open(qtbot, output, mixer)
    card.streams[0].play(500)
    output.close()

    card.device_names.insert(0, "Headphones")
    _open(qtbot, output, mixer)

    assert card.requests[1].is_fresh == looks_again
    card.streams[1].play(100)
    assert mixer.position == 600


def test_play_soon_after_a_look_does_not_look_again(
    qtbot: QtBot,
    output: AudioOutput,
    card: FakeSoundCard,
    mixer: StemMixer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audio_output, "DEFAULT_IS_A_CARD", True)
    output.list_devices()

    _open(qtbot, output, mixer)
    output.close()
    _open(qtbot, output, mixer)

    assert [request.is_fresh for request in card.requests] == [False, False]


def test_device_that_runs_dry_gets_more_sound_in_advance(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)
    latencies = []
    for _ in range(5):
        for _ in range(MAX_UNDERRUNS):
            card.streams[-1].request.report_underrun()
        if card.requests[-1].min_latency_seconds < MAX_LATENCY_SECONDS:
            with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
                output._look_after_stream()
        latencies.append(card.requests[-1].min_latency_seconds)

    assert latencies == sorted(latencies)
    assert latencies[0] == 2.0 * MIN_LATENCY_SECONDS
    assert latencies[-2:] == [MAX_LATENCY_SECONDS] * 2


def test_devices_are_found_on_the_first_question(qtbot: QtBot, output: AudioOutput) -> None:
    with qtbot.waitSignal(output.devices_changed, timeout=TIMEOUT_MS):
        assert output.list_devices() == ()

    assert [device.name for device in output.list_devices()] == [DEFAULT_NAME]


def test_fresh_look_at_the_devices_goes_on_playing(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)
    card.streams[0].play(100)
    card.device_names = [DEFAULT_NAME, "Headphones"]

    with qtbot.waitSignal(output.opened, timeout=TIMEOUT_MS):
        output.find_devices(is_fresh=True)

    assert card.streams[0].is_closed
    assert len(output.list_devices()) == 2
    card.streams[1].play(100)
    assert mixer.position == 200


def test_closing_frees_the_device_and_stops_the_clock(
    qtbot: QtBot, output: AudioOutput, card: FakeSoundCard, mixer: StemMixer
) -> None:
    _open(qtbot, output, mixer)

    output.close()

    assert not output.is_running
    qtbot.waitUntil(lambda: card.streams[0].is_closed, timeout=TIMEOUT_MS)


def test_bug_in_a_driver_is_a_sentence_and_not_the_end(
    qtbot: QtBot, mixer: StemMixer, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenCard(FakeSoundCard):
        def open_stream(self, request: object) -> object:  # type: ignore[override]
            raise ZeroDivisionError

    output = AudioOutput(card=BrokenCard())  # type: ignore[arg-type]
    with qtbot.waitSignal(output.failed, timeout=TIMEOUT_MS) as blocker:
        output.open(mixer)
    output.shut_down()

    assert blocker.args is not None
    assert "bug" in blocker.args[0].message
    assert "ZeroDivisionError" in caplog.text
