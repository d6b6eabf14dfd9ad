"""What the queue knows of a song besides its status."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.model.frame_range import FrameRange, FrameRanges
from app.model.lane_sums import common_ranges
from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.model.song_status import Phase, Preparation, Replacement, SongStatus
from app.workers.engine_job import EngineJob
from app.workers.planned_separation import PlannedSeparation
from app.workers.song_jobs import ModelChoice, default_models
from engine.errors import EngineError
from engine.residual import Residual

MAX_DECODED_AHEAD = 2  # songs in front of one that is decoded, whose separation is not done
MIN_FRACTION = 0.02  # below it, the time that remains cannot be told


class StopWatch:
    """Seconds that have passed while it ran."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._started_at: float | None = None

    @property
    def seconds(self) -> float:
        """Time so far."""
        running = time.monotonic() - self._started_at if self._started_at is not None else 0.0
        return self._seconds + running

    def run(self, is_running: bool) -> None:
        """Go on, or hold."""
        if is_running == (self._started_at is not None):
            return
        self._seconds = self.seconds
        self._started_at = time.monotonic() if is_running else None


@dataclass(slots=True, kw_only=True, eq=False)
class SongWork:
    """One song's place in the queue.

    Attributes:
        song: The song.
        planned: Separations that are left, in their order; the first one may be running.
        decoding: While it runs.
        decoded_frames: From the start of the song on.
        preferred_frame: Where the playhead went last.
        is_paused: The user holds it.
        is_cancelled: The user has ended it.
        error: Why it stands still.
        is_removed: The song is not in the session any more, and may be gone.
        fraction: Of the phase that runs, or ran last.
    """

    song: Song
    planned: list[PlannedSeparation] = field(default_factory=list)
    decoding: EngineJob | None = None
    decoded_frames: int = 0
    preferred_frame: int = 0
    is_paused: bool = False
    is_cancelled: bool = False
    is_removed: bool = False
    error: EngineError | None = None
    fraction: float = 0.0
    _watch: StopWatch = field(default_factory=StopWatch)
    _watched_phase: Phase = Phase.WAITING
    _run_watch: StopWatch = field(default_factory=StopWatch)
    _run_fraction: float = 0.0
    _first_fraction: float = 0.0
    _first_seconds: float = 0.0
    _is_warm: bool = False

    @property
    def is_decoded(self) -> bool:
        """Whether the whole mix is there."""
        facts = self.song.facts
        return facts is not None and self.decoded_frames >= facts.num_frames

    @property
    def is_held(self) -> bool:
        """Whether nothing may be begun for this song."""
        return self.is_paused or self.is_cancelled or self.error is not None

    @property
    def running(self) -> PlannedSeparation | None:
        """The separation that runs, perhaps to its early end."""
        return next((planned for planned in self.planned if planned.job is not None), None)

    def outcome(self, residual: Residual) -> tuple[str, Residual]:
        """Return model and residual that the song will have when all that is planned is done.

        Args:
            residual: The user's choice now, for what has not begun.
        """
        if not self.planned or self.is_cancelled or self.error is not None:
            return self.song.model_name, self.song.residual
        last = self.planned[-1]
        return last.choice.name, last.residual or residual

    @property
    def awaits_decoding(self) -> bool:
        """Whether decoding could begin."""
        return not self.is_held and not self.is_decoded and self.decoding is None

    @property
    def awaits_separation(self) -> bool:
        """Whether a separation could begin, if the engine were free."""
        is_there = self.song.facts is not None and (self.is_decoded or self.decoding is not None)
        return not self.is_held and bool(self.planned) and is_there

    def begin_run(self, fraction: float, *, is_new: bool) -> None:
        """Estimate the time that remains from now on; for new work, count from zero."""
        self.fraction = self._run_fraction = self._first_fraction = fraction
        if is_new:
            self._watched_phase, self._watch = Phase.WAITING, StopWatch()
        self._run_watch, self._first_seconds = StopWatch(), 0.0
        self._is_warm = False

    def note_progress(self, fraction: float) -> None:
        """Take over how far the run is.

        Its pace is measured from the first progress on: until then caches and buffers fill.
        """
        self.fraction = fraction
        if not self._is_warm:
            self._is_warm = True
            self._first_fraction, self._first_seconds = fraction, self._run_watch.seconds

    @property
    def run_seconds(self) -> float:
        """Time since the run began, pauses left out."""
        return self._run_watch.seconds

    @property
    def run_share(self) -> float:
        """Share of the song that this run has done."""
        return self.fraction - self._run_fraction

    @property
    def seconds_per_song(self) -> float | None:
        """How long a whole song of this length takes at the run's pace; None while unknown."""
        gained = self.fraction - self._first_fraction
        if gained < MIN_FRACTION:
            return None
        return (self._run_watch.seconds - self._first_seconds) / gained

    def refresh_status(self) -> None:
        """Tell the song where it stands, if that has changed."""
        self.song.wanted_models = tuple(
            planned.choice.name
            for planned in self.planned
            if not planned.has_begun and not planned.is_dropped
        )
        phase = self._current_phase()
        if phase in (Phase.DECODING, Phase.SEPARATING) and phase is not self._watched_phase:
            self._watched_phase = phase
            self._watch = StopWatch()
        for watch in (self._watch, self._run_watch):
            watch.run(phase in (Phase.DECODING, Phase.SEPARATING))
        replacement = self._replacement(phase)
        status = SongStatus(
            phase=phase,
            fraction=replacement.fraction if replacement else self._shown_fraction(phase),
            elapsed_seconds=self._watch.seconds,
            remaining_seconds=self._remaining_seconds(phase),
            error=self.error,
            preparation=self._preparation(phase),
            replacement=replacement,
        )
        if status != self.song.status:
            self.song.set_status(status)

    def _current_phase(self) -> Phase:
        if self.error is not None:
            return Phase.FAILED
        if self.is_cancelled:
            return Phase.CANCELLED
        if self.is_paused:
            return Phase.PAUSED
        running = self.running
        if running is not None and (running.has_lanes or self.is_decoded):
            return Phase.SEPARATING
        if self.decoding is not None:
            return Phase.DECODING
        if self.is_decoded and not self.planned:
            return Phase.DONE
        return Phase.WAITING

    def _shown_fraction(self, phase: Phase) -> float:
        if phase is Phase.DONE:
            return 1.0
        running, facts = self.running, self.song.facts
        if phase is Phase.SEPARATING and running and not running.has_lanes and facts:
            return running.share_done(self.song)  # not the fraction of decoding
        return self.fraction

    def _replacement(self, phase: Phase) -> Replacement | None:
        planned = next((each for each in self.planned if not each.is_dropped), None)
        facts = self.song.facts
        if phase not in (Phase.PAUSED, Phase.CANCELLED) or planned is None or facts is None:
            return None
        is_replacing = planned.replaces if planned.has_begun else bool(self.song.stems)
        if not is_replacing or not frames_of_all_stems(self.song).ranges:
            return None
        fraction = planned.share_done(self.song)
        return Replacement(model_name=planned.choice.name, fraction=fraction)

    def _preparation(self, phase: Phase) -> Preparation | None:
        if phase is not Phase.SEPARATING or (running := self.running) is None:
            return None
        return running.preparation

    def _remaining_seconds(self, phase: Phase) -> float | None:
        whole = self.seconds_per_song
        is_running = phase in (Phase.DECODING, Phase.SEPARATING)
        if not is_running or self._preparation(phase) or whole is None:
            return None
        return whole * (1.0 - self.fraction)


def adopted_work(song: Song, model_name: str) -> SongWork:
    """Take over a song that somebody else has made, as its status says.

    Args:
        song: Such as one of a project that was opened.
        model_name: The user's choice, for songs that never had a model.
    """
    status = song.status
    work = SongWork(
        song=song,
        decoded_frames=decoded_frames(song),
        is_paused=status.phase is Phase.PAUSED,
        is_cancelled=status.phase is Phase.CANCELLED,
        error=status.error,
        fraction=status.fraction,
    )
    if status.phase is not Phase.DONE:
        plan_the_rest(work, model_name)
    return work


def plan_the_rest(work: SongWork, model_name: str) -> None:
    """Plan what a song still needs, which was begun in an earlier run of the program."""
    song = work.song
    if not song.model_name:
        wanted = tuple(ModelChoice(name=name) for name in song.wanted_models)
        choices = wanted or default_models(model_name)
        work.planned += [PlannedSeparation(choice=choice) for choice in choices]
        return
    done = common_ranges((song.separated, frames_of_all_stems(song)))
    if song.facts is not None and done.num_frames < song.facts.num_frames:
        begun = PlannedSeparation(
            choice=ModelChoice(name=song.model_name),
            residual=song.residual,
            quality=song.quality,
            done=done,
            replaces=any(stem.done.num_frames > done.num_frames for stem in song.stems),
            has_begun=True,
        )
        work.planned.append(begun)
    work.planned += [
        PlannedSeparation(choice=ModelChoice(name=name)) for name in song.wanted_models
    ]


def next_to_decode(works: Sequence[SongWork], shown: Song | None) -> SongWork | None:
    """Return the song whose decoding may begin, if there is one: first of all, the one on screen.

    Args:
        works: All songs in the order of the queue.
        shown: The song on screen.
    """
    num_ahead = 0
    for work in works:
        if work.song is shown and work.awaits_decoding:
            return work
    for work in works:
        if work.awaits_decoding:
            return work if num_ahead < MAX_DECODED_AHEAD else None
        num_ahead += bool(work.planned) and not work.is_held
    return None


def frames_of_all_stems(song: Song) -> FrameRanges:
    """Return the frames that every stem has."""
    if song.facts is None or not song.stems:
        return FrameRanges()
    whole = FrameRange(0, song.facts.num_frames)
    gaps = FrameRanges.of(gap for stem in song.stems for gap in stem.done.gaps(whole))
    return FrameRanges(gaps.gaps(whole))


def decoded_frames(song: Song) -> int:
    """Return how much of the mix is there, from its start."""
    if song.facts is None:
        return 0
    ranges = song.track(MIX_LANE).done.ranges
    return ranges[0].stop if ranges and ranges[0].start == 0 else 0
