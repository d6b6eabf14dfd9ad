"""Scores of a model on tracks with known stems, beside the floor and the ceilings."""

import multiprocessing
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from engine.evaluation.ceilings import CEILINGS, Ceiling
from engine.evaluation.reference_tracks import TrackFiles, find_tracks, load_track
from engine.evaluation.report import EvaluationReport, TrackScores, summarise_tracks
from engine.evaluation.stem_estimator import StemEstimator, load_estimator
from engine.evaluation.track_scoring import ScoringOptions, score_track
from engine.events import ProgressChanged
from engine.quality import DEFAULT_QUALITY, Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """Choices of an evaluation.

    Attributes:
        dataset: Folder with one folder per track, a dataset for training (its test split is
            taken), or a single track.
        model: Name, method or path of the model; without one only floor and ceilings are scored.
        device: Device of the model, one of ``DEVICE_NAMES``.
        quality: As for ``strata separate``.
        ceilings: Ceilings beside the floor; none makes it much faster.
        museval: Compute the cSDR by museval as well (slow, needs the package).
        max_seconds: Score only so much of each track, from its middle.
        num_tracks: Score only the first so many tracks in the order of their names.
        remix_seed: Mix dry parts in stereo with this seed (see ``remix``).
        seed: Seed of the separation, the bootstrap and the noise in the fusion oracle.
        workers: Processes that score tracks side by side, one thread each.
    """

    dataset: Path
    model: str | None = None
    device: str = "auto"
    quality: Quality = DEFAULT_QUALITY
    ceilings: tuple[Ceiling, ...] = CEILINGS
    museval: bool = False
    max_seconds: float | None = None
    num_tracks: int | None = None
    remix_seed: int | None = None
    seed: int = 0
    workers: int = 1

    def __post_init__(self) -> None:
        if self.max_seconds is not None and self.max_seconds <= 0.0:
            raise ValueError(f"max_seconds must be positive, got {self.max_seconds}")
        if self.num_tracks is not None and self.num_tracks < 1:
            raise ValueError(f"num_tracks must be positive, got {self.num_tracks}")
        if self.workers < 1:
            raise ValueError(f"workers must be positive, got {self.workers}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationStarted:
    """The tracks are known."""

    num_tracks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackScored:
    """A track is done; tracks come in the order of their names."""

    scores: TrackScores
    position: int
    num_tracks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFinished:
    """All tracks are done."""

    report: EvaluationReport


EvaluationEvent = EvaluationStarted | ProgressChanged | TrackScored | EvaluationFinished

LoadEstimator = Callable[[], StemEstimator]


def evaluate(
    options: EvaluationOptions, *, load: LoadEstimator | None = None
) -> Generator[EvaluationEvent, None, None]:
    """Score a model, or without one only the floor and the ceilings.

    Args:
        options: Dataset and what to compute.
        load: Loads something else than a model by its name. With more than one worker each
            calls it for itself, so it must be picklable: a function of a module, say.

    Yields:
        Started, then progress and scored tracks, then the report. Closing the generator
        cancels at the next step of the model, and with workers at once.

    Raises:
        DatasetError: There is no track, or one is inconsistent.
        CheckpointError: There is no such model.
        AudioFileError: A file could not be decoded.
        MissingToolError: museval was asked for and is not installed.
    """
    tracks = find_tracks(options.dataset)[: options.num_tracks]
    yield EvaluationStarted(num_tracks=len(tracks))
    if load is None and options.model is not None:
        load = partial(
            load_estimator,
            options.model,
            device=options.device,
            seed=options.seed,
            quality=options.quality,
        )
    scored: list[TrackScores] = []
    model = None
    if options.workers > 1 and len(tracks) > 1:
        results = _in_processes(tracks, options, load)
    else:
        results = _in_this_process(tracks, options, load)
    with closing(results):
        for result in results:
            if isinstance(result, float):
                yield ProgressChanged(fraction=min(1.0, result))
                continue
            model, scores = result
            scored.append(scores)
            yield TrackScored(scores=scores, position=len(scored), num_tracks=len(tracks))
    yield EvaluationFinished(
        report=EvaluationReport(
            dataset=options.dataset.resolve().name,
            model=model,
            remix_seed=options.remix_seed,
            max_seconds=options.max_seconds,
            tracks=tuple(scored),
            summary=summarise_tracks(scored, seed=options.seed),
        )
    )


# Of one track: the name of the model, if any, and the scores.
_Result = tuple[str | None, TrackScores]


def _in_this_process(
    tracks: tuple[TrackFiles, ...],
    options: EvaluationOptions,
    load: LoadEstimator | None,
) -> Generator[float | _Result, None, None]:
    estimator = load() if load else None
    for position, files in enumerate(tracks):
        with closing(_score(files, options, estimator)) as steps:
            while True:
                try:
                    fraction = next(steps)
                except StopIteration as finished:
                    scores: TrackScores = finished.value
                    break
                yield (position + fraction) / len(tracks)
        yield estimator.name if estimator else None, scores


def _in_processes(
    tracks: tuple[TrackFiles, ...],
    options: EvaluationOptions,
    load: LoadEstimator | None,
) -> Generator[float | _Result, None, None]:
    # Spawned, because a fork of a process with threads of torch can hang. Leaving the block
    # ends the workers at once, which is what cancelling asks for.
    context = multiprocessing.get_context("spawn")
    work = partial(_score_alone, options=options, load=load)
    with context.Pool(min(options.workers, len(tracks)), torch.set_num_threads, (1,)) as pool:
        for position, result in enumerate(pool.imap(work, tracks)):
            yield (position + 1) / len(tracks)
            yield result


def _score_alone(
    files: TrackFiles, options: EvaluationOptions, load: LoadEstimator | None
) -> _Result:
    estimator = load() if load else None
    steps = _score(files, options, estimator)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            scores: TrackScores = finished.value
            return estimator.name if estimator else None, scores


def _score(
    files: TrackFiles, options: EvaluationOptions, estimator: StemEstimator | None
) -> Generator[float, None, TrackScores]:
    track = load_track(
        files,
        max_seconds=options.max_seconds,
        remix_seed=options.remix_seed,
        separate_parts=estimator.stem_names if estimator else (),
    )
    scoring = ScoringOptions(ceilings=options.ceilings, museval=options.museval, seed=options.seed)
    return (yield from score_track(track, estimator, scoring))
