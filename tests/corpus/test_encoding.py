import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.corpus.encoding import Decoder, detect
from yanmo.errors import InputError

CHINESE = "我们今天去学校读书，老师说这个问题很重要，大家应该好好研究。天气也不错，可以出去走走。"


def decode(data: bytes, size: int, encoding: str = "auto") -> tuple[str, str]:
    decoder = Decoder("a.txt", encoding)
    text = "".join(decoder.decode(data[start : start + size]) for start in range(0, len(data), size))
    return text + decoder.finish(), decoder.name


@pytest.mark.parametrize("size", [97, 100, 101, 4096])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
    ],
)
def test_encodings_are_told_apart_whatever_the_blocks(encoding: str, name: str, size: int) -> None:
    text = CHINESE * 30
    assert decode(text.encode(encoding), size) == (text, name)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 9))
def test_blocks_never_split_a_character(text: str, size: int) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16-be"):
        assert decode(text.encode(encoding), size, encoding)[0] == text.removeprefix("\ufeff")


def test_chinese_that_comes_late_is_still_found() -> None:
    text = "plain ASCII\n" * 1000 + CHINESE
    assert decode(text.encode("gb18030"), 1024) == (text, "gb18030")


def test_ascii_is_utf8() -> None:
    assert decode(b"only ASCII", 4) == ("only ASCII", "utf-8")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("L'été dernier, les élèves français étaient à Noël. " * 20, "latin-1"),
        ("don’t stop — “now”", "cp1252"),
        ("臺灣的天氣很好，我們一起去學校讀書，老師說這個問題非常重要。" * 3, "big5"),
        ("こんにちは。私は日本語を勉強している学生です。" * 5, "shift-jis"),
        ("저는 한국어를 공부하는 학생입니다. 오늘 날씨가 좋습니다. " * 5, "euc-kr"),
    ],
)
def test_other_encodings_are_refused_and_not_misread(text: str, encoding: str) -> None:
    assert detect(text.encode(encoding)) is None
    with pytest.raises(InputError) as caught:
        decode(text.encode(encoding), 4096)
    assert caught.value.key == "corpus.unknown_encoding"
    assert decode(text.encode(encoding), 7, encoding)[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("size", [50, 1000, 1 << 18])
def test_a_broken_byte_is_named_with_its_offset(encoding: str, size: int) -> None:
    good = (CHINESE * 20).encode(encoding)
    with pytest.raises(InputError) as caught:
        decode(good + b"\xff" + good, size)
    assert caught.value.key == "corpus.encoding_breaks"
    assert (caught.value.values["offset"], caught.value.values["byte"]) == (len(good), "0xFF")


def test_a_character_cut_off_at_the_end_is_named() -> None:
    with pytest.raises(InputError, match="offset 3"):
        decode("你好".encode()[:-1], 100)


def test_the_offset_counts_a_byte_order_mark() -> None:
    with pytest.raises(InputError, match="offset 4"):
        decode(b"\xef\xbb\xbfa\xff", 100)


def test_a_wrong_encoding_that_was_asked_for_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        decode(CHINESE.encode("gb18030"), 100, "utf-8")
    assert caught.value.key == "corpus.encoding_wrong"
