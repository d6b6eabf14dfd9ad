"""The generator from folder to report, with a separator that is known exactly."""

import json
import math
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.evaluation.evaluate import (
    EvaluationEvent,
    EvaluationFinished,
    EvaluationOptions,
    EvaluationStarted,
    TrackScored,
    evaluate,
)
from engine.evaluation.report import (
    EvaluationReport,
    StemScores,
    report_to_json,
    report_to_text,
    share_percent,
)
from engine.evaluation.stem_estimator import StemEstimator
from engine.events import FloatArray, ProgressChanged
from tests.engine.evaluation.track_folders import RATE, sound, write_track


@dataclass
class EqualShares:
    """Gives each stem the same part of the mix."""

    name: str = "equal-shares"
    stem_names: tuple[str, ...] = ("drums", "bass", "other", "vocals")
    closed: bool = False

    def estimate(self, mix_CT: FloatArray, sample_rate: int) -> Generator[float, None, FloatArray]:
        assert sample_rate == RATE
        try:
            yield 0.5
        except GeneratorExit:
            self.closed = True
            raise
        yield 1.0
        return np.stack([mix_CT / 4] * 4)


def load_equal_shares() -> StemEstimator:
    return EqualShares()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    late_bass = sound(2)
    late_bass[:, :RATE] = 0.0
    write_track(tmp_path / "a", {"drums": sound(0), "bass": late_bass, "other": sound(3)})
    write_track(tmp_path / "b", {"drums": sound(4), "bass_other": sound(5), "vocals": sound(6)})
    return tmp_path


def report_of(events: list[EvaluationEvent]) -> EvaluationReport:
    last = events[-1]
    assert isinstance(last, EvaluationFinished)
    return last.report


def stem(report: EvaluationReport, track: int, name: str) -> StemScores:
    return next(scores for scores in report.tracks[track].stems if scores.stem == name)


def test_events_come_in_order_and_progress_never_falls(dataset: Path) -> None:
    events = list(evaluate(EvaluationOptions(dataset=dataset), load=load_equal_shares))
    assert events[0] == EvaluationStarted(num_tracks=2)
    scored = [event for event in events if isinstance(event, TrackScored)]
    assert [(event.scores.track, event.position) for event in scored] == [("a", 1), ("b", 2)]
    fractions = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert report_of(events).tracks == tuple(event.scores for event in scored)


def test_scores_of_a_known_separator_are_those_worked_out_by_hand(dataset: Path) -> None:
    options = EvaluationOptions(dataset=dataset, ceilings=("irm_power",))
    report = report_of(list(evaluate(options, load=load_equal_shares)))
    assert report.model == "equal-shares"
    drums, mix = sound(4), sound(4) + sound(5) + sound(6)
    expected = 10 * math.log10(float(np.sum(drums**2) / np.sum((drums - mix / 4) ** 2)))
    scores = stem(report, 1, "drums")
    assert scores.systems["model"].usdr_db == pytest.approx(expected, abs=1e-3)
    # Two of four equal shares of the mix stand against the reference that is both.
    both = 10 * math.log10(float(np.sum(sound(5) ** 2) / np.sum((sound(5) - mix / 2) ** 2)))
    merged = stem(report, 1, "bass_other")
    assert merged.systems["model"].usdr_db == pytest.approx(both, abs=1e-3)
    assert merged.share_percent == pytest.approx(
        share_percent(both, merged.systems["floor"].usdr_db, merged.systems["irm_power"].usdr_db),
        abs=0.1,
    )


def test_silent_stems_are_scored_by_their_leakage_alone(dataset: Path) -> None:
    options = EvaluationOptions(dataset=dataset, ceilings=())
    report = report_of(list(evaluate(options, load=load_equal_shares)))
    vocals = stem(report, 0, "vocals")
    assert vocals.silent_share == 1.0
    assert vocals.systems["model"].usdr_db is None
    assert vocals.systems["model"].csdr_db is None
    assert vocals.systems["model"].leak_db == pytest.approx(20 * math.log10(1 / 4), abs=1e-3)
    assert vocals.systems["floor"].leak_db == pytest.approx(0.0)
    assert stem(report, 0, "bass").silent_share == pytest.approx(0.5)
    # The silent vocals do not keep the other stems from having a cSDR.
    assert stem(report, 0, "drums").systems["model"].csdr_db is not None


def test_coding_noise_instead_of_a_stem_has_no_sdr(tmp_path: Path) -> None:
    write_track(tmp_path / "a", {"drums": sound(0), "vocals": 1e-4 * sound(1)})
    report = report_of(list(evaluate(EvaluationOptions(dataset=tmp_path, ceilings=()))))
    assert stem(report, 0, "vocals").systems["floor"].usdr_db is None


def test_without_a_model_floor_and_ceilings_are_scored(dataset: Path) -> None:
    report = report_of(list(evaluate(EvaluationOptions(dataset=dataset))))
    assert report.model is None
    scores = stem(report, 0, "drums")
    assert "model" not in scores.systems
    floor, mask = scores.systems["floor"].usdr_db, scores.systems["irm_power"].usdr_db
    assert floor is not None
    assert mask is not None
    assert mask > floor + 3.0
    assert scores.share_percent is None


def test_museval_is_run_only_when_asked_for(tmp_path: Path) -> None:
    write_track(tmp_path / "a", {"drums": sound(0, channels=1), "bass": sound(1, channels=1)})
    report = report_of(list(evaluate(EvaluationOptions(dataset=tmp_path, ceilings=()))))
    assert stem(report, 0, "drums").systems["floor"].museval_csdr_db is None
    asked = EvaluationOptions(dataset=tmp_path, ceilings=(), museval=True)
    floor = stem(report_of(list(evaluate(asked))), 0, "drums").systems["floor"]
    assert floor.museval_csdr_db == pytest.approx(floor.csdr_db, abs=1e-6)


def test_tracks_and_seconds_can_be_limited(dataset: Path) -> None:
    options = EvaluationOptions(dataset=dataset, ceilings=(), num_tracks=1, max_seconds=0.5)
    report = report_of(list(evaluate(options)))
    assert [track.track for track in report.tracks] == ["a"]
    assert report.tracks[0].seconds == 0.5


def test_closing_the_generator_closes_the_separator(dataset: Path) -> None:
    estimator = EqualShares()
    events = evaluate(EvaluationOptions(dataset=dataset), load=lambda: estimator)
    for event in events:
        if isinstance(event, ProgressChanged) and event.fraction > 0.08:
            break
    events.close()
    assert estimator.closed


@pytest.mark.slow
def test_workers_change_nothing_but_the_time(dataset: Path) -> None:
    alone = EvaluationOptions(dataset=dataset, ceilings=("irm_power",))
    pair = EvaluationOptions(dataset=dataset, ceilings=("irm_power",), workers=2)
    first = report_of(list(evaluate(alone, load=load_equal_shares)))
    second = report_of(list(evaluate(pair, load=load_equal_shares)))
    assert first.model == second.model
    for one, other in zip(first.tracks, second.tracks, strict=True):
        for row, twin in zip(one.stems, other.stems, strict=True):
            assert row.systems["irm_power"].usdr_db == pytest.approx(
                twin.systems["irm_power"].usdr_db, abs=1e-6
            )


def test_json_has_stable_keys_and_no_infinities(dataset: Path) -> None:
    report = report_of(list(evaluate(EvaluationOptions(dataset=dataset), load=load_equal_shares)))
    content = json.loads(json.dumps(report_to_json(report), allow_nan=False))
    assert set(content) == {
        "dataset", "model", "remix_seed", "max_seconds", "tracks", "summary"
    }  # fmt: skip
    track = content["tracks"][0]
    assert set(track) == {"track", "seconds", "stems"}
    assert set(track["stems"][0]) == {"stem", "silent_share", "systems", "share_percent"}
    assert set(track["stems"][0]["systems"]) == {
        "floor", "model", "irm_magnitude", "irm_power", "mwf", "fusion", "fusion_amplitude"
    }  # fmt: skip
    assert set(track["stems"][0]["systems"]["model"]) == {
        "usdr_db", "si_sdr_db", "csdr_db", "museval_csdr_db", "leak_db"
    }  # fmt: skip
    summary = content["summary"][0]
    assert set(summary) == {
        "stem", "num_tracks", "share_percent", "share_of_means_percent", "systems"
    }  # fmt: skip
    assert set(summary["systems"]["model"]["usdr_db"]) == {"count", "mean", "median"}
    assert set(summary["systems"]["model"]["usdr_db"]["mean"]) == {"value", "low", "high"}


def test_summary_holds_the_means_of_the_tracks_and_the_table_shows_them(dataset: Path) -> None:
    report = report_of(list(evaluate(EvaluationOptions(dataset=dataset), load=load_equal_shares)))
    drums = next(summary for summary in report.summary if summary.stem == "drums")
    values = [stem(report, track, "drums").systems["model"].usdr_db for track in (0, 1)]
    mean = drums.systems["model"]["usdr_db"].mean
    assert mean.value == pytest.approx(np.mean([value for value in values if value is not None]))
    assert drums.num_tracks == 2
    assert drums.share_of_means_percent is not None
    text = report_to_text(report)
    assert f"{mean.value:.2f} [" in text
    assert "bass_other" in text
    assert f"{drums.share_of_means_percent:.0f} % of the way" in text


def test_a_share_needs_a_gap_between_floor_and_ceiling() -> None:
    assert share_percent(7.0, 0.0, 10.0) == pytest.approx(70.0)
    assert share_percent(7.0, 9.9, 10.0) is None
    assert share_percent(None, 0.0, 10.0) is None


@pytest.mark.parametrize("choice", ["max_seconds", "num_tracks", "workers"])
def test_choices_that_make_no_sense_are_refused(choice: str) -> None:
    with pytest.raises(ValueError, match=choice):
        EvaluationOptions(dataset=Path(), **{choice: 0})  # type: ignore[arg-type]
