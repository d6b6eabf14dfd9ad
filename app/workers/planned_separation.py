"""One separation of a song that the queue has before it."""

from dataclasses import dataclass, field

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_folder import STEMS_FOLDER, audio_path
from app.model.song_status import Preparation
from app.model.track import Track
from app.workers.engine_job import EngineJob
from app.workers.song_jobs import ModelChoice
from engine.quality import Quality
from engine.residual import Residual
from engine.serving_messages import SeparateMix


@dataclass(slots=True, kw_only=True, eq=False)
class PlannedSeparation:
    """One separation of a song that is running or comes.

    Attributes:
        choice: With which model.
        residual: What becomes of what no stem claims; None before it has begun.
        quality: Time against quality; None before it has begun, or if nobody knows.
        done: Frames that it has separated.
        replaces: Whether its lanes hold stems of another model; None before it has begun.
        preparation: What it waits for, after it was asked for and before it begins.
        number: Of the engine's job while it runs, else 0.
        job: While it runs.
        new_lanes: Lanes that appear when their first audio is there.
        has_lanes: Whether its lanes are on screen.
        has_begun: Whether stems of the song are its own, perhaps since an earlier attempt.
        is_dropped: It was cancelled for good, since another one replaces it.
        weight: How long it takes beside the others of the song; settled when they are planned.
    """

    choice: ModelChoice
    residual: Residual | None = None
    quality: Quality | None = None
    done: FrameRanges = field(default_factory=FrameRanges)
    replaces: bool | None = None
    preparation: Preparation | None = None
    number: int = 0
    job: EngineJob | None = None
    new_lanes: tuple[Track, ...] = ()
    has_lanes: bool = False
    has_begun: bool = False
    is_dropped: bool = False
    weight: float = 1.0

    def begin(self, song: Song, residual: Residual) -> tuple[Residual, bool]:
        """Return what was settled when it began first: its residual, and whether it replaces.

        Args:
            song: As it is now.
            residual: The user's choice now.
        """
        if self.residual is None:
            self.residual = residual
        if self.replaces is None:
            self.replaces = any(stem.done.ranges for stem in song.stems)
        self.has_lanes = False
        return self.residual, self.replaces

    def show_lanes(self, song: Song) -> None:
        """Put its lanes on screen, in place of those of the separation before."""
        if self.has_lanes:
            return
        assert self.residual is not None, "it has begun"
        self.has_lanes = self.has_begun = True
        name, quality, residual = self.choice.name, self.quality, self.residual
        if self.new_lanes == song.stems:
            song.begin_remaking(
                model_name=name, quality=quality, residual=residual, separated=self.done
            )
        else:
            self.replaces = False  # nothing is left of the stems before, if there were any
            song.set_stems(
                self.new_lanes,
                model_name=name,
                quality=quality,
                residual=residual,
                separated=self.done,
            )

    def share_done(self, song: Song) -> float:
        """Return the share of the song that it has done."""
        facts = song.facts
        return self.done.num_frames / facts.num_frames if facts is not None else 0.0

    def task(
        self, song: Song, settings: Settings, *, preferred_frame: int, decoded: int
    ) -> SeparateMix:
        """Return what the engine is told when it begins, or goes on.

        Args:
            song: As it is now; it is open.
            settings: The user's choices now.
            preferred_frame: Where to begin.
            decoded: Frames of the mix that are there.
        """
        facts = song.facts
        assert facts is not None, "only songs that are open await their separation"
        residual, replaces = self.begin(song, settings.residual)
        if self.quality is None:
            self.quality = settings.quality
        gaps = self.done.gaps(FrameRange(0, facts.num_frames))
        return SeparateMix(
            job=self.number,
            mix=str(audio_path(song.folder, MIX_LANE)),
            stems_folder=str(song.folder / STEMS_FOLDER),
            model=self.choice.name,
            device=settings.device,
            residual=residual,
            quality=self.quality,
            preferred_frame=preferred_frame,
            gaps=tuple((gap.start, gap.stop) for gap in gaps),
            decoded_frames=decoded,
            replaces=replaces,
        )
