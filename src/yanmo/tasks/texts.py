"""The texts of a record, one or a pair, and what is kept of those that are too long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from yanmo.corpus.document import Record
from yanmo.data.example import Example, IntArray
from yanmo.errors import InputError, as_json
from yanmo.tasks.config import TEXT_FIELDS, TaskConfig, text_name
from yanmo.tasks.targets import is_number
from yanmo.tasks.task import Encoder

PAIRS = (
    ("text", "text_pair"),
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("text_a", "text_b"),
    ("sentence_a", "sentence_b"),
    ("question1", "question2"),
    ("question", "sentence"),
    ("sent0", "sent1"),
    ("anchor", "positive"),
    ("query", "positive"),
    ("query", "title"),
    ("query", "passage"),
    ("query", "document"),
    ("sentence_A", "sentence_B"),
    ("text1", "text2"),
)  # the usual names of two texts
LONE = frozenset(
    {*TEXT_FIELDS, "query", "question", "title", "passage", "document", "positive"}
)  # these also stand alone
ABOUT = frozenset(
    {
        "label",
        "labels",
        "category",
        "class",
        "gold_label",
        "is_duplicate",
        "score",
        "similarity",
        "similarity_score",
        "tokens",
        "tags",
        "ner_tags",
    }
    | {"entities", "messages", "conversations", "question", "answer", "answers", "choices", "options"}
    | {"prompt", "completion", "instruction", "output", "response", "translation", "summary", "highlights"}
)  # what makes a record more than its text
AROUND = 60  # characters on each side of a span that is shown
NEGATIVES = ("negative", "hard_neg")  # the usual names of a hard negative
_NUMBERING = re.compile(r"(?i)(?:.*_id|.*id\d?|idx|index|no\.?|unnamed: \d+|__index_level_\d+__|)")
LOOKED_AT = 2000  # records
FEW = 5  # values of a column that may be one of labels


def texts_of(record: Record, config: TaskConfig, *, pair: bool | None = None) -> tuple[str, ...]:
    """The text of a record, or both texts of a pair.

    pair: what is needed, two texts (True) or one (False); None: whatever the record holds.
    Errors: InputError with file and line for a pair that lacks a side, and where the number is not what is needed.
    """
    names = pair_names(record, config)
    known = list(record.fields)
    if names is None and pair:
        usual = [" + ".join(each) for each in PAIRS]
        raise InputError("pairs.no_pair", source=record.source, known=known, usual=usual)
    if names is None:
        return (record.text(text_name(record, config)),)
    if pair is False:
        raise InputError("pairs.unexpected_pair", source=record.source, known=known)
    for name in names:
        value = record.fields.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise InputError(
                "pairs.missing_side", source=record.source, missing=name, names=" + ".join(names)
            )
    return tuple(record.text(name) for name in names)


def refuse_blank(records: Sequence[Record], config: TaskConfig) -> None:
    """Errors: InputError naming a record whose text has no character to judge by."""
    for record in records:
        value = record.fields.get(text_name(record, config))
        if isinstance(value, str) and not value.strip():
            raise InputError("predict.blank", source=record.source)


def pair_names(record: Record, config: TaskConfig) -> tuple[str, str] | None:
    """The fields of a pair, though one of them may be empty or missing; None for a single text."""
    if config.pair_field is not None:
        return config.text_field, config.pair_field
    own = config.text_field in record.fields
    for names in sorted(PAIRS, key=config.columns.keys().isdisjoint):
        if (not own or names[0] == config.text_field) and all(name in record.fields for name in names):
            return names
    if own or "tokens" in record.fields:
        return None
    return next((names for names in PAIRS if any(name in record.fields for name in set(names) - LONE)), None)


def is_text_alone(record: Record, config: TaskConfig) -> bool:
    """Whether a record holds a text, and no column that says something of it."""
    return isinstance(record.fields.get(config.text_field), str) and ABOUT.isdisjoint(record.fields)


def have_negatives(records: Sequence[Record]) -> bool:
    """Whether the records hold hard negatives. Errors: InputError naming a record that lacks one."""
    names = [negative(record) for record in records]
    usual = next(filter(None, names), None)
    if usual is not None and None in names:
        raise InputError("pairs.no_negative", source=records[names.index(None)].source, field=usual)
    return usual is not None


def negative(record: Record) -> str | None:
    """The field of the hard negative of a record."""
    return next((name for name in NEGATIVES if record.fields.get(name)), None)


def label_like(records: Sequence[Record], config: TaskConfig) -> list[str]:
    """The columns of pairs, their texts and numbers of rows aside, whose values are numbers or few."""
    read = {*(pair_names(records[0], config) or ()), negative(records[0])}
    columns = [name for name in records[0].fields if name not in read and not _NUMBERING.fullmatch(name)]
    found = {name: {as_json(record.fields.get(name)) for record in records[:LOOKED_AT]} for name in columns}
    return [
        name
        for name, values in found.items()
        if len(values) > 1 and (len(values) <= FEW or all(is_number(value.strip('"')) for value in values))
    ]


def fit(
    texts: Sequence[str], encoder: Encoder, rule: Literal["head", "tail", "head_tail"]
) -> tuple[list[IntArray], bool]:
    """The ids of one text, or of a pair, that fit one sequence, and whether anything was cut."""
    ids = [np.array(encoder.ids(text), dtype=np.int64) for text in texts]
    room = encoder.room - encoder.frame.framed_length(*(0 for _ in ids))
    lengths = (min(len(ids[0]), room),) if len(ids) == 1 else longest_first(len(ids[0]), len(ids[1]), room)
    kept = [shorten(each, length, rule) for each, length in zip(ids, lengths, strict=True)]
    return kept, any(len(one) < len(other) for one, other in zip(kept, ids, strict=True))


def longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """Lengths that fit `room` together: tokens are taken from the longer text, of equal ones from the second.

    As BERT shortens pairs, and Hugging Face's `longest_first`.
    """
    excess = max(0, first + second - room)
    cut = min(excess, abs(first - second))  # the longer one down to the other's length at once
    first, second = (first - cut, second) if first > second else (first, second - cut)
    excess -= cut
    return first - excess // 2, second - (excess - excess // 2)


def shorten(ids: IntArray, room: int, rule: Literal["head", "tail", "head_tail"]) -> IntArray:
    """At most `room` ids: from the head, the tail, or a quarter from the head and the rest from the tail."""
    if len(ids) <= room:
        return ids
    head = {"head": room, "tail": 0, "head_tail": room // 4}[rule]
    return np.concatenate([ids[:head], ids[len(ids) - (room - head) :]])


def around(text: str, start: int, end: int) -> str:
    """A span in 【】 with the characters that stand beside it."""
    before = ("…" if start > AROUND else "") + text[max(0, start - AROUND) : start]
    after = text[end : end + AROUND] + ("…" if end + AROUND < len(text) else "")
    return f"{before}【{text[start:end]}】{after}"


def side_by_side(texts: Sequence[str], encoder: Encoder) -> tuple[Example, IntArray, bool]:
    """Texts as one example whose parts do not see each other, the summary token of each, and whether one was cut.

    What is too long loses its tail, as in sentence-transformers.
    """
    room = encoder.room - encoder.frame.framed_length(0)
    ids = [np.array(encoder.ids(each), dtype=np.int64) for each in texts]
    parts = [encoder.frame.build([shorten(each, room, "head")]) for each in ids]
    example, at = beside(parts, encoder)
    return example, at, any(len(each) > room for each in ids)


def beside(parts: Sequence[Example], encoder: Encoder) -> tuple[Example, IntArray]:
    """Sequences as one example in which they do not see each other, and the summary token of each."""
    lengths = [len(part.input_ids) for part in parts]
    ends = np.cumsum(lengths)
    example = Example(
        input_ids=np.concatenate([part.input_ids for part in parts]),
        token_type_ids=np.concatenate([part.token_type_ids for part in parts]),
        protected=np.concatenate([part.protected for part in parts]),
        prefix_length=encoder.prefix_length(sum(lengths)),
        parts=tuple(lengths),
    )
    at = [
        int(end) - length + encoder.frame.summary_position(length)
        for end, length in zip(ends, lengths, strict=True)
    ]
    return example, np.array(at, dtype=np.int64)
