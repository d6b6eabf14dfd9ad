"""Files of lanes for other programs: complete on disk before a drag begins, and kept.

They lie in the song's ``exports`` folder, since a DAW may go on reading them where they are. A
whole lane is the lane's own file under a second name, which costs neither time nor room; a slice
is written out, sample for sample. A file that has been given away is never written over.
"""

import filecmp
import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.export_planning import done_share, export_comment, file_label, slice_text
from app.model.frame_range import FrameRange
from app.model.song import Song, SongFacts
from app.model.song_folder import audio_path, exports_folder
from app.model.song_status import Phase
from app.model.track import Track
from engine.audio.audio_format import AudioFormat
from engine.audio.audio_writer import AudioWriter
from engine.audio.file_names import MAX_NAME_BYTES, cleaned_name, unique_name
from engine.audio.mapped_pages import fetch_pages
from engine.audio.tags import AudioTags
from engine.errors import EngineError, OutputError
from engine.events import FloatArray, ProgressChanged
from engine.staged_folder import StagedFolder
from engine.wording import system_reason

_PIECE_FRAMES = 65_536
_COPY_BYTES = 1 << 22
_NUMBER_BYTES = 12  # for the number of a name that is taken, and the extension
_AT_REST = frozenset({Phase.DONE, Phase.CANCELLED, Phase.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DragFilesReady:
    """The files are on disk.

    Attributes:
        files: One per lane, in the order that was asked for.
    """

    files: tuple[Path, ...]


DragFileEvent = ProgressChanged | DragFilesReady


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LaneFile:
    """What has to be known of a lane outside of the GUI thread."""

    label: str
    source: Path
    samples_TC: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Order:
    """What to make of a song."""

    title: str
    facts: SongFacts
    folder: Path
    lanes: tuple[_LaneFile, ...]
    frames: FrameRange
    part: str
    comment: str
    may_link: bool

    @property
    def is_whole(self) -> bool:
        return self.frames == FrameRange(0, self.facts.num_frames)


def prepare_drag_files(
    song: Song, lanes: Sequence[str], frame_range: FrameRange | None
) -> Generator[DragFileEvent, None, None]:
    """Look at a song, and return what makes the files, which may run in any thread.

    Args:
        song: Is looked at now, not later.
        lanes: Names; each becomes a file.
        frame_range: Frames to take; None for the whole song.

    Raises:
        EngineError: A lane is not complete in this range, or there is nothing to take. The
            generator raises ``OutputError`` if something cannot be written.
    """
    facts = song.facts
    if facts is None or facts.num_frames == 0 or not lanes:
        raise EngineError("There is no sound to take out yet.")
    whole = FrameRange(0, facts.num_frames)
    frames = whole if frame_range is None else whole.intersection(frame_range)
    if frames is None:
        raise EngineError("The marked range lies outside of the song.")
    tracks = [song.track(name) for name in lanes]
    _refuse_unfinished(song, tracks, frames, is_whole=frames == whole)
    order = _Order(
        title=song.title,
        facts=facts,
        folder=exports_folder(song.folder),
        lanes=tuple(
            _LaneFile(
                label=file_label(song, track.name),
                source=audio_path(song.folder, track.name),
                samples_TC=track.samples_TC,
            )
            for track in tracks
        ),
        frames=frames,
        part=slice_text(frames, facts.sample_rate, song.state.tempo),
        comment=export_comment(song),
        # Whatever the engine still writes into would go on changing under its second name.
        may_link=song.status.phase in _AT_REST,
    )
    return _make_files(order)


def detach_drag_files(folder: Path) -> Generator[ProgressChanged, None, None]:
    """Give every file that was dragged out bytes of its own, before its lane changes in place.

    Another program may be playing it. Run this before a song is separated again.

    Args:
        folder: The song's folder.

    Raises:
        OutputError: There is no room for the copies.
    """
    exports = exports_folder(folder)
    if not exports.is_dir():
        return
    linked = [path for path in sorted(exports.glob("*.wav")) if path.stat().st_nlink > 1]
    for index, path in enumerate(linked):
        part = exports / f".{secrets.token_hex(4)}.part"
        try:
            for done in _copy(path, part):
                yield ProgressChanged(fraction=(index + done) / len(linked))
            part.replace(path)
        except OSError as error:
            raise _not_written(path, error) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _refuse_unfinished(
    song: Song, tracks: Iterable[Track], frames: FrameRange, *, is_whole: bool
) -> None:
    for track in tracks:
        share = done_share(track, frames)
        if share < 1.0:
            raise EngineError(
                "“{file}” is complete to {percent} % of the song."
                if is_whole
                else "“{file}” is complete to {percent} % of this range.",
                remedy="Wait until it is complete, or mark a range that is.",
                file=file_label(song, track.name),
                percent=int(100 * share),
            )


def _make_files(order: _Order) -> Generator[DragFileEvent, None, None]:
    try:
        order.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(order.folder, error) from error
    files: list[Path] = []
    if order.is_whole and order.may_link:
        for lane in order.lanes:
            linked = _linked(order, lane)
            if linked is None:  # the disk has no second names
                break
            files.append(linked)
    if len(files) < len(order.lanes):
        files = yield from _written(order)
    yield ProgressChanged(fraction=1.0)
    yield DragFilesReady(files=tuple(files))


def _linked(order: _Order, lane: _LaneFile) -> Path | None:
    while True:
        path = _free_path(order, lane, lambda path: _is_same_file(path, lane.source))
        try:
            if not path.exists():
                os.link(lane.source, path)
        except FileExistsError:
            continue  # somebody was faster
        except OSError:
            return None
        return path


def _written(order: _Order) -> Generator[DragFileEvent, None, list[Path]]:
    """Write copies and slices aside, and move them to names that nothing else has."""
    files: list[Path] = []
    num_lanes = len(order.lanes)
    with StagedFolder(order.folder, number=secrets.randbits(32)) as staged:
        parts = [staged.path / f"{index}.wav" for index in range(num_lanes)]
        for index, (lane, part) in enumerate(zip(order.lanes, parts, strict=True)):
            try:
                steps = _copy(lane.source, part) if order.is_whole else _slice(order, lane, part)
                for done in steps:
                    yield ProgressChanged(fraction=(index + done) / num_lanes)
            except OSError as error:
                raise _not_written(order.folder / part.name, error) from error
        for lane, part in zip(order.lanes, parts, strict=True):
            files.append(_moved(order, lane, part))
    return files


def _moved(order: _Order, lane: _LaneFile, part: Path) -> Path:
    path = _free_path(order, lane, lambda path: _has_same_bytes(path, part))
    try:
        if not path.exists():
            part.rename(path)
    except OSError as error:
        raise _not_written(path, error) from error
    return path


def _slice(order: _Order, lane: _LaneFile, path: Path) -> Generator[float, None, None]:
    frames = order.frames
    words: AudioTags = order.facts.tags
    with AudioWriter(
        path,
        format=AudioFormat(),
        sample_rate=order.facts.sample_rate,
        num_channels=order.facts.num_channels,
        num_frames=frames.num_frames,
        tags=replace(
            words,
            title=f"{words.title or order.title} ({lane.label})",
            comment=f"{order.comment}; frames {frames.start} to {frames.stop} of the song",
        ),
    ) as writer:
        for start in range(frames.start, frames.stop, _PIECE_FRAMES):
            stop = min(start + _PIECE_FRAMES, frames.stop)
            piece_TC = lane.samples_TC[start:stop]
            fetch_pages(piece_TC)
            writer.write(piece_TC.T)
            yield (stop - frames.start) / frames.num_frames
        writer.commit()


def _copy(source: Path, target: Path) -> Generator[float, None, None]:
    num_bytes = max(1, source.stat().st_size)
    num_done = 0
    with source.open("rb") as reader, target.open("xb") as writer:
        while block := reader.read(_COPY_BYTES):
            writer.write(block)
            num_done += len(block)
            yield min(1.0, num_done / num_bytes)
    shutil.copystat(source, target)


def _free_path(order: _Order, lane: _LaneFile, is_same: Callable[[Path], bool]) -> Path:
    """Return the first name that is free, or that the same sound has already."""
    part = "" if order.is_whole else f" {order.part}"
    room = MAX_NAME_BYTES - _NUMBER_BYTES
    base = cleaned_name(order.title, suffix=f" ({lane.label}){part}", max_bytes=room)

    def is_taken(name: str) -> bool:
        path = order.folder / name
        return os.path.lexists(path) and not (path.is_file() and is_same(path))

    return order.folder / unique_name(base, suffix=".wav", is_taken=is_taken)


def _is_same_file(path: Path, other: Path) -> bool:
    return path.samefile(other)


def _has_same_bytes(path: Path, other: Path) -> bool:
    # A second name of a lane's file is no copy of it: the lane may change.
    return path.stat().st_nlink == 1 and filecmp.cmp(path, other, shallow=False)


def _not_written(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "“{name}” could not be written: {reason}.",
        remedy="Make room on the disk that holds Strata's songs.",
        name=path.name,
        reason=system_reason(error),
    )
