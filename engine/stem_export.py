"""Writes what a separation delivers: ``DIR/<Song>/<Song> (Drums).wav`` and so on.

All files of a song appear together when the last one is complete, or not at all. Only pieces
stand in memory. 32-bit float stems are written as they arrive; for every other format the stems
go through a scratch file first, because one gain for all of them (never one per stem, which would
spoil their balance and their sum) is known only at the end.

Axes: C channel, T frame.
"""

import os
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from math import log10
from pathlib import Path
from typing import Literal

import numpy as np

from engine.audio.audio_format import AudioFormat
from engine.audio.audio_writer import AudioWriter
from engine.audio.file_names import cleaned_name, unique_name
from engine.audio.float_scratch import FloatScratch
from engine.audio.tags import AudioTags
from engine.errors import EngineError, OutputError
from engine.events import (
    ChunkReady,
    FloatArray,
    NoticeRaised,
    ProgressChanged,
    SeparationEvent,
    SeparationFinished,
    SeparationStarted,
)
from engine.staged_folder import StagedFolder

ExistingPolicy = Literal["rename", "skip", "overwrite"]

# Share of the progress that belongs to the separation if the stems are written only afterwards.
SEPARATION_SHARE = 0.9
MAX_LABEL_BYTES = 40  # of a name of 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What to write, and where.

    Attributes:
        folder: Where the song's folder is made.
        title: Name of the song; the folder and the files are named after it.
        replaces_existing: Write into a folder of that name, over files of the same names;
            otherwise a number is added until the name is free.
        format: Container and depth of all files.
        stems: Names of the stems to write; None for all of them.
        minus: Stems that one further file, the mix, goes without; none for no such file.
        tags: Tags of the mix, which the stems take over.
        comment: How the stems were made: version, method, model and seed.
        protected: Files that are never written over: the inputs.
    """

    folder: Path
    title: str
    replaces_existing: bool = False
    format: AudioFormat
    stems: tuple[str, ...] | None = None
    minus: tuple[str, ...] = ()
    tags: AudioTags
    comment: str
    protected: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StemsWritten:
    """All files of a song are in their place.

    Attributes:
        folder: The song's folder.
        files: The files that were written, in the order of the stems.
        gain_db: Gain of every file, 0 unless one of them would have clipped.
    """

    folder: Path
    files: tuple[Path, ...]
    gain_db: float


ExportEvent = SeparationEvent | StemsWritten


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One file to write: what is said of it in brackets, and its samples in a chunk."""

    label: str
    samples: Callable[[ChunkReady], FloatArray]


def export_stems(
    events: Generator[SeparationEvent, None, None], options: ExportOptions
) -> Generator[ExportEvent, None, None]:
    """Write the stems of a separation while it runs.

    Args:
        events: What ``separate`` yields; it is closed in any case.
        options: What to write, and where.

    Yields:
        The events of the separation, with its progress scaled so that the writing has its share,
        and at last ``StemsWritten``. Closing the generator leaves nothing behind.

    Raises:
        OutputError: Something cannot be written.
        EngineError: What ``events`` raises, or a stem that the model does not have.
    """
    with closing(events), StagedFolder(options.folder) as staged, ExitStack() as files:
        started = _first_event(events)
        parts = _parts(options, started.stem_names)
        yield started
        job = _ExportJob(options, started, parts, staged.path)
        files.callback(job.close)
        finished: SeparationFinished | None = None
        for event in events:
            if isinstance(event, ChunkReady):
                job.write(event)
            if isinstance(event, SeparationFinished):
                finished = event
            elif isinstance(event, ProgressChanged):
                yield replace(event, fraction=event.fraction * job.separation_share)
            else:
                yield event
        yield from job.complete()
        files.close()
        folder = _publish(staged, options)
        names = [path.name for path in job.paths]
    yield ProgressChanged(fraction=1.0)
    if finished is not None:
        yield finished
    yield StemsWritten(
        folder=folder, files=tuple(folder / name for name in names), gain_db=job.gain_db
    )


def song_folder_exists(folder: Path, title: str) -> bool:
    """Whether there is a folder (or something else) of the song's name already."""
    return os.path.lexists(folder / cleaned_name(title))


def check_stem_names(wanted: Iterable[str], known: Collection[str]) -> None:
    """Refuse stems that a model does not have.

    Raises:
        EngineError: One of the wanted names is not known.
    """
    for name in wanted:
        if name not in known:
            raise EngineError(
                f"The model has no stem “{name}”.", remedy=f"Choose from: {', '.join(known)}."
            )


class _ExportJob:
    """The files of one song while they are written."""

    def __init__(
        self,
        options: ExportOptions,
        started: SeparationStarted,
        parts: tuple[_Part, ...],
        folder: Path,
    ) -> None:
        self.gain_db = 0.0
        self.separation_share = 1.0 if options.format.is_float else SEPARATION_SHARE
        self._options = options
        self._started = started
        self._parts = parts
        self.paths = tuple(
            folder / cleaned_name(options.title, suffix=f" ({part.label}){options.format.suffix}")
            for part in parts
        )
        self._writers: list[AudioWriter] = []
        self._scratches: list[FloatScratch] = []
        options.format.check(started.sample_rate, started.num_channels, started.num_frames)
        if options.format.is_float:
            for part, path in zip(parts, self.paths, strict=True):
                self._writers.append(self._writer(part, path))
        else:
            for index in range(len(parts)):
                scratch = FloatScratch(folder / f"{index}", num_channels=started.num_channels)
                self._scratches.append(scratch)

    def write(self, chunk: ChunkReady) -> None:
        """Write or store the samples of a chunk."""
        sinks: Sequence[AudioWriter | FloatScratch] = self._scratches or self._writers
        for part, sink in zip(self._parts, sinks, strict=True):
            sink.write(part.samples(chunk))

    def complete(self) -> Generator[SeparationEvent, None, None]:
        """Encode what is only stored so far, and give every file its name."""
        if self._scratches:
            yield from self._choose_gain()
            yield from self._encode()
        for writer in self._writers:
            writer.commit()

    def close(self) -> None:
        """Close all files; those that are not complete are removed."""
        for writer in self._writers:
            writer.close()
        for scratch in self._scratches:
            scratch.close()

    def _choose_gain(self) -> Generator[SeparationEvent, None, None]:
        peak = max((scratch.peak for scratch in self._scratches), default=0.0)
        ceiling = self._options.format.ceiling
        if peak > ceiling:
            self.gain_db = 20.0 * log10(ceiling / peak)
            yield NoticeRaised(
                message=f"All stems were turned down by {-self.gain_db:.2f} dB, because one of "
                "them would have clipped; 32-bit float WAV needs no such gain."
            )

    def _encode(self) -> Generator[SeparationEvent, None, None]:
        gain = np.float32(10.0 ** (self.gain_db / 20.0))
        total = max(1, self._started.num_frames * len(self._parts))
        done = 0
        for part, path, scratch in zip(self._parts, self.paths, self._scratches, strict=True):
            writer = self._writer(part, path)
            self._writers.append(writer)
            for samples_CT in scratch.pieces():
                writer.write(samples_CT * gain)
                done += samples_CT.shape[1]
                share = self.separation_share
                yield ProgressChanged(fraction=share + (1.0 - share) * min(1.0, done / total))
            scratch.close()

    def _writer(self, part: _Part, path: Path) -> AudioWriter:
        tags, comment = self._options.tags, self._options.comment
        if self.gain_db:
            comment += f"; gain {self.gain_db:.2f} dB on every stem"
        title = f"{tags.title or self._options.title} ({part.label})"
        return AudioWriter(
            path,
            format=self._options.format,
            sample_rate=self._started.sample_rate,
            num_channels=self._started.num_channels,
            num_frames=self._started.num_frames,
            tags=replace(tags, title=title, comment=comment),
        )


def _first_event(events: Generator[SeparationEvent, None, None]) -> SeparationStarted:
    started = next(events)
    assert isinstance(started, SeparationStarted), "a separation begins with SeparationStarted"
    return started


def _parts(options: ExportOptions, stem_names: tuple[str, ...]) -> tuple[_Part, ...]:
    stems = options.stems
    if stems is None:
        stems = () if options.minus else stem_names
    check_stem_names((*stems, *options.minus), stem_names)
    parts = [_stem_part(name) for name in stem_names if name in stems]
    if options.minus:
        parts.append(_minus_part(tuple(name for name in stem_names if name in options.minus)))
    return tuple(parts)


def _stem_part(name: str) -> _Part:
    return _Part(label=stem_label(name), samples=lambda chunk: chunk.stems[name])


def _minus_part(names: tuple[str, ...]) -> _Part:
    def samples(chunk: ChunkReady) -> FloatArray:
        rest_CT = chunk.mix.astype(np.float64)
        for name in names:
            rest_CT = rest_CT - chunk.stems[name]
        return rest_CT.astype(np.float32)

    return _Part(label="No " + " and ".join(stem_label(name) for name in names), samples=samples)


def stem_label(name: str) -> str:
    """Return a stem's name as it stands in file names: ``electric_guitar`` is “Electric Guitar”.

    The name comes from a checkpoint, maybe a stranger's, so it is cleaned like any title.
    """
    return cleaned_name(name.replace("_", " ").title(), max_bytes=MAX_LABEL_BYTES)


def _publish(staged: StagedFolder, options: ExportOptions) -> Path:
    """Move the staged files to their place and return the song's folder."""
    title, folder = options.title, options.folder
    destination = folder / cleaned_name(title)
    if options.replaces_existing and destination.is_dir():
        _refuse_protected(staged, destination, options.protected)
        staged.publish_into(destination)
        return destination
    while True:
        name = unique_name(title, is_taken=lambda name: os.path.lexists(folder / name))
        try:
            staged.publish(folder / name)
        except FileExistsError:
            continue  # somebody was faster; the next number is free
        return folder / name


def _refuse_protected(staged: StagedFolder, destination: Path, protected: Iterable[Path]) -> None:
    targets = [destination / file.name for file in staged.path.iterdir()]
    for target in targets:
        for source in protected:
            if target.exists() and source.exists() and target.samefile(source):
                raise OutputError(
                    f"“{target}” is one of the songs and is not written over.",
                    remedy="Choose another folder with --out.",
                )
