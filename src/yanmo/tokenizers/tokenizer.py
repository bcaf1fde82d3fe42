"""The Tokenizer that everything else uses: a `tokenizers` object, its special ids, its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, normalizers, processors
from tokenizers import Encoding as BackendEncoding
from tokenizers import Tokenizer as Backend
from yanmo.tokenizers.composed import as_given, composed, is_composed
from yanmo.tokenizers.pretrained import ROLES, read_chat_template, read_pretrained
from yanmo.tokenizers.scripts import join_chinese

BERT_SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """One text as tokens; the three lists run in parallel.

    `offsets` are character spans of the original text, whatever the normaliser did, and begin with white
    space only where the token is nothing else. Several tokens share a span where a character takes several
    (byte_bpe). `word_ids` number the pre-split chunks; None: a special token found in the text.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    word_ids: list[int | None]


class Tokenizer:
    """Text to ids and back. No special tokens are added, but `[MASK]` in a text is read as the special one.

    A lone surrogate, which is no character, is read as U+FFFD; offsets stay those of the original text.
    """

    def __init__(
        self,
        backend: Backend,
        specials: Mapping[str, str] | None = None,
        *,
        chat_template: str | None = None,
    ) -> None:
        """`specials`: role -> token; roles that are not given are found by the well-known names.

        `chat_template`: how `transformers` writes a conversation (Jinja), for a model that has learnt them.
        """
        backend.no_truncation()
        backend.no_padding()
        self.backend = backend
        self.chat_template = chat_template
        self.kind = _kind(backend)
        self.vocab_size = backend.get_vocab_size()
        self.specials = _specials(backend, specials or {})
        roles = {role: backend.token_to_id(token) for role, token in self.specials.items()}
        self.pad_id: int | None = roles.get("pad")
        self.unk_id: int | None = roles.get("unk")
        self.cls_id: int | None = roles.get("cls")
        self.sep_id: int | None = roles.get("sep")
        self.mask_id: int | None = roles.get("mask")
        self.bos_id: int | None = roles.get("bos")
        self.eos_id: int | None = roles.get("eos")
        added = backend.get_added_tokens_decoder()
        self.special_ids = frozenset(roles.values()) | {id for id, token in added.items() if token.special}

    def encode(self, text: str, *, read_special: bool = True) -> Encoding:
        """The tokens of one text. `read_special=False`: a `[MASK]` in the text is plain characters."""
        return self.encode_batch([text], read_special=read_special)[0]

    def encode_batch(self, texts: Sequence[str], *, read_special: bool = True) -> list[Encoding]:
        """The tokens of many texts, on all cores (unless TOKENIZERS_PARALLELISM=false).

        A corpus is encoded with `read_special=False`, or a document with `<|endoftext|>` in it would end.
        WordPiece reads composed characters; offsets are of the text as given.
        """
        if self.kind == "wordpiece" and not all(map(is_composed, texts)):
            pairs = [composed(text) for text in texts]
            encodings = self._encode_batch([text for text, _ in pairs], read_special=read_special)
            return [
                Encoding(one.ids, as_given(one.offsets, spans), one.word_ids)
                for one, (_, spans) in zip(encodings, pairs, strict=True)
            ]
        return self._encode_batch(texts, read_special=read_special)

    def _encode_batch(self, texts: Sequence[str], *, read_special: bool) -> list[Encoding]:
        self.backend.encode_special_tokens = not read_special
        try:
            encoded = self.backend.encode_batch(list(texts), add_special_tokens=False)
        except (
            TypeError
        ):  # the library refuses lone surrogates; looking for them beforehand would cost every text
            cleaned = [replace_surrogates(text) for text in texts]
            encoded = self.backend.encode_batch(cleaned, add_special_tokens=False)
        return [_encoding(text, one) for text, one in zip(texts, encoded, strict=True)]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of many texts, as `encode_batch(texts, read_special=False)` has them, without their places."""
        self.backend.encode_special_tokens = True
        if self.kind == "wordpiece":
            texts = [text if is_composed(text) else composed(text)[0] for text in texts]
        try:
            encoded = self.backend.encode_batch_fast(list(texts), add_special_tokens=False)
        except TypeError:  # as in `encode_batch`
            cleaned = [replace_surrogates(text) for text in texts]
            encoded = self.backend.encode_batch_fast(cleaned, add_special_tokens=False)
        return [one.ids for one in encoded]

    def decode(self, ids: Iterable[int], skip_special: bool = True) -> str:
        """The text of `ids`: the same for byte_bpe, up to normalisation and white space for others."""
        text = self.backend.decode(list(ids), skip_special_tokens=skip_special)
        return join_chinese(text) if self.kind == "wordpiece" else text

    def save(
        self, folder: Path, *, model_max_length: int | None = None, token_types: bool | None = None
    ) -> None:
        """Write what `transformers` loads: tokenizer.json, tokenizer_config.json; vocab.txt for WordPiece.

        byte_bpe has no vocab.json and merges.txt: who reads them assumes GPT-2's own pre-split.
        `model_max_length`: the longest sequence in tokens that the model takes.
        `token_types`: whether the model takes token types (unset: if there is a [CLS]); GPT-2 would add them
        to its input as if they were words.
        """
        folder.mkdir(parents=True, exist_ok=True)
        # not backend.save: what it raises on a full disk is no OSError
        (folder / "tokenizer.json").write_text(self.backend.to_str(pretty=True), encoding="utf-8")
        names = {f"{role}_token": token for role, token in self.specials.items()}
        settings: dict[str, object] = {**self._transformers_class(), **names}
        types = ["token_type_ids"] if token_types or (token_types is None and self.cls_id is not None) else []
        settings["model_input_names"] = ["input_ids", *types, "attention_mask"]
        if model_max_length is not None:
            settings["model_max_length"] = model_max_length
        if self.chat_template is not None:
            settings["chat_template"] = self.chat_template
        _write_json(folder / "tokenizer_config.json", settings)
        _write_json(folder / "special_tokens_map.json", names)
        if self.kind == "wordpiece":
            pieces = sorted(self.backend.get_vocab().items(), key=lambda item: item[1])
            (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece, _ in pieces), encoding="utf-8")

    def framed(self, *, end: bool) -> Tokenizer:
        """A copy that adds its bos token before a text (and its eos token after it) when `transformers` encodes.

        For decoders, so that what they are given there begins and ends as what they learned from. `encode` here
        adds nothing, as ever.
        """
        bos, eos = self.specials["bos"], self.specials["eos"]
        backend = Backend.from_str(self.backend.to_str())
        backend.post_processor = processors.TemplateProcessing(
            single=[bos, "$A", *([eos] if end else [])],
            pair=[bos, "$A", eos, "$B", eos] if end else [bos, "$A", "$B"],
            special_tokens=[(token, backend.token_to_id(token)) for token in {bos, eos}],
        )
        return Tokenizer(backend, self.specials, chat_template=self.chat_template)

    def with_chat_template(self, template: str) -> Tokenizer:
        """The same tokenizer for a model that has learnt conversations in this form."""
        return Tokenizer(self.backend, self.specials, chat_template=template)

    @staticmethod
    def load(folder: Path) -> Tokenizer:
        """What `save` or `transformers` wrote, or an old BERT's vocab.txt, or GPT-2's vocab and merges.

        Errors: InputError when the folder holds none of them, or one that cannot be read.
        """
        backend, specials = read_pretrained(Path(folder))
        return Tokenizer(backend, specials, chat_template=read_chat_template(Path(folder)))

    def _transformers_class(self) -> dict[str, object]:
        """BertTokenizer rebuilds BERT's pipeline from these settings; the other one takes tokenizer.json."""
        rules = self.backend.normalizer
        if self.kind == "wordpiece" and isinstance(rules, normalizers.BertNormalizer):
            return {
                "tokenizer_class": "BertTokenizer",
                "do_lower_case": rules.lowercase,
                "strip_accents": rules.strip_accents,
                "tokenize_chinese_chars": rules.handle_chinese_chars,
            }
        return {"tokenizer_class": "PreTrainedTokenizerFast"}


def replace_surrogates(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate; its length stays."""
    return _SURROGATE.sub("\ufffd", text)


def add_bert_specials(backend: Backend) -> None:
    """Make BERT's five tokens special; `transformers` then encodes [CLS] a [SEP] (b [SEP])."""
    backend.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in BERT_SPECIALS])
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, BERT_SPECIALS.index(token)) for token in ("[CLS]", "[SEP]")],
    )


def _kind(backend: Backend) -> str:
    """The name of the family's member that makes such a tokenizer; `bpe` is one that works on characters."""
    model = type(backend.model).__name__
    if model == "BPE":
        return "byte_bpe" if "ByteLevel" in repr(backend.decoder) else "bpe"
    return model.lower()


def _specials(backend: Backend, given: Mapping[str, str]) -> dict[str, str]:
    """Role -> token, for the tokens that the vocabulary has."""
    found: dict[str, str] = {}
    for role, well_known in ROLES.items():
        candidates = [given[role]] if role in given else well_known
        token = next((token for token in candidates if backend.token_to_id(token) is not None), None)
        if token is not None:
            found[role] = token
    return found


def _encoding(text: str, encoded: BackendEncoding) -> Encoding:
    offsets = [
        (start + 1, end) if end - start > 1 and text[start].isspace() else (start, end)
        for start, end in encoded.offsets
    ]
    return Encoding(encoded.ids, offsets, encoded.word_ids)


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
