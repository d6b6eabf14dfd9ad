"""What the export dialog says about what will happen, and about what has."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale

from app.model.shown_text import shown_error
from app.model.song import Song
from app.model.songs_export import SongsSorted
from app.widgets.lane_style import lane_title
from app.widgets.time_text import time_text
from app.workers.export_job import ExportEnded
from engine.track_export import ExportPlan, FilesWritten, GainFound

translate = QCoreApplication.translate


def summary_text(plan: ExportPlan) -> str:
    """Say how many files there will be, and how long they are."""
    num_files = len(plan.parts) + len(plan.texts)
    length = time_text(plan.num_frames / plan.sample_rate, decimals=1)
    return translate("Export", "%n file(s) of {0}.", None, num_files).format(length)


def songs_summary_text(plans: Sequence[ExportPlan], songs: SongsSorted) -> str:
    """Say how many files there will be of how many songs, and which songs are left out."""
    num_files = sum(len(plan.parts) + len(plan.texts) for plan in plans)
    text = translate("Export", "%n file(s), each song in a folder of its own.", None, num_files)
    if songs.working:
        names = ", ".join(quoted(song.title) for song in songs.working)
        text += " " + translate("Export", "Not separated yet, so left out: {0}.").format(names)
    if songs.hopeless:
        names = ", ".join(quoted(song.title) for song in songs.hopeless)
        text += " " + translate("Export", "Nothing to export of: {0}.").format(names)
    return text


def quoted(title: str) -> str:
    """Put a title into the quotation marks of the language."""
    return translate("Export", "“{0}”").format(title)


def songs_written_text(ended: ExportEnded, folder: Path) -> str:
    """Say how many files of how many songs were written, and where."""
    num_files = sum(len(each.files.files) for each in ended.written)
    songs = translate("Export", "%n song(s)", None, len(ended.written))
    text = translate("Export", "%n file(s) of {0} written to “{1}”.", None, num_files)
    text = text.format(songs, folder)
    num_skipped = sum(len(each.files.skipped) for each in ended.written)
    if num_skipped:
        text += " " + translate("Export", "%n left as they were.", None, num_skipped)
    if ended.failed:
        num_failed = len(ended.failed)
        text += " " + translate("Export", "%n song(s) could not be written.", None, num_failed)
    if ended.is_cancelled:
        text += " " + translate("Export", "Cancelled before the others.")
    return text


def songs_remarks_text(ended: ExportEnded) -> str:
    """Say line by line what is to be known of which song; songs of one notice share its line."""
    lines = [f"{quoted(each.title)}: {shown_error(each.error)}" for each in ended.failed]
    notices: dict[str, list[str]] = {}
    for written in ended.written:
        for notice in written.notices:
            notices.setdefault(notice, []).append(quoted(written.title))
    lines += [f"{', '.join(titles)}: {notice}" for notice, titles in notices.items()]
    return "\n".join(lines)


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
