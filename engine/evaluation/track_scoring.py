"""Scores of every system on one track.

Axes: S stem, C channel, T sample.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.ceilings import Ceiling, ceiling_estimates
from engine.evaluation.metrics import (
    SILENCE_RATIO,
    csdr_db,
    is_audible,
    leak_db,
    museval_csdr_db,
    si_sdr_db,
    silent_segments,
    usdr_db,
)
from engine.evaluation.reference_tracks import ReferenceTrack, Target, Targets, targets_of
from engine.evaluation.report import (
    SHARE_CEILING,
    Scores,
    StemScores,
    System,
    TrackScores,
    share_percent,
)
from engine.evaluation.stem_estimator import StemEstimator
from engine.events import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringOptions:
    """What is scored.

    Attributes:
        ceilings: Ceilings to compute.
        museval: Whether museval computes the cSDR once more.
        seed: Seed of the noise in the fusion oracle.
    """

    ceilings: tuple[Ceiling, ...]
    museval: bool = False
    seed: int = 0


def score_track(
    track: ReferenceTrack, estimator: StemEstimator | None, options: ScoringOptions
) -> Generator[float, None, TrackScores]:
    """Run and score all systems, one at a time so that only one set of estimates is in memory.

    Yields:
        The share of the track that is done. Closing the generator cancels.
    """
    targets = targets_of(track, estimator.stem_names if estimator else None)
    num_systems = 1 + (estimator is not None) + len(options.ceilings)
    references_SCT = targets.references_SCT[: len(targets.scored)]
    scores: dict[System, tuple[Scores, ...]] = {}

    floor_SCT = np.broadcast_to(track.mix_CT, references_SCT.shape)
    scores["floor"] = _score(track, references_SCT, floor_SCT, options)
    yield 1.0 / num_systems
    if estimator is not None:
        stems_SCT = yield from _scaled(
            estimator.estimate(track.mix_CT, track.sample_rate), 1.0 / num_systems, num_systems
        )
        estimates_SCT = _merge(stems_SCT, estimator.stem_names, targets.scored)
        scores["model"] = _score(track, references_SCT, estimates_SCT, options)
    for ceiling in options.ceilings:
        oracle_SCT = ceiling_estimates(
            ceiling, targets.references_SCT, track.mix_CT, seed=options.seed
        )
        scores[ceiling] = _score(track, references_SCT, oracle_SCT[: len(targets.scored)], options)
        yield len(scores) / num_systems
    return TrackScores(
        track=track.name,
        seconds=track.mix_CT.shape[-1] / track.sample_rate,
        stems=_by_stem(track, targets, scores),
    )


def _score(
    track: ReferenceTrack,
    references_SCT: FloatArray,
    estimates_SCT: FloatArray,
    options: ScoringOptions,
) -> tuple[Scores, ...]:
    # A stem that is silent throughout would make museval drop every frame of the others.
    audible = [
        index
        for index, reference_CT in enumerate(references_SCT)
        if is_audible(reference_CT, track.mix_CT)
    ]
    frames: list[float | None] = [None] * len(references_SCT)
    museval_frames = frames.copy()
    if audible:
        pair = (references_SCT[audible], estimates_SCT[audible], track.sample_rate)
        for index, median_db in zip(
            audible, csdr_db(*pair, silence_ratio=SILENCE_RATIO), strict=True
        ):
            frames[index] = median_db
        if options.museval:
            for index, median_db in zip(audible, museval_csdr_db(*pair), strict=True):
                museval_frames[index] = median_db
    return tuple(
        Scores(
            usdr_db=usdr_db(reference_CT, estimate_CT) if index in audible else None,
            si_sdr_db=si_sdr_db(reference_CT, estimate_CT) if index in audible else None,
            csdr_db=frames[index],
            museval_csdr_db=museval_frames[index],
            leak_db=leak_db(reference_CT, estimate_CT, track.mix_CT, track.sample_rate),
        )
        for index, (reference_CT, estimate_CT) in enumerate(
            zip(references_SCT, estimates_SCT, strict=True)
        )
    )


def _by_stem(
    track: ReferenceTrack, targets: Targets, scores: dict[System, tuple[Scores, ...]]
) -> tuple[StemScores, ...]:
    rows = []
    for index, target in enumerate(targets.scored):
        systems = {system: by_stem[index] for system, by_stem in scores.items()}
        usdr = {system: one.usdr_db for system, one in systems.items()}
        silent_K = silent_segments(targets.references_SCT[index], track.mix_CT, track.sample_rate)
        rows.append(
            StemScores(
                stem=target.name,
                silent_share=float(silent_K.mean()) if silent_K.size else 0.0,
                systems=systems,
                share_percent=share_percent(
                    usdr.get("model"), usdr.get("floor"), usdr.get(SHARE_CEILING)
                ),
            )
        )
    return tuple(rows)


def _merge(
    stems_SCT: FloatArray, stem_names: Sequence[str], scored: Sequence[Target]
) -> FloatArray:
    """Add up the estimates of the stems that are one in the reference."""
    merged = [
        stems_SCT[[stem_names.index(name) for name in target.model_stems]].sum(axis=0)
        for target in scored
    ]
    return np.stack(merged)


def _scaled(
    steps: Generator[float, None, FloatArray], start: float, num_systems: int
) -> Generator[float, None, FloatArray]:
    """Pass on the result and turn shares of one system into shares of the track."""
    try:
        while True:
            try:
                fraction = next(steps)
            except StopIteration as finished:
                result: FloatArray = finished.value
                return result
            yield start + fraction / num_systems
    finally:
        steps.close()
