"""``strata separate``: writes the stems of files and folders."""

import argparse
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from engine.audio.audio_file import AudioReader, open_audio
from engine.audio.audio_format import AudioFormat, BitDepth, Container, audio_format
from engine.audio.file_names import cleaned_name, shown_name
from engine.commands.blind_model import find_blind_model
from engine.commands.console import print_line, report_event, report_line, write
from engine.commands.interruption import prompt_interruption
from engine.commands.loaded_model import LoadedModel
from engine.commands.mix_files import find_mixes
from engine.commands.progress import (
    ProgressDisplay,
    ProgressStyle,
    progress_display,
    progress_style,
)
from engine.errors import CheckpointError, EngineError
from engine.events import NoticeRaised, ProgressChanged, SeparationStarted
from engine.model_library import ModelEntry, find_model
from engine.product_version import product_version
from engine.quality import DEFAULT_QUALITY, Quality
from engine.residual import DEFAULT_RESIDUAL, RESIDUAL_STEM, REST_STEM, Residual
from engine.staged_folder import discard_staged_folders, missing_folders, remove_empty_folders
from engine.stem_export import (
    ExistingPolicy,
    ExportOptions,
    StemsWritten,
    check_stem_names,
    export_stems,
    song_folder_exists,
)

EXIT_OK = 0
EXIT_USER_ERROR = 2

Existing = Literal["ask", "rename", "skip", "overwrite"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """The arguments, checked as far as that goes without the mixes."""

    mixes: tuple[Path, ...]
    out: Path
    model: ModelEntry
    contents: tuple[str, ...] | None
    format: AudioFormat
    stems: tuple[str, ...] | None
    minus: tuple[str, ...]
    residual: Residual
    quality: Quality
    passes: int
    device: str
    seed: int
    progress: ProgressStyle
    existing: Existing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    mix: Path
    error: EngineError


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "separate",
        help="write the stems of songs",
        description="Writes OUT/<Song>/<Song> (Drums).wav and so on. The stems have the rate, "
        "channels and length of the song and, as 32-bit float, add up to it.",
    )
    parser.add_argument(
        "mix", nargs="+", type=Path, metavar="MIX",
        help="an audio file, or a folder: every audio file below it",
    )  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, help="folder for the songs' folders")
    parser.add_argument(
        "--model", metavar="NAME",
        help="name or method from `strata models`, or a checkpoint's path; default: the best",
    )  # fmt: skip
    parser.add_argument(
        "--contains", type=_names, metavar="A,B",
        help="the mixes consist of these stems of the model alone, so that no other has to be "
        "told from them; rest stands for anything else; for models of the method lq_vae",
    )  # fmt: skip
    parser.add_argument(
        "--blind", type=int, metavar="N",
        help="take N sources of one kind apart, such as two voices; they have no names, and the "
        "files are Source 1 and so on",
    )  # fmt: skip
    parser.add_argument(
        "--passes", type=int, choices=(1, 2), default=1,
        help="2: models with a memory hear the whole song first; up to twice the time; default: 1",
    )  # fmt: skip
    parser.add_argument(
        "--stems", type=_names, metavar="A,B", help="write only these stems, such as drums,bass"
    )
    parser.add_argument(
        "--minus", type=_names, metavar="A,B", default=(),
        help="write the mix without these stems; the stems themselves only with --stems",
    )  # fmt: skip
    parser.add_argument("--format", choices=get_args(Container), default="wav")
    parser.add_argument(
        "--bit-depth", choices=get_args(BitDepth),
        help="default: float for WAV, 24 for FLAC. If a stem would clip, all are turned down alike",
    )  # fmt: skip
    parser.add_argument(
        "--residual", choices=get_args(Residual), default=DEFAULT_RESIDUAL,
        help="what no stem claims: folded into a stem (default) or a file of its own",
    )  # fmt: skip
    parser.add_argument(
        "--quality", choices=get_args(Quality), default=DEFAULT_QUALITY,
        help="time against quality, for models of the method lq_vae: draft about 5 times faster, "
        "best about 3 times slower; default: normal",
    )  # fmt: skip
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same bytes; default: 0")
    parser.add_argument(
        "--progress", choices=get_args(ProgressStyle),
        help="default: a bar if standard error is a terminal; json: one object a line, there",
    )  # fmt: skip
    parser.add_argument(
        "--existing", choices=get_args(Existing), default="ask",
        help="if the song's folder exists: default ask, which without a terminal means rename",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Separate every mix and return the exit status; songs that fail are listed at the end."""
    out: Path = args.out
    made = missing_folders(out)

    def remove_unfinished() -> None:
        discard_staged_folders(out)
        remove_empty_folders(made)

    with prompt_interruption(remove_unfinished):
        request = _request(args)
        job = _Job(request)
        failures: list[_Failure] = []
        for mix in request.mixes:
            try:
                job.separate(mix)
            except CheckpointError:
                raise  # no other song would fare better
            except EngineError as error:
                failures.append(_Failure(mix=mix, error=error))
        _report(failures, num_mixes=len(request.mixes), as_json=request.progress == "json")
    return EXIT_USER_ERROR if failures else EXIT_OK


class _Job:
    """What the songs of one command share: the loaded model, the display, the names in use."""

    def __init__(self, request: _Request) -> None:
        self._request = request
        self._display: ProgressDisplay = progress_display(request.progress)
        self._as_json = request.progress == "json"
        self._model = LoadedModel(
            request.model, request.device, request.quality, contents=request.contents
        )
        self._own_names: set[str] = set()

    def separate(self, mix: Path) -> None:
        """Separate one mix and write its stems."""
        request = self._request
        with open_audio(mix) as reader:
            policy = self._policy(mix.stem)
            if policy == "skip":
                note = f"“{shown_name(mix)}” was skipped: its folder is already there."
                report_line(note, as_json=self._as_json, event="skipped")
                return
            options = ExportOptions(
                folder=request.out,
                title=mix.stem,
                replaces_existing=policy == "overwrite",
                format=request.format,
                stems=request.stems,
                minus=request.minus,
                tags=reader.tags,
                comment=_comment(request),
                protected=request.mixes,
            )
            self._display.start(shown_name(mix.with_suffix("")))
            try:
                written = self._export(reader, options)
            finally:
                self._display.finish()
        self._own_names.add(written.folder.name.casefold())
        self._announce(mix, written)

    def _export(self, reader: AudioReader, options: ExportOptions) -> StemsWritten:
        from engine.separation import SeparationOptions, separate

        self._display.update(0.0)
        separation = separate(
            reader,
            self._model.separator(),
            SeparationOptions(
                seed=self._request.seed,
                residual=self._request.residual,
                memory="two-pass" if self._request.passes == 2 else "probe",
            ),
            device=self._model.device(),
            load=self._model.load,
        )
        written: StemsWritten | None = None
        with closing(export_stems(separation, options)) as events:
            for event in events:
                if isinstance(event, ProgressChanged):
                    self._display.update(event.fraction)
                elif isinstance(event, SeparationStarted) and self._as_json:
                    _report_start(options.title, event)
                elif isinstance(event, NoticeRaised):
                    self._display.finish()
                    report_line(event.message, as_json=self._as_json)
                elif isinstance(event, StemsWritten):
                    written = event
        assert written is not None, "an export ends with StemsWritten"
        return written

    def _policy(self, title: str) -> ExistingPolicy:
        name = cleaned_name(title).casefold()
        # Two songs of one call never share a folder.
        if name in self._own_names or not song_folder_exists(self._request.out, title):
            return "rename"
        if self._request.existing == "ask":
            return _ask(title)
        return self._request.existing

    def _announce(self, mix: Path, written: StemsWritten) -> None:
        if self._as_json:
            report_event(
                "finished",
                {
                    "name": mix.stem,
                    "folder": str(written.folder),
                    "files": [path.name for path in written.files],
                    "gain_db": round(written.gain_db, 4),
                },
            )
        print_line(str(written.folder))


def _request(args: argparse.Namespace) -> _Request:
    model = (
        find_model(args.model) if args.blind is None else find_blind_model(args.blind, args.model)
    )
    if args.contains is not None:
        _check_contents(model, args.contains)
    contents: tuple[str, ...] = args.contains or model.card.stem_names
    stems = contents + ((RESIDUAL_STEM,) if args.residual == "separate" else ())
    check_stem_names((*(args.stems or ()), *args.minus), stems)
    return _Request(
        mixes=tuple(find_mixes(args.mix, out=args.out)),
        out=args.out,
        model=model,
        contents=args.contains,
        format=audio_format(args.format, args.bit_depth),
        stems=args.stems,
        minus=args.minus,
        residual=args.residual,
        quality=args.quality,
        passes=args.passes,
        device=args.device,
        seed=args.seed,
        progress=progress_style(args.progress),
        existing=args.existing,
    )


def _check_contents(model: ModelEntry, contents: tuple[str, ...]) -> None:
    from engine.methods.catalog import method_named

    if method_named(model.card.method).solos is None:
        raise CheckpointError(
            "“{model}” cannot be told what a mix consists of.",
            remedy="Leave “--contains” out, or choose a model of the method lq_vae.",
            model=model.name,
        )
    check_stem_names(contents, (*model.card.stem_names, REST_STEM))


def _comment(request: _Request) -> str:
    quality = "" if request.quality == DEFAULT_QUALITY else f"; quality {request.quality}"
    passes = "" if request.passes == 1 else f"; passes {request.passes}"
    contents = "" if request.contents is None else f"; contains {','.join(request.contents)}"
    return (
        f"Strata {product_version()}; method {request.model.card.method}; "
        f"model {request.model.name}; seed {request.seed}{contents}{quality}{passes}"
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError("name at least one stem, such as drums,bass")
    return names


def _ask(title: str) -> ExistingPolicy:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "rename"
    answers: dict[str, ExistingPolicy] = {"r": "rename", "s": "skip", "o": "overwrite"}
    while True:
        write(f"“{title}” is already there: [r]ename, [s]kip or [o]verwrite? ", sys.stderr)
        line = sys.stdin.readline()
        answer = line.strip().lower()[:1]
        if not line:  # end of input
            return "rename"
        if answer in answers:
            return answers[answer]


def _report_start(name: str, event: SeparationStarted) -> None:
    report_event(
        "started",
        {
            "name": name,
            "stems": list(event.stem_names),
            "sample_rate": event.sample_rate,
            "channels": event.num_channels,
            "frames": event.num_frames,
            "device": event.device,
        },
    )


def _report(failures: list[_Failure], *, num_mixes: int, as_json: bool) -> None:
    if not as_json and failures and num_mixes > 1:
        write(f"{len(failures)} of {num_mixes} songs could not be separated:\n", sys.stderr)
    for failure in failures:
        error = failure.error
        if as_json:
            report_event(
                "error",
                {"file": str(failure.mix), "message": error.message, "remedy": error.remedy},
            )
        else:
            write(f"error: {error.message} {error.remedy}".rstrip() + "\n", sys.stderr)
