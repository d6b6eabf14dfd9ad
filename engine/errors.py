"""Errors that the user can do something about.

Three kinds of failure, three tools: the user's situation is an ``EngineError``, a caller's
mistake is a ``ValueError``, and a broken invariant is an ``assert``.

* EngineError
  * AudioFileError
  * OutputError
  * CheckpointError
  * DatasetError
  * MissingToolError
  * OutOfMemoryError
"""

from pathlib import Path

from engine.wording import Wording


class EngineError(Exception):
    """Base of every error whose text is fit to be shown.

    Attributes:
        message: What happened, in one sentence without jargon.
        remedy: What to do next, in one sentence; empty if there is nothing to do.
    """

    def __init__(self, message: str, *, remedy: str = "", **values: str | int | float) -> None:
        """Say what happened.

        Args:
            message: The text, or its template with placeholders such as ``{name}``.
            remedy: In the same way.
            values: What stands in place of the placeholders; ``Wording`` says why.
        """
        self.message = Wording(message, **values)
        self.remedy = Wording(remedy, **values)
        super().__init__(self.message)


class AudioFileError(EngineError):
    """An audio file could not be read."""

    @classmethod
    def unreadable(cls, path: Path, reason: str) -> "AudioFileError":
        """Build the error for a file that the decoder refused."""
        return cls(
            "“{name}” could not be opened: {reason}.",
            remedy="Convert it to WAV or FLAC and try again.",
            name=path.name,
            reason=Wording(reason),
        )


class NotAudioError(AudioFileError):
    """The file is something else: as long as it is the same, trying again changes nothing."""


class OutputError(EngineError):
    """A file or folder could not be written: full disk, no permission, a name that is taken."""


class CheckpointError(EngineError):
    """A checkpoint is missing, damaged, or made for another method."""


class DatasetError(EngineError):
    """A dataset folder is missing, empty, or not laid out as ``split/track/stem.flac``."""


class MissingToolError(EngineError):
    """A program or package that this command needs is not installed."""


class OutOfMemoryError(EngineError):
    """The device ran out of memory even with one window per batch."""
