"""Training: sizes, errors, determinism, bounded memory, the Chinese pre-split."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

import yanmo.tokenizers as family
from tokenizers import Regex, pre_tokenizers
from yanmo import registry
from yanmo.errors import ConfigError, InputError
from yanmo.tokenizers import TokenizerConfig, train
from yanmo.tokenizers.byte_bpe import HAN_RUN, split_pattern
from yanmo.tokenizers.sample import BLOCK, draw

from .conftest import CHINESE, KINDS, SIZES, corpus


def test_the_family_has_three_members() -> None:
    assert registry.names(family) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_vocabulary_has_the_size_asked_for_and_the_bytes_are_the_same_each_time(
    kind: str, tmp_path: Path
) -> None:
    config = TokenizerConfig(kind=kind, vocab_size=SIZES[kind])
    for run in ("a", "b", "c"):
        tokenizer = train(corpus(), config)
        assert tokenizer.vocab_size == SIZES[kind] == tokenizer.backend.get_vocab_size()
        assert sorted(tokenizer.backend.get_vocab().values()) == list(range(SIZES[kind]))
        tokenizer.save(tmp_path / run)
    files = {path.name for path in (tmp_path / "a").iterdir()}
    for name in files:
        assert len({(tmp_path / run / name).read_bytes() for run in ("a", "b", "c")}) == 1, name


@pytest.mark.parametrize("kind", KINDS)
def test_too_large_a_vocabulary_names_the_largest_possible_one_which_works(kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        train(corpus(), TokenizerConfig(kind=kind, vocab_size=100_000))
    maximum = caught.value.values["maximum"]
    assert isinstance(maximum, int) and str(maximum) in str(caught.value)
    assert str(caught.value).count("\n") == 2
    assert train(corpus(), TokenizerConfig(kind=kind, vocab_size=maximum)).vocab_size == maximum
    with pytest.raises(ConfigError):
        train(corpus(), TokenizerConfig(kind=kind, vocab_size=maximum + 1))


@pytest.mark.parametrize("kind", KINDS)
def test_too_small_a_vocabulary_names_the_smallest_possible_one_which_works(kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        train(corpus(), TokenizerConfig(kind=kind, vocab_size=7))
    minimum = caught.value.values["minimum"]
    assert isinstance(minimum, int)
    assert train(corpus(), TokenizerConfig(kind=kind, vocab_size=minimum)).vocab_size == minimum


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("texts", [[], ["", " \n\t"]])
def test_no_text_is_an_error(kind: str, texts: list[str]) -> None:
    with pytest.raises(InputError, match=r"white space|空白"):
        train(texts, TokenizerConfig(kind=kind, vocab_size=SIZES[kind]))


def test_an_unknown_kind_gets_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as caught:
        train(corpus(), TokenizerConfig(kind="word_piece"))
    assert "wordpiece" in caught.value.values["suggestion"]


def test_rare_characters_stay_out_and_do_not_tie_words_together() -> None:
    common = "".join(map(chr, range(0x4E00, 0x4E00 + 400)))
    texts = [*corpus(), *[common] * 20, "fox龘es"]
    small = train(texts, TokenizerConfig(vocab_size=600, character_coverage=0.9999))
    assert "龘" not in small.backend.get_vocab() and common[0] in small.backend.get_vocab()
    assert small.backend.encode("fox龘es", add_special_tokens=False).tokens.count("[UNK]") == 1
    everything = train(texts, TokenizerConfig(vocab_size=600, character_coverage=1))
    assert "龘" in everything.backend.get_vocab()


def test_a_small_alphabet_is_kept_whole() -> None:
    assert "龘" in train([*corpus(), "龘"], TokenizerConfig(vocab_size=200)).backend.get_vocab()


def test_lowercasing_folds_accents_in_wordpiece_as_bert_does() -> None:
    folded = train(corpus(), TokenizerConfig(vocab_size=150, lowercase=True))
    assert folded.encode("CAFÉ").ids == folded.encode("cafe").ids
    kept = train(corpus(), TokenizerConfig(vocab_size=150, lowercase=True, strip_accents=False))
    assert kept.encode("CAFÉ").ids == kept.encode("café").ids != kept.encode("cafe").ids


def test_every_word_over_the_alphabet_is_known_to_wordpiece() -> None:
    tokenizer = train(corpus(), TokenizerConfig(vocab_size=200))
    letters = [piece for piece in tokenizer.backend.get_vocab() if len(piece) == 1 and piece.isalpha()]
    assert tokenizer.unk_id not in tokenizer.encode("".join(letters)).ids
    assert tokenizer.unk_id not in tokenizer.encode("".join(reversed(letters))).ids


def test_no_chunk_of_byte_bpe_holds_a_chinese_clause() -> None:
    split = pre_tokenizers.Split(Regex(split_pattern(HAN_RUN)), "isolated")
    chunks = [chunk for chunk, _ in split.pre_tokenize_str("我们喜欢吃苹果，iPhone手机很好abc123的")]
    assert chunks == ["我们", "喜欢", "吃苹", "果", "，iPhone", "手机", "很好", "abc", "12", "3", "的"]


def test_the_sample_is_bounded_uniform_and_the_counts_are_exact() -> None:
    texts = [f"{index:05d}" for index in range(2000)]
    sample = draw(texts, 1000)
    assert sum(map(len, sample.blocks)) <= 1000
    chosen = [int(block) for block in sample.blocks]
    assert chosen == sorted(chosen) and 800 < sum(chosen) / len(chosen) < 1200
    assert sum(count for _, count in sample.characters()) == 10_000
    assert draw(texts, 1000).blocks == sample.blocks
    assert max(map(len, draw(["x" * 10 * BLOCK], 3 * BLOCK).blocks)) == BLOCK


def test_memory_does_not_grow_with_the_stream() -> None:
    def stream(blocks: int) -> Iterator[str]:
        return ("".join(CHINESE) + str(index) * 50 for index in range(blocks))

    peaks = []
    for blocks in (2_000, 20_000):
        tracemalloc.start()
        draw(stream(blocks), 100_000)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000_000  # one flush of the character counts; the longer stream has 60 MB


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_half_a_megabyte_trains_in_seconds(kind: str) -> None:
    started = time.perf_counter()
    train(corpus(4000), TokenizerConfig(kind=kind, vocab_size=SIZES[kind]))
    assert time.perf_counter() - started < 10
