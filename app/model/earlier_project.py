"""Finds the project that was made of a file before, so that it gets no second one."""

import json
import logging
from pathlib import Path

from app.model.mix_state import MIX_LANE
from app.model.project_error import ProjectError
from app.model.project_file import MAX_PROJECT_BYTES, read_project
from app.model.song_folder import PROJECT_FILE, audio_path
from app.model.source_file import SourceStamp

logger = logging.getLogger(__name__)


def find_earlier_project(root: Path, source: Path, stamp: SourceStamp) -> Path | None:
    """Return the folder of the project of a file with the same content, saved last; or None.

    Reads the projects' files: a tenth of a millisecond for each, in a worker thread.

    Args:
        root: Where the songs' folders are.
        source: The file, as a full path.
        stamp: Of the file now. Projects of another stamp, or without one, are of another content.
    """
    # Most projects are of other files, which their bytes tell faster than reading them whole.
    wanted = json.dumps(str(source)).encode("ascii")
    found: list[tuple[float, Path]] = []
    try:
        paths = sorted(root.glob(f"*/{PROJECT_FILE}"))
    except OSError as error:
        logger.warning("%s cannot be searched: %s", root, error)
        return None
    for path in paths:
        try:
            facts = path.stat()
            if facts.st_size > MAX_PROJECT_BYTES or wanted not in path.read_bytes():
                continue
            if _is_of(path.parent, source, stamp):
                found.append((facts.st_mtime, path.parent))
        except OSError as error:  # it went while we looked
            logger.info("%s cannot be looked at: %s", path, error)
    return max(found)[1] if found else None


def _is_of(folder: Path, source: Path, stamp: SourceStamp) -> bool:
    try:
        snapshot = read_project(folder)
    except ProjectError as error:  # damaged, or newer: it stays where it is
        logger.info("%s is passed over: %s", folder, error)
        return False
    facts = snapshot.facts
    return (
        facts is not None
        and facts.stamp == stamp
        and snapshot.source == source
        and audio_path(folder, MIX_LANE).is_file()
    )
