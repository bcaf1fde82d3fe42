"""The saved folder in `transformers`: the same ids, special tokens included."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from yanmo.errors import InputError
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

from .conftest import KINDS, SMALL, corpus

transformers = pytest.importorskip("transformers")

TEXTS = [
    *corpus(20, seed=3),
    "",
    "  two  spaces\n\nnew line\ttab　wide",
    '"quoted" don\'t — … “引号”《书名》',
    "𠮷龘 😀👍🏽 é e\u0301 \u200b[MASK] <|endoftext|> [SEP]",
]


def same(tokenizer: Tokenizer, folder: Path, name: str) -> None:
    other = getattr(transformers, name).from_pretrained(folder)
    assert other.model_max_length == 128 and len(other) == tokenizer.vocab_size
    roles = ("pad", "unk", "cls", "sep", "mask", "bos", "eos")
    for role in roles:
        assert getattr(other, f"{role}_token_id") == getattr(tokenizer, f"{role}_id"), role
    for text in TEXTS:
        if tokenizer.kind == "wordpiece":  # there nothing composes what was given decomposed
            text = unicodedata.normalize("NFC", text)
        ids = tokenizer.encode(text).ids
        whole = ids if tokenizer.cls_id is None else [tokenizer.cls_id, *ids, tokenizer.sep_id]
        assert other(text, add_special_tokens=False)["input_ids"] == ids
        assert other(text)["input_ids"] == whole
    assert ("token_type_ids" in other("a")) == (tokenizer.cls_id is not None)


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("model_type", [None, "bert", "gpt2"])
def test_auto_tokenizer(kind: str, lowercase: bool, model_type: str | None, tmp_path: Path) -> None:
    tokenizer = train(corpus(), TokenizerConfig(kind=kind, vocab_size=SMALL[kind], lowercase=lowercase))
    tokenizer.save(tmp_path, model_max_length=128)
    if model_type is not None:
        ids = {"bos_token_id": 0, "eos_token_id": 0} if model_type == "gpt2" else {}
        (tmp_path / "config.json").write_text(
            json.dumps({"model_type": model_type, "vocab_size": 400, **ids})
        )
    same(tokenizer, tmp_path, "AutoTokenizer")


def test_named_classes(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path, model_max_length=128)
    same(tokenizer, tmp_path, "PreTrainedTokenizerFast")
    if tokenizer.kind == "wordpiece":
        same(tokenizer, tmp_path, "BertTokenizerFast")


def test_pairs_and_token_types(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path, model_max_length=128, token_types=False)
    assert "token_type_ids" not in transformers.AutoTokenizer.from_pretrained(tmp_path)("a")
    if tokenizer.cls_id is None:
        return
    tokenizer.save(tmp_path, model_max_length=128)
    pair = transformers.AutoTokenizer.from_pretrained(tmp_path)("the", "dogs")
    first, second = tokenizer.encode("the").ids, tokenizer.encode("dogs").ids
    assert pair["input_ids"] == [2, *first, 3, *second, 3]
    assert pair["token_type_ids"] == [0] * (len(first) + 2) + [1] * (len(second) + 1)


@pytest.mark.parametrize("lowercase", [False, True])
def test_what_transformers_saves_loads_here(lowercase: bool, tmp_path: Path) -> None:
    trained = train(corpus(), TokenizerConfig(vocab_size=150, lowercase=lowercase))
    trained.save(tmp_path / "ours")
    bert = transformers.BertTokenizerFast(
        vocab=trained.backend.get_vocab(), do_lower_case=lowercase, clean_up_tokenization_spaces=False
    )
    bert.save_pretrained(tmp_path / "theirs")
    loaded = Tokenizer.load(tmp_path / "theirs")
    for text in TEXTS:
        assert loaded.encode(text) == trained.encode(text)
    assert loaded.special_ids == trained.special_ids


def small_bert(folder: Path, **settings: object) -> None:
    """A folder as `transformers` writes it, with other settings."""
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "<e>",
        "the",
        "The",
        "cafe",
        "café",
        "今",
        "天",
        "今天",
    ]
    bert = transformers.BertTokenizerFast(vocab={piece: index for index, piece in enumerate(pieces)})
    bert.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | settings), encoding="utf-8")
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")


def same_ids(folder: Path) -> Tokenizer:
    ours, theirs = Tokenizer.load(folder), transformers.AutoTokenizer.from_pretrained(folder)
    for text in ("The café", "the CAFÉ cafe", "今天", "a new<e>thing NEW", "New [MASK]"):
        assert ours.encode(text).ids == theirs(text, add_special_tokens=False)["input_ids"], text
    assert ours.vocab_size == len(theirs)
    return ours


@pytest.mark.parametrize(
    "settings", [{"do_lower_case": False}, {"strip_accents": False}, {"tokenize_chinese_chars": False}]
)
def test_the_settings_beside_a_tokenizer_hold(settings: dict[str, object], tmp_path: Path) -> None:
    small_bert(tmp_path, **settings)
    same_ids(tmp_path)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("way", ["added_tokens.json", "added_tokens_decoder"])
def test_tokens_that_were_added_later_are_read(whole: bool, way: str, tmp_path: Path) -> None:
    """As older versions wrote them: beside the vocabulary, not in it."""
    flags = dict.fromkeys(("lstrip", "rstrip", "single_word", "special"), False)
    listed = {"13": {"content": "new", "normalized": True, **flags}}
    small_bert(tmp_path, **({"added_tokens_decoder": listed} if way == "added_tokens_decoder" else {}))
    (tmp_path / "special_tokens_map.json").write_text('{"additional_special_tokens": ["<e>"]}')
    if way == "added_tokens.json":
        (tmp_path / way).write_text('{"new": 13}')
    if not whole:
        (tmp_path / "tokenizer.json").unlink()
    ours = Tokenizer.load(tmp_path)
    assert ours.encode("new").ids == [13]
    if way == "added_tokens.json":  # with the other one `transformers` 5 reads no special_tokens_map.json
        assert 5 in same_ids(tmp_path).special_ids
        (tmp_path / way).write_text('{"new": 14}')
        with pytest.raises(InputError, match="new = 14"):
            Tokenizer.load(tmp_path)


def test_a_first_space_as_the_settings_say(tmp_path: Path) -> None:
    trained = train(corpus(), TokenizerConfig(kind="byte_bpe", vocab_size=SMALL["byte_bpe"]))
    trained.backend.model.save(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "gpt2", "bos_token_id": 0, "eos_token_id": 0}')
    transformers.AutoTokenizer.from_pretrained(tmp_path).save_pretrained(tmp_path)
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"add_prefix_space": True}))
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert Tokenizer.load(tmp_path).encode("the fox").ids == theirs("the fox")["input_ids"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS)
