"""Makes resources/demo from the stems of a song that its author has given away (CC0).

    python packaging/make_demo_song.py FOLDER

FOLDER holds drums.ogg, bass_other.ogg and vocals.ogg of “Hydrogen” by Software-Entwicklungskit
(“Everything is Free”). The excerpt begins with the voice alone and builds up, so that there is
something to hear in every lane. No model of Strata has learned from this song.
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
STEMS = ("drums", "bass_other", "vocals")
START_SECONDS = 214.55
NUM_SECONDS = 34.0
FADE_IN_SECONDS = 0.25
FADE_OUT_SECONDS = 2.0
PEAK = 0.89  # -1 dB
MAX_BYTES = 1_000_000


def main() -> int:
    """Write the excerpt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    mix = np.zeros((0, 2), np.float32)
    for name in STEMS:
        with soundfile.SoundFile(folder / f"{name}.ogg") as file:
            rate = file.samplerate
            file.seek(round(START_SECONDS * rate))
            stem = file.read(round(NUM_SECONDS * rate), dtype="float32", always_2d=True)
        mix = stem if not len(mix) else mix + stem
    fade_in, fade_out = round(FADE_IN_SECONDS * rate), round(FADE_OUT_SECONDS * rate)
    mix[:fade_in] *= np.linspace(0, 1, fade_in, dtype=np.float32)[:, None]
    mix[-fade_out:] *= np.cos(np.linspace(0, np.pi / 2, fade_out, dtype=np.float32))[:, None]
    mix *= PEAK / np.abs(mix).max()
    path = ROOT / "resources" / "demo" / "Hydrogen (excerpt).ogg"
    path.parent.mkdir(exist_ok=True)
    tags = AudioTags(
        title="Hydrogen (excerpt)",
        artist="Software-Entwicklungskit",
        album="Everything is Free",
        license="CC0 1.0",
    )
    with AudioWriter(
        path,
        format=audio_format("ogg"),
        sample_rate=rate,
        num_channels=mix.shape[1],
        num_frames=len(mix),
        tags=tags,
    ) as writer:
        writer.write(mix.T)
        writer.commit()
    num_bytes = path.stat().st_size
    print(f"{path}: {num_bytes} bytes, {len(mix) / rate:.1f} s")
    return int(num_bytes > MAX_BYTES)


if __name__ == "__main__":
    sys.exit(main())
