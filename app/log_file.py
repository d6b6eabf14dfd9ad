"""The log of the studio: one file in the user's folder for logs, with two older ones."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

MAX_BYTES = 1_000_000
NUM_OLDER_FILES = 2
LINE_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

logger = logging.getLogger(__name__)


def log_path() -> Path:
    """Return where the log is; it need not exist."""
    return platformdirs.user_log_path("Strata", appauthor=False) / "studio.log"


def start_logging() -> None:
    """Write everything from INFO upwards to the log; warnings go to stderr, too."""
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [console]
    refused: OSError | None = None
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(
                path, maxBytes=MAX_BYTES, backupCount=NUM_OLDER_FILES, encoding="utf-8", delay=True
            )
        )
    except OSError as error:
        refused = error
    logging.basicConfig(level=logging.INFO, format=LINE_FORMAT, handlers=handlers, force=True)
    if refused is not None:
        logger.warning("the log %s cannot be written: %s", path, refused)
