"""Takes away the folder of a song that came to nothing, and never one that holds sound."""

import logging
from pathlib import Path

from app.model.project_error import ProjectError
from app.model.project_file import read_project
from app.model.song_folder import EXPORTS_FOLDER, PEAKS_FOLDER, PROJECT_FILE, STEMS_FOLDER

logger = logging.getLogger(__name__)


def discard_worthless(folder: Path) -> bool:
    """Remove a song's folder if the song was never open; return whether it is gone.

    Nothing is removed but the project's file and folders that are empty, so whatever somebody
    else has put there stays, and so does a project that is damaged.
    """
    project = folder / PROJECT_FILE
    try:
        if project.exists():
            if read_project(folder).facts is not None:
                return False
            project.unlink()
        for inner in (STEMS_FOLDER, PEAKS_FOLDER, EXPORTS_FOLDER):
            if (folder / inner).is_dir():
                (folder / inner).rmdir()
        folder.rmdir()
    except ProjectError as error:
        logger.info("%s is kept: %s", folder, error)
        return False
    except OSError as error:  # it is not empty, or gone already
        logger.info("%s is kept: %s", folder, error)
        return not folder.exists()
    return True
