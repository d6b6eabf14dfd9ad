"""The synthesiser: a MIDI file and a SoundFont in, dry sound out."""

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.errors import DatasetError
from engine.rendering.required_programs import find_program

SAMPLE_RATE = 44100
_TIMEOUT_SECONDS = 300.0
_GAIN = "0.5"

FloatArray = npt.NDArray[np.float32]


def synthesise(midi: Path, bank: Path, *, num_frames: int, scratch: Path) -> FloatArray:
    """Play a MIDI file with a SoundFont, without reverb and chorus.

    Args:
        midi: File to play.
        bank: SoundFont, SF2 or SF3.
        num_frames: Length of the result; the sound is cut or padded with silence.
        scratch: Folder for the intermediate file.

    Returns:
        Sound (2, num_frames) at 44.1 kHz; its peak may exceed 1.

    Raises:
        MissingToolError: If FluidSynth is not installed.
        DatasetError: If FluidSynth fails.
    """
    out = scratch / f"{midi.stem}.wav"
    arguments = [
        find_program("fluidsynth"),
        *("-n", "-i", "-q"),
        *("-r", str(SAMPLE_RATE)),
        *("-R", "0", "-C", "0", "-g", _GAIN),
        *("-o", "synth.dynamic-sample-loading=1"),
        *("-O", "float", "-T", "wav", "-F", str(out)),
        *(str(bank), str(midi)),
    ]
    try:
        # In a session of its own, Ctrl-C in the terminal does not damage a track half-way.
        subprocess.run(
            arguments,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            start_new_session=True,
        )
        sound_TC, _ = soundfile.read(out, dtype="float32", always_2d=True)
    except (subprocess.SubprocessError, soundfile.SoundFileError) as error:
        raise DatasetError(
            f"FluidSynth could not play “{midi.name}” with “{bank.name}”."
        ) from error
    finally:
        out.unlink(missing_ok=True)
    result_CT = np.zeros((2, num_frames), dtype=np.float32)
    kept = min(num_frames, len(sound_TC))
    result_CT[:, :kept] = sound_TC[:kept].T
    return result_CT
