"""How long the timeline takes to redraw, beside the plots that it replaces.

Six lanes are zoomed from the whole song to a fraction of a second and back, and scrolled; each
step is timed from the change of the view until everything is painted. The same is done with
pyqtgraph's ``PlotDataItem``, downsampling by itself. A third table does it with three hours of
audio in a sparse file, and a fourth moves the playhead. Run it from the root of the checkout:

    python -m tests.benchmarks.timeline_redraw
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

SAMPLE_RATE = 44_100
MINUTES = 5
LONG_HOURS = 3
STEMS = ("drums", "bass", "other", "vocals", "residual")
WIDTH, HEIGHT = 1600, 640  # of the waveforms, in pixels that do not depend on the screen
ZOOM_STEPS = 24  # to a ten-thousandth of the song
ZOOM_FACTOR = 1.4


def main() -> None:
    """Run every scale in a process of its own, because Qt reads it at the start."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scale", type=int, help="only this scale, in this process")
    scale: int | None = parser.parse_args().scale
    if scale is not None:
        measure(scale)
        return
    for each in (1, 2):
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.timeline_redraw", "--scale", str(each)],
            env=os.environ | {"QT_SCALE_FACTOR": str(each), "QT_QPA_PLATFORM": "offscreen"},
            check=True,
        )


def measure(scale: int) -> None:
    """Print the table of one scale."""
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    print(f"scale {scale}: {WIDTH * scale} columns, {1 + len(STEMS)} lanes")
    row("", "median", "p95", "longest", "CPU median")
    samples_TC = music(MINUTES * 60)
    timeline_table(application, samples_TC, f"timeline, {MINUTES} min")
    plots_table(application, samples_TC)
    with tempfile.TemporaryDirectory() as folder:
        long_TC = sparse(Path(folder) / "long.f32", LONG_HOURS * 3600)
        timeline_table(application, long_TC, f"timeline, {LONG_HOURS} h")


def timeline_table(application: object, samples_TC: FloatArray, title: str) -> None:
    """Time the timeline: zoom, scroll, playhead."""
    from PySide6.QtWidgets import QApplication

    from app.widgets.timeline_view import TimelineView
    from tests.app.widgets.fake_transport import FakeTransport
    from tests.app.widgets.made_songs import made_song

    assert isinstance(application, QApplication)
    started = time.perf_counter()
    song = made_song(dict.fromkeys(("mix", *STEMS), samples_TC), sample_rate=SAMPLE_RATE)
    opened = time.perf_counter() - started
    transport = FakeTransport()
    view = TimelineView(transport)  # type: ignore[arg-type]
    view.resize(WIDTH + view.stack.header_width, HEIGHT)
    started = time.perf_counter()
    view.set_song(song)
    view.show()
    application.processEvents()
    shown = time.perf_counter() - started
    print(f"{title}: peaks of all lanes {opened:.2f} s, first paint {shown * 1e3:.1f} ms")

    middle = WIDTH * 0.4
    control = view._control

    def zooms() -> Iterator[Callable[[], None]]:
        for factor in [ZOOM_FACTOR] * ZOOM_STEPS + [1 / ZOOM_FACTOR] * ZOOM_STEPS:
            yield lambda factor=factor: control.zoom(factor, middle)  # type: ignore[misc]

    def scrolls() -> Iterator[Callable[[], None]]:
        for _ in range(50):
            yield lambda: control.scroll(37)

    def plays() -> Iterator[Callable[[], None]]:
        start = round(view.axis.first_frame)
        for step in range(100):
            frame = start + round((100.0 + 3.3 * step) * view.axis.frames_per_pixel)
            yield lambda frame=frame: transport.seek(frame)  # type: ignore[misc]

    row("  zoom", *timed(application, zooms()))
    for zoom in (8.0, 60.0, 60.0):
        control.zoom(zoom, middle)
        application.processEvents()
        seconds = view.axis.frames_per_column * view.axis.num_columns / SAMPLE_RATE
        row(f"  scroll, {seconds:.3g} s in view", *timed(application, scrolls()))
    row("  playhead", *timed(application, plays()))
    view.close()
    view.deleteLater()
    application.processEvents()


def plots_table(application: object, samples_TC: FloatArray) -> None:
    """Time the same zoom with a plot per lane that downsamples by itself."""
    import pyqtgraph
    from PySide6.QtWidgets import QApplication

    assert isinstance(application, QApplication)
    seconds_T = np.arange(len(samples_TC)) / SAMPLE_RATE
    window = pyqtgraph.GraphicsLayoutWidget()
    window.resize(WIDTH, HEIGHT)
    plots: list[pyqtgraph.PlotItem] = []
    for place in range(1 + len(STEMS)):
        plot = window.addPlot(row=place, col=0)
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.setDownsampling(auto=True, mode="peak")
        plot.setClipToView(True)
        plot.plot(seconds_T, samples_TC[:, 0], skipFiniteCheck=True)
        plot.setYRange(-1, 1)
        if plots:
            plot.setXLink(plots[0])
        plots.append(plot)
    plots[0].setXRange(0, seconds_T[-1], padding=0)
    window.show()
    application.processEvents()

    def zooms() -> Iterator[Callable[[], None]]:
        start, stop = 0.0, float(seconds_T[-1])
        for factor in [ZOOM_FACTOR] * ZOOM_STEPS + [1 / ZOOM_FACTOR] * ZOOM_STEPS:
            centre = start + 0.4 * (stop - start)
            length = (stop - start) / factor
            start, stop = centre - 0.4 * length, centre + 0.6 * length
            yield lambda a=start, b=stop: plots[0].setXRange(a, b, padding=0)  # type: ignore[misc]

    print(f"pyqtgraph's PlotDataItem, {MINUTES} min, one channel")
    row("  zoom", *timed(application, zooms()))
    window.close()
    window.deleteLater()
    application.processEvents()


def timed(application: object, steps: Iterator[Callable[[], None]]) -> tuple[float, ...]:
    """Return median, 95th percentile and longest time of steps, and the median of the processor's.

    All in milliseconds. The last one does not count what other programs do at the same time.
    """
    from PySide6.QtWidgets import QApplication

    assert isinstance(application, QApplication)
    times, own_times = [], []
    for step in steps:
        started, own_started = time.perf_counter(), time.process_time()
        step()
        application.processEvents()
        times.append((time.perf_counter() - started) * 1e3)
        own_times.append((time.process_time() - own_started) * 1e3)
    median, high = np.percentile(times, [50, 95]).tolist()
    return median, high, max(times), float(np.median(own_times))


def row(title: str, *cells: float | str) -> None:
    """Print one line of the table."""
    texts = [cell if isinstance(cell, str) else f"{cell:.1f} ms" for cell in cells]
    print(f"{title:32}" + "".join(f"{text:>12}" for text in texts), flush=True)


def music(seconds: int) -> FloatArray:
    """Make noise with beats, stereo."""
    random = np.random.default_rng(0)
    num_frames = seconds * SAMPLE_RATE
    beat_T = np.exp(-((np.arange(num_frames) / SAMPLE_RATE) % 0.5) * 6).astype(np.float32)
    samples_TC = random.standard_normal((num_frames, 2), np.float32) * 0.3
    samples_TC *= beat_T[:, None]
    return samples_TC


def sparse(path: Path, seconds: int) -> FloatArray:
    """Make a mapped file that is silent but for a second in every minute."""
    shape = (seconds * SAMPLE_RATE, 2)
    samples_TC = np.memmap(path, np.float32, "w+", shape=shape)
    second_TC = music(1)
    for start in range(0, shape[0], 60 * SAMPLE_RATE):
        samples_TC[start : start + SAMPLE_RATE] = second_TC
    return samples_TC


if __name__ == "__main__":
    main()
