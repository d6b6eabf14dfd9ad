"""Names for new stems: what a person types, as files and programs know it."""

import re
from collections.abc import Iterable

from engine.errors import EngineError
from engine.residual import RESIDUAL_STEM

LONGEST = 32
# What the files of a song or the lanes of the studio are called already.
_RESERVED = frozenset([RESIDUAL_STEM, "mix", "mixture", "original", "instrumental"])


def stem_id(typed: str) -> str:
    """Return the id of a stem: “Double Bass” becomes ``double_bass``.

    Raises:
        EngineError: It has no letter, or signs that no file name should have.
    """
    name = re.sub(r"[\s_-]+", "_", typed.strip().lower()).strip("_")
    if not re.fullmatch(r"[^\W\d_]\w*", name) or len(name) > LONGEST:
        raise EngineError(
            "“{name}” cannot be the name of a stem.",
            remedy="Use letters, digits and spaces, such as “double bass”, at most {longest}.",
            name=typed,
            longest=LONGEST,
        )
    return name


def check_new_stem(name: str, *, taken: Iterable[str], model: str, rest: str) -> None:
    """Refuse a name that means something else.

    Args:
        name: Id of the new stem.
        taken: Stems that the new model has besides.
        model: Where they come from.
        rest: What stands for everything else.

    Raises:
        EngineError: The name is taken.
    """
    if name == rest or name in _RESERVED:
        raise EngineError(
            "“{name}” has a meaning of its own and cannot be the name of a new stem.",
            remedy="Choose the name of an instrument.",
            name=name,
        )
    if name in taken:
        raise EngineError(
            "“{model}” has a stem “{name}” already.",
            remedy="Choose another name, or name the stems to keep with --with.",
            model=model,
            name=name,
        )
