import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.corpus import plain_text
from yanmo.corpus.plain_text import detect_unit, lines, split_text

WRAPPED = """It was a long way to the village and nobody spoke while the road
went on between the fields, until the first houses came in sight and
the children ran ahead to see whether the market was open on that
day or whether they had come too early, as they had so often done
before when the winter was near and the traders stayed away from
"""


@given(st.lists(st.text(st.sampled_from("ab\r\n你")), max_size=20))
def test_lines_do_not_depend_on_the_blocks(blocks: list[str]) -> None:
    text = "".join(blocks).replace("\r\n", "\n").replace("\r", "\n")
    wanted = text.split("\n")
    found = list(lines(blocks))
    assert [line for _, line in found] == (wanted if wanted[-1] else wanted[:-1])
    assert [number for number, _ in found] == list(range(1, len(found) + 1))


def test_a_long_line_comes_in_pieces_that_lose_nothing() -> None:
    found = list(lines(["ab" * 30, "cd" * 30 + "\nend"], limit=50))
    assert "".join(line for number, line in found if number == 1) == "ab" * 30 + "cd" * 30
    assert found[-1] == (2, "end")
    assert max(len(line) for _, line in found) <= 50


@pytest.mark.parametrize(
    ("unit", "wanted"),
    [
        ("line", [(2, "a"), (3, "b"), (6, "c")]),
        ("block", [(2, "a\nb"), (6, "c")]),
        ("file", [(2, "a\nb\n\n \nc")]),
    ],
)
def test_units(unit: plain_text.Unit, wanted: list[tuple[int, str]]) -> None:
    text = "\na\nb\n\n \nc\n"
    found = [(number, part.rstrip("\n")) for number, part in split_text([text[:3], text[3:]], unit)]
    assert found == wanted


def test_a_long_file_becomes_several_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "MAX_DOCUMENT_CHARACTERS", 100)
    text = "\n\n".join(f"paragraph {number} of a long file" for number in range(50))
    parts = [part for _, part in split_text([text], "file")]
    assert len(parts) > 10 and max(map(len, parts)) <= 100
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.startswith("paragraph") for part in parts)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("One sentence.\n" * 10, "line"),
        ("今天天气很好。\n我们去公园。\n路上人很多！\n你来吗？\n我来。\n", "line"),
        (
            "how to cook rice\nweather in paris\nbest film of the year\ncheap flights\nnews today\n".title(),
            "line",
        ),
        ("First block\nof two lines.\n\nSecond block\nof two.\n", "block"),
        ("一段。\r\n\r\n二段。\r\n\r\n三段。\r\n", "block"),
        ("A title\n\nand one paragraph", "file"),
        ("one line only", "file"),
        (WRAPPED * 3, "file"),
        ("", "file"),
    ],
)
def test_the_unit_is_detected(text: str, unit: str) -> None:
    assert detect_unit(text) == unit
