"""The tokenizer files of a Hugging Face directory, new and old."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers import Tokenizer as Backend
from yanmo.errors import InputError, kind_of, reason_of
from yanmo.messages import text

# role -> the names that published vocabularies give it
ROLES: Mapping[str, tuple[str, ...]] = {
    "pad": ("[PAD]", "<pad>", "<|pad|>"),
    "unk": ("[UNK]", "<unk>"),
    "cls": ("[CLS]",),
    "sep": ("[SEP]",),
    "mask": ("[MASK]", "<mask>"),
    "bos": ("<s>", "<|endoftext|>"),
    "eos": ("</s>", "<|endoftext|>"),
}
Settings = Mapping[str, object]
# the classes of `transformers` that go by their settings where tokenizer.json says otherwise
_BERT = {"BertTokenizer", "BertTokenizerFast"}
_GPT2 = {"GPT2Tokenizer", "GPT2TokenizerFast"}
_BERT_RULES = {
    "do_lower_case": "lowercase",
    "strip_accents": "strip_accents",
    "tokenize_chinese_chars": "handle_chinese_chars",
}
_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


def read_pretrained(folder: Path) -> tuple[Backend, dict[str, str]]:
    """The tokenizer in `folder`, and role -> special token as its files say. Errors: InputError."""
    settings: dict[str, object] = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        settings |= _read_json(folder / name)
    specials = {role: token for role in ROLES if (token := _content(settings.get(f"{role}_token")))}
    if (folder / "tokenizer.json").is_file():
        backend = _from_json(folder / "tokenizer.json")
        _overrule(backend, settings)
    elif (folder / "vocab.txt").is_file():
        backend = _old_bert(folder / "vocab.txt", settings)
    elif (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        backend = _old_gpt2(folder, settings)
    else:
        raise InputError("tokenizers.no_files", folder=folder)
    _add_listed(backend, folder, settings)
    missing = [token for token in specials.values() if backend.token_to_id(token) is None]
    return backend, {role: token for role, token in specials.items() if token not in missing}


def read_chat_template(folder: Path) -> str | None:
    """How the model behind this tokenizer writes conversations, as its files say. Errors: InputError."""
    path = folder / "chat_template.jinja"  # where `transformers` 5 writes it
    if path.is_file():
        return path.read_text(encoding="utf-8")
    template = _read_json(folder / "tokenizer_config.json").get("chat_template")
    return template if isinstance(template, str) else None


def _from_json(path: Path) -> Backend:
    try:
        backend = Backend.from_file(str(path))
    except Exception as error:  # the library raises bare Exception for a file it cannot parse
        raise InputError("tokenizers.unreadable", path=path, reason=reason_of(error)) from None
    if isinstance(backend.model, models.WordLevel):
        raise InputError("tokenizers.unreadable", path=path, reason="WordLevel")
    return backend


def _overrule(backend: Backend, settings: Settings) -> None:
    """What tokenizer_config.json says of case, accents, Chinese and the first space holds, as in `transformers`."""
    rules, split = backend.normalizer, backend.pre_tokenizer
    given = {_BERT_RULES[key]: settings[key] for key in _BERT_RULES if key in settings}
    if given and isinstance(rules, normalizers.BertNormalizer) and _is_of(settings, _BERT):
        for name, value in given.items():
            setattr(rules, name, value if isinstance(value, bool) else None)
        backend.normalizer = rules
    prefix = settings.get("add_prefix_space")
    if isinstance(prefix, bool) and isinstance(split, pre_tokenizers.ByteLevel) and _is_of(settings, _GPT2):
        split.add_prefix_space = prefix
        backend.pre_tokenizer = split


def _is_of(settings: Settings, classes: set[str]) -> bool:
    return settings.get("tokenizer_class") is None or settings["tokenizer_class"] in classes


def _add_listed(backend: Backend, folder: Path, settings: Settings) -> None:
    """Tokens that were added to a vocabulary stand in files of their own beside vocab.txt and merges.txt.

    Errors: InputError for one that does not get the id that its file says.
    """
    named = {_content(settings.get(f"{role}_token")) for role in ROLES}
    for key in ("additional_special_tokens", "extra_special_tokens"):
        extra = settings.get(key)
        named |= {_content(each) for each in extra} if isinstance(extra, list) else set()
    listed = settings.get("added_tokens_decoder")
    if isinstance(listed, Mapping):
        path, tokens = folder / "tokenizer_config.json", _with_flags(listed)
    else:
        path = folder / "added_tokens.json"
        tokens = [
            (index, AddedToken(token, normalized=token not in named, special=token in named))
            for token, index in _read_json(path).items()
        ]
    known = {token.content for token in backend.get_added_tokens_decoder().values()}
    for index, token in sorted(tokens, key=lambda item: int(str(item[0]))):
        if token.content not in known:
            backend.add_tokens([token])
        if backend.token_to_id(token.content) != int(str(index)):
            raise InputError("tokenizers.unreadable", path=path, reason=f"{token.content} = {index}")
    known |= {token.content for _, token in tokens}
    # one without an id has no vector either
    found = [name for name in sorted(named - known) if name and backend.token_to_id(name) is not None]
    backend.add_special_tokens([_special(name) for name in found])


def _with_flags(listed: Mapping[str, object]) -> list[tuple[object, AddedToken]]:
    return [
        (index, AddedToken(_content(token), **{name: bool(token.get(name)) for name in _FLAGS}))
        for index, token in listed.items()
        if isinstance(token, Mapping)
    ]


def _old_bert(path: Path, settings: Settings) -> Backend:
    """BERT as it was published: one piece per line, the rules in tokenizer_config.json or BERT's own."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise InputError("tokenizers.unreadable", path=path, reason=reason_of(error)) from None
    vocabulary = {line.rstrip("\r"): index for index, line in enumerate(lines) if line.rstrip("\r")}
    unknown = _content(settings.get("unk_token")) or "[UNK]"
    if unknown not in vocabulary:
        raise InputError("tokenizers.unreadable", path=path, reason=unknown)
    accents = settings.get("strip_accents")
    backend = Backend(models.WordPiece(vocabulary, unk_token=unknown))
    backend.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=bool(settings.get("tokenize_chinese_chars", True)),
        strip_accents=accents if isinstance(accents, bool) else None,
        lowercase=bool(settings.get("do_lower_case", True)),
    )
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix="##")
    names = {role: _content(settings.get(f"{role}_token")) or ROLES[role][0] for role in list(ROLES)[:5]}
    known = {role: name for role, name in names.items() if name in vocabulary}
    backend.add_special_tokens([_special(name) for name in known.values()])
    if {"cls", "sep"} <= known.keys():
        cls, sep = known["cls"], known["sep"]
        backend.post_processor = processors.TemplateProcessing(
            single=f"{cls}:0 $A:0 {sep}:0",
            pair=f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1",
            special_tokens=[(token, vocabulary[token]) for token in (cls, sep)],
        )
    return backend


def _old_gpt2(folder: Path, settings: Settings) -> Backend:
    """GPT-2 as it was published: pieces with ids, and merges."""
    try:
        model = models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    except Exception as error:
        raise InputError(
            "tokenizers.unreadable", path=folder / "vocab.json", reason=reason_of(error)
        ) from None
    backend = Backend(model)
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(
        add_prefix_space=bool(settings.get("add_prefix_space", False))
    )
    backend.decoder = decoders.ByteLevel()
    backend.post_processor = processors.ByteLevel(trim_offsets=False)
    names = {_content(settings.get(f"{role}_token")) for role in ROLES} | {"<|endoftext|>"}
    backend.add_special_tokens(
        [_special(name) for name in sorted(names) if backend.token_to_id(name) is not None]
    )
    return backend


def _special(token: str) -> AddedToken:
    return AddedToken(token, special=True, normalized=False)


def _content(value: object) -> str:
    """The token that a settings file names, as a string or as an object with `content`; else nothing."""
    if isinstance(value, Mapping):
        value = value.get("content")
    return value if isinstance(value, str) else ""


def _read_json(path: Path) -> dict[str, object]:
    """What a settings file holds, or nothing when there is none. Errors: InputError."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("tokenizers.unreadable", path=path, reason=reason_of(error)) from None
    if not isinstance(value, dict):
        raise InputError(
            "tokenizers.unreadable", path=path, reason=text("errors.reason_holds", kind=kind_of(value))
        )
    return value
