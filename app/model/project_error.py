"""What can go wrong with a project, in the user's words."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.model.shown_text import shown_text
from engine.audio.file_names import shown_name
from engine.errors import EngineError
from engine.wording import system_reason


class ProjectError(EngineError):
    """A project cannot be opened or saved; what is on disk is as it was."""

    @classmethod
    def no_project(cls, folder: Path) -> "ProjectError":
        """Build the error for a folder that holds no project."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "“{name}” is not a project of Strata."
            ).format(name=shown_name(folder)),
            remedy=QCoreApplication.translate(
                "ProjectError", "Choose a folder in which there is a file project.json."
            ),
        )

    @classmethod
    def newer(cls, folder: Path) -> "ProjectError":
        """Build the error for a project of a later version of the program."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "The project “{name}” was saved by a newer version of Strata."
            ).format(name=shown_name(folder)),
            remedy=QCoreApplication.translate("ProjectError", "Update Strata and open it again."),
        )

    @classmethod
    def damaged(cls, folder: Path) -> "ProjectError":
        """Build the error for a project whose description makes no sense."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "The project “{name}” is damaged and was left as it is."
            ).format(name=shown_name(folder)),
            remedy=QCoreApplication.translate(
                "ProjectError",
                "Its sound is in the folder: use the WAV files as they are, or open the original "
                "song again.",
            ),
        )

    @classmethod
    def without_audio(cls, folder: Path, error: EngineError) -> "ProjectError":
        """Build the error for a project one of whose files of sound cannot be used."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "The project “{name}” cannot be opened. {reason}"
            ).format(name=shown_name(folder), reason=shown_text(error.message)),
            remedy=QCoreApplication.translate(
                "ProjectError", "Bring the file back, or open the original song again."
            ),
        )

    @classmethod
    def unreadable(cls, folder: Path, error: OSError) -> "ProjectError":
        """Build the error for a project that the system does not let us read."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "The project “{name}” could not be read: {reason}."
            ).format(name=shown_name(folder), reason=_reason(error)),
            remedy=QCoreApplication.translate(
                "ProjectError", "Check that the disk is there and that you may read the folder."
            ),
        )

    @classmethod
    def unwritable(cls, folder: Path, error: OSError) -> "ProjectError":
        """Build the error for a project that could not be saved."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "The project “{name}” could not be saved: {reason}."
            ).format(name=shown_name(folder), reason=_reason(error)),
            remedy=QCoreApplication.translate(
                "ProjectError", "Make room on the disk, or save the project in another folder."
            ),
        )

    @classmethod
    def busy(cls, folder: Path) -> "ProjectError":
        """Build the error for a song that is being worked on."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "“{name}” cannot be copied while it is being separated."
            ).format(name=shown_name(folder)),
            remedy=QCoreApplication.translate(
                "ProjectError", "Pause the separation or wait for its end, then save it again."
            ),
        )

    @classmethod
    def taken(cls, folder: Path) -> "ProjectError":
        """Build the error for a place where there is something already."""
        return cls(
            QCoreApplication.translate(
                "ProjectError", "There is already something in “{name}”."
            ).format(name=shown_name(folder)),
            remedy=QCoreApplication.translate(
                "ProjectError", "Choose another name for the project, or an empty folder."
            ),
        )


def _reason(error: OSError) -> str:
    return shown_text(system_reason(error))
