"""What a producer does to take exactly four bars into a DAW."""

import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.frame_range import FrameRange
from app.model.project_file import open_project, save_project
from app.model.song_status import Phase
from app.studio import Studio
from app.widgets.export_dialog import ExportDialog
from tests.e2e.conftest import TIMEOUT_MS, MakeSong, drop, wait_for

RATE = 44_100


def test_somebody_marks_two_bars_by_ear_gets_a_grid_and_takes_the_next_bars_away(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.DONE)
    window, actions, transport = studio.window, studio.window.actions_, studio.transport

    # By ear: the first bar begins at a fifth of a second, the third at 1.7 seconds.
    transport.seek(8_820)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_I)
    transport.seek(74_970)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_O)
    actions.loop_bars[1].trigger()

    assert window.transport_bar.tempo.button.text() == "320.00 BPM"
    loop = song.state.selection
    assert loop == FrameRange(8_820, 74_970)

    # The next two bars, by a drag that is not exact.
    ruler, axis = window.timeline.ruler, window.timeline.axis
    start, stop = (ruler.rect().center() + ruler.rect().topLeft() for _ in range(2))
    start.setX(round(axis.x_of(75_400)))
    stop.setX(round(axis.x_of(140_500)))
    QTest.mousePress(ruler, Qt.MouseButton.LeftButton, pos=start + (stop - start) / 20)
    QTest.mouseMove(ruler, (start + stop) / 2)
    QTest.mouseMove(ruler, stop)
    QTest.mouseRelease(ruler, Qt.MouseButton.LeftButton, pos=stop)
    assert song.state.selection == FrameRange(74_970, 141_120)

    folder = path.parent / "out" / "Song"
    studio.settings.export_choice = ExportChoice(
        folder=path.parent / "out", shows_folder=False, with_project=True
    )
    dialog = ExportDialog(song, studio.settings, window, only_selection=True)
    dialog.open()
    button = next(each for each in dialog.findChildren(QPushButton) if each.isDefault())
    qtbot.waitUntil(button.isEnabled, timeout=TIMEOUT_MS)
    button.click()
    qtbot.waitUntil(lambda: len(list(folder.glob("*bars 3-4.rpp"))) == 1, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: len(list(folder.glob("*bars 3-4.wav"))) > 0, timeout=TIMEOUT_MS)

    for file in folder.glob("*.wav"):
        assert soundfile.info(file).frames == 66_150
    project = next(folder.glob("*.rpp")).read_text(encoding="utf-8")
    assert "TEMPO 320 4 4" in project
    assert "PROJOFFS 0 2 0" in project
    dialog.close()
    QApplication.processEvents()

    save_project(song)
    assert open_project(song.folder).state == song.state
