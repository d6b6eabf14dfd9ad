"""What becomes of the part of a mix that no stem claims."""

from typing import Literal, get_args

Residual = Literal["fold", "separate"]  # shared among the stems, or a stem of its own

DEFAULT_RESIDUAL: Residual = "fold"
RESIDUAL_STEM = "residual"
REST_STEM = "rest"  # a source that stands for all that no prior of a model speaks for


def default_residual() -> Residual:
    """Return what is done if nobody has chosen."""
    return DEFAULT_RESIDUAL


def parse_residual(text: str) -> Residual:
    """Read a choice that was written down.

    Raises:
        ValueError: It is none.
    """
    choices: tuple[Residual, ...] = get_args(Residual)
    for choice in choices:
        if choice == text:
            return choice
    raise ValueError(f"expected one of {choices}, got {text!r}")
