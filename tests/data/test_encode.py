"""Documents become ids in order, in flat memory, on any number of processes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.corpus.document import Document
from yanmo.data import encode as module
from yanmo.data.encode import Part, encode_documents, encode_parts, parts
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.tokenizers.pieces import PieceReader

TEXT = "北京的天气很好。我们去公园吧！The weather is fine. We go out.\n"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, Path]:
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer = train([TEXT] * 50, TokenizerConfig(vocab_size=60))
    tokenizer.save(folder)
    return tokenizer, folder


def documents(count: int) -> list[Document]:
    return [
        Document(text=f"{TEXT}第{number}天。Day {number}.", id=str(number), source="test:1")
        for number in range(count)
    ]


@given(st.text(alphabet="a。. \n北", max_size=400), st.integers(10, 60))
@settings(max_examples=100, deadline=None)
def test_parts_join_to_the_text(text: str, limit: int) -> None:
    pieces = list(parts(text, limit))
    assert "".join(pieces) == text
    assert all(len(piece) <= limit for piece in pieces)


def test_parts_are_cut_at_lines_then_sentences() -> None:
    assert list(parts("一二三四五六\n七八九十一二", 10)) == ["一二三四五六\n", "七八九十一二"]
    assert list(parts("一二三四五。六七八九十一", 10)) == ["一二三四五。", "六七八九十一"]
    assert list(parts("一" * 25, 10)) == ["一" * 10, "一" * 10, "一" * 5]


def test_a_book_takes_linear_time() -> None:
    began = time.process_time()
    assert sum(len(part) for part in parts("字" * 20_000_000, 2000)) == 20_000_000
    assert time.process_time() - began < 20  # quadratic: 10,000 copies of 40 MB


def test_columns(saved: tuple[Tokenizer, Path]) -> None:
    tokenizer, _ = saved
    texts = map(Part, ["我们去公园吧！We go out. 北京很好。", "", "   "])
    encoded = list(encode_parts(list(texts), PieceReader(tokenizer)))
    assert len(encoded) == 1  # texts without a token are left out
    pieces = tokenizer.encode("我们去公园吧！We go out. 北京很好。")
    starts = [
        pieces.offsets[place][0] for place in encoded[0].columns["sentence_start"].nonzero()[0].tolist()
    ]
    assert starts == [0, 7, 18]
    assert len(encoded[0].columns["word_start"]) == len(encoded[0].ids)
    assert encoded[0].characters == 23


def test_documents_are_read_as_they_are_needed(
    saved: tuple[Tokenizer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_CHARACTERS", 200)
    monkeypatch.setattr(module, "SMALL", 1000)
    read = 0

    def stream() -> Iterator[Document]:
        nonlocal read
        for document in documents(2000):
            read += 1
            yield document

    for workers in (1, 2):
        read = 0
        encoded = encode_documents(stream(), *saved, workers=workers)
        for _ in range(5):
            next(encoded)
        assert read < 100
        encoded.close()


def test_processes_give_what_one_process_gives(
    saved: tuple[Tokenizer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_CHARACTERS", 300)
    alone = list(encode_documents(documents(60), *saved, workers=1))
    monkeypatch.setattr(module, "SMALL", 1000)
    together = list(encode_documents(documents(60), *saved, workers=2))
    assert [one.ids.tolist() for one in together] == [one.ids.tolist() for one in alone]
    assert [one.checksum for one in together] == [one.checksum for one in alone]


def test_parts_of_a_book_know_where_it_begins_and_ends(
    saved: tuple[Tokenizer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_CHARACTERS", 30_000)
    monkeypatch.setattr(module, "SMALL", 1000)
    book = Document(text="我们去公园吧！\n" * 7000, id="book", source="book.txt")
    poem = Document(text="北京很好。", id="poem", source="poem.txt")
    for workers in (1, 2):
        encoded = list(encode_documents([poem, book, poem], *saved, workers=workers))
        edges = [(one.opens, one.closes) for one in encoded]
        assert edges == [
            (True, True),
            (True, False),
            *[(False, False)] * (len(edges) - 4),
            (False, True),
            (True, True),
        ]
        assert len(edges) == 5


def test_worker_processes_import_no_torch() -> None:
    code = "import sys, yanmo.data.encode; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
