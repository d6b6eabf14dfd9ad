"""A dataset of band songs with separate stems, rendered from a seed.

``RenderOptions(out, seed, hours, sources, workers)`` says what, ``render_dataset(options)`` does
it as a generator of events. The result is ``out/{train,validation,test}/<track>/<stem>.flac``,
a ``manifest.json`` in every track and ``out/dataset.json``. Tracks that are already there are
not rendered again, so an interrupted run is continued by the same call.
"""

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import DatasetError, OutputError
from engine.events import NoticeRaised
from engine.rendering.fluidsynth import SAMPLE_RATE
from engine.rendering.held_out import held_out_instrument
from engine.rendering.random_stream import random_stream
from engine.rendering.recorded_songs import Section, copy_section, find_sections
from engine.rendering.render_track import render_track
from engine.rendering.required_programs import find_program
from engine.rendering.roles import OTHER_GROUPS
from engine.rendering.score import require_midi_library
from engine.rendering.song_split import SPLITS, Split
from engine.rendering.sound_banks import BANKS, require_bank_path
from engine.rendering.track_folder import MANIFEST_NAME, RenderedTrack
from engine.rendering.track_plan import Material, gather_material

RENDERER_VERSION = "3"
"""Changes whenever the same seed gives other bytes."""

_VALIDATION_SHARE, _TEST_SHARE = 24 / 336, 40 / 336
_NUM_EARLY_VALIDATION_TRACKS = 12
_NUM_EARLY_TRAIN_TRACKS = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What to render.

    Attributes:
        out: Folder of the dataset; made if it does not exist.
        seed: The same seed gives the same notes and, on the same machine, the same bytes.
        hours: Song hours of the training split; validation and test come on top (7 and 12 %).
        sources: Folder with ``drumkits soundfonts midi voice songs_cc0``; None renders with
            what Debian's packages hold, without voices.
        workers: Processes at work, at least 1.
        track_seconds: Shortest and longest length of a track.
        leave_out: Instruments that no track has, imitations included.
        feature: Instrument that every track has as a stem of its own name, in place of its
            group; recorded songs are left out then.
        test_tracks: Tracks of the test split; none for the usual share.
    """

    out: Path
    seed: int = 0
    hours: float = 1.0
    sources: Path | None = None
    workers: int = 1
    track_seconds: tuple[float, float] = (60.0, 90.0)
    leave_out: tuple[str, ...] = ()
    feature: str | None = None
    test_tracks: int | None = None

    def __post_init__(self) -> None:
        if self.hours <= 0:
            raise ValueError(f"hours must be positive, got {self.hours}")
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1, got {self.workers}")
        if not 0 < self.track_seconds[0] <= self.track_seconds[1]:
            raise ValueError(f"track_seconds must be ordered, got {self.track_seconds}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderingStarted:
    """The plan stands; ``num_existing`` of ``num_tracks`` are there from an earlier run."""

    num_tracks: int
    num_existing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRendered:
    """A track is complete on disk.

    Attributes:
        split: Split of the track.
        name: Its folder.
        num_seconds: Its length.
        fraction: Share of all tracks that are done.
    """

    split: Split
    name: str
    num_seconds: float
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderingFinished:
    """Every track is on disk; hours of songs that this run added."""

    num_tracks: int
    rendered_hours: float


RenderingEvent = RenderingStarted | NoticeRaised | TrackRendered | RenderingFinished


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    split: Split
    index: int
    section: Section | None = None

    @property
    def name(self) -> str:
        return self.section.name if self.section else f"{self.split}_{self.index:05d}"


def render_dataset(options: RenderOptions) -> Generator[RenderingEvent, None, None]:
    """Render what is missing of a dataset; closing the generator gives up those at work.

    Raises:
        MissingToolError: If a program is missing; the remedy is the line that installs it.
        DatasetError: If the folder of the sources does not exist.
        OutputError: If the folder cannot be written or holds a dataset of another seed.
    """
    require_midi_library()
    if options.sources is not None and not options.sources.is_dir():
        raise DatasetError(
            f"The folder of the sources, “{options.sources}”, does not exist.",
            remedy="Name a folder that holds drumkits, soundfonts, midi, voice and songs_cc0.",
        )
    for program in ("fluidsynth", "mma", *(("ffmpeg",) if options.sources else ())):
        find_program(program)
    featured = None if options.feature is None else held_out_instrument(options.feature)
    material = replace(
        gather_material(options.sources, seed=options.seed),
        left_out=tuple(held_out_instrument(name) for name in options.leave_out),
        featured=featured,
    )
    for bank in () if featured is None else featured.banks:
        require_bank_path(bank, options.sources)
    jobs = _jobs(options)
    _write_description(options, material)
    for notice in _notices(options, material):
        yield NoticeRaised(message=notice)
    missing = [job for job in jobs if not (options.out / job.split / job.name).is_dir()]
    yield RenderingStarted(num_tracks=len(jobs), num_existing=len(jobs) - len(missing))
    num_done, seconds = len(jobs) - len(missing), 0.0
    for job, track in _run(missing, options, material):
        num_done += 1
        if isinstance(track, DatasetError):
            yield NoticeRaised(message=f"{job.name} is left out: {track.message}")
            continue
        seconds += track.num_seconds
        yield TrackRendered(
            split=job.split,
            name=track.name,
            num_seconds=track.num_seconds,
            fraction=num_done / len(jobs),
        )
    yield RenderingFinished(num_tracks=len(jobs), rendered_hours=seconds / 3600.0)


def _jobs(options: RenderOptions) -> list[_Job]:
    """All tracks in a random order, but with enough to start a training with first."""
    mean_seconds = sum(options.track_seconds) / 2
    num_train = max(1, round(options.hours * 3600.0 / mean_seconds))
    counts: dict[Split, int] = {
        "train": num_train,
        "validation": max(2, round(num_train * _VALIDATION_SHARE)),
        "test": options.test_tracks or max(2, round(num_train * _TEST_SHARE)),
    }
    jobs = [_Job(split=split, index=i) for split in SPLITS for i in range(counts[split])]
    sections = find_sections(options.sources) if options.feature is None else ()
    jobs += [_Job(split="train", index=i, section=s) for i, s in enumerate(sections)]

    order = random_stream(options.seed, "order").permutation(len(jobs))
    return sorted((jobs[i] for i in order), key=_phase)


def _phase(job: _Job) -> int:
    """Enough to start a training with comes first."""
    if job.split == "validation" and job.index < _NUM_EARLY_VALIDATION_TRACKS:
        return 0
    if job.split == "train" and job.index < _NUM_EARLY_TRAIN_TRACKS:
        return 1
    return 2


def _run(
    jobs: list[_Job], options: RenderOptions, material: Material
) -> Generator[tuple[_Job, RenderedTrack | DatasetError], None, None]:
    if options.workers == 1:
        for job in jobs:
            yield job, _render_job(job, options, material)
        return
    # Not "fork": the caller may have threads, and a lock copied while held never opens.
    context = multiprocessing.get_context("spawn")
    earlier = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        options.workers, mp_context=context, initializer=_live_and_die_with_parent
    )
    try:
        futures: dict[Future[RenderedTrack | DatasetError], _Job] = {
            pool.submit(_render_job, job, options, material): job for job in jobs
        }
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        # Closed or failed: nobody waits for the tracks at work, and a later run makes them.
        for process in set(multiprocessing.active_children()) - earlier:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _render_job(
    job: _Job, options: RenderOptions, material: Material
) -> RenderedTrack | DatasetError:
    """Render a track; one that cannot be rendered is a result and does not stop the others."""
    try:
        if job.section is not None:
            assert options.sources is not None
            return copy_section(job.section, sources=options.sources, out=options.out)
        return render_track(
            material,
            job.split,
            job.index,
            sources=options.sources,
            out=options.out,
            seconds=options.track_seconds,
        )
    except DatasetError as error:
        return DatasetError(error.message, remedy=error.remedy)


def _live_and_die_with_parent() -> None:
    """Prepare a worker: Ctrl-C is left to the parent, and without a parent there is no work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _write_description(options: RenderOptions, material: Material) -> None:
    path = options.out / "dataset.json"
    available = {bank.name for bank in material.banks}
    facts: dict[str, object] = {
        "sample_rate": SAMPLE_RATE,
        "stems": ["drums", "bass", "other", "vocals"],
        "groups": {"other": list(OTHER_GROUPS)},
        "seed": options.seed,
        "renderer_version": RENDERER_VERSION,
        "held_out_banks": [
            bank.name for bank in BANKS if bank.use == "held_out" and bank.name in available
        ],
        "reserved_banks": [bank.name for bank in BANKS if bank.use == "reserved"],
        "licences": {
            bank.name: f"{bank.licence}, {bank.credit}"
            for bank in BANKS
            if bank.name in available
            and (bank.use != "reserved" or bank.name in _featured_banks(material))
        },
        "manifest": MANIFEST_NAME,
    }
    if options.leave_out:
        facts["left_out"] = list(options.leave_out)
    if options.feature is not None:
        facts["featured"] = options.feature
    try:
        for split in SPLITS:
            (options.out / split).mkdir(parents=True, exist_ok=True)
        if path.exists():
            _require_same_origin(path, options)
        path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"“{options.out}” cannot be written: {error.strerror}.",
            remedy="Choose another folder or free some space.",
        ) from error


def _featured_banks(material: Material) -> tuple[str, ...]:
    return () if material.featured is None else material.featured.banks


def _require_same_origin(path: Path, options: RenderOptions) -> None:
    """Refuse to continue what another seed or another version of the renderer has begun."""
    wanted = (options.seed, RENDERER_VERSION, list(options.leave_out), options.feature)
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found = (facts["seed"], facts["renderer_version"], facts.get("left_out", []))
        is_same = (*found, facts.get("featured")) == wanted
    except (ValueError, KeyError, TypeError):
        is_same = False
    if not is_same:
        raise OutputError(
            f"“{path.parent}” holds a dataset of another seed or another version.",
            remedy="Choose another folder or the same seed.",
        )


def _notices(options: RenderOptions, material: Material) -> list[str]:
    if options.sources is None:
        return [
            "Without --sources only the sound banks of Debian are used, and there are no voices."
        ]
    available = {bank.name for bank in material.banks}
    absent = [bank.name for bank in BANKS if bank.name not in available]
    return [f"These sound banks are not there: {', '.join(absent)}."] if absent else []
