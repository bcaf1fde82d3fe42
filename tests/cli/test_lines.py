"""A text file gives one record for each of its lines, however long."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmo.cli.lines import lines_of
from yanmo.corpus import records
from yanmo.errors import InputError


def test_a_long_line_is_one_record(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    given = ["字a " * 500_000, "", "\u00a0b"]
    path.write_bytes("\r\n".join(given).encode())
    found = list(lines_of(path))
    assert [one.text("text") for one in found] == given
    assert [one.source for one in found] == [f"{path}:{number}" for number in (1, 2, 3)]


def test_a_line_beyond_what_a_record_may_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_CHARACTERS", 100)
    path = tmp_path / "long.txt"
    path.write_text("a\n" + "b" * 101, encoding="utf-8")
    with pytest.raises(InputError) as error:
        list(lines_of(path))
    assert error.value.key == "corpus.text_too_long"
    assert error.value.values["source"] == f"{path}:2"
