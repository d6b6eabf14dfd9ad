"""What a person does with a first song, from the drop to the files."""

import numpy as np
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.song_folder import audio_path
from app.model.song_status import Phase
from app.studio import Studio
from app.widgets import mix_changes
from app.widgets.export_dialog import ExportDialog
from engine.audio.mapped_wave import open_mapped_wave
from engine.residual import RESIDUAL_STEM
from tests.e2e.conftest import TIMEOUT_MS, MakeSong, drop, wait_for


def test_a_dropped_song_is_taken_apart_into_lanes_that_add_up(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    assert studio.window.welcome.isVisible()

    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.DONE)

    assert not studio.window.welcome.isVisible()
    assert studio.window.windowTitle() == "Song – Strata"
    assert song.tracks[0].name == MIX_LANE
    assert "residual" in [track.name for track in song.stems]
    original_TC, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(song.track(MIX_LANE).samples_TC, original_TC)
    total_TC = np.sum([stem.samples_TC for stem in song.stems], axis=0)
    np.testing.assert_allclose(total_TC, original_TC, atol=1e-6)
    for stem in song.stems:
        with open_mapped_wave(audio_path(song.folder, stem.name)) as wave:
            np.testing.assert_array_equal(wave.samples_TC, stem.samples_TC)


def test_the_overlay_says_what_a_drop_would_do(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    window = studio.window
    one, two = make_song("One"), make_song("Two")

    window.overlay.show_paths([one])
    assert window.overlay.text == "Drop to take this song apart\nOne.wav"
    window.overlay.show_paths([one, two])
    assert window.overlay.text.startswith("Drop to take 2 songs apart")
    window.overlay.show_paths([one.parent])
    assert window.overlay.text == "Drop to open every song in this folder\nsongs"


def test_the_demo_song_needs_one_click(studio: Studio, qtbot: QtBot) -> None:
    QTest.mouseClick(studio.window.welcome.demo_button, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: bool(studio.session.songs), timeout=TIMEOUT_MS)
    song = studio.session.songs[0]
    qtbot.waitUntil(lambda: song.facts is not None, timeout=TIMEOUT_MS)

    assert song.facts is not None
    assert 25 <= song.facts.num_frames / song.facts.sample_rate <= 40


def test_play_mute_and_loop_while_it_is_on_screen(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song()])
    song = wait_for(qtbot, studio, Phase.DONE)
    window = studio.window
    name = song.stems[0].name
    window.timeline.select_lane(name)
    window.timeline.stack.row(name).waveform.setFocus()

    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_M)
    mix_changes.select(song, FrameRange(22_050, 44_100), loops=True)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Space)

    assert song.state.lane(name).muted
    qtbot.waitUntil(lambda: studio.transport.position >= 22_050, timeout=TIMEOUT_MS)
    assert studio.transport.is_playing
    assert window.actions_.loop.isChecked()
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Space)
    assert not studio.transport.is_playing


def test_exported_stems_can_be_read_back_and_add_up(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.DONE)
    studio.settings.export_choice = ExportChoice(folder=path.parent / "out", shows_folder=False)
    studio.window.actions_.export.trigger()
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, ExportDialog))

    button = next(each for each in dialog.findChildren(QPushButton) if each.isDefault())
    qtbot.waitUntil(button.isEnabled, timeout=TIMEOUT_MS)
    button.click()

    folder = path.parent / "out" / "Song"
    # Nothing is left over, so there is no file of the residual.
    wanted = [stem for stem in song.stems if stem.name != RESIDUAL_STEM]
    qtbot.waitUntil(lambda: len(list(folder.glob("*.wav"))) == len(wanted), timeout=TIMEOUT_MS)
    total_TC = np.sum(
        [soundfile.read(file, dtype="float32")[0] for file in folder.glob("*.wav")], axis=0
    )
    original_TC, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_allclose(total_TC, original_TC, atol=1e-6)
    dialog.close()
