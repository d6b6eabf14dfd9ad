"""How much time a separation may take, for methods that can trade time for quality."""

from typing import Literal, get_args

Quality = Literal["draft", "normal", "best"]

DEFAULT_QUALITY: Quality = "normal"
METHODS_WITH_QUALITY = frozenset({"lq_vae"})  # known without torch, for lists of models


def default_quality() -> Quality:
    """Return what is done if nobody has chosen."""
    return DEFAULT_QUALITY


def parse_quality(text: str) -> Quality:
    """Read a choice that was written down.

    Raises:
        ValueError: It is none.
    """
    choices: tuple[Quality, ...] = get_args(Quality)
    for choice in choices:
        if choice == text:
            return choice
    raise ValueError(f"expected one of {choices}, got {text!r}")
