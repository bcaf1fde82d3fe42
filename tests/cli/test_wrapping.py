"""Lines of a narrow terminal: no closing mark first, no opening mark last, no Latin word torn."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from yanmo.cli.screen import print_pairs
from yanmo.cli.wrapping import CLOSING, OPENING, wrap


@pytest.mark.parametrize("width", range(16, 40))
def test_marks_stand_where_they_may(width):
    given = "规模：tiny、mini（“小”）、small；用来选择最佳步的数据。不指定时，从 --train 中留出一部分（见《手册》）。"
    lines = wrap(given, width)
    assert "".join(lines).replace(" ", "") == given.replace(" ", "")
    for line in lines:
        assert cell_len(line) <= width
        assert line[0] not in CLOSING and line[-1] not in OPENING, line
        assert line == line.strip()


def test_a_line_is_filled_before_a_latin_word():
    assert wrap("从记录中的哪种语言译成 transformer", 24) == ["从记录中的哪种语言译成", "transformer"]
    assert wrap("用 transformer，其他也可以", 16) == ["用 transformer，", "其他也可以"]
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("internationalisation", 8) == ["internat", "ionalisa", "tion"]
    assert wrap("", 8) == [""]
    assert wrap("a\n\n  b", 8) == ["a", "", "  b"]


@pytest.mark.parametrize("command", [["--help"], ["recipes"], ["plan", "--help"], ["finetune", "--help"]])
def test_what_is_printed_keeps_to_it(run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("YANMO_LANG", "zh")
    printed = run(*command).out.splitlines()
    for line in printed:
        inner = re.sub(r"^\s*(\S.*?\s{2,})?", "", line.rstrip())
        assert not inner or (inner[0] not in CLOSING and inner[-1] not in OPENING), line
        assert cell_len(line) <= 80 or re.match(r"  +(yanmo|--)|用法", line), line


@pytest.mark.parametrize("width", [40, 80])
def test_a_long_name_leaves_its_value_room(monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", str(width))
    print_pairs(
        [("Texts that come back whole, but for white space and what normalisation takes away", "87.30 %")]
    )
    assert "87.30 %" in capsys.readouterr().out
