"""What the queue knows of a song besides its status."""

from dataclasses import dataclass, field

from app.model.frame_range import FrameRange, FrameRanges
from app.model.lane_sums import common_ranges
from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.model.song_status import (
    RUNNING_PHASES,
    Phase,
    Preparation,
    Replacement,
    SongStatus,
    Step,
)
from app.workers.engine_job import EngineJob
from app.workers.paces import Paces, usual_weight
from app.workers.planned_separation import PlannedSeparation
from app.workers.song_jobs import choice_of, default_models
from app.workers.whole_job import PassShare, StopWatch, WholeJob
from engine.errors import EngineError
from engine.residual import Residual

MIN_FRACTION = 0.02  # below it, the pace cannot be told
ALMOST_DONE = 0.95  # below it, what is left is no less than a second, whatever the pace


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
        fraction: Of the separation that runs, or ran last.
        paces: What is known of the models' speed.
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
    paces: Paces = field(default_factory=Paces)
    _whole: WholeJob = field(default_factory=WholeJob)
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

    @property
    def lacks_stems(self) -> bool:
        """Whether there are parts without any stems, which a draft would give it."""
        facts, stems = self.song.facts, self.song.stems
        return (
            facts is None
            or not stems
            or any(stem.done.num_frames < facts.num_frames for stem in stems)
        )

    def can_give_way(self, *, has_ended_window: bool) -> bool:
        """Whether another song may come in between now; a draft is let finish, as it takes seconds.

        Args:
            has_ended_window: Whether nothing is lost, since a window has just ended.
        """
        running = self.running
        if running is None or running.choice.is_draft or running.share_done(self.song) >= 1.0:
            return False
        return has_ended_window or running.preparation is not None

    def begin_job(self) -> None:
        """Count progress and time from zero, since something new was planned for the song."""
        for planned in self.planned:
            planned.weight = self.paces.of(planned.choice) or usual_weight(planned.choice)
        watch = self._whole.watch if self.running is not None else StopWatch()
        self._whole = WholeJob(reads=not self.is_decoded, watch=watch)

    def begin_run(self, fraction: float) -> None:
        """Measure the pace of a separation from now on."""
        self.fraction = self._run_fraction = self._first_fraction = fraction
        self._run_watch, self._first_seconds = StopWatch(), 0.0
        self._is_warm = False

    def end_run(self, planned: PlannedSeparation, *, is_whole: bool) -> None:
        """Take over that a separation has ended, perhaps early."""
        planned.job, planned.number, planned.preparation = None, 0, None
        if is_whole or planned.is_dropped:
            self.planned = [other for other in self.planned if other is not planned]
        if is_whole:
            if not planned.is_dropped:  # or it has ended before it heard of that
                self._whole.finish_pass(planned.weight)
            share = self.fraction - self._run_fraction
            separated = share * (self.song.length_seconds or 0.0)
            self.paces.note_end(planned.choice, worked=self._run_watch.seconds, separated=separated)
            if not self.planned:
                self.is_cancelled = self.is_paused = False  # too late for that

    def note_progress(self, fraction: float) -> None:
        """Take over how far the run is.

        Its pace is measured from the first progress on: until then caches and buffers fill.
        """
        self.fraction = fraction
        if not self._is_warm:
            self._is_warm = True
            self._first_fraction, self._first_seconds = fraction, self._run_watch.seconds

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
        for watch in (self._whole.watch, self._run_watch):
            watch.run(phase in RUNNING_PHASES)
        self._tell_pace()
        status = SongStatus(
            phase=phase,
            fraction=1.0 if phase is Phase.DONE else self._fraction_of_all(),
            elapsed_seconds=self._whole.watch.seconds,
            remaining_seconds=self.remaining_seconds if phase in RUNNING_PHASES else None,
            error=self.error,
            preparation=self._preparation(phase),
            replacement=self._replacement(phase),
            step=self._step(phase),
        )
        if status != self.song.status:
            self.song.set_status(status)

    @property
    def remaining_seconds(self) -> float | None:
        """How long all takes that is left to separate; None while nobody knows."""
        total, length = 0.0, self.song.length_seconds
        for planned in self._left:
            whole = self.seconds_per_song if planned is self.running else None
            if whole is None:
                pace = self.paces.of(planned.choice)
                if pace is None or length is None:
                    return None
                whole = pace * length
            total += whole * (1.0 - self._share_done(planned))
        # The last of a long window may take longer than the pace says.
        return total if self._fraction_of_all() >= ALMOST_DONE else max(1.0, total)

    @property
    def _left(self) -> tuple[PlannedSeparation, ...]:
        return tuple(planned for planned in self.planned if not planned.is_dropped)

    def _share_done(self, planned: PlannedSeparation) -> float:
        share = planned.share_done(self.song)
        return max(self.fraction, share) if planned is self.running else share

    def _tell_pace(self) -> None:
        length, running, whole = self.song.length_seconds, self.running, self.seconds_per_song
        if running is not None and running.has_lanes and length and whole is not None:
            self.paces.follow(running.choice, whole / length)

    def _fraction_of_all(self) -> float:
        facts = self.song.facts
        return self._whole.fraction(
            read=self.decoded_frames / facts.num_frames if facts is not None else 0.0,
            left=[
                PassShare(weight=planned.weight, done=self._share_done(planned))
                for planned in self._left
            ],
        )

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

    def _replacement(self, phase: Phase) -> Replacement | None:
        planned = next(iter(self._left), None)
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

    def _step(self, phase: Phase) -> Step | None:
        left, num_finished = self._left, self._whole.num_finished
        is_at_work = self.running is not None and self._preparation(phase) is None
        has_begun = is_at_work or num_finished > 0 or any(each.done.ranges for each in left)
        if phase not in (Phase.SEPARATING, Phase.WAITING) or not left or not has_begun:
            return None
        return Step(
            model_name=left[0].choice.name,
            number=num_finished + 1,
            count=num_finished + len(left),
        )


def adopted_work(song: Song, model_name: str, paces: Paces) -> SongWork:
    """Take over a song that somebody else has made, as its status says.

    Args:
        song: Such as one of a project that was opened.
        model_name: The user's choice, for songs that never had a model.
        paces: What is known of the models' speed.
    """
    status = song.status
    work = SongWork(
        song=song,
        decoded_frames=decoded_frames(song),
        is_paused=status.phase is Phase.PAUSED,
        is_cancelled=status.phase is Phase.CANCELLED,
        error=status.error,
        paces=paces,
    )
    if status.phase is not Phase.DONE:
        plan_the_rest(work, model_name)
    return work


def plan_the_rest(work: SongWork, model_name: str) -> None:
    """Plan what a song still needs, which was begun in an earlier run of the program."""
    song = work.song
    wanted = tuple(choice_of(name) for name in song.wanted_models)
    if not song.model_name:
        wanted = wanted or default_models(model_name)
    done = common_ranges((song.separated, frames_of_all_stems(song)))
    if song.model_name and song.facts is not None and done.num_frames < song.facts.num_frames:
        begun = PlannedSeparation(
            choice=choice_of(song.model_name),
            residual=song.residual,
            quality=song.quality,
            done=done,
            replaces=any(stem.done.num_frames > done.num_frames for stem in song.stems),
            has_begun=True,
        )
        work.planned.append(begun)
    work.planned += [PlannedSeparation(choice=choice) for choice in wanted]
    work.begin_job()


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
