import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.playback.resampled_source import ResampledSource

FloatArray = npt.NDArray[np.float32]

FREQUENCY = 440.0


class ToneSource:
    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.position = 0

    def fill(self, out_TO: FloatArray) -> None:
        frames_T = self.position + np.arange(len(out_TO))
        out_TO[:] = np.sin(2.0 * np.pi * FREQUENCY * frames_T / self.sample_rate)[:, None]
        self.position += len(out_TO)


@pytest.mark.parametrize(("source_rate", "device_rate"), [(44_100, 48_000), (96_000, 44_100)])
def test_pitch_stays_the_same_at_another_rate(source_rate: int, device_rate: int) -> None:
    source = ResampledSource(ToneSource(source_rate).fill, source_rate, device_rate)
    out_TO = np.empty((device_rate, 2), np.float32)
    for start in range(0, len(out_TO), 2_048):
        source.fill(out_TO[start : start + 2_048])

    spectrum_F = np.abs(np.fft.rfft(out_TO[:, 0] * np.hanning(len(out_TO))))

    assert int(spectrum_F.argmax()) == FREQUENCY  # a second of sound: bins of 1 Hz
    assert np.abs(out_TO[2_000:]).max() == pytest.approx(1.0, abs=0.01)


@settings(max_examples=20)
@given(blocks=st.lists(st.integers(1, 3_000), min_size=1, max_size=10))
def test_size_of_the_blocks_changes_nothing(blocks: list[int]) -> None:
    whole_TO = np.empty((sum(blocks), 2), np.float32)
    ResampledSource(ToneSource(44_100).fill, 44_100, 48_000).fill(whole_TO)
    source = ResampledSource(ToneSource(44_100).fill, 44_100, 48_000)
    parts = []
    for count in blocks:
        parts.append(np.empty((count, 2), np.float32))
        source.fill(parts[-1])

    assert (np.concatenate(parts) == whole_TO).all()
