"""The result of an evaluation: numbers per track, their summaries, a table for people.

The keys of the JSON are those of the dataclasses here and do not change without a reason, since
scripts and model cards read them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal

from engine.evaluation.ceilings import CEILINGS, Ceiling
from engine.evaluation.statistics import Interval, Summary, summarise
from engine.model_card import JsonValue

System = Literal["model", "floor"] | Ceiling
SYSTEMS: tuple[System, ...] = ("floor", "model", *CEILINGS)
SHARE_CEILING: Ceiling = "irm_power"
LEAST_GAP_DB = 0.5  # a share of less than that between floor and ceiling means nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores of one system for one stem; ``None`` where a score does not exist.

    Attributes:
        usdr_db: Global SDR of the whole track.
        si_sdr_db: The same with a free gain.
        csdr_db: Median over the one-second frames in which no stem is silent, defined as by
            museval but for the threshold of silence, which is 60 dB below the mix.
        museval_csdr_db: The same by museval itself, only where it was asked for.
        leak_db: Energy where the stem is silent, relative to the mix there.
    """

    usdr_db: float | None
    si_sdr_db: float | None
    csdr_db: float | None
    museval_csdr_db: float | None
    leak_db: float | None


COLUMNS = tuple(field.name for field in fields(Scores))


@dataclass(frozen=True, slots=True, kw_only=True)
class StemScores:
    """All systems for one stem of one track.

    Attributes:
        stem: Name of the target, such as ``drums`` or ``bass_other``.
        silent_share: Share of the segments in which the stem is silent and the mix is not.
        systems: Scores by the name of the system, of those that were run.
        share_percent: How far the model comes on the way from the floor to the ideal ratio
            mask (power version) in uSDR, where 100 is the mask.
    """

    stem: str
    silent_share: float
    systems: Mapping[System, Scores]
    share_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackScores:
    """All stems of one track; ``seconds`` is the length that was scored."""

    track: str
    seconds: float
    stems: tuple[StemScores, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StemSummary:
    """One stem over all tracks.

    Attributes:
        stem: Name of the target.
        num_tracks: Tracks that have this target.
        share_percent: Summary of the tracks' own shares.
        share_of_means_percent: The share between the mean uSDRs, which no single track with a
            small gap can throw off. It is the one to quote.
        systems: For each system a summary of each column that has values.
    """

    stem: str
    num_tracks: int
    share_percent: Summary | None
    share_of_means_percent: float | None
    systems: Mapping[System, Mapping[str, Summary]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """Everything that one run found.

    Attributes:
        dataset: Name of the dataset's folder.
        model: Name of the model, if one was run.
        remix_seed: Seed of the mixes, if the parts were mixed here.
        max_seconds: Longest excerpt of a track.
        tracks: Scores of each track.
        summary: The same over all tracks, for each stem.
    """

    dataset: str
    model: str | None
    remix_seed: int | None
    max_seconds: float | None
    tracks: tuple[TrackScores, ...]
    summary: tuple[StemSummary, ...]


def share_percent(
    model_db: float | None, floor_db: float | None, ceiling_db: float | None
) -> float | None:
    """Return how far the model is on the way from floor to ceiling, 0 to 100 and beyond."""
    if model_db is None or floor_db is None or ceiling_db is None:
        return None
    gap_db = ceiling_db - floor_db
    return 100.0 * (model_db - floor_db) / gap_db if gap_db >= LEAST_GAP_DB else None


def summarise_tracks(tracks: Iterable[TrackScores], *, seed: int = 0) -> tuple[StemSummary, ...]:
    """Summarise each stem over the tracks that have it, in the order in which stems appear."""
    rows: dict[str, list[StemScores]] = {}
    for track in tracks:
        for scores in track.stems:
            rows.setdefault(scores.stem, []).append(scores)
    return tuple(_summarise_stem(stem, rows[stem], seed) for stem in rows)


def report_to_json(report: EvaluationReport) -> dict[str, JsonValue]:
    """Return the report as what ``json.dumps`` takes; absent values are null."""
    return {key: _to_json(value) for key, value in asdict(report).items()}


def report_to_text(report: EvaluationReport) -> str:
    """Return a table in plain text: a row for each stem and system, in dB."""
    lines = [
        f"{report.dataset}, {len(report.tracks)} tracks, model: {report.model or 'none'}",
        "Means with 95 % intervals of a bootstrap over tracks, in dB.",
        "",
        f"{'stem':<12}{'system':<18}{'tracks':>6}  {'uSDR mean':<24}{'median':>8}"
        f"  {'SI-SDR mean':<24}{'cSDR':>8}{'leak':>8}",
    ]
    for stem in report.summary:
        for system, columns in stem.systems.items():
            usdr, csdr = columns.get("usdr_db"), _csdr(columns)
            lines.append(
                f"{stem.stem:<12}{system:<18}{stem.num_tracks:>6}  "
                f"{_with_interval(usdr.mean if usdr else None):<24}"
                f"{_number(usdr.median if usdr else None):>8}  "
                f"{_with_interval(_mean(columns, 'si_sdr_db')):<24}"
                f"{_number(csdr.median if csdr else None):>8}"
                f"{_number(_mean(columns, 'leak_db')):>8}"
            )
        if stem.share_of_means_percent is not None:
            lines.append(
                f"{stem.stem:<12}{stem.share_of_means_percent:.0f} % of the way from the floor "
                f"to the ideal ratio mask"
            )
    lines += ["", "cSDR: median over tracks of the median over frames; leak: mean, 0 is the mix."]
    return "\n".join(lines)


def _summarise_stem(stem: str, rows: list[StemScores], seed: int) -> StemSummary:
    systems: dict[System, dict[str, Summary]] = {}
    for system in SYSTEMS:
        scores = [row.systems[system] for row in rows if system in row.systems]
        columns = {
            column: summary
            for column in COLUMNS
            if (summary := summarise([_column(one, column) for one in scores], seed=seed))
        }
        if columns:
            systems[system] = columns
    usdr_db = {
        system: columns["usdr_db"].mean.value
        for system, columns in systems.items()
        if "usdr_db" in columns
    }
    return StemSummary(
        stem=stem,
        num_tracks=len(rows),
        share_percent=summarise([row.share_percent for row in rows], seed=seed),
        share_of_means_percent=share_percent(
            usdr_db.get("model"), usdr_db.get("floor"), usdr_db.get(SHARE_CEILING)
        ),
        systems=systems,
    )


def _column(scores: Scores, column: str) -> float | None:
    value: float | None = getattr(scores, column)
    return value


def _csdr(columns: Mapping[str, Summary]) -> Summary | None:
    return columns.get("museval_csdr_db", columns.get("csdr_db"))


def _mean(columns: Mapping[str, Summary], column: str) -> Interval | None:
    summary = columns.get(column)
    return summary.mean if summary else None


def _number(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval.value:.2f}"


def _with_interval(interval: Interval | None) -> str:
    if interval is None or interval.low is None or interval.high is None:
        return _number(interval)
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _to_json(value: object) -> JsonValue:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_to_json(item) for item in value]
    raise AssertionError(f"a report holds no {type(value).__name__}")
