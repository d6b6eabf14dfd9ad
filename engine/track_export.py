"""Writes lanes that are there already, as they stand in mapped files, into a song's folder.

A file is a sum of lanes: one lane as it is, the mix as it is heard, the mix without some stems.
All files appear together when the last one is complete, or not at all. Only pieces stand in
memory, however long the song is.

Axes: T frame, C channel of a lane, O channel of a file.
"""

import os
import secrets
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from math import log10
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.audio.audio_format import AudioFormat
from engine.audio.audio_writer import AudioWriter
from engine.audio.file_names import cleaned_name, unique_name
from engine.audio.mapped_pages import fetch_pages, release_pages
from engine.audio.tags import AudioTags
from engine.errors import OutputError
from engine.events import FloatArray, NoticeRaised, ProgressChanged
from engine.staged_folder import StagedFolder
from engine.stem_export import ExistingPolicy
from engine.wording import Wording, system_reason

PIECE_FRAMES = 65_536
EDGE_FADE_SECONDS = 0.003
# Share of the progress that belongs to the search for the gain of integer formats.
_GAIN_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedLane:
    """A lane's share of a file.

    Attributes:
        samples_TC: All frames of the lane, float32, full scale 1.
        gains: Linear gain for each channel of the file. A lane of one channel goes to all of
            them; any other lane has as many channels as the file.
    """

    samples_TC: FloatArray
    gains: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilePart:
    """One file.

    Attributes:
        name: Of the file, with its extension (see ``name_template``).
        label: What is said of it in brackets behind the song's title, in its tags.
        lanes: Their weighted sum is what the file holds; at least one.
    """

    name: str
    label: str
    lanes: tuple[WeightedLane, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file of text that appears beside the audio, such as a project for a DAW."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportPlan:
    """Which files to write, and where.

    Attributes:
        parent: Existing or new folder that gets the song's folder.
        folder_name: Name of the song's folder, of one level.
        parts: The audio files, with names that differ.
        start_frame: First frame to write.
        stop_frame: The one behind the last.
        sample_rate: Of all lanes.
        format: Container and depth of all files.
        tags: Of the song; title and comment are completed here.
        title: Of the song, for the tags if they have none.
        comment: How the stems were made: version, model and seed.
        existing: What happens to a song's folder that holds files of these names already:
            ``rename`` finds a new name for the folder, ``skip`` leaves those files as they are
            and writes the others, ``overwrite`` replaces them.
        edge_fade_frames: Length of a fade at each edge that is cut out of the song; 0 leaves
            every sample as it is.
        texts: Files of text that belong to the audio.
        protected: Files that are never written over: the song itself.
    """

    parent: Path
    folder_name: str
    parts: tuple[FilePart, ...]
    start_frame: int
    stop_frame: int
    sample_rate: int
    format: AudioFormat
    tags: AudioTags
    title: str
    comment: str
    existing: ExistingPolicy = "rename"
    edge_fade_frames: int = 0
    texts: tuple[TextFile, ...] = ()
    protected: tuple[Path, ...] = ()

    @property
    def num_frames(self) -> int:
        """Length of every file."""
        return self.stop_frame - self.start_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class GainFound:
    """The gain that all files need so that none of them clips.

    Attributes:
        gain_db: 0 if nothing would clip, otherwise below.
        peaks: Largest magnitude of each file before the gain.
    """

    gain_db: float
    peaks: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesWritten:
    """All files are in their place.

    Attributes:
        folder: The song's folder.
        files: Those that were written, in the order of the plan, texts last.
        skipped: Names that were there already and were left alone.
        gain_db: Gain of every file, 0 unless one of them would have clipped.
    """

    folder: Path
    files: tuple[Path, ...]
    skipped: tuple[str, ...]
    gain_db: float


TrackExportEvent = ProgressChanged | NoticeRaised | FilesWritten


def names_in_the_way(plan: ExportPlan) -> tuple[str, ...]:
    """Return the names of the plan's files that the song's folder holds already."""
    folder = plan.parent / plan.folder_name
    return tuple(name for name in _all_names(plan) if os.path.lexists(folder / name))


def find_common_gain(plan: ExportPlan) -> Generator[ProgressChanged | GainFound, None, None]:
    """Find out whether a file of the plan would clip, without writing anything.

    Yields:
        Progress, and ``GainFound`` at last; at once for a format that cannot clip.
    """
    if plan.format.is_float:
        yield GainFound(gain_db=0.0, peaks=())
        return
    peaks: list[float] = []
    for index, part in enumerate(plan.parts):
        peak = 0.0
        for done, piece_TO in _pieces(plan, part):
            peak = max(peak, float(np.abs(piece_TO).max()))
            yield ProgressChanged(fraction=(index + done) / len(plan.parts))
        peaks.append(peak)
    highest = max(peaks, default=0.0)
    ceiling = plan.format.ceiling
    gain_db = 20.0 * log10(ceiling / highest) if highest > ceiling else 0.0
    yield GainFound(gain_db=gain_db, peaks=tuple(peaks))


def export_tracks(plan: ExportPlan) -> Generator[TrackExportEvent, None, None]:
    """Write all files of a plan.

    Yields:
        Progress, a notice if a gain is needed, and at last ``FilesWritten``. Closing the
        generator before that leaves nothing behind.

    Raises:
        OutputError: Something cannot be written; nothing is left of the other files.
    """
    _check(plan)
    skipped = names_in_the_way(plan) if plan.existing == "skip" else ()
    wanted = replace(
        plan,
        parts=tuple(part for part in plan.parts if part.name not in skipped),
        texts=tuple(text for text in plan.texts if text.name not in skipped),
    )
    gain_db = 0.0
    # The gain is that of all files, also of those that an earlier export has left there.
    for event in find_common_gain(plan):
        if isinstance(event, GainFound):
            gain_db = event.gain_db
        else:
            yield ProgressChanged(fraction=_GAIN_SHARE * event.fraction)
    if gain_db:
        yield NoticeRaised(
            message=Wording(
                "All files were turned down by {gain} dB, because one of them would have clipped; "
                "32-bit float WAV needs no such gain.",
                gain=round(-gain_db, 2),
            )
        )
    with StagedFolder(plan.parent, number=secrets.randbits(32)) as staged:
        yield from _write(wanted, staged.path, gain_db)
        yield ProgressChanged(fraction=1.0)
        folder = _publish(wanted, staged)
    # The first event after the files are in place, so that whoever ends here is told of them.
    yield FilesWritten(
        folder=folder,
        files=tuple(folder / name for name in _all_names(wanted)),
        skipped=skipped,
        gain_db=gain_db,
    )


def _all_names(plan: ExportPlan) -> tuple[str, ...]:
    return (*(part.name for part in plan.parts), *(text.name for text in plan.texts))


def _check(plan: ExportPlan) -> None:
    names = [name.casefold() for name in _all_names(plan)]
    if len(set(names)) < len(names) or not all(part.lanes for part in plan.parts):
        raise ValueError("files need names that differ, and at least one lane each")
    if cleaned_name(plan.folder_name) != plan.folder_name:
        raise ValueError(f"no name for a folder: {plan.folder_name!r}")
    for part in plan.parts:
        for lane in part.lanes:
            num_frames, num_channels = lane.samples_TC.shape
            if not 0 <= plan.start_frame < plan.stop_frame <= num_frames:
                raise ValueError(f"frames {plan.start_frame} to {plan.stop_frame} of {num_frames}")
            if num_channels not in (1, len(lane.gains)):
                raise ValueError(f"{len(lane.gains)} gains for {num_channels} channels")
            if len(lane.gains) != len(part.lanes[0].gains):
                raise ValueError("lanes of one file need one number of channels")
        plan.format.check(plan.sample_rate, len(part.lanes[0].gains), plan.num_frames)


def _write(
    plan: ExportPlan, folder: Path, gain_db: float
) -> Generator[ProgressChanged, None, None]:
    start_share = 0.0 if plan.format.is_float else _GAIN_SHARE
    gain = 10.0 ** (gain_db / 20.0)
    with ExitStack() as stack:
        writers: list[AudioWriter] = []
        for index, part in enumerate(plan.parts):
            writer = stack.enter_context(_writer(plan, part, folder, gain_db))
            writers.append(writer)
            for done, piece_TO in _pieces(plan, part, gain=gain):
                writer.write(piece_TO.T)
                share = (index + done) / len(plan.parts)
                yield ProgressChanged(fraction=start_share + (1.0 - start_share) * share)
        for writer in writers:
            writer.commit()
    for text in plan.texts:
        try:
            (folder / text.name).write_text(text.text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(
                "“{name}” could not be written: {reason}.",
                remedy="Free some space, or choose another folder.",
                name=text.name,
                reason=system_reason(error),
            ) from error


def _writer(plan: ExportPlan, part: FilePart, folder: Path, gain_db: float) -> AudioWriter:
    comment = plan.comment
    if plan.num_frames < len(part.lanes[0].samples_TC):
        comment += f"; frames {plan.start_frame} to {plan.stop_frame} of the song"
    if gain_db:
        comment += f"; gain {gain_db:.2f} dB on every file"
    return AudioWriter(
        folder / part.name,
        format=plan.format,
        sample_rate=plan.sample_rate,
        num_channels=len(part.lanes[0].gains),
        num_frames=plan.num_frames,
        tags=replace(
            plan.tags, title=f"{plan.tags.title or plan.title} ({part.label})", comment=comment
        ),
    )


def _pieces(
    plan: ExportPlan, part: FilePart, *, gain: float = 1.0
) -> Iterator[tuple[float, FloatArray]]:
    """Yield the share that is done and the next frames (T, O) of a file."""
    is_plain = len(part.lanes) == 1 and gain == 1.0 and set(part.lanes[0].gains) == {1.0}
    for start in range(plan.start_frame, plan.stop_frame, PIECE_FRAMES):
        stop = min(start + PIECE_FRAMES, plan.stop_frame)
        for lane in part.lanes:
            fetch_pages(lane.samples_TC[start:stop])
        if is_plain:
            num_outputs = len(part.lanes[0].gains)
            piece_TC = part.lanes[0].samples_TC[start:stop]
            piece_TO = np.broadcast_to(piece_TC, (stop - start, num_outputs))
        else:
            piece_TO = _weighted_sum(part.lanes, start, stop, gain)
        yield (stop - plan.start_frame) / plan.num_frames, _faded(plan, piece_TO, start)
        for lane in part.lanes:
            release_pages(lane.samples_TC[start:stop])


def _weighted_sum(lanes: Sequence[WeightedLane], start: int, stop: int, gain: float) -> FloatArray:
    """Add in double precision, so that the sum is rounded only once."""
    total_TO: npt.NDArray[np.float64] = np.zeros((stop - start, len(lanes[0].gains)))
    for lane in lanes:
        total_TO += lane.samples_TC[start:stop].astype(np.float64) * np.array(lane.gains)
    rounded_TO: FloatArray = (total_TO * gain).astype(np.float32)
    return rounded_TO


def _faded(plan: ExportPlan, piece_TO: FloatArray, start: int) -> FloatArray:
    """Fade where the song was cut; where the song itself begins or ends it stays as it is."""
    length = min(plan.edge_fade_frames, plan.num_frames // 2)
    if length == 0:
        return piece_TO
    frames = np.arange(start, start + len(piece_TO))
    weights = np.ones(len(frames))
    if plan.start_frame > 0:
        weights = np.minimum(weights, (frames - plan.start_frame + 0.5) / length)
    if plan.stop_frame < len(plan.parts[0].lanes[0].samples_TC):
        weights = np.minimum(weights, (plan.stop_frame - frames - 0.5) / length)
    faded_TO: FloatArray = (piece_TO * weights[:, None]).astype(np.float32)
    return faded_TO


def _publish(plan: ExportPlan, staged: StagedFolder) -> Path:
    """Move the staged files to their place and return the song's folder."""
    if not _all_names(plan):
        return plan.parent / plan.folder_name
    while True:
        name = plan.folder_name
        if plan.existing == "rename" and names_in_the_way(plan):
            name = unique_name(name, is_taken=lambda name: os.path.lexists(plan.parent / name))
        folder = plan.parent / name
        if folder.is_dir():
            _refuse_protected(plan, folder)
            staged.publish_into(folder)
            return folder
        try:
            staged.publish(folder)
        except FileExistsError as error:
            if folder.is_dir():
                continue  # somebody was faster
            raise OutputError(
                "“{folder}” is a file, so that no folder can have this name.",
                remedy="Choose another folder, or rename that file.",
                folder=str(folder),
            ) from error
        return folder


def _refuse_protected(plan: ExportPlan, folder: Path) -> None:
    for target in (folder / name for name in _all_names(plan)):
        for source in plan.protected:
            if target.exists() and source.exists() and target.samefile(source):
                raise OutputError(
                    "“{name}” in this folder is the song itself and is not written over.",
                    remedy="Choose another folder.",
                    name=target.name,
                )
