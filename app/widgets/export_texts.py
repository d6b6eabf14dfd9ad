"""What the export dialog says about what will happen, and about what has."""

from PySide6.QtCore import QCoreApplication, QLocale

from app.model.song import Song
from app.widgets.lane_style import lane_title
from app.widgets.time_text import time_text
from engine.track_export import ExportPlan, FilesWritten, GainFound

translate = QCoreApplication.translate


def summary_text(plan: ExportPlan) -> str:
    """Say how many files there will be, and how long they are."""
    num_files = len(plan.parts) + len(plan.texts)
    length = time_text(plan.num_frames / plan.sample_rate, decimals=1)
    return translate("Export", "%n file(s) of {0}.", None, num_files).format(length)


def unfinished_text(
    song: Song, unfinished: tuple[tuple[str, float], ...], *, can_wait: bool
) -> str:
    """Say which stems are not complete, and what to do about it."""
    lanes = ", ".join(
        translate("Export", "{name} {percent} %").format(
            name=lane_title(song, name), percent=int(100 * share)
        )
        for name, share in unfinished
    )
    if can_wait:
        text = translate("Export", "Not everything is separated yet: {0}. The export can wait.")
    else:
        text = translate(
            "Export",
            "Not everything is separated: {0}. Separate the song again, or choose a range that "
            "is complete.",
        )
    return text.format(lanes)


def gain_text(found: GainFound, plan: ExportPlan) -> str:
    """Say what becomes of the level; nothing for a format that cannot clip."""
    if not found.peaks:
        return ""
    if found.gain_db == 0.0:
        return translate("Export", "Nothing will clip, so the level stays as it is.")
    loudest = plan.parts[found.peaks.index(max(found.peaks))].label
    return translate(
        "Export",
        "All files will be {gain} dB quieter, by the same gain, because “{name}” would clip "
        "otherwise. 32-bit float WAV keeps the level.",
    ).format(gain=QLocale().toString(-found.gain_db, "f", 1), name=loudest)


def written_text(written: FilesWritten) -> str:
    """Say how many files were written, and where."""
    text = translate("Export", "%n file(s) written to “{0}”.", None, len(written.files))
    text = text.format(written.folder)
    if written.skipped:
        text += " " + translate("Export", "%n left as they were.", None, len(written.skipped))
    return text
