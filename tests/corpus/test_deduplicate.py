import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.corpus.deduplicate import (
    DigestSet,
    ExactDuplicates,
    NearDuplicates,
    letters,
    shingles,
    word_hashes,
)

WORDS = "river stone paper cloud engine garden silver quiet market window teacher bridge winter letter music"
HAN = "山水风云日月星河春夏秋冬花草树木鸟鱼虫石人家国学书画琴棋诗酒茶饭来去东西南北上下左右前后"

WITHOUT_SPACES = {
    "kana": "ぁゖ",
    "half-width kana": "ｦﾝ",
    "thai": "กฮ",
    "lao": "ກຮ",
    "myanmar": "ကအ",
    "khmer": "កអ",
}


def english(seed: int, words: int = 120) -> list[str]:
    draw = random.Random(seed)
    return [draw.choice(WORDS.split()) for _ in range(words)]


def chinese(seed: int, characters: int = 200) -> list[str]:
    draw = random.Random(seed)
    return [draw.choice(HAN) for _ in range(characters)]


@given(st.lists(st.integers(0, 50)))
def test_a_digest_set_is_a_set(numbers: list[int]) -> None:
    digests, known = DigestSet(), set[int]()
    for number in numbers:
        assert digests.add(number.to_bytes(2, "big") * 8) is (number not in known)
        known.add(number)


def test_exact_duplicates() -> None:
    seen = ExactDuplicates()
    assert [seen.is_new(text) for text in ("a", "b", "a", "a ", "研墨", "研墨")] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]


def test_near_duplicates_are_found_and_others_kept() -> None:
    for make, join in ((english, " "), (chinese, "")):
        near = NearDuplicates()
        assert all(near.is_new(join.join(make(seed))) for seed in range(50))
        for seed in range(50):
            edited = make(seed)
            edited[60] = "novel" if join else "墨"
            assert not near.is_new(join.join(edited).upper() + "。!")


@pytest.mark.parametrize("script", ["kana", "half-width kana", "thai", "lao", "myanmar", "khmer"])
def test_near_duplicates_in_scripts_without_spaces(script: str) -> None:
    first, last = WITHOUT_SPACES[script]
    near = NearDuplicates()
    found = 0
    for seed in range(50):
        draw = random.Random(seed)
        text = [chr(draw.randint(ord(first), ord(last))) for _ in range(150)]
        assert near.is_new("".join(text))
        text[60] = first if text[60] == last else last
        found += not near.is_new("".join(text))
    assert found >= 45  # of 50; none where each run of letters is one word


def test_a_few_characters_of_chinese_do_not_make_a_text_one_without_spaces() -> None:
    words = ["река", "камень", "бумага", "облако", "сад", "окно", "мост", "зима", "письмо", "музыка"]
    assert len(shingles(" ".join(words))) == len(words) - 2
    assert len(shingles(" ".join([*words, "研墨"]))) == len(words)


def test_a_text_without_words_is_never_a_near_duplicate() -> None:
    near = NearDuplicates()
    assert near.is_new("……") and near.is_new("……")
    assert near.is_new("one") and not near.is_new("One!")


def test_minhash_estimates_the_jaccard_similarity() -> None:
    near = NearDuplicates()
    first, second = english(1, 400), english(1, 400)
    second[100:130] = english(2, 30)
    left, right = shingles(" ".join(first)), shingles(" ".join(second))
    jaccard = len(np.intersect1d(left, right)) / len(np.union1d(left, right))
    estimate = float(np.mean(near.signature(left) == near.signature(right)))
    assert abs(jaccard - estimate) < 0.15


def test_words_are_words_and_characters() -> None:
    hashes = word_hashes(*letters("On no 研墨on, on"))
    assert len(hashes) == 6
    assert hashes[0] == hashes[4] == hashes[5] and hashes[0] != hashes[1] and hashes[2] != hashes[3]
