"""Decoding of what soundfile cannot read (M4A, AAC, the sound of a video) by a system ffmpeg."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from engine.audio.file_checks import unreadable
from engine.audio.file_names import shown_name
from engine.errors import EngineError, MissingToolError, OutputError
from engine.wording import Wording

STALL_SECONDS = 8.0  # without a new byte of output
_POLL_SECONDS = 0.05
_REMEDY = Wording("Check that another player plays it to the end, or copy it again.")

# Only containers that hold their sound themselves. Play lists (HLS, DASH, concat, SDP ...) name
# other files or addresses, and a hostile one could have them read.
_CONTAINERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,ircam,loas,"
    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,nistspeech,nut,ogg,oma,"
    "spdif,tak,truehd,tta,voc,w64,wav,wv"
)


def decoding_to_wave(source: Path, target: Path) -> Generator[None, None, None]:
    """Decode the first sound track of a file into a 32-bit float WAV (RF64 above 4 GiB).

    Yields:
        Now and then, so that the caller may close the generator, which ends ffmpeg.

    Raises:
        MissingToolError: There is no ffmpeg.
        AudioFileError: The file holds no sound, is damaged, or decoding stalled.
        OutputError: There is no room for the decoded sound.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise MissingToolError(
            "“{name}” can only be read with ffmpeg, which is not installed.",
            remedy="Install ffmpeg, or convert the file to WAV or FLAC.",
            name=shown_name(source),
        )
    command = [
        program,
        *("-nostdin", "-v", "error", "-xerror", "-err_detect", "crccheck", "-y"),
        *("-protocol_whitelist", "file", "-format_whitelist", _CONTAINERS),
        *("-i", f"file:{source.absolute()}"),
        *("-map", "0:a:0", "-vn", "-sn", "-dn"),
        *("-c:a", "pcm_f32le", "-rf64", "auto", "-f", "wav", f"file:{target.absolute()}"),
    ]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
        ) as process,
    ):
        try:
            has_stalled = yield from _waiting(process, target)
        finally:
            if process.poll() is None:  # stalled, or the caller has lost interest
                process.kill()
                process.wait()
        log.seek(0)
        complaint = log.read(1 << 16).decode("utf-8", "replace")
    if has_stalled:
        raise unreadable(source, "decoding it does not advance", remedy=_REMEDY)
    # A file that ends early is only a line in the log: ffmpeg writes what it got and returns 0.
    if process.returncode != 0 or complaint.strip():
        raise _explain(source, complaint)


def _waiting(process: subprocess.Popen[bytes], target: Path) -> Generator[None, None, bool]:
    """Wait for the end; return True if the output has not grown for too long."""
    size = -1
    last_growth = time.monotonic()
    while True:
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        else:
            return False
        now = time.monotonic()
        new_size = target.stat().st_size if target.exists() else 0
        if new_size != size:
            size, last_growth = new_size, now
        elif now - last_growth > STALL_SECONDS:
            return True
        yield


def _explain(source: Path, complaint: str) -> EngineError:
    if "No space left" in complaint:
        return OutputError(
            "There is no room on the disk to decode “{name}”.",
            remedy="Free some space in the folder for temporary files and try again.",
            name=shown_name(source),
        )
    if "matches no streams" in complaint or "does not contain any stream" in complaint:
        return unreadable(source, "it holds no sound", remedy=_REMEDY)
    if f"{source.absolute()}: " in complaint:  # about the file, not about a packet in it
        return unreadable(source, "it is not an audio file, or it is damaged", remedy=_REMEDY)
    return unreadable(source, "its sound is damaged or incomplete", remedy=_REMEDY)
