"""A song as it stands in its project's file: a frozen value that any thread may write."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MixState
from app.model.song import Song, SongFacts
from app.model.song_status import Phase, SongStatus
from app.model.song_view import SongView
from engine.errors import EngineError
from engine.quality import Quality
from engine.residual import DEFAULT_RESIDUAL, Residual


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSnapshot:
    """A lane of a project.

    Attributes:
        name: ``mix``, or the stem's name.
        done: Frames that are in the lane's file for certain.
    """

    name: str
    done: FrameRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSnapshot:
    """Everything that a project keeps of a song besides its audio.

    Attributes:
        folder: The song's folder; not part of the file, so that it may be moved.
        source: The file that the user opened.
        facts: None while the song has not been opened.
        model_name: Of the stems; may be empty.
        quality: Of the stems; None if nobody knows.
        residual: Of the stems.
        separated: Frames that the model has separated; elsewhere the lanes hold an older draft.
        wanted_models: Shall replace the stems, one after the other.
        lanes: In the order of the screen.
        state: What the user has set.
        view: Where the user is in the song.
        phase: What happened to the song.
        error_message: Why it failed; else empty.
        error_remedy: What to do about it.
    """

    folder: Path
    source: Path
    facts: SongFacts | None = None
    model_name: str = ""
    quality: Quality | None = None
    residual: Residual = DEFAULT_RESIDUAL
    separated: FrameRanges = FrameRanges()  # noqa: RUF009 - frozen
    wanted_models: tuple[str, ...] = ()
    lanes: tuple[LaneSnapshot, ...] = ()
    state: MixState = field(default_factory=MixState)
    view: SongView = field(default_factory=SongView)
    phase: Phase = Phase.WAITING
    error_message: str = ""
    error_remedy: str = ""

    @property
    def fraction_done(self) -> float:
        """Share of the song that its model has separated; nothing without stems."""
        if self.facts is None or len(self.lanes) < 2:
            return 0.0
        return self.separated.num_frames / self.facts.num_frames

    @property
    def is_whole(self) -> bool:
        """Whether the model has separated all of the song, and every stem is there."""
        frames = (self.separated, *(lane.done for lane in self.lanes[1:]))
        return (
            self.facts is not None
            and len(self.lanes) >= 2
            and all(part.num_frames == self.facts.num_frames for part in frames)
        )

    def resting_status(self) -> SongStatus:
        """Return the status of a song that was just opened: nothing works on it yet."""
        if self.phase is Phase.FAILED:
            error = EngineError(self.error_message, remedy=self.error_remedy)
            return SongStatus(phase=Phase.FAILED, error=error)
        fraction = self.fraction_done
        if self.phase is Phase.CANCELLED:
            return SongStatus(phase=Phase.CANCELLED, fraction=fraction)
        if self.is_whole and self.phase is Phase.DONE:
            return SongStatus(phase=Phase.DONE, fraction=1.0)
        return SongStatus(phase=Phase.PAUSED, fraction=fraction)


def snapshot_of(song: Song) -> ProjectSnapshot:
    """Take down a song as it is now; GUI thread only."""
    error, facts = song.status.error, song.facts
    return ProjectSnapshot(
        folder=song.folder,
        source=song.source,
        facts=facts,
        model_name=song.model_name,
        quality=song.quality,
        residual=song.residual,
        separated=song.separated,
        wanted_models=song.wanted_models,
        lanes=tuple(LaneSnapshot(name=track.name, done=track.done) for track in song.tracks),
        state=replace(song.state, selection=_within(song.state.selection, facts)),
        view=replace(song.view, visible=_within(song.view.visible, facts)),
        phase=song.status.phase,
        error_message=error.message if error is not None else "",
        error_remedy=error.remedy if error is not None else "",
    )


def _within(marked: FrameRange | None, facts: SongFacts | None) -> FrameRange | None:
    """Cut what reaches over the end, as a drag of the mouse may leave it."""
    if marked is None or facts is None:
        return None
    return marked.intersection(FrameRange(0, facts.num_frames))
