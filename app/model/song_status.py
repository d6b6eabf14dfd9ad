"""Where a song stands in the queue."""

from dataclasses import dataclass
from enum import Enum

from engine.errors import EngineError, NotAudioError


class Phase(Enum):
    """What happens to a song; the value is its name in a project's file."""

    WAITING = "waiting"
    DECODING = "decoding"
    SEPARATING = "separating"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


RUNNING_PHASES = frozenset({Phase.DECODING, Phase.SEPARATING})
EXPECTED_PHASES = RUNNING_PHASES | {Phase.WAITING}  # nobody has to do anything for more to come
UNFINISHED_PHASES = EXPECTED_PHASES | {Phase.PAUSED}


class Preparation(Enum):
    """What a separation waits for before it can begin."""

    ENGINE = "engine"  # its process starts, which loads torch
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A model that was interrupted while it replaced the stems of another one.

    Attributes:
        model_name: Of the new stems.
        fraction: Share of the song that has them; elsewhere the older ones are heard.
    """

    model_name: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the separations that a song needs, such as the better model after the draft.

    Attributes:
        model_name: What separates.
        number: Which one it is, from 1.
        count: How many there are.
    """

    model_name: str
    number: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SongStatus:
    """Where a song stands.

    Attributes:
        phase: What happens to it.
        fraction: Share of all that is done for it, 0 to 1; it does not fall from step to step.
        elapsed_seconds: Time that was worked for it; pauses and waiting are left out.
        remaining_seconds: Estimate of all that is left; None while it is not known.
        error: Why it failed; None in every other phase.
        preparation: While a separation has not begun; the fraction rests until then.
        replacement: While stems that are there are replaced no further.
        step: The separation that runs, or comes next, once something was separated.
    """

    phase: Phase = Phase.WAITING
    fraction: float = 0.0
    elapsed_seconds: float = 0.0
    remaining_seconds: float | None = None
    error: EngineError | None = None
    preparation: Preparation | None = None
    replacement: Replacement | None = None
    step: Step | None = None

    @property
    def can_be_repeated(self) -> bool:
        """Whether trying again may change anything."""
        has_ended = self.phase in (Phase.CANCELLED, Phase.FAILED)
        return has_ended and not isinstance(self.error, NotAudioError)
