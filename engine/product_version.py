"""Which version of Strata this is; written into every file that it makes."""

from importlib import metadata


def product_version() -> str:
    """Return the version of the installed package, such as ``0.1.0``."""
    try:
        return metadata.version("strata")
    except metadata.PackageNotFoundError:
        return "unknown"  # run from a checkout that was never installed
