"""Axes: T frame."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import DatasetError
from engine.training.solo_checks import SoloReport, find_solos, inspect_solos

RATE = 8_000


def write(path: Path, *, seed: int = 0, seconds: float = 4.0, gain: float = 0.1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    envelope_T = np.repeat(rng.uniform(0.1, 1.0, round(4 * seconds)), RATE // 4)
    samples_T = gain * envelope_T * rng.normal(0.0, 1.0, len(envelope_T))
    soundfile.write(path, samples_T.clip(-1.0, 1.0), RATE, subtype="PCM_16")


def report_of(folder: Path) -> SoloReport:
    steps = inspect_solos(find_solos(folder, "cello"))
    shares = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as finished:
            assert shares == sorted(shares)
            assert shares[-1] == 1.0
            report: SoloReport = finished.value
            return report


def test_good_recordings_are_counted_by_the_minutes_in_which_they_sound(tmp_path: Path) -> None:
    write(tmp_path / "one.wav", seed=1, seconds=6.0)
    write(tmp_path / "deeper" / "two.flac", seed=2, seconds=3.0)
    rests_T = np.concatenate([0.1 * np.random.default_rng(3).normal(size=RATE), np.zeros(RATE)])
    soundfile.write(tmp_path / "half.wav", rests_T, RATE, subtype="PCM_16")
    report = report_of(tmp_path)
    assert {path.name for path in report.files} == {"one.wav", "two.flac", "half.wav"}
    assert report.minutes == pytest.approx(10.0 / 60.0, rel=0.01)
    assert (report.silent, report.clipped, report.duplicates, report.unreadable) == ((),) * 4


def test_copies_are_found_at_another_gain_and_in_another_format(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", seed=1)
    write(tmp_path / "b.flac", seed=1)
    write(tmp_path / "c.wav", seed=1, gain=0.02)
    write(tmp_path / "d.wav", seed=2)
    report = report_of(tmp_path)
    assert [path.name for path in report.files] == ["a.wav", "d.wav"]
    assert [(copy.name, original.name) for copy, original in report.duplicates] == [
        ("b.flac", "a.wav"),
        ("c.wav", "a.wav"),
    ]


def test_silent_clipped_and_broken_files_are_named(tmp_path: Path) -> None:
    write(tmp_path / "loud.wav", seed=1, gain=20.0)
    write(tmp_path / "silent.wav", gain=0.0)
    write(tmp_path / "good.wav", seed=2)
    (tmp_path / "broken.wav").write_bytes(b"RIFF....")
    (tmp_path / "notes.txt").write_text("no audio")
    report = report_of(tmp_path)
    assert [path.name for path in report.clipped] == ["loud.wav"]
    assert [path.name for path in report.silent] == ["silent.wav"]
    assert [path.name for path in report.unreadable] == ["broken.wav"]
    assert {path.name for path in report.files} == {"loud.wav", "good.wav"}


def test_too_little_material_is_refused_with_a_remedy(tmp_path: Path) -> None:
    write(tmp_path / "short.wav")
    with pytest.raises(DatasetError, match="minutes of sound") as caught:
        report_of(tmp_path).require_enough()
    assert "20" in caught.value.remedy
    with pytest.raises(DatasetError, match="no recordings"):
        report_of(tmp_path / "nothing")
