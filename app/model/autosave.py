"""Saves every song by itself, a moment after something has changed."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from app.model.project_file import save_project
from app.model.project_snapshot import ProjectSnapshot, snapshot_of
from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase
from app.model.worthless_folder import discard_worthless
from engine.errors import EngineError

logger = logging.getLogger(__name__)

DELAY_MS = 2000
# The disk is kept busy for no more than a tenth of the time, however slow it is.
MAX_SHARE_OF_TIME = 0.1
# A window that closes gives a disk this long for each project: a drive on the network that has
# gone may keep whoever writes to it waiting for ever.
PATIENCE_SECONDS = 5.0


class Autosave(QObject):
    """Keeps ``project.json`` of all songs of a session current, in a thread of its own.

    One file is written at a time. What changes while it is written is saved afterwards.

    Signals:
        saved: Folder of a song whose project is on the disk.
        save_failed: An ``EngineError``; raised once for a song until it can be saved again.
    """

    saved = Signal(object)
    save_failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._phases: dict[Song, Phase] = {}
        self._changed: dict[Song, None] = {}  # in the order of their first change
        self._left: list[ProjectSnapshot] = []  # of songs that are not in the session any more
        self._on_disk: dict[Path, ProjectSnapshot] = {}
        self._failed: set[Path] = set()
        self._writer: _Writer | None = None
        self._is_writing = False
        self._is_stopped = False
        self._is_ended = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._write_next)
        self._rest_ms = DELAY_MS
        session.songs_changed.connect(self._follow_session)
        self._follow_session()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be saved and nothing is being written."""
        return not (self._is_writing or self._timer.isActive())

    @property
    def has_left(self) -> bool:
        """Whether a song that has left the session may not be on the disk yet."""
        return self._is_writing or bool(self._left)

    def stop(self) -> bool:
        """Wait for what is being written, and save what is not saved yet; for closing.

        What the timeline shows is saved here only: it changes too often for more.

        Returns:
            Whether that came to an end; not if a disk has not answered for ``PATIENCE_SECONDS``.
        """
        if not self._is_stopped:
            self._is_stopped = True
            self._timer.stop()
            for snapshot in (*self._left, *map(snapshot_of, self._session.songs)):
                if snapshot != self._on_disk.get(snapshot.folder):
                    self._started_writer().write(snapshot)
            if self._writer is not None:
                self._is_ended = self._writer.stop(PATIENCE_SECONDS)
        return self._is_ended

    # What has changed

    def _follow_session(self) -> None:
        songs = self._session.songs
        for song in [song for song in self._phases if song not in songs]:
            del self._phases[song]
            self._changed.pop(song, None)
            left = snapshot_of(song)
            # One that leaves before it was open came to nothing.
            self._left.append(left if left.facts else replace(left, phase=Phase.FAILED))
            self._write_soon(0)
        for song in songs:
            if song not in self._phases:
                self._phases[song] = song.status.phase
                self._watch(song)
                self._note(song, delay_ms=0)

    def _watch(self, song: Song) -> None:
        def note(*_: object) -> None:
            self._note(song)

        for signal in (song.opened, song.lanes_changed, song.audio_arrived, song.state_changed):
            signal.connect(note)
        song.status_changed.connect(self._noting_phase(song))

    def _noting_phase(self, song: Song) -> Callable[[], None]:
        def note() -> None:
            # The status changes several times a second; only its phase is kept.
            if song in self._phases and song.status.phase is not self._phases[song]:
                self._phases[song] = song.status.phase
                self._note(song, delay_ms=0)

        return note

    def _note(self, song: Song, *, delay_ms: int | None = None) -> None:
        if song in self._phases:
            self._changed[song] = None
            self._write_soon(self._rest_ms if delay_ms is None else delay_ms)

    # Writing

    def _write_soon(self, delay_ms: int) -> None:
        if self._is_stopped or self._is_writing:
            return
        # Changes that go on and on must not put the saving off for ever.
        if not self._timer.isActive() or self._timer.remainingTime() > delay_ms:
            self._timer.start(delay_ms)

    @Slot()
    def _write_next(self) -> None:
        while (snapshot := self._next_snapshot()) is not None:
            if snapshot != self._on_disk.get(snapshot.folder):
                self._is_writing = True
                self._started_writer().write(snapshot)
                return

    def _next_snapshot(self) -> ProjectSnapshot | None:
        if self._left:
            return self._left.pop(0)
        if not self._changed:
            return None
        song = next(iter(self._changed))
        del self._changed[song]
        return snapshot_of(song)

    def _started_writer(self) -> "_Writer":
        if self._writer is None:
            self._writer = _Writer(self)
            self._writer.written.connect(self._take)
        return self._writer

    @Slot(object)
    def _take(self, outcome: "_Outcome") -> None:
        folder = outcome.snapshot.folder
        self._is_writing = False
        self._rest_ms = max(DELAY_MS, round(1000 * outcome.seconds / MAX_SHARE_OF_TIME))
        if outcome.error is None:
            self._on_disk[folder] = outcome.snapshot
            self._failed.discard(folder)
            self.saved.emit(folder)
        elif folder not in self._failed:
            self._failed.add(folder)
            self.save_failed.emit(outcome.error)
        if self._changed or self._left:
            self._write_soon(0 if self._left else self._rest_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    snapshot: ProjectSnapshot
    error: EngineError | None
    seconds: float


class _Writer(QObject):
    """Writes one snapshot after the other; connected to nothing but a slot of ``Autosave``.

    The thread is Python's and not Qt's, because the process may end while it waits for a disk.
    """

    written = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._snapshots: SimpleQueue[ProjectSnapshot | None] = SimpleQueue()
        self._num_written = 0
        self._current: ProjectSnapshot | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)
        self._thread.start()

    def write(self, snapshot: ProjectSnapshot) -> None:
        """Write a snapshot as soon as those before it are written."""
        self._snapshots.put(snapshot)

    def stop(self, patience_seconds: float) -> bool:
        """Wait for what is left, unless one snapshot takes longer; return whether all is over."""
        self._is_closing = True
        self._snapshots.put(None)
        num_before = -1
        while self._thread.is_alive() and self._num_written > num_before:
            num_before = self._num_written
            self._thread.join(patience_seconds)
        if (left := self._current) is not None:
            logger.error(
                "%s was not saved: its disk has not answered for %g seconds. What was changed last "
                "is lost; the songs are opened again at the next start.",
                left.folder,
                patience_seconds,
            )
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (snapshot := self._snapshots.get()) is not None:
            self._current = snapshot
            outcome = _save(snapshot)
            self._current = None
            self._num_written += 1
            if not self._is_closing:
                self.written.emit(outcome)
            elif outcome.error is not None:  # nobody is left to be told
                logger.error("%s was not saved: %s", snapshot.folder, outcome.error)


def _save(snapshot: ProjectSnapshot) -> _Outcome:
    started_at = time.monotonic()
    error: EngineError | None = None
    try:
        # The folder is gone if the user has removed it: there is nothing to keep any more.
        if snapshot.facts is None and snapshot.phase is Phase.FAILED:
            discard_worthless(snapshot.folder)  # there never was any sound
        elif snapshot.folder.is_dir():
            save_project(snapshot)
    except EngineError as failure:
        error = failure
    except Exception:
        logger.exception("%s could not be saved", snapshot.folder)
        error = EngineError(
            QCoreApplication.translate(
                "Autosave", "The project was not saved because of a mistake in Strata."
            ),
            remedy=QCoreApplication.translate("Autosave", "The log file has the details."),
        )
    return _Outcome(snapshot=snapshot, error=error, seconds=time.monotonic() - started_at)
