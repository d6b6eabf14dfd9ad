"""Makes resources/demo from a track of the rendered corpus (``strata render``).

    python packaging/make_demo_song.py corpus/validation/validation_00009

The parts enter one after the other, at bar lines, so that there is something to find in every
lane. No model of Strata has been trained on this track. resources/licenses/DEMO_SONG.txt says
where its sounds come from; a track of other sounds needs another text.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.audio.audio_format import audio_format
from engine.audio.audio_writer import AudioWriter
from engine.audio.tags import AudioTags

ROOT = Path(__file__).parents[1]
BAR_SECONDS = 3.38
START_SECONDS = 21.12  # the seventh bar
NUM_BARS = 9
# When each part enters, after the start; the voice between two phrases, the others at a bar.
ENTRIES_SECONDS = {
    "drums": 0.0,
    "keys": 0.0,
    "vocals": 5.5,
    "bass": 3 * BAR_SECONDS,
    "lead": 5 * BAR_SECONDS,
}
VOICE_GAIN = 0.65  # it was made to be heard in training, not to sit in a mix
ENTRY_FADE_SECONDS = 0.01
FADE_IN_SECONDS = 0.02
FADE_OUT_SECONDS = 2.5
PEAK = 0.89  # -1 dB
MAX_BYTES = 1_000_000
TITLE = "Latin Fusion"


def main() -> int:
    """Write the song."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("track", type=Path)
    track = parser.parse_args().track
    rate = soundfile.info(track / "drums.flac").samplerate
    num_frames = round(NUM_BARS * BAR_SECONDS * rate)
    mix = np.zeros((num_frames, 2))
    for name, entry_seconds in ENTRIES_SECONDS.items():
        stem, _ = soundfile.read(
            track / f"{name}.flac",
            start=round(START_SECONDS * rate),
            frames=num_frames,
            always_2d=True,
        )
        gain = VOICE_GAIN if name == "vocals" else 1.0
        mix += gain * stem * _entry(num_frames, entry_seconds, rate)[:, None]
    fade_in, fade_out = round(FADE_IN_SECONDS * rate), round(FADE_OUT_SECONDS * rate)
    mix[:fade_in] *= np.linspace(0, 1, fade_in)[:, None]
    mix[-fade_out:] *= np.cos(np.linspace(0, np.pi / 2, fade_out))[:, None]
    mix *= PEAK / np.abs(mix).max()
    path = ROOT / "resources" / "demo" / f"{TITLE}.ogg"
    path.parent.mkdir(exist_ok=True)
    with AudioWriter(
        path,
        format=audio_format("ogg"),
        sample_rate=rate,
        num_channels=2,
        num_frames=num_frames,
        tags=AudioTags(title=TITLE, artist="Strata", license="CC BY-SA 4.0"),
    ) as writer:
        writer.write(mix.T.astype(np.float32))
        writer.commit()
    num_bytes = path.stat().st_size
    print(f"{path}: {num_bytes} bytes, {num_frames / rate:.1f} s")
    return int(num_bytes > MAX_BYTES)


def _entry(num_frames: int, entry_seconds: float, rate: int) -> np.ndarray:
    """Return a gain that is silent until a part enters."""
    seconds = np.arange(num_frames) / rate
    if entry_seconds == 0.0:
        return np.ones(num_frames)
    return np.clip((seconds - entry_seconds) / ENTRY_FADE_SECONDS + 1.0, 0.0, 1.0)


if __name__ == "__main__":
    sys.exit(main())
