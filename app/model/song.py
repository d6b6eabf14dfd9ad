"""One song of the session: its lanes, what the user has set, and its history."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE, LaneState, MixState
from app.model.song_status import SongStatus
from app.model.song_view import SongView
from app.model.source_file import SourceStamp
from app.model.track import Track
from engine.audio.tags import AudioTags
from engine.quality import Quality
from engine.residual import DEFAULT_RESIDUAL, RESIDUAL_STEM, Residual

MAX_HISTORY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SongFacts:
    """What is known of a song once it is open; it never changes.

    Attributes:
        title: Name on screen and of exported files.
        source: The file that the user opened; it may be gone by now.
        sample_rate: Frames per second of every lane.
        num_channels: Channels of every lane.
        num_frames: Length of every lane.
        tags: Of the source, for exports.
        stamp: Of the source when it was read; None if nobody looked.
    """

    title: str
    source: Path
    sample_rate: int
    num_channels: int
    num_frames: int
    tags: AudioTags
    stamp: SourceStamp | None = None


class Song(QObject):
    """A song with its lanes. Every change goes through its verbs; widgets listen.

    Signals:
        opened: ``facts`` and the lane of the original exist from now on.
        lanes_changed: Lanes came or went.
        remaking_began: Another model, or another choice of the residual, replaces the stems.
        audio_arrived: Lane's name and ``FrameRange`` of new or replaced audio; peaks are current.
        state_changed: ``state`` was replaced (by the user, undo or redo).
        status_changed: ``status`` was replaced.
    """

    opened = Signal()
    lanes_changed = Signal()
    remaking_began = Signal()
    audio_arrived = Signal(str, object)
    state_changed = Signal()
    status_changed = Signal()

    def __init__(self, folder: Path, source: Path, parent: QObject | None = None) -> None:
        """Make a song that is not open yet.

        Args:
            folder: Its project folder (see ``song_folder``).
            source: The audio file that the user named.
            parent: Owner.
        """
        super().__init__(parent)
        self.folder = folder
        self.source = source
        # Of the stems: their model (none before the first separation), its quality (None if nobody
        # knows), what became of what no stem claims, and the frames of this model. Elsewhere a
        # draft may still be heard.
        self.model_name = ""
        self.quality: Quality | None = None
        self.residual: Residual = DEFAULT_RESIDUAL
        self.separated = FrameRanges()
        self.wanted_models: tuple[str, ...] = ()  # shall replace the stems, one after the other
        self.facts: SongFacts | None = None
        self.stated_seconds: float | None = None  # by the file's header, before it is open
        self.view = SongView()  # the timeline keeps it current; nobody has to be told
        self._tracks: dict[str, Track] = {}
        self._state = MixState()
        self._status = SongStatus()
        self._undo: list[tuple[str, MixState]] = []
        self._redo: list[tuple[str, MixState]] = []
        self._merge_key = ""

    # Lanes

    @property
    def title(self) -> str:
        """Name on screen, known before the song is open."""
        return self.facts.title if self.facts is not None else self.source.stem

    @property
    def length_seconds(self) -> float | None:
        """How long it is; as the file's header says before it is open, None if that is unknown."""
        facts = self.facts
        return self.stated_seconds if facts is None else facts.num_frames / facts.sample_rate

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Lanes in the order of the screen: the original, the stems, the residual."""
        return tuple(self._tracks.values())

    @property
    def stems(self) -> tuple[Track, ...]:
        """Lanes that add up to the original."""
        return tuple(track for track in self._tracks.values() if track.name != MIX_LANE)

    @property
    def has_leftovers(self) -> bool:
        """Whether the residual holds anything, or may do so when the first of it arrives."""
        lane = self._tracks.get(RESIDUAL_STEM)
        if lane is None:
            return False
        has_begun = bool(lane.done.ranges)
        return self.residual == "separate" or not has_begun or not lane.peaks.is_silent

    @property
    def sounding_stems(self) -> tuple[Track, ...]:
        """Lanes that add up to the original, without a residual that holds nothing."""
        has_leftovers = self.has_leftovers
        return tuple(stem for stem in self.stems if has_leftovers or stem.name != RESIDUAL_STEM)

    def track(self, name: str) -> Track:
        """Return a lane by its name; ``KeyError`` if there is none."""
        return self._tracks[name]

    def open(self, facts: SongFacts, mix: Track) -> None:
        """Take over what the decoder found out, with the lane of the original."""
        self.facts = facts
        self._tracks = {mix.name: mix}
        self.opened.emit()
        self.lanes_changed.emit()

    def set_stems(
        self,
        stems: tuple[Track, ...],
        *,
        model_name: str,
        quality: Quality | None = None,
        residual: Residual = DEFAULT_RESIDUAL,
        separated: FrameRanges = FrameRanges(),  # noqa: B008 - frozen
    ) -> None:
        """Replace all lanes but the original's."""
        self.model_name, self.quality = model_name, quality
        self.residual, self.separated = residual, separated
        self._tracks = {MIX_LANE: self._tracks[MIX_LANE]} | {stem.name: stem for stem in stems}
        self.lanes_changed.emit()

    def begin_remaking(
        self,
        *,
        model_name: str,
        quality: Quality | None = None,
        residual: Residual,
        separated: FrameRanges,
    ) -> None:
        """Keep the lanes, whose audio another separation replaces from now on.

        Args:
            model_name: Of the new stems.
            quality: Of the new stems.
            residual: Of the new stems.
            separated: Frames that are replaced already.
        """
        self.model_name, self.quality = model_name, quality
        self.residual, self.separated = residual, separated
        self.remaking_began.emit()

    def report_audio(self, name: str, arrived: FrameRange) -> None:
        """Tell everybody that a lane has new audio, which is in its peaks already."""
        self.audio_arrived.emit(name, arrived)

    # Status

    @property
    def status(self) -> SongStatus:
        """Where the song stands in the queue."""
        return self._status

    def set_status(self, status: SongStatus) -> None:
        """Replace the status."""
        self._status = status
        self.status_changed.emit()

    # What the user sets, with undo

    @property
    def state(self) -> MixState:
        """What the user has set."""
        return self._state

    def change(self, state: MixState, text: str, *, merge_key: str = "") -> None:
        """Replace the state, so that undo brings the old one back.

        Args:
            state: The new state.
            text: What the step is called in the Edit menu, translated.
            merge_key: Steps with the same key that follow each other are one step of undo, such
                as the many values of a fader that is dragged; empty never merges.
        """
        if state == self._state:
            return
        is_merged = bool(merge_key and merge_key == self._merge_key and self._undo)
        self._merge_key = merge_key
        if not is_merged:
            self._undo.append((text, self._state))
            del self._undo[:-MAX_HISTORY]
        elif self._undo[-1][1] == state:  # brought back to where it was: there is no step to undo
            self._undo.pop()
            self._merge_key = ""
        self._redo.clear()
        self._state = state
        self.state_changed.emit()

    def change_lane(self, name: str, lane: LaneState, text: str, *, merge_key: str = "") -> None:
        """Replace the state of one lane (see ``change``)."""
        self.change(self._state.with_lane(name, lane), text, merge_key=merge_key)

    def end_merging(self) -> None:
        """Make the next change a step of its own, as after letting a fader go."""
        self._merge_key = ""

    def restore(self, state: MixState) -> None:
        """Set the state from a project's file, without history."""
        self._state = state
        self._undo.clear()
        self._redo.clear()
        self.state_changed.emit()

    @property
    def undo_text(self) -> str:
        """What ``undo`` would take back; empty if there is nothing."""
        return self._undo[-1][0] if self._undo else ""

    @property
    def redo_text(self) -> str:
        """What ``redo`` would bring back; empty if there is nothing."""
        return self._redo[-1][0] if self._redo else ""

    def undo(self) -> None:
        """Go back one step, if there is one."""
        self._step(self._undo, self._redo)

    def redo(self) -> None:
        """Go forward again, if there was an undo."""
        self._step(self._redo, self._undo)

    def _step(self, source: list[tuple[str, MixState]], target: list[tuple[str, MixState]]) -> None:
        if not source:
            return
        text, state = source.pop()
        target.append((text, self._state))
        self._merge_key = ""
        self._state = state
        self.state_changed.emit()
