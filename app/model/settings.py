"""What the user has chosen for good, kept between two runs of the program.

Every value is stored as text. One that cannot be read, or that is of the wrong kind, counts as
never chosen: a damaged file of settings must not keep anybody from working.
"""

import base64
import binascii
import json
import logging
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Generic, Literal, TypeVar, get_args, overload

from PySide6.QtCore import QObject, QSettings, Signal

from app.model.export_choice import ExportChoice, choice_from_text, choice_text
from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB
from app.model.song_folder import music_root, songs_root
from engine.quality import default_quality, parse_quality
from engine.residual import default_residual, parse_residual

logger = logging.getLogger(__name__)

Theme = Literal["system", "light", "dark"]
Language = Literal["system", "en", "de"]

MAX_HEIGHT_DB = 48.0  # that waveforms can be drawn louder than they are
MAX_RECENT_FILES = 12
MAX_TEXT_LENGTH = 1 << 20

V = TypeVar("V")


class _Stored(Generic[V]):
    """An attribute of ``Settings``; ``parse`` raises ``ValueError`` or ``TypeError``."""

    def __init__(
        self,
        key: str,
        default: Callable[[], V],
        *,
        parse: Callable[[str], V],
        text: Callable[[V], str],
    ) -> None:
        self._key = key
        self._default = default
        self._parse = parse
        self._text = text

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, settings: None, owner: type) -> "_Stored[V]": ...
    @overload
    def __get__(self, settings: "Settings", owner: type) -> V: ...

    def __get__(self, settings: "Settings | None", owner: type) -> "_Stored[V] | V":
        if settings is None:
            return self
        text = settings.stored_text(self._key)
        if text is None:
            return self._default()
        try:
            return self._parse(text)
        except (ValueError, TypeError, RecursionError) as error:
            settings.report_bad_value(self._key, error)
            return self._default()

    def __set__(self, settings: "Settings", value: V) -> None:
        text = self._text(value)
        self._parse(text)  # a value that could not be read again is a mistake of the caller
        if text != settings.stored_text(self._key):
            settings.store_text(self._key, text)
            settings.changed.emit(self._name)


def _line(key: str, default: str = "") -> _Stored[str]:
    return _Stored(key, lambda: default, parse=str, text=str)


def _choice(key: str, *allowed: str) -> _Stored[str]:
    """Build a setting with a few values; the first one is the default."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"expected one of {allowed}")
        return text

    return _Stored(key, lambda: allowed[0], parse=parse, text=str)


def _flag(key: str, default: bool) -> _Stored[bool]:
    def parse(text: str) -> bool:
        if text not in ("true", "false"):
            raise ValueError("expected true or false")
        return text == "true"

    return _Stored(key, lambda: default, parse=parse, text=lambda value: str(value).lower())


def _number(key: str, default: float, low: float, high: float) -> _Stored[float]:
    def parse(text: str) -> float:
        number = float(text)
        if not isfinite(number) or not low <= number <= high:
            raise ValueError(f"expected a number from {low} to {high}")
        return number

    return _Stored(key, lambda: default, parse=parse, text=repr)


def _folder(key: str, default: Callable[[], Path]) -> _Stored[Path]:
    def parse(text: str) -> Path:
        value = json.loads(text)
        if not isinstance(value, str) or not Path(value).is_absolute() or "\0" in value:
            raise ValueError("expected a full path")
        return Path(value)

    # As JSON, since Qt drops the bytes of a name that are no text, which makes it another name.
    return _Stored(key, default, parse=parse, text=lambda path: json.dumps(str(path)))


def _paths(key: str) -> _Stored[tuple[Path, ...]]:
    def parse(text: str) -> tuple[Path, ...]:
        values = json.loads(text)
        if not isinstance(values, list) or not all(
            isinstance(value, str) and "\0" not in value for value in values
        ):
            raise ValueError("expected a list of paths")
        return tuple(Path(value) for value in values)

    def text(paths: tuple[Path, ...]) -> str:
        return json.dumps([str(path) for path in paths])

    return _Stored(key, tuple, parse=parse, text=text)


def _bytes(key: str) -> _Stored[bytes]:
    def parse(text: str) -> bytes:
        try:
            return base64.b64decode(text.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeError) as error:
            raise ValueError("expected base64") from error

    return _Stored(key, bytes, parse=parse, text=lambda value: base64.b64encode(value).decode())


class Settings(QObject):
    """The user's choices, read and written like attributes; GUI thread only.

    Attributes:
        model_name: Model of “Separate”; empty for the best one.
        residual: What becomes of what no stem claims.
        quality: Time against quality, for models that know a choice.
        device: As torch names it, or ``auto``.
        songs_folder: Where songs lie that are not saved elsewhere.
        source_folder: Where the user has found the latest song.
        theme: See ``Theme``.
        language: See ``Language``; takes effect at the next start.
        output_device: Name of the sound card; empty for the system's own choice.
        monitor_gain_db: Volume of the monitor.
        follows_playhead: Whether the timeline scrolls while playing.
        snaps_to_grid: Whether ranges that are dragged snap to the bars of the song.
        export_choice: What the export dialog begins with.
        recent_files: Songs and projects, the latest first.
        waveform_height_db: How much louder waveforms are drawn than they are.
        window_geometry: As ``QWidget.saveGeometry`` gave it; empty before the first time.
        window_state: As ``QMainWindow.saveState`` gave it.

    Signals:
        changed: Name of an attribute that has a new value.
    """

    changed = Signal(str)

    model_name = _line("separation/model")
    device = _line("separation/device", "auto")
    residual = _Stored("separation/residual", default_residual, parse=parse_residual, text=str)
    quality = _Stored("separation/quality", default_quality, parse=parse_quality, text=str)
    songs_folder = _folder("files/songs_folder", songs_root)
    source_folder = _folder("files/source_folder", music_root)
    recent_files = _paths("files/recent")
    theme = _choice("window/theme", *get_args(Theme))
    language = _choice("window/language", *get_args(Language))
    window_geometry = _bytes("window/geometry")
    window_state = _bytes("window/state")
    output_device = _line("playback/output_device")
    monitor_gain_db = _number("playback/monitor_gain_db", 0.0, MIN_GAIN_DB, MAX_GAIN_DB)
    waveform_height_db = _number("window/waveform_height_db", 0.0, 0.0, MAX_HEIGHT_DB)
    follows_playhead = _flag("playback/follows_playhead", default=True)
    snaps_to_grid = _flag("window/snaps_to_grid", default=True)
    export_choice = _Stored("export/choice", ExportChoice, parse=choice_from_text, text=choice_text)

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        """Wrap a store; ``user_store`` gives the one of the user."""
        super().__init__(parent)
        self._store = store
        self._reported: set[str] = set()

    def add_recent_file(self, path: Path) -> None:
        """Put a song or project in front of the recent ones."""
        others = (other for other in self.recent_files if other != path)
        self.recent_files = (path, *others)[:MAX_RECENT_FILES]

    def forget_recent_file(self, path: Path) -> None:
        """Take one out of the recent ones, such as one that is gone."""
        self.recent_files = tuple(other for other in self.recent_files if other != path)

    def stored_text(self, key: str) -> str | None:
        """Return what is stored under a key; None if there is nothing, or no text."""
        if not self._store.contains(key):
            return None
        value = self._store.value(key)
        if isinstance(value, str) and len(value) <= MAX_TEXT_LENGTH:
            return value
        self.report_bad_value(key, TypeError(f"expected a text, got {type(value).__name__}"))
        return None

    def store_text(self, key: str, text: str) -> None:
        """Store a text under a key; it is on disk a moment later."""
        self._store.setValue(key, text)
        self._reported.discard(key)

    def report_bad_value(self, key: str, error: Exception) -> None:
        """Log once that a value is not used."""
        if key not in self._reported:
            self._reported.add(key)
            logger.warning("the setting %s is not usable, its default is taken: %s", key, error)


def user_store() -> QSettings:
    """Return the user's own store: a file of text on every system, the registry on none."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Strata", "studio")
