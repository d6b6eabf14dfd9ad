"""A PulseAudio server of its own with a sink that goes nowhere, and a recorder of that sink.

Needs ``pulseaudio``, ``pulseaudio-utils``, ``libasound2-plugins`` and ``libportaudio2``.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

SAMPLE_RATE = 44_100
NUM_CHANNELS = 2
SINK = "test"
START_SECONDS = 10.0

ASOUNDRC = """\
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


@contextmanager
def null_sink(folder: Path) -> Iterator[None]:
    """Run the server, and let everything in this process that asks ALSA play there."""
    home, runtime = folder / "home", folder / "runtime"
    home.mkdir()
    runtime.mkdir(mode=0o700)
    (home / ".asoundrc").write_text(ASOUNDRC, encoding="utf-8")
    changed = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "DBUS_SESSION_BUS_ADDRESS": ""}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    arguments = [
        "pulseaudio",
        "-n",
        "--daemonize=no",
        "--exit-idle-time=-1",
        f"--load=module-null-sink sink_name={SINK} rate={SAMPLE_RATE} format=float32le",
        "--load=module-native-protocol-unix",
    ]
    with (folder / "pulseaudio.log").open("w") as log:
        server = subprocess.Popen(arguments, stdout=log, stderr=log)
        try:
            _wait_for_server()
            yield
        finally:
            server.terminate()
            server.wait()
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _wait_for_server() -> None:
    until = time.monotonic() + START_SECONDS
    while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
        if time.monotonic() > until:
            raise RuntimeError("PulseAudio does not answer")
        time.sleep(0.1)


class Recording:
    """What the sink plays, from now until ``stop``."""

    def __init__(self, path: Path, *, sink: str = SINK) -> None:
        self._path = path
        self._file = path.open("wb")
        self._recorder = subprocess.Popen(
            [
                "parec",
                f"--device={sink}.monitor",
                "--format=float32le",
                f"--rate={SAMPLE_RATE}",
                f"--channels={NUM_CHANNELS}",
            ],
            stdout=self._file,
        )
        until = time.monotonic() + START_SECONDS
        while path.stat().st_size == 0 and time.monotonic() < until:
            time.sleep(0.1)

    def stop(self) -> FloatArray:
        """Return all frames, shape (T, 2)."""
        time.sleep(3.0)  # the sink may be up to two seconds behind
        self._recorder.send_signal(signal.SIGTERM)
        self._recorder.wait()
        self._file.close()
        samples = np.fromfile(self._path, np.float32)
        size = len(samples) // NUM_CHANNELS * NUM_CHANNELS
        frames_TC: FloatArray = samples[:size].reshape(-1, NUM_CHANNELS)
        return frames_TC
