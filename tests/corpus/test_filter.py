from hypothesis import given
from hypothesis import strategies as st

from yanmo.corpus.filter import count_scripts, repetition, script_of


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_scripts_add_up(text: str) -> None:
    assert count_scripts(text).total() == len(text)
    assert 0 <= repetition(text) <= 1


def test_scripts() -> None:
    assert dict(count_scripts("研墨 ab1。é")) == {
        "han": 2, "latin": 3, "other_letters": 0, "digits": 1, "space": 1, "punctuation": 1,
    }  # fmt: skip
    assert [script_of(text) for text in ("用Python写", "the word 研墨", "123", "привет")] == [
        "en",
        "en",
        "other",
        "other",
    ]
    assert script_of("我们用 BERT 训练语言模型") == "zh"


def test_repetition() -> None:
    assert repetition("哈" * 12) > 0.8
    assert repetition("Buy now! " * 50) > 0.8
    assert repetition("The quick brown fox jumps over the lazy dog, then sleeps under a tall tree.") < 0.1
    assert repetition("今天天气很好，我们决定去郊外的山上走一走，顺便看看红叶。") < 0.1
    assert repetition("") == repetition("a") == 0
