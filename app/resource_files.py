"""Where the files are that come with Strata: icons, manual, translations, the demo song."""

import sys
from pathlib import Path

_FROZEN_ROOT = getattr(sys, "_MEIPASS", None)  # set by the bundle of a frozen program
RESOURCES = (Path(_FROZEN_ROOT) if _FROZEN_ROOT else Path(__file__).parents[1]) / "resources"


def resource_path(*parts: str) -> Path:
    """Return the path of a file or folder in ``resources``; it need not exist."""
    return RESOURCES.joinpath(*parts)
