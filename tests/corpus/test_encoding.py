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
        ("utf-32", "utf-32-le"),
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


@pytest.mark.parametrize(
    "text",
    [
        "这家酒店很好", "我爱北京", "你好，世界！", "今天天气不错", "人民日报", "中国人民银行", "李明和王小红",
        "王建国，张伟，李娜，刘洋", "服务态度非常好，下次还来。", "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
        "這是一個很好的問題，我們應該說什麼呢？", "Python 是一种编程语言。", "第一章 总则",
        "孔子曰：学而时习之，不亦说乎？",
    ],
)  # fmt: skip
def test_short_chinese_is_found(text: str) -> None:
    assert decode(text.encode("gb18030"), 4096) == (text, "gb18030")


OTHERS = {
    ("euc_kr", "cp949"): [
        "안녕하세요", "학교", "대한민국 서울", "오늘 날씨가 참 좋습니다.", "저는 학생입니다. 책을 읽고 있어요.",
        "회의는 내일 오후 세 시에 시작합니다. 자료를 준비해 주세요.",
    ],
    ("euc_jp", "shift_jis"): [
        "東京都", "日本国憲法", "会議資料", "東京都知事選挙管理委員会、投票率発表。国会議事堂前駅、改札口閉鎖。",
        "昨日、友達と映画を見た。", "第三章 総則", "株式会社日立製作所、第二四半期決算発表。",
        "山田太郎、鈴木一郎、佐藤花子",
    ],
    ("cp1251", "koi8_r", "iso8859_5", "cp866", "mac_cyrillic"): [
        "Москва столица России. Мы любим читать книги.", "Привет", "Мама мыла раму", "Это мой дом, а там их сад.",
        "Все люди рождаются свободными и равными.", "Глава первая",
    ],
    ("iso8859_7", "cp1253"): ["Καλημέρα", "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας.", "Αυτό είναι ένα βιβλίο"],
    ("cp1256", "iso8859_6"): ["مرحبا", "القاهرة عاصمة مصر.", "هذا كتاب جديد عن تاريخ العرب", "السلام عليكم"],
    ("cp1255", "iso8859_8"): ["שלום", "ירושלים היא בירת ישראל", "זה ספר חדש"],
    ("tis_620", "cp874"): ["สวัสดี", "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย", "ฉันรักการอ่านหนังสือ", "วันนี้อากาศดี"],
    ("big5",): ["臺北市", "這家酒店很好", "我們一起去學校讀書", "今天天氣很好，老師說這個問題非常重要。"],
    ("cp1252", "cp1250"): ["été", "Müller läuft über die Brücke", "größer"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(text, name) for names, texts in OTHERS.items() for name in names for text in texts],
)
def test_short_texts_in_other_encodings_are_refused(text: str, encoding: str) -> None:
    for times in (1, 2, 20):
        data = "\n".join([text] * times).encode(encoding)
        assert detect(data) is None


def test_two_characters_alone_may_be_anything() -> None:
    with pytest.raises(InputError, match="encoding gb18030"):
        decode("张伟".encode("gb18030"), 4096)


def test_a_block_that_ends_after_the_first_character_is_decided_with_the_next() -> None:
    data = b"plain " + CHINESE.encode("gb18030")
    for size in range(7, 20):
        decoder = Decoder("a.txt")
        first = decoder.decode(data[:size])
        assert first + decoder.decode(data[size:]) + decoder.finish() == "plain " + CHINESE


def test_the_offset_of_unknown_bytes_counts_what_waited() -> None:
    with pytest.raises(InputError, match="offset 3 "):
        decode(b"abc\xe9t\xe9, d\xe9j\xe0", 5)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("size", [50, 1000, 1 << 18])
def test_a_broken_byte_is_named_with_its_offset(encoding: str, size: int) -> None:
    good = (CHINESE * 20).encode(encoding)
    with pytest.raises(InputError) as caught:
        decode(good + b"\xff" + good, size)
    assert caught.value.key == "corpus.encoding_breaks"
    assert (caught.value.values["offset"], caught.value.values["byte"]) == (len(good), "0xFF")
    assert "another encoding altogether" in str(caught.value)


def test_a_short_text_that_breaks_is_no_gb18030() -> None:
    assert detect(CHINESE.encode("gb18030") + b"\xff\n") is None


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


def test_utf_16_without_a_byte_order_mark_is_an_error() -> None:
    with pytest.raises(InputError, match="offset 0") as caught:
        decode(b"plain words", 100, "utf-16")
    assert caught.value.key == "corpus.encoding_wrong"
