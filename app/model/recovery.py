"""Which songs are open in which window, so that they can be found again after a crash.

Every running program keeps a record: a small file with the folders of its songs, and a lock
beside it that the system opens when the process ends. A record without a lock is that of a
program that crashed. A program that is closed takes its record away and leaves the list of its
songs as the last session.
"""

import json
import logging
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, QTimer, Slot

from app.model.atomic_file import write_atomically
from app.model.file_lock import FileLock
from app.model.json_fields import InvalidFieldError, JsonFields, parse_json
from app.model.session import Session
from app.model.song import Song
from app.model.song_folder import PROJECT_FILE
from app.model.song_status import Phase

logger = logging.getLogger(__name__)

FORMAT = "strata session"
VERSION = 1
LAST_SESSION = "last.json"
LOCK_SUFFIX = ".lock"
RECORD_SUFFIX = ".json"
MAX_RECORD_BYTES = 1 << 22
MAX_RECOVERIES = 2
SOUND_AFTER_MS = 300_000  # whoever has run for so long does not crash because of its songs


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSong:
    """A song of a session.

    Attributes:
        folder: Its project.
        source: The file that the user opened.
    """

    folder: Path
    source: Path

    @property
    def has_project(self) -> bool:
        """Whether it can be opened as a project; else only its source may be there."""
        return (self.folder / PROJECT_FILE).is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSession:
    """The songs of a window.

    Attributes:
        songs: In the order of the queue.
        current: Index of the one on screen; -1 for none.
        num_recoveries: How many programs have crashed with these songs already, one soon after
            the other.
    """

    songs: tuple[RecordedSong, ...] = ()
    current: int = -1
    num_recoveries: int = 0

    @property
    def shown(self) -> RecordedSong | None:
        """The song on screen."""
        return self.songs[self.current] if self.current >= 0 else None

    @property
    def is_suspicious(self) -> bool:
        """Whether it may be one of these songs that makes the program crash."""
        return self.num_recoveries >= MAX_RECOVERIES


class AbandonedSession:
    """The session of a program that crashed; ours alone until it is settled or released.

    Attributes:
        record: Its songs.
    """

    def __init__(self, record: RecordedSession, path: Path, lock: FileLock) -> None:
        self.record = record
        self._path = path
        self._lock = lock

    def settle(self) -> None:
        """Forget it, since its songs are not wanted; their folders stay."""
        try:
            self._path.unlink(missing_ok=True)
            self._lock.remove()
        except OSError as error:
            logger.warning("%s cannot be removed: %s", self._path, error)

    def release(self) -> None:
        """Leave it for the next start."""
        self._lock.release()


class SessionRecord(QObject):
    """Keeps the record of this program's session current; make it before the first song."""

    def __init__(
        self, session: Session, folder: Path | None = None, parent: QObject | None = None
    ) -> None:
        """Begin a record.

        Args:
            session: Whose songs are recorded.
            folder: Where all records are; the user's folder for the state of programs unless
                given.
            parent: Owner.
        """
        super().__init__(parent)
        self._session = session
        self._folder = folder if folder is not None else records_folder()
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._path = self._folder / f"{name}{RECORD_SUFFIX}"
        self._lock = FileLock(self._folder / f"{name}{LOCK_SUFFIX}")
        self._expected: tuple[RecordedSong, ...] = ()
        self._num_recoveries = 0
        self._is_kept = self._begin()
        QTimer.singleShot(SOUND_AFTER_MS, self, self._trust)
        session.songs_changed.connect(self._write)
        session.current_changed.connect(self._write)

    def close(self) -> None:
        """Make this the last session, and take the record away; for a normal end."""
        if not self._is_kept:
            return
        self._is_kept = False
        record = self._record()
        try:
            if record.songs:  # an empty window is nothing to come back to
                _write_record(self._folder / LAST_SESSION, record)
            self._path.unlink(missing_ok=True)
            self._lock.remove()
        except OSError as error:
            logger.warning("the session was not recorded: %s", error)

    def last_session(self) -> RecordedSession:
        """Return the songs of the window that was closed last, as far as they are there."""
        return _present(_read_record(self._folder / LAST_SESSION))

    def adopt(self, abandoned: AbandonedSession) -> None:
        """Take over a crashed session, whose songs are about to be opened.

        They are in this record before they are in the session, so another crash loses none.
        """
        self._expected += abandoned.record.songs
        self._num_recoveries = max(self._num_recoveries, abandoned.record.num_recoveries + 1)
        self._write()
        abandoned.settle()

    def take_abandoned(self) -> tuple[AbandonedSession, ...]:
        """Return sessions of programs that crashed, the oldest first.

        Another program that starts now does not get them, too. Records without songs that are
        still there are removed.
        """
        found: list[AbandonedSession] = []
        for path in self._other_locks():
            lock = FileLock(path)
            try:
                if not lock.acquire():
                    continue
            except OSError as error:
                logger.warning("%s cannot be looked at: %s", path, error)
                continue
            record_path = path.with_suffix(RECORD_SUFFIX)
            abandoned = AbandonedSession(_present(_read_record(record_path)), record_path, lock)
            if abandoned.record.songs:
                found.append(abandoned)
            else:
                abandoned.settle()
        return tuple(found)

    def folders_elsewhere(self) -> frozenset[Path]:
        """Return the folders of songs that are open in other programs that run."""
        folders: set[Path] = set()
        for path in self._other_locks():
            lock = FileLock(path)
            try:
                if lock.acquire():
                    lock.release()
                    continue
            except OSError as error:
                logger.warning("%s cannot be looked at: %s", path, error)
                continue
            record = _read_record(path.with_suffix(RECORD_SUFFIX))
            folders.update(song.folder for song in record.songs)
        return frozenset(folders)

    def _begin(self) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Another program that looks for crashed ones may remove the file just before we lock
            # it; the second one it cannot take for an old one.
            return self._lock.acquire() or self._lock.acquire()
        except OSError as error:  # a crash will go unnoticed; nobody can do anything about it now
            logger.warning("sessions cannot be recorded in %s: %s", self._folder, error)
            return False

    def _other_locks(self) -> list[Path]:
        paths = [path for path in self._folder.glob(f"*{LOCK_SUFFIX}") if path != self._lock.path]
        return sorted(paths, key=_time_of)

    def _record(self) -> RecordedSession:
        songs, current = self._session.songs, self._session.current
        recorded = [_recorded(song) for song in songs]
        kept = [song for song in songs if not _is_junk(song)]
        # One whose project was never saved comes back from its source, in a new folder.
        here = {song.folder for song in recorded} | {song.source for song in recorded}
        expected = [
            song
            for song in self._expected
            if (song.folder if song.has_project else song.source) not in here
        ]
        return RecordedSession(
            songs=(*map(_recorded, kept), *expected),
            current=kept.index(current) if current in kept else -1,
            num_recoveries=self._num_recoveries,
        )

    def _trust(self) -> None:
        if self._num_recoveries:
            self._num_recoveries = 0
            self._write()

    @Slot()
    def _write(self) -> None:
        if not self._is_kept:
            return
        try:
            _write_record(self._path, self._record())
        except OSError as error:
            logger.warning("the session cannot be recorded: %s", error)


def records_folder() -> Path:
    """Return where the records of all running programs are."""
    return platformdirs.user_state_path("Strata", appauthor=False) / "sessions"


def _recorded(song: Song) -> RecordedSong:
    return RecordedSong(folder=song.folder.absolute(), source=song.source.absolute())


def _is_junk(song: Song) -> bool:
    """Whether a file could not be opened at all: it would only fail again."""
    return song.status.phase is Phase.FAILED and song.facts is None


def _write_record(path: Path, record: RecordedSession) -> None:
    content = {
        "format": FORMAT,
        "version": VERSION,
        "songs": [
            {"folder": str(song.folder), "source": str(song.source)} for song in record.songs
        ],
        "current": record.current,
        "recoveries": record.num_recoveries,
    }
    # In the GUI thread, so nobody waits for the disk: a tenth of a millisecond.
    write_atomically(path, json.dumps(content, indent=1).encode("ascii"), waits_for_disk=False)


def _read_record(path: Path) -> RecordedSession:
    try:
        with path.open("rb") as file:
            return _parsed_record(file.read(MAX_RECORD_BYTES))
    except FileNotFoundError:
        return RecordedSession()
    except (OSError, InvalidFieldError) as error:
        logger.warning("%s cannot be used: %s", path, error)
        return RecordedSession()


def _parsed_record(content: bytes) -> RecordedSession:
    fields = JsonFields(parse_json(content))
    if fields.text("format") != FORMAT or fields.value("version") != VERSION:
        raise InvalidFieldError("another format")
    songs = tuple(_song(song) for song in fields.objects("songs"))
    return RecordedSession(
        songs=songs,
        current=fields.integer("current", -1, len(songs) - 1),
        num_recoveries=fields.integer("recoveries", 0, 1 << 31),
    )


def _song(fields: JsonFields) -> RecordedSong:
    folder, source = fields.text("folder"), fields.text("source")
    if "\0" in folder + source or not Path(folder).is_absolute():
        raise InvalidFieldError("no paths")
    return RecordedSong(folder=Path(folder), source=Path(source))


def _present(record: RecordedSession) -> RecordedSession:
    songs = tuple(song for song in record.songs if song.has_project or song.source.is_file())
    current = songs.index(record.shown) if record.shown in songs else -1
    return replace(record, songs=songs, current=current)


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
