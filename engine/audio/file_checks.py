"""What is refused before a decoder sees it, and how a refusal is put into words."""

import errno
import stat
from pathlib import Path

from engine.audio.file_names import shown_name
from engine.errors import AudioFileError
from engine.wording import Wording

MAX_CHANNELS = 8
MIN_SAMPLE_RATE = 8_000  # Hz
MAX_SAMPLE_RATE = 192_000  # Hz


def check_regular_file(path: Path) -> None:
    """Refuse what has no content, and what would block when it is opened."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise unreadable(path, "it is a folder", remedy="Name the files in it.")
        if not stat.S_ISREG(status.st_mode):
            raise unreadable(path, "it is not a file", remedy="Save the sound to a file first.")
        if status.st_size == 0:
            raise unreadable(path, "it is empty", remedy="Copy or download the file again.")
        path.open("rb").close()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise unreadable(path, reason_of(error), remedy="Check its name and place.") from error


def refuse(path: Path, damage: str) -> None:
    """Refuse a file with this damage; do nothing if the description is empty."""
    if damage:
        raise unreadable(path, damage, remedy="Copy or download the file again.")


def check_limits(path: Path, num_channels: int, sample_rate: int) -> None:
    """Refuse channels and rates that the engine is not made for."""
    if not 1 <= num_channels <= MAX_CHANNELS:
        raise unreadable(
            path,
            Wording(
                "it has {num_channels} channels and at most {limit} are possible",
                num_channels=num_channels,
                limit=MAX_CHANNELS,
            ),
            remedy="Split it into files with fewer channels.",
        )
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise unreadable(
            path,
            Wording(
                "its sample rate is {sample_rate} Hz and must lie between {low} and {high} Hz",
                sample_rate=sample_rate,
                low=MIN_SAMPLE_RATE,
                high=MAX_SAMPLE_RATE,
            ),
            remedy="Convert it to 44100 Hz and try again.",
        )


def is_text(beginning: bytes) -> bool:
    """Whether the first bytes of a file are those of a text."""
    # ffmpeg takes some texts for play lists or subtitles; no audio starts without control bytes.
    return not any(byte < 9 or 13 < byte < 32 for byte in beginning)


def unreadable(
    path: Path, reason: str, *, remedy: str = "", kind: type[AudioFileError] = AudioFileError
) -> AudioFileError:
    """Build the error for a file, with its name as it may stand in a sentence."""
    error = AudioFileError.unreadable(Path(shown_name(path)), reason)
    return kind(error.message, remedy=remedy or error.remedy)


def reason_of(error: OSError | ValueError) -> Wording:
    """Say in words why the operating system refused."""
    reasons = {
        errno.ENOENT: Wording("there is no such file"),
        errno.ENOTDIR: Wording("there is no such file"),
        errno.EACCES: Wording("reading it is not permitted"),
        errno.EPERM: Wording("reading it is not permitted"),
        errno.ENAMETOOLONG: Wording("its name is too long"),
        errno.ELOOP: Wording("it is a link that leads to itself"),
        errno.ENOSPC: Wording("there is no room for temporary files"),
    }
    if isinstance(error, OSError):
        return reasons.get(
            error.errno or 0, Wording("the disk reports “{reason}”", reason=error.strerror or "")
        )
    return Wording("its name is not valid")
