"""A profile may name every field that a reader knows, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.formats.acc import columns as acc_columns
from hoptrace.intake.formats.asterisk import rows as asterisk_rows
from hoptrace.intake.formats.canonical.columns import COLUMNS
from hoptrace.intake.profile import FIELDS, load_profile


def test_every_field_of_a_reader_can_be_mapped() -> None:
    of_acc = {*acc_columns.CORE, *acc_columns.STAMPS, *acc_columns.EXTRAS}
    of_asterisk = {*asterisk_rows.DEFAULT_FIELDS, *asterisk_rows._OWN}  # pyright: ignore[reportPrivateUsage]
    assert set(COLUMNS) | of_acc | of_asterisk <= FIELDS


@pytest.mark.parametrize("name", ["call", "Called_Number", "dst"])
def test_no_other_field_can_be(name: str, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(f'[fields]\n{name} = "x"\n')
    with pytest.raises(ProfileInvalid, match=f"p.toml, line 2: fields: there is no field '{name}'"):
        load_profile(path)


def test_names_that_look_like_blocks_and_are_none_stay_names(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[trunks]\nown = ["203.0.113.0/24", "2001:db8::/32", "TRK/1", "gw-7"]\n')
    assert load_profile(path).trunks.own == ("203.0.113.0/24", "2001:db8::/32", "TRK/1", "gw-7")
