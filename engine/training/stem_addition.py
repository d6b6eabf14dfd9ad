"""A new stem for a model whose stems are learned from solos: check, cut, train, put together.

What is trained lies in a folder beside the result until that is complete, so that an interrupted
training goes on.
"""

import shutil
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NoReturn

import torch

from engine.card_file import read_card
from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.device import usable_cores
from engine.errors import CheckpointError, DatasetError, EngineError, OutputError
from engine.methods.base import SoloLearning
from engine.methods.catalog import METHODS, method_named
from engine.model_library import ModelEntry
from engine.training.config import TrainingConfig, finish
from engine.training.solo_checks import SoloReport, find_solos, inspect_solos
from engine.training.solo_dataset import split_solos, write_solo_dataset
from engine.training.stem_names import check_new_stem
from engine.training.trainer import train
from engine.training.training_events import CheckpointSaved, TrainingStep, Validated

DEFAULT_STEPS = 3000
LICENCE = "“{stem}”: trained by you on your recordings"
_UNTIMED_STEPS = 2  # the first ones take longer
_TIMED_STEPS = 4
_SCORE = "validation/total"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStemOptions:
    """What to add to what.

    Attributes:
        stem_name: Name of the new stem.
        folder: Solo recordings of it.
        model: Model that has what all stems share.
        others: Stems of that model which the new one has as well; none for all of them.
        out: The new model.
        steps: Longest training, in steps.
        minutes: Longest training, in time; none for no limit.
        seed: Seed of the training.
        device: Such as ``cpu``.
        resume: Go on with a training that was interrupted.
    """

    stem_name: str
    folder: Path
    model: ModelEntry
    others: tuple[str, ...] | None = None
    out: Path
    steps: int = DEFAULT_STEPS
    minutes: float | None = None
    seed: int = 0
    device: str = "cpu"
    resume: bool = False

    @property
    def workshop(self) -> Path:
        """Folder of the training until the model is complete."""
        return self.out.with_name(f"{self.out.stem}.training")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationProgress:
    """The share of the recordings that were checked, or copied."""

    phase: Literal["checking", "copying"]
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SolosChecked:
    """The recordings suffice; there may be something to tell about them."""

    report: SoloReport


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEstimated:
    """A few steps were measured.

    Attributes:
        seconds: Until the end of the training.
        steps_left: Steps until then if the time has no limit.
    """

    seconds: float
    steps_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StemAdded:
    """The new model is there.

    Attributes:
        path: Its file.
        stem_names: Its stems.
        loss: Of the new stem, on recordings that were held out.
    """

    path: Path
    stem_names: tuple[str, ...]
    loss: float


AddStemEvent = (
    PreparationProgress | SolosChecked | TimeEstimated | TrainingStep | Validated | StemAdded
)


def add_stem(
    options: AddStemOptions, config: TrainingConfig | None = None
) -> Generator[AddStemEvent, None, None]:
    """Train a stem and put it together with those that a model has; that model stays as it is.

    Of the weights that were validated, the best are kept: few recordings are soon known by heart.

    Args:
        options: What to add to what.
        config: How to train; none for what suits a folder of recordings.

    Yields:
        What happens. Closing the generator saves a state to resume from.

    Raises:
        CheckpointError: The model cannot have more stems, or has this one already.
        DatasetError: The recordings do not suffice.
        OutputError: Something cannot be written, is there already, or waits to be resumed.
        EngineError: The training diverged, or there is nothing to resume.
    """
    solos = _solos_of(options.model)
    base = load_checkpoint(options.model.path)
    kept = _kept_stems(options, base, solos)
    stage = solos.stage(options.stem_name)
    workshop = options.workshop
    _check_places(options)
    assert stage.foundation is not None
    foundation_path = workshop / f"{stage.foundation}.safetensors"
    if foundation_path.is_file():
        _check_same_foundation(load_checkpoint(foundation_path), solos.foundation(base))
    dataset = workshop / "recordings"
    if not dataset.is_dir():
        yield from _prepare(options, dataset)
    save_checkpoint(foundation_path, solos.foundation(base))
    config = config or training_of(options)
    config = replace(config, dataset=dataset, cache=workshop / "decoded")
    best = workshop / "best.safetensors"
    events = _measured(train(stage, config, workshop, resume=options.resume), config)
    with closing(events):
        validated = -1
        for event in events:
            if isinstance(event, CheckpointSaved):
                if event.step == validated:
                    _keep_better(event.path, best)
                continue
            if isinstance(event, Validated):
                validated = event.step
            yield event
    _keep_better(workshop / f"{stage.name}.safetensors", best)
    trained = load_checkpoint(best)
    loss = trained.card.scores.get(_SCORE, float("nan"))
    card = replace(trained.card, licence=LICENCE.format(stem=options.stem_name))
    added = solos.combine(
        [solos.select(base, kept), replace(trained, card=card)],
    )
    save_checkpoint(options.out, added)
    shutil.rmtree(workshop, ignore_errors=True)
    yield StemAdded(path=options.out, stem_names=added.card.stem_names, loss=loss)


def training_of(options: AddStemOptions) -> TrainingConfig:
    """Return how a stem is trained from a folder of recordings, on all cores but one.

    That one makes the batches.
    """
    return replace(
        finish(options.folder),
        steps=options.steps,
        time_limit_seconds=None if options.minutes is None else 60.0 * options.minutes,
        batch_size=8,
        seed=options.seed,
        ema_decay=0.995,
        num_threads=max(1, usable_cores() - 1),
        device=options.device,
        validate_every=100,
        checkpoint_every=100,
    )


def _solos_of(model: ModelEntry) -> SoloLearning:
    solos = method_named(model.card.method).solos
    if solos is None:
        raise CheckpointError(
            "“{model}” learned its stems from mixes and cannot take one more.",
            remedy="Choose with --model a model of the method {methods}.",
            model=model.name,
            methods=", ".join(method.name for method in METHODS if method.solos is not None),
        )
    return solos


def _kept_stems(options: AddStemOptions, base: Checkpoint, solos: SoloLearning) -> tuple[str, ...]:
    """Return the stems beside the new one; alone it gets one for everything else."""
    names = base.card.stem_names if options.others is None else options.others
    names = tuple(dict.fromkeys(names)) or (solos.rest,)
    solos.select(base, names)  # says which of them the model has not
    check_new_stem(options.stem_name, taken=names, model=options.model.name, rest=solos.rest)
    return names


def _check_places(options: AddStemOptions) -> None:
    if options.out.exists():
        raise OutputError(
            "There is a model “{model}” already.",
            remedy="Choose another name with --out, or remove it.",
            model=options.out.stem,
        )
    has_begun = options.workshop.is_dir()
    if has_begun and not options.resume:
        raise OutputError(
            "A training of this model was interrupted; it lies in “{folder}”.",
            remedy="Go on with it with --resume, or delete that folder to start anew.",
            folder=str(options.workshop),
        )
    if options.resume and not has_begun:
        raise EngineError(
            "There is no interrupted training to resume: “{folder}” does not exist.",
            remedy="Leave out --resume, or give --out and --model as the first time.",
            folder=str(options.workshop),
        )


def _check_same_foundation(earlier: Checkpoint, present: Checkpoint) -> None:
    is_same = earlier.tensors.keys() == present.tensors.keys() and all(
        torch.equal(tensor.float(), present.tensors[name].float())
        for name, tensor in earlier.tensors.items()
    )
    if not is_same:
        raise CheckpointError(
            "The interrupted training belongs to another model than “{title}”.",
            remedy="Give the same --model as the first time.",
            title=present.card.title,
        )


def _prepare(options: AddStemOptions, dataset: Path) -> Generator[AddStemEvent, None, None]:
    paths = find_solos(options.folder, options.stem_name)
    with closing(inspect_solos(paths)) as checks:
        while True:
            try:
                yield PreparationProgress(phase="checking", fraction=next(checks))
            except StopIteration as finished:
                report: SoloReport = finished.value
                break
    if not report.files:
        _refuse_all(report, options.folder)
    report.require_enough()
    yield SolosChecked(report=report)
    parts = split_solos(report.files, report.seconds)
    with closing(write_solo_dataset(parts, options.stem_name, dataset)) as copying:
        for fraction in copying:
            yield PreparationProgress(phase="copying", fraction=fraction)


def _refuse_all(report: SoloReport, folder: Path) -> NoReturn:
    if report.silent:
        raise DatasetError(
            "All recordings in “{folder}” are silent.",
            remedy="Give a folder with recordings of the instrument.",
            folder=str(folder),
        )
    raise DatasetError(
        "None of the files in “{folder}” could be read as audio.",
        remedy="Give a folder of solo recordings, such as WAV or FLAC files.",
        folder=str(folder),
    )


def _measured(
    events: Generator[TrainingStep | Validated | CheckpointSaved, None, None],
    config: TrainingConfig,
) -> Generator[TrainingStep | Validated | CheckpointSaved | TimeEstimated, None, None]:
    """Say once how long it will take, after some steps of this session."""
    seen: list[TrainingStep] = []
    with closing(events):
        for event in events:
            yield event
            if not isinstance(event, TrainingStep) or len(seen) > _UNTIMED_STEPS + _TIMED_STEPS:
                continue
            seen.append(event)
            if len(seen) == _UNTIMED_STEPS + _TIMED_STEPS:
                first = seen[_UNTIMED_STEPS - 1]
                per_step = (event.elapsed_seconds - first.elapsed_seconds) / _TIMED_STEPS
                steps_left = config.steps - event.step
                seconds = per_step * steps_left
                if config.time_limit_seconds is not None:
                    limit = config.time_limit_seconds - event.elapsed_seconds
                    seconds = max(0.0, min(seconds, limit))
                yield TimeEstimated(seconds=seconds, steps_left=steps_left)


def _keep_better(path: Path, best: Path) -> None:
    """Copy a checkpoint if nothing has been validated better so far."""
    if best.is_file() and _loss(best) <= _loss(path):
        return
    partial = best.with_suffix(".part")
    shutil.copyfile(path, partial)
    partial.replace(best)


def _loss(path: Path) -> float:
    return read_card(path).scores.get(_SCORE, float("inf"))
