"""What the studio and its engine process say to each other: one JSON object a line.

A text that is a ``Wording`` arrives as one, so that the studio can translate it.
Both ends are the same program, so a message that cannot be read is a mistake of ours.
"""

import json
from dataclasses import asdict, dataclass
from typing import TypeVar, Union, get_args

from engine.quality import DEFAULT_QUALITY, Quality
from engine.residual import DEFAULT_RESIDUAL, Residual
from engine.wording import parse_wording, wording_json

JSON_KEY = "message"  # holds the name of the class


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadModel:
    """Have a model ready before it is needed; a failure is reported for job 0."""

    model: str
    device: str
    quality: Quality = DEFAULT_QUALITY


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparateMix:
    """Separate a decoded mix into files; one job at a time.

    Attributes:
        job: Number that every message about this job carries.
        mix: WAV file of floats at full length.
        stems_folder: Where ``<stem>.wav`` are made or filled further.
        model: Name of the model or path of its checkpoint.
        device: As for ``strata separate``.
        seed: Seed of every random number.
        residual: What becomes of what no stem claims.
        quality: As for ``strata separate``.
        preferred_frame: Where to begin.
        gaps: Start and stop of each range of frames that is wanted.
        decoded_frames: So many frames of the mix are there.
        replaces: Whether the files hold stems of another model.
    """

    job: int
    mix: str
    stems_folder: str
    model: str
    device: str
    seed: int = 0
    residual: Residual = DEFAULT_RESIDUAL
    quality: Quality = DEFAULT_QUALITY
    preferred_frame: int = 0
    gaps: tuple[tuple[int, int], ...]
    decoded_frames: int
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MixDecoded:
    """More of the mix is there."""

    job: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferFrame:
    """The playhead went to a frame; go on from there."""

    job: int
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseJob:
    """Do nothing until told to."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeJob:
    """Go on after a pause."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """End a job; what it has written stays."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDevices:
    """Say on what a model could run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quit:
    """End the process; the end of the input says the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReady:
    """The process has started and loaded its libraries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLoaded:
    """A model is ready."""

    model: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """The files of the stems are there, at full length."""

    job: int
    stem_names: tuple[str, ...]
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDone:
    """The frames [start, stop) of every stem are final and in the files."""

    job: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """The share that is done; never decreases."""

    job: int
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNotice:
    """A sentence for the user; the job goes on."""

    job: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinished:
    """All gaps are filled; nothing follows about this job."""

    job: int
    elapsed_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled:
    """The job has ended early, as asked; nothing follows about it."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """The job cannot go on; nothing follows about it. The process goes on."""

    job: int
    text: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFound:
    """Something that may run a model.

    Attributes:
        name: What ``SeparateMix.device`` takes.
        title: Name for people.
        reason: Why it cannot be used, as the end of a sentence; empty if it can.
    """

    name: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesListed:
    """All devices have been named."""


Command = Union[  # noqa: UP007  read by get_args, and too long for one line
    LoadModel, SeparateMix, MixDecoded, PreferFrame, PauseJob, ResumeJob, CancelJob, ListDevices,
    Quit,
]  # fmt: skip
Reply = Union[  # noqa: UP007
    EngineReady, ModelLoaded, JobStarted, RegionDone, JobProgress, JobNotice, JobFinished,
    JobCancelled, JobFailed, DeviceFound, DevicesListed,
]  # fmt: skip

_COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
_REPLIES: dict[str, type[Reply]] = {kind.__name__: kind for kind in get_args(Reply)}

_Message = TypeVar("_Message")


def line_of(message: Command | Reply) -> str:
    """Return a message as a line of ASCII, with its end."""
    values = {
        name: wording_json(value) if isinstance(value, str) else value
        for name, value in asdict(message).items()
    }
    return json.dumps({JSON_KEY: type(message).__name__, **values}) + "\n"


def parse_command(line: str) -> Command:
    """Read a line that ``line_of`` made of a command.

    Raises:
        ValueError: It is none.
    """
    return _parsed(line, _COMMANDS)


def parse_reply(line: str) -> Reply:
    """Read a line that ``line_of`` made of a reply.

    Raises:
        ValueError: It is none.
    """
    return _parsed(line, _REPLIES)


def _parsed(line: str, kinds: dict[str, type[_Message]]) -> _Message:
    content = json.loads(line)
    if not isinstance(content, dict) or content.get(JSON_KEY) not in kinds:
        raise ValueError(f"no message: {line!r}")
    values = {name: _frozen(value) for name, value in content.items() if name != JSON_KEY}
    try:
        return kinds[content[JSON_KEY]](**values)
    except TypeError as error:
        raise ValueError(f"not the fields of the message: {line!r}") from error


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return parse_wording(value) if isinstance(value, dict) else value
