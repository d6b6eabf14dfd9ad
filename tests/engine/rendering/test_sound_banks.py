from pathlib import Path

import pytest

from engine.errors import DatasetError, MissingToolError
from engine.rendering import sound_banks
from engine.rendering.required_programs import find_program, has_program
from engine.rendering.sound_banks import available_banks, bank_named, require_bank_path


def test_a_missing_program_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not has_program("fluidsynth")
    with pytest.raises(MissingToolError, match="fluidsynth") as caught:
        find_program("fluidsynth")
    assert caught.value.remedy == "apt-get install fluidsynth"


def test_a_missing_debian_bank_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sound_banks, "DEBIAN_FOLDER", tmp_path)
    assert available_banks(None) == ()
    with pytest.raises(MissingToolError, match="TimGM6mb") as caught:
        require_bank_path("TimGM6mb", None)
    assert caught.value.remedy == "apt-get install timgm6mb-soundfont"


def test_a_missing_bank_of_the_sources_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="drumkits"):
        require_bank_path("Audiophob", tmp_path)


def test_banks_of_the_sources_are_found_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "drumkits").mkdir()
    (tmp_path / "drumkits" / "Audiophob.sf3").touch()
    assert bank_named("Audiophob") in available_banks(tmp_path)
    assert bank_named("Audiophob") not in available_banks(None)


def test_every_bank_names_its_licence_and_its_maker() -> None:
    assert all(bank.licence and bank.credit for bank in sound_banks.BANKS)
