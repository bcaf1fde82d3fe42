"""Texts and small tokenizers that the tests of this folder share."""

from __future__ import annotations

import random

import pytest

from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

KINDS = ("wordpiece", "unigram", "byte_bpe")
ENGLISH = """the quick brown foxes jumped over lazy dogs while Café owners in Paris counted 2024 naïve
visitors""".split()  # noqa: SIM905
CHINESE = """北京 是 中国 的 首都 我 喜欢 吃 苹果 和 香蕉 上海 天气 很 好 因为 下雨 所以 他们 没有 去 公园
学习 语言 模型""".split()  # noqa: SIM905
SIZES = {"wordpiece": 200, "unigram": 200, "byte_bpe": 340}  # what the corpus below supports
SMALL = {"wordpiece": 150, "unigram": 150, "byte_bpe": 300}  # what it supports in lower case


def corpus(count: int = 400, seed: int = 0) -> list[str]:
    """Short mixed documents, made up from the word lists above."""
    choose = random.Random(seed)
    documents = []
    for _ in range(count):
        english = " ".join(choose.choices(ENGLISH, k=12)).capitalize() + "."
        documents.append(english + " " + "".join(choose.choices(CHINESE, k=14)) + "。")
    return documents


def trained(kind: str) -> Tokenizer:
    return train(corpus(), TokenizerConfig(kind=kind, vocab_size=SIZES[kind]))


@pytest.fixture(scope="session", params=KINDS)
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return trained(request.param)
