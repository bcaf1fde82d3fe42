"""The uses that the quickstart shows: a task, what it starts from, and labelled stories for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from yanmo.api.run_folder import replace_text
from yanmo.corpus.builtin.storyworld import (
    ner_records,
    question_records,
    similarity_records,
    telling_records,
    translation_records,
    wish_records,
)
from yanmo.corpus.builtin.storyworld.structure import Split
from yanmo.corpus.document import Record
from yanmo.messages import text

SIZES: Mapping[Split, int] = {"train": 2_000, "dev": 400}  # stories
FEW = 100  # where labels are dear, and pre-training shows
TRANSLATED = 60  # test sentences


@dataclass(frozen=True, kw_only=True)
class Use:
    """A task, the pre-trained model that it starts from, the name of its files, and the metric that is shown."""

    task: str
    base: str
    data: str
    metric: str
    records: Callable[..., Iterable[Record]]
    few: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path, sizes: Mapping[Split, int] | None = None) -> None:
        """The labelled stories as files, so that they can be looked at and used again."""
        folder.mkdir(exist_ok=True)
        usual = {**SIZES, "train": FEW} if self.few else SIZES
        for split, size in (sizes or usual).items():
            path = folder / f"{self.data}.{split}.jsonl"
            if not path.is_file():
                records = self.records(split=split, size=size)
                lines = (json.dumps(dict(record.fields), ensure_ascii=False) for record in records)
                replace_text(path, "".join(f"{line}\n" for line in lines))


def title(task: str) -> str:
    """What the screen calls the use of a task."""
    return text(f"quickstart.{task}", few=FEW)


def _sentence_pairs(*, split: Split, size: int) -> Iterable[Record]:
    """All sentences to learn from, few to test with: they are translated word by word, one after the other."""
    pairs = translation_records(split=split, size=size)
    return pairs if split == "train" else islice(pairs, TRANSLATED)


USES = (
    Use(
        task="text_classification", base="bert", data="topic", metric="accuracy",
        records=partial(wish_records, language="both"), few=True,
    ),
    Use(
        task="token_classification", base="bert", data="ner", metric="f1",
        records=partial(ner_records, language="both"),
    ),
    Use(
        task="question_answering", base="bert", data="questions", metric="f1",
        records=partial(question_records, language="both"),
    ),
    Use(
        task="sentence_similarity", base="bert", data="wishes", metric="spearman",
        records=partial(similarity_records, language="both"), few=True,
    ),
    Use(
        task="text_generation", base="gpt2", data="tellings", metric="perplexity",
        records=partial(telling_records, language="both"),
    ),
    Use(
        task="translation", base="transformer", data="pairs", metric="bleu", records=_sentence_pairs,
        settings={"direction": "en-zh", "beams": 1},
    ),
)  # fmt: skip
