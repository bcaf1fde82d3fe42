"""What is printed where nobody looks at a screen."""

import pytest

from yanmo.cli.screen import print_line


def test_a_line_is_written_character_by_character(capsys: pytest.CaptureFixture[str]) -> None:
    print_line("a\tb\x0bc\rd", ("e\x08", "bold"), " [f] :smile:")
    assert capsys.readouterr().out == "a\tb\x0bc\rde\x08 [f] :smile:\n"
