"""How long a file says that it is, for estimates: nothing is decoded and nothing checked."""

from pathlib import Path

import soundfile

MAX_SECONDS = 7 * 24 * 3600  # beyond it, a header holds no length but a mark for "unknown"


def stated_seconds(path: Path) -> float | None:
    """Return the length that a file's header states; None if it states none that can be read.

    Files that only ffmpeg reads have none here: asking it would take too long for an estimate.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        header = soundfile.info(str(path))
    except (OSError, soundfile.SoundFileError, TypeError, ValueError):
        return None
    if header.samplerate <= 0 or not 0 <= header.frames <= MAX_SECONDS * header.samplerate:
        return None
    return float(header.frames / header.samplerate)
