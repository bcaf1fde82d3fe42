"""SQuAD's own file becomes one record per question."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from yanmo.corpus.read import read_records, read_text
from yanmo.errors import InputError

QUESTION = {"id": "q1", "question": "谁？", "answers": [{"text": "张三", "answer_start": 0}]}
TREE = {
    "version": "v2.0",
    "data": [
        {
            "title": "人物",
            "paragraphs": [
                {
                    "context": "张三来了。",
                    "qas": [QUESTION, {"question": "几点？", "is_impossible": True, "answers": []}],
                }
            ],
        },
        {"paragraphs": []},
    ],
}


@pytest.mark.parametrize("name", ["train.json", "train.JSON.gz"])
def test_questions_are_records(tmp_path: Path, name: str) -> None:
    content = json.dumps(TREE, ensure_ascii=False).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    one, two = read_records(tmp_path / name)
    assert one.fields == {"title": "人物", "context": "张三来了。", **QUESTION}
    assert one.source.endswith(f"{name}:q1")
    assert two.source.endswith(f"{name}:1.2")
    assert two.fields["is_impossible"] is True


@pytest.mark.parametrize(
    "content",
    [
        '{"data": [{"paragraphs": [3]}]}',
        '{"data": [{"paragraphs": []}, {"title": "a"}]}',
        '{"data": [{"paragraphs": [{"context": "a"}]}]}',
    ],
)
def test_another_form_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "set.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        list(read_records(tmp_path / "set.json"))
    assert error.value.key == "corpus.bad_squad"
    assert len(str(error.value).splitlines()) == 3


def test_a_whole_text_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("第一行。\r\n\r\n 第二行。\n".encode("gb18030") * 5)
    assert read_text(tmp_path / "a.txt") == "第一行。\r\n\r\n 第二行。\n" * 5
    (tmp_path / "b.txt").write_bytes(b"\x89PNG" + bytes(range(256)))
    for name, key in (("none.txt", "errors.no_file"), ("b.txt", "corpus.binary")):
        with pytest.raises(InputError) as error:
            read_text(tmp_path / name)
        assert error.value.key == key
