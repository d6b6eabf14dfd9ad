"""Drives the songs of the session: decodes them, has them separated, and tells how it goes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.mix_state import MIX_LANE
from app.model.session import Session
from app.model.settings import Settings
from app.model.shown_text import shown_error, shown_text
from app.model.song import Song
from app.model.song_status import EXPECTED_PHASES, Phase, Preparation
from app.workers.engine_job import EngineJob
from app.workers.engine_process import EngineProcess
from app.workers.paces import Paces
from app.workers.planned_separation import PlannedSeparation
from app.workers.queue_estimate import QueueEstimate, estimate_queue
from app.workers.song_finding import ProjectFound, SongFound, find_songs, known_song, twin_of
from app.workers.song_jobs import (
    AudioArrived,
    LanesOpened,
    MixOpened,
    choice_of,
    decode_song,
    separate_lanes,
)
from app.workers.song_order import in_order_of_separation, next_to_decode
from app.workers.song_storage import discard_folder
from app.workers.song_work import SongWork, adopted_work, plan_the_rest
from engine.errors import EngineError
from engine.events import NoticeRaised, ProgressChanged
from engine.residual import Residual

STATUS_INTERVAL_MS = 250


class SongQueue(QObject):
    """Decodes and separates the session's songs in their order.

    One song is decoded and one is separated at a time, often the same one. A better model gives
    way after a window to songs without stems, and goes on later where it was. Songs that came by
    other ways, such as opened projects, are taken over as their status says.

    Signals:
        notice_raised: A sentence for the status bar.
        project_found: ``ProjectFound``: a file was opened that has a project already.
        many_found: ``ManyFound``: files below folders that wait for the user's word.
        time_estimated: ``QueueEstimate``: what the songs still need, when that has changed.
    """

    notice_raised = Signal(str)
    project_found = Signal(object)
    many_found = Signal(object)
    time_estimated = Signal(object)

    def __init__(
        self,
        session: Session,
        engine: EngineProcess,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._engine = engine
        self._settings = settings
        self._works: dict[Song, SongWork] = {}
        self._jobs: set[EngineJob] = set()
        self._separating: SongWork | None = None
        self._decoding: SongWork | None = None
        self._is_stopped = False
        self._paces, self._estimate = Paces(), QueueEstimate()
        self._timer = QTimer(self, interval=STATUS_INTERVAL_MS)
        self._timer.timeout.connect(self._refresh_running)
        session.songs_changed.connect(self._follow_session)
        session.current_changed.connect(self._schedule)

    def open_files(
        self, paths: Sequence[Path], *, is_afresh: bool = False, instead_of: Song | None = None
    ) -> None:
        """Open files, and all audio files in folders, as songs; decoding and the draft begin.

        One that cannot be opened becomes a song that has failed; one with a project is announced.

        Args:
            paths: Files and folders.
            is_afresh: Make new songs, whatever projects there are.
            instead_of: Leaves the session when the new song is there.
        """
        root, model_name, wanted = self._settings.songs_folder, self._settings.model_name, [*paths]
        known = None if is_afresh else [known_song(song) for song in self._session.songs]
        job = EngineJob(lambda: find_songs(wanted, root, model_name, known), self)
        job.event_arrived.connect(lambda found: self._take_found(found, instead_of))
        job.failed.connect(lambda error: self.notice_raised.emit(shown_error(error)))
        self._start(job)

    def separate(self, song: Song, model_name: str) -> None:
        """Replace the stems by a model's; a draft that runs is let finish, as it takes seconds."""
        work = self._works[song]
        running = work.running
        work.planned = [PlannedSeparation(choice=choice_of(model_name))]
        if running is not None:
            work.planned.insert(0, running)
            if work.is_cancelled or not running.choice.is_draft:
                running.is_dropped = True
                self._cancel_separation(work)
        work.begin_job()
        self._release(work)

    def outcome(self, song: Song) -> tuple[str, Residual]:
        """Return model and residual that the song will have when all that runs or waits is done."""
        return self._works[song].outcome(self._settings.residual)

    def pause(self, song: Song) -> None:
        """Hold a song; the others go on."""
        work = self._works[song]
        if song.status.phase not in EXPECTED_PHASES:
            return
        work.is_paused = True
        if (running := work.running) is not None:
            self._engine.pause(running.number)
        self._schedule()

    def resume(self, song: Song) -> None:
        """Let a song go on after a pause, or one that was opened half done."""
        work = self._works[song]
        if (running := work.running) is not None:
            self._engine.resume(running.number)
        elif not work.planned:
            plan_the_rest(work, self._settings.model_name)
        self._release(work)

    def cancel(self, song: Song) -> None:
        """End the work on a song; what is there stays."""
        work = self._works[song]
        if song.status.phase in (Phase.DONE, Phase.FAILED):
            return
        work.is_cancelled, work.is_paused = True, False
        self._cancel_jobs(work)
        self._schedule()

    def retry(self, song: Song) -> None:
        """Go on with a song that has failed or was cancelled."""
        work = self._works[song]
        if not work.planned:
            plan_the_rest(work, self._settings.model_name)
        self._release(work)

    def remove(self, song: Song) -> None:
        """Take a song out of the session; its folder stays."""
        self._session.remove(song)

    def prefer(self, song: Song, frame: int) -> None:
        """Separate from this frame on first, since the playhead went there."""
        work = self._works[song]
        work.preferred_frame = frame
        if (running := work.running) is not None:
            self._engine.prefer(running.number, frame)

    def stop(self) -> None:
        """Cancel everything and wait; for closing the window. The engine stays as it is."""
        self._is_stopped = True
        self._timer.stop()
        for job in self._jobs:
            job.cancel()
        for job in tuple(self._jobs):
            job.stop()

    # Which songs there are

    def _take_found(self, found: object, instead_of: Song | None) -> None:
        if isinstance(found, NoticeRaised):
            self.notice_raised.emit(shown_text(found.message))
        if self._is_stopped:
            return
        if isinstance(found, ProjectFound):
            self.project_found.emit(found)
        elif isinstance(found, SongFound):
            if not found.is_afresh and (twin := twin_of(found, self._session.songs)) is not None:
                self._start(EngineJob(lambda: discard_folder(found.folder), self))
                self.project_found.emit(twin)
                return
            song = Song(found.folder, found.source)
            song.stated_seconds = found.seconds
            self._works[song] = work = SongWork(song=song, error=found.error, paces=self._paces)
            work.planned = [PlannedSeparation(choice=choice) for choice in found.models]
            work.begin_job()
            self._session.add(song)
            if instead_of in self._session.songs:
                self._session.replace(instead_of, song)
            self._schedule()
        elif not isinstance(found, NoticeRaised):
            self.many_found.emit(found)

    def _follow_session(self) -> None:
        songs = self._session.songs
        for song in [song for song in self._works if song not in songs]:
            work = self._works.pop(song)
            work.is_removed = True
            self._cancel_jobs(work)
        for song in songs:
            if song not in self._works:
                self._works[song] = adopted_work(song, self._settings.model_name, self._paces)
        self._schedule()

    # What comes next

    def _release(self, work: SongWork) -> None:
        work.is_paused = work.is_cancelled = False
        work.error = None
        self._schedule()

    def _schedule(self) -> None:
        if self._is_stopped:
            return
        self._begin_decoding()
        self._begin_separation()
        for work in self._works.values():
            work.refresh_status()
        has_running = self._separating is not None or self._decoding is not None
        if has_running and not self._timer.isActive():
            self._timer.start()
        elif not has_running:
            self._timer.stop()
        self._estimate_time()

    def _estimate_time(self) -> None:
        estimate = estimate_queue(self._works.values())
        if estimate != self._estimate:
            self._estimate = estimate
            self.time_estimated.emit(estimate)

    def _in_order(self) -> Iterator[SongWork]:
        return (self._works[song] for song in self._session.songs if song in self._works)

    def _begin_decoding(self) -> None:
        work = next_to_decode(tuple(self._in_order()), self._session.current)
        if self._decoding is None and work is not None:
            self._decode(work)

    def _begin_separation(self, *, has_ended_window: bool = False) -> None:
        works = in_order_of_separation(tuple(self._in_order()), self._session.current)
        first = next((work for work in works if work.awaits_separation), None)
        if first is None or first is (separating := self._separating):
            return
        if separating is None:
            self._separate(first)
        elif separating.is_paused or separating.can_give_way(has_ended_window=has_ended_window):
            # It keeps what it has done, and goes on with the rest when it is its turn again.
            self._cancel_separation(separating)

    def _preparation(self) -> Preparation:
        return Preparation.MODEL if self._engine.is_ready else Preparation.ENGINE

    def _refresh_running(self) -> None:
        if self._separating is not None and (running := self._separating.running) is not None:
            running.preparation = running.preparation and self._preparation()
        for work in (self._decoding, self._separating):
            if work is not None and not work.is_removed:
                work.refresh_status()
        self._estimate_time()

    # Decoding

    def _decode(self, work: SongWork) -> None:
        song = work.song
        known = None
        if song.facts is not None:
            known = MixOpened(facts=song.facts, track=song.track(MIX_LANE))
        source, folder = song.source, song.folder
        job = EngineJob(lambda: decode_song(source, folder, known), self)
        work.decoding, self._decoding = job, work
        work.decoded_frames = 0
        job.event_arrived.connect(lambda event: self._take_decoded(work, event))
        job.succeeded.connect(lambda: self._end_decoding(work, None))
        job.cancelled.connect(lambda: self._end_decoding(work, None))
        job.failed.connect(lambda error: self._end_decoding(work, error))
        self._start(job)

    def _take_decoded(self, work: SongWork, event: object) -> None:
        if work.is_removed or self._is_stopped:
            return
        if isinstance(event, MixOpened):
            work.song.open(event.facts, event.track)
            self._schedule()
        elif isinstance(event, AudioArrived) and work.song.facts is not None:
            work.decoded_frames = event.arrived.stop
            if (running := work.running) is not None:
                self._engine.report_decoded(running.number, work.decoded_frames)
            work.song.report_audio(MIX_LANE, event.arrived)
            work.refresh_status()

    def _end_decoding(self, work: SongWork, error: EngineError | None) -> None:
        work.decoding, self._decoding = None, None
        if error is not None:
            work.error = error
            self._cancel_separation(work)  # it would wait for the rest for ever
        self._schedule()

    # Separating

    def _separate(self, work: SongWork) -> None:
        song, planned = work.song, work.planned[0]
        facts = song.facts
        assert facts is not None, "only songs that are open await their separation"
        planned.number = self._engine.new_job()
        planned.preparation = self._preparation()
        task = planned.task(
            song,
            self._settings,
            preferred_frame=work.preferred_frame,
            decoded=work.decoded_frames,
        )
        folder, known = song.folder, {track.name: track for track in song.stems}
        job = EngineJob(lambda: separate_lanes(self._engine, task, folder, facts, known), self)
        planned.job, self._separating = job, work
        work.begin_run(share_done := planned.share_done(song))
        job.event_arrived.connect(
            lambda event: self._take_separated(work, planned, share_done, event)
        )
        job.succeeded.connect(lambda: self._end_separation(work, planned, None, is_whole=True))
        job.cancelled.connect(lambda: self._end_separation(work, planned, None, is_whole=False))
        job.failed.connect(lambda error: self._end_separation(work, planned, error, is_whole=False))
        self._start(job)

    def _take_separated(
        self, work: SongWork, planned: PlannedSeparation, share_done: float, event: object
    ) -> None:
        if isinstance(event, NoticeRaised):
            self.notice_raised.emit(shown_text(event.message))
        if work.is_removed or self._is_stopped:
            return
        if isinstance(event, ProgressChanged):
            work.note_progress(share_done + (1.0 - share_done) * event.fraction)
            work.refresh_status()
        elif isinstance(event, LanesOpened):
            planned.new_lanes, planned.preparation = event.tracks, None
            work.begin_run(share_done)
            self._tell_engine(work, planned)
            if not work.song.stems:
                planned.show_lanes(work.song)
            work.refresh_status()
        elif isinstance(event, AudioArrived):
            planned.done = planned.done.with_range(event.arrived)
            planned.show_lanes(work.song)
            work.song.separated = planned.done
            work.refresh_status()  # a project saved now would want a model that has begun
            for name in event.names:
                work.song.report_audio(name, event.arrived)
            self._begin_separation(has_ended_window=True)
        self._estimate_time()  # or the queue would contradict the song for a moment

    def _tell_engine(self, work: SongWork, planned: PlannedSeparation) -> None:
        """Repeat what was said before the engine knew of the job, and was lost."""
        self._engine.report_decoded(planned.number, work.decoded_frames)
        self._engine.prefer(planned.number, work.preferred_frame)
        if work.is_paused:
            self._engine.pause(planned.number)

    def _end_separation(
        self,
        work: SongWork,
        planned: PlannedSeparation,
        error: EngineError | None,
        *,
        is_whole: bool,
    ) -> None:
        self._separating = None
        work.end_run(planned, is_whole=is_whole)
        if error is not None and work.error is None and not planned.is_dropped:
            work.error = error
        self._schedule()

    # Jobs

    def _start(self, job: EngineJob) -> None:
        self._jobs.add(job)
        for ending in (job.succeeded, job.cancelled, job.failed):
            ending.connect(lambda *_: self._forget(job))
        job.start()

    def _forget(self, job: EngineJob) -> None:
        self._jobs.discard(job)
        job.deleteLater()

    def _cancel_jobs(self, work: SongWork) -> None:
        if work.decoding is not None:
            work.decoding.cancel()
        self._cancel_separation(work)

    def _cancel_separation(self, work: SongWork) -> None:
        if (running := work.running) is not None and running.job is not None:
            running.job.cancel()
