"""The sign that another attempt at a track is due."""

from engine.errors import DatasetError


class UnusableNotesError(DatasetError):
    """These notes make no track; the same notes fail again in every run."""
