"""Catalogue of sound banks: where they lie, what they play, who may see them, their licences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import DatasetError, MissingToolError

BankUse = Literal["train", "held_out", "reserved"]
"""``train``: heard in training and in tests. ``held_out``: only in validation and test.
``reserved``: never rendered here, so that a later stem can be learned from unseen sounds."""

BankRole = Literal["drums", "percussion", "bass", "guitar", "general_midi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundBank:
    """One SoundFont.

    Attributes:
        name: Unique name, the file name without its suffix.
        role: What it plays; a General MIDI bank plays everything.
        use: Which splits may hear it.
        folder: ``debian`` for /usr/share/sounds/sf2, else a folder of the sources.
        suffix: ``sf2`` or ``sf3``.
        licence: Licence of the samples.
        credit: Who made them.
        package: Debian package, empty for a bank of the sources.
        key_map: Keys that the bank lacks and those to play instead.
    """

    name: str
    role: BankRole
    use: BankUse = "train"
    folder: Literal["debian", "drumkits", "soundfonts"]
    suffix: str = "sf3"
    licence: str
    credit: str
    package: str = ""
    key_map: Mapping[int, int] = field(default_factory=dict)


DEBIAN_FOLDER = Path("/usr/share/sounds/sf2")

_GPL2 = "GPL-2"
_GPL2_EXCEPTION = "GPL-2+ with composition exception"
_CC0 = "CC0 1.0"
_KAROFYER_GUITARS = "Karoryfer, Black And Green Guitars (recorded by Brian Wood)"
_PASTABASS = "Karoryfer, Pastabass (recorded by spacecoyote)"


_ONE_BASS_DRUM = {35: 36}
_ELECTRONIC_KIT = {41: 36, 43: 36, 45: 37, 47: 37, 48: 37, 50: 37, 51: 42, 53: 46, 59: 42}
"""Without toms and cymbals, a bass drum and a stick play the fills and a hi-hat the ride."""


def _debian(
    name: str,
    role: BankRole,
    package: str,
    licence: str,
    credit: str,
    use: BankUse = "train",
    key_map: Mapping[int, int] | None = None,
) -> SoundBank:
    return SoundBank(
        name=name,
        role=role,
        use=use,
        folder="debian",
        suffix="sf2",
        licence=licence,
        credit=credit,
        package=package,
        key_map=key_map or {},
    )


def _kit(
    name: str,
    licence: str,
    credit: str,
    use: BankUse = "train",
    role: BankRole = "drums",
    key_map: Mapping[int, int] | None = None,
) -> SoundBank:
    return SoundBank(
        name=name,
        role=role,
        use=use,
        folder="drumkits",
        licence=licence,
        credit=credit,
        key_map=key_map or {},
    )


def _recorded(name: str, role: BankRole, credit: str, use: BankUse = "train") -> SoundBank:
    return SoundBank(
        name=name, role=role, use=use, folder="soundfonts", licence=_CC0, credit=credit
    )


BANKS: tuple[SoundBank, ...] = (
    _debian("FluidR3_GM", "general_midi", "fluid-soundfont-gm", "MIT", "Frank Wen"),
    _debian("TimGM6mb", "general_midi", "timgm6mb-soundfont", _GPL2, "Tim Brechbill"),
    _debian(
        "OPL-3_FM_128M",
        "general_midi",
        "opl3-soundfont",
        "CC BY-SA 3.0 or GPL-3",
        "Zandro Reveille",
    ),
    _debian(
        "sf_GMbank", "general_midi", "csound-soundfont", "LGPL-2.1+", "Csound project", "held_out"
    ),
    _debian(
        "Red_Zeppelin_4_LV2",
        "drums",
        "avldrums.lv2-soundfont",
        "CC BY-SA 3.0",
        "Glen MacArthur",
        key_map=_ONE_BASS_DRUM,
    ),
    _debian(
        "Black_Pearl_4_LV2",
        "drums",
        "avldrums.lv2-soundfont",
        "CC BY-SA 3.0",
        "Glen MacArthur",
        "held_out",
        key_map=_ONE_BASS_DRUM,
    ),
    _kit("Audiophob", _CC0, "Audiophob"),
    _kit("rumpf_kit_z01_h2", "CC BY 3.0", "Emanuel Rumpf"),
    _kit("BJA_Pacific", "CC BY-SA 3.0 US", "Luc Tanguay", "held_out"),
    _kit("ColomboAcousticDrumkit", _GPL2_EXCEPTION, "Marcos Guglielmetti"),
    _kit("ElectricEmpireKit", "GPL-2+", "Artemiy Pavlov", key_map=_ELECTRONIC_KIT),
    _kit("HardElectro1", "GPL-2+", "Artemiy Pavlov", key_map=_ELECTRONIC_KIT),
    _kit("VariBreaks", "GPL-2+", "Artemiy Pavlov"),
    _kit("Millo_Drums_v_1", _GPL2, "Emiliano Grilli"),
    _kit("Millo_MultiLayered2", _GPL2, "Emiliano Grilli"),
    _kit("Millo_MultiLayered3", _GPL2, "Emiliano Grilli"),
    # The same drums as Black_Pearl_4_LV2, so it has to be held out with it.
    _kit("The_Black_Pearl_1_0", _GPL2, "Glen MacArthur", "held_out"),
    _kit("Gimme_A_Hand_1_0", _GPL2, "Glen MacArthur", role="percussion"),
    _kit("ForzeeStereo", _GPL2, "V. Sadovnikov, A. Belokurov"),
    _kit("GMRockKit", "GPL", "Glen MacArthur, Sebastian Moors"),
    _kit("TR808EmulationKit", "GPL", "ArtemioLabs"),
    _recorded("jazzbass_growly", "bass", "Karoryfer Lecolds, Growlybass", "held_out"),
    _recorded("jazzbass_staccato", "bass", "Karoryfer Lecolds, Growlybass", "held_out"),
    _recorded("bassvi_fingered", "bass", _PASTABASS),
    _recorded("bassvi_picked", "bass", _PASTABASS),
    _recorded("bassvi_roundwound", "bass", _PASTABASS),
    _recorded("bassvi_muted", "bass", _PASTABASS),
    _recorded("doublebass_pizz", "bass", "D. Smolken", "reserved"),
    _recorded("doublebass_arco", "bass", "D. Smolken", "reserved"),
    _recorded("emily_eguitar", "guitar", "Karoryfer, Emilyguitar", "held_out"),
    _recorded("archtop_electric", "guitar", "Karoryfer, Shinyguitar", "reserved"),
    _recorded("archtop_acoustic", "guitar", "Karoryfer, Shinyguitar", "reserved"),
    _recorded("gretsch_twang", "guitar", _KAROFYER_GUITARS),
    _recorded("hofner_twang", "guitar", _KAROFYER_GUITARS),
    _recorded("hofner_staccato", "guitar", _KAROFYER_GUITARS),
)

_BANK_BY_NAME = {bank.name: bank for bank in BANKS}


def bank_named(name: str) -> SoundBank:
    """Return the bank of the catalogue with this name."""
    return _BANK_BY_NAME[name]


def bank_path(bank: SoundBank, sources: Path | None) -> Path | None:
    """Return where a bank lies on this machine, or None if it is not there."""
    if bank.folder == "debian":
        path = DEBIAN_FOLDER / f"{bank.name}.{bank.suffix}"
    elif sources is None:
        return None
    else:
        path = sources / bank.folder / f"{bank.name}.{bank.suffix}"
    return path if path.is_file() else None


def require_bank_path(name: str, sources: Path | None) -> Path:
    """Return where a bank lies.

    Raises:
        MissingToolError: If a Debian package is missing.
        DatasetError: If a file of the sources is missing.
    """
    bank = bank_named(name)
    path = bank_path(bank, sources)
    if path is not None:
        return path
    if bank.package:
        raise MissingToolError(
            f"The sound bank {name} is not installed.", remedy=f"apt-get install {bank.package}"
        )
    raise DatasetError(
        f"The sound bank “{name}.{bank.suffix}” is not in the folder “{bank.folder}”.",
        remedy="Name the folder with the sources with --sources.",
    )


def available_banks(sources: Path | None) -> tuple[SoundBank, ...]:
    """Return the banks that are installed, in the order of the catalogue."""
    return tuple(bank for bank in BANKS if bank_path(bank, sources) is not None)
