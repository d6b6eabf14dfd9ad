"""The table beside a checkpoint: a row per step, and one per validation."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from engine.errors import OutputError

_FIXED = ("split", "step", "seconds", "learning_rate")


class TrainingLog:
    """Appends rows to a CSV file; a resumed run first drops the rows that it will write again."""

    def __init__(self, path: Path, *, resume_step: int) -> None:
        self._path = path
        self._columns: tuple[str, ...] | None = None
        try:
            if resume_step > 0 and path.exists():
                with path.open(newline="", encoding="utf-8") as file:
                    reader = csv.DictReader(file)
                    self._columns = tuple(reader.fieldnames or ()) or None
                    rows = [row for row in reader if _step(row) <= resume_step]
                self._rewrite(rows)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(path) from error

    def append(
        self,
        split: str,
        *,
        step: int,
        seconds: float,
        learning_rate: float,
        losses: Mapping[str, float],
    ) -> None:
        """Write one row; the first one names the columns.

        Raises:
            OutputError: The file cannot be written.
        """
        row = {
            "split": split,
            "step": str(step),
            "seconds": f"{seconds:.2f}",
            "learning_rate": f"{learning_rate:.3g}",
            **{name: f"{value:.6g}" for name, value in losses.items()},
        }
        try:
            if self._columns is None:
                self._columns = (*_FIXED, *losses)
                self._rewrite([])
            with self._path.open("a", newline="", encoding="utf-8") as file:
                self._writer(file).writerow(row)
        except OSError as error:
            raise _unwritable(self._path) from error

    def _rewrite(self, rows: list[dict[str, str]]) -> None:
        text = io.StringIO()
        writer = self._writer(text)
        writer.writeheader()
        writer.writerows(rows)
        self._path.write_text(text.getvalue(), encoding="utf-8", newline="")

    def _writer(self, file: io.TextIOBase) -> "csv.DictWriter[str]":
        return csv.DictWriter(
            file, self._columns or _FIXED, extrasaction="ignore", lineterminator="\n"
        )


def _step(row: Mapping[str, str | None]) -> int:
    text = row.get("step") or ""
    # A line that was cut off while it was written is dropped.
    return int(text) if text.isdigit() else 2**62


def _unwritable(path: Path) -> OutputError:
    return OutputError(
        f"The training log “{path}” could not be written.",
        remedy="Free some space or choose another folder.",
    )
