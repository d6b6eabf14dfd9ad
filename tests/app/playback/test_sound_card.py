import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest

from app.playback import sound_card
from app.playback.sound_card import (
    MAX_BLOCK_SECONDS,
    MIN_LATENCY_SECONDS,
    PlaybackError,
    PortAudioCard,
    StreamRequest,
    block_frames,
)

FloatArray = npt.NDArray[np.float32]

APP = Path(sound_card.__file__).parents[1]


class PortAudioError(Exception):
    pass


class FakeOutputStream:
    def __init__(self, library: "FakePortAudio", **options: object) -> None:
        self.options = options
        self.latency = 0.09
        self.is_started = self.is_closed = False
        library.opened.append(self)

    def start(self) -> None:
        self.is_started = True

    def stop(self, ignore_errors: bool = True) -> None:
        self.is_started = False

    def close(self, ignore_errors: bool = True) -> None:
        self.is_closed = True

    def write(self, num_frames: int, *, has_underrun: bool = False) -> FloatArray:
        channels = self.options["channels"]
        assert isinstance(channels, int)
        out_TC = np.full((num_frames, channels), np.nan, np.float32)
        callback = self.options["callback"]
        assert callable(callback)
        callback(out_TC, num_frames, None, SimpleNamespace(output_underflow=has_underrun))
        return out_TC


class FakePortAudio:
    """As much of sounddevice as is used."""

    PortAudioError = PortAudioError

    def __init__(self) -> None:
        self.num_restarts = 0
        self.refused_rates: set[int] = set()
        self.opened: list[FakeOutputStream] = []
        self.devices = [self.device(0, "Microphone", 0), self.device(1, "Speakers", 2)]

    @staticmethod
    def device(index: int, name: str, channels: int, driver: int = 0) -> dict[str, object]:
        return {
            "index": index,
            "name": name,
            "hostapi": driver,
            "max_output_channels": channels,
            "default_samplerate": 48_000.0,
            "default_high_output_latency": 0.035,
        }

    def _terminate(self) -> None:
        self.num_restarts += 1

    def _initialize(self) -> None:
        pass

    def query_devices(self, kind: str = "") -> object:
        if not kind:
            return self.devices
        for device in self.devices:
            if device["max_output_channels"]:
                return device
        raise PortAudioError("no device")

    def OutputStream(self, *, samplerate: int, **options: object) -> FakeOutputStream:
        if samplerate in self.refused_rates:
            raise PortAudioError("invalid sample rate")
        return FakeOutputStream(self, samplerate=samplerate, **options)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    library = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    monkeypatch.setattr(sound_card, "CLOSE_SECONDS", 0.0)
    return library


def _fill_sides(out_TO: FloatArray) -> None:
    out_TO[:] = (0.5, 0.25)


def _request(
    *,
    fill: Callable[[FloatArray], None] = _fill_sides,
    underruns: list[None] | None = None,
    device_name: str = "",
    is_fresh: bool = False,
) -> StreamRequest:
    return StreamRequest(
        fill=fill,
        report_underrun=lambda: (underruns if underruns is not None else []).append(None),
        report_end=lambda: None,
        sample_rate=44_100,
        device_name=device_name,
        is_fresh=is_fresh,
    )


def test_only_one_file_knows_the_sound_card_library() -> None:
    naming = [
        path.name
        for path in sorted(APP.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and "sounddevice" in {name.name for name in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == "sounddevice")
        or (isinstance(node, ast.Constant) and node.value == "sounddevice")
    ]
    assert naming == ["sound_card.py"]


@pytest.mark.parametrize("sample_rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_block_is_as_long_as_it_may_be(sample_rate: int) -> None:
    assert block_frames(sample_rate) <= sample_rate * MAX_BLOCK_SECONDS
    assert 2 * block_frames(sample_rate) > sample_rate * MAX_BLOCK_SECONDS


def test_block_of_a_compact_disc_is_2048_frames() -> None:
    assert block_frames(44_100) == 2_048


def test_missing_library_is_a_sentence_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> object:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(sound_card, "import_module", refuse)

    with pytest.raises(PlaybackError, match="PortAudio library is missing") as caught:
        PortAudioCard().list_devices(is_fresh=False)
    assert "libportaudio2" in caught.value.remedy


def test_machine_without_outputs_is_a_sentence_with_a_remedy(library: FakePortAudio) -> None:
    library.devices = library.devices[:1]

    with pytest.raises(PlaybackError, match="no output was found") as caught:
        PortAudioCard().open_stream(_request())
    assert caught.value.remedy


def test_outputs_of_other_drivers_and_inputs_are_not_listed(library: FakePortAudio) -> None:
    library.devices.append(library.device(2, "Speakers", 2, driver=1))
    library.devices.append(library.device(3, "Headphones", 2))

    devices = PortAudioCard().list_devices(is_fresh=False)

    assert [(device.name, device.is_default) for device in devices] == [
        ("Speakers", True),
        ("Headphones", False),
    ]


def test_stream_is_sturdy_and_at_the_rate_of_the_song(library: FakePortAudio) -> None:
    stream = PortAudioCard().open_stream(_request())

    options = library.opened[0].options
    assert options["samplerate"] == stream.device_rate == 44_100
    assert options["blocksize"] == 2_048
    assert options["latency"] == MIN_LATENCY_SECONDS
    assert library.opened[0].is_started
    assert stream.latency_seconds == 0.09
    assert (library.opened[0].write(10) == (0.5, 0.25)).all()


def test_latency_is_never_below_what_the_device_calls_high(library: FakePortAudio) -> None:
    library.devices[1]["default_high_output_latency"] = 0.3

    PortAudioCard().open_stream(_request())

    assert library.opened[0].options["latency"] == 0.3


def test_named_device_is_taken_and_the_default_if_it_is_gone(library: FakePortAudio) -> None:
    library.devices.append(library.device(3, "Headphones", 2))
    card = PortAudioCard()

    assert card.open_stream(_request(device_name="Headphones")).device_name == "Headphones"
    library.devices.pop()
    assert card.open_stream(_request(device_name="Headphones")).device_name == "Speakers"


def test_new_devices_are_found_by_starting_the_library_anew(library: FakePortAudio) -> None:
    PortAudioCard().open_stream(_request())
    assert library.num_restarts == 0

    PortAudioCard().open_stream(_request(is_fresh=True))

    assert library.num_restarts == 1


def test_refused_rate_is_converted_and_never_played_at_the_wrong_pitch(
    library: FakePortAudio,
) -> None:
    library.refused_rates = {44_100}
    num_filled = 0

    def fill(out_TO: FloatArray) -> None:
        nonlocal num_filled
        num_filled += len(out_TO)
        out_TO.fill(0.5)

    stream = PortAudioCard().open_stream(_request(fill=fill))
    for _ in range(24):
        out_TC = library.opened[-1].write(2_000)

    assert stream.device_rate == library.opened[-1].options["samplerate"] == 48_000
    np.testing.assert_allclose(out_TC, 0.5, atol=1e-3)
    assert num_filled == pytest.approx(44_100, abs=1_500)  # for 48 000 frames of the device


def test_device_that_cannot_be_opened_is_named(library: FakePortAudio) -> None:
    library.refused_rates = {44_100, 48_000}

    with pytest.raises(PlaybackError, match="“Speakers” could not be opened"):
        PortAudioCard().open_stream(_request())


def test_device_with_one_channel_plays_the_mean_of_both_sides(library: FakePortAudio) -> None:
    library.devices = [library.device(0, "Speaker", 1)]
    PortAudioCard().open_stream(_request())

    assert (library.opened[0].write(2_048) == 0.375).all()


def test_underruns_are_reported(library: FakePortAudio) -> None:
    underruns: list[None] = []
    PortAudioCard().open_stream(_request(underruns=underruns))

    library.opened[0].write(10)
    library.opened[0].write(10, has_underrun=True)

    assert len(underruns) == 1


def test_closing_frees_the_device(library: FakePortAudio) -> None:
    stream = PortAudioCard().open_stream(_request())

    stream.close()

    assert not library.opened[0].is_started
    assert library.opened[0].is_closed
