"""A sample of a corpus under the tokenizers that a plan considers: ids to train on, and how predictable they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from yanmo.api import model_source
from yanmo.api.loss_law import TextStatistics
from yanmo.api.plan_corpus import CorpusSample
from yanmo.api.pretrain import require_pairs
from yanmo.api.pretrain_config import DEFAULT_TOKENIZER, PretrainConfig
from yanmo.api.text_plan import text_plan
from yanmo.corpus.document import Document
from yanmo.data.cursor import Cursor
from yanmo.data.example import IntArray
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.prepare import HELD_OUT_TOKENS, Stores, prepare
from yanmo.data.store import TokenStore
from yanmo.errors import ConfigError, InputError
from yanmo.metrics.entropy import ngram_losses
from yanmo.models.backbone import Backbone
from yanmo.objectives import Objective
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.tokenizers.train import adapted

COUNTED = (
    400_000  # tokens that the statistics are counted on: of a larger sample they would be another measure
)
ASKED = 40_000  # tokens that they are tested on
ENCODED = 1_500_000  # characters that are encoded, to count and to train on
APART = 0.1  # of the sample, for that test
READER_BYTES = 230 * 2**20  # a process that reads and tokenises, before it holds any text
BYTES_PER_CHARACTER = 5.5  # of the sample that a tokenizer is trained on
TOKENIZER_CHARACTERS = 32_000_000  # the largest such sample


@dataclass(frozen=True, kw_only=True)
class Tokenization:
    """The corpus under one tokenizer.

    vocab_size: of the run, which may find more in the whole corpus than there is in the sample. tokens_per_epoch:
    with special tokens, as training counts them. labels_per_token: of the term that predicts tokens.
    """

    tokenizer: Tokenizer
    vocab_size: int
    store: TokenStore
    statistics: TextStatistics
    tokens_per_epoch: float
    labels_per_token: float
    held_out_tokens: int


class Tokenizations:
    """The sample, tokenised once for each size of vocabulary that is asked for. `folder` is for what is encoded."""

    def __init__(
        self,
        config: PretrainConfig,
        sample: CorpusSample,
        model: type[Backbone],
        objective: Objective,
        folder: Path,
    ) -> None:
        self.config = config
        self.sample = sample
        self.model = model
        self.objective = objective
        self.length = config.sequence_length(model, config.max_positions)
        self._encoded = sample.fewer(ENCODED)
        self._folder = folder
        self._made: dict[int, Tokenization] = {}

    @property
    def reading_bytes(self) -> int:
        """The most that the stages before training hold: the sample that the tokenizer is trained on."""
        characters = min(self.sample.characters, TOKENIZER_CHARACTERS)
        return round(READER_BYTES + BYTES_PER_CHARACTER * characters)

    def under(self, vocab_size: int) -> Tokenization:
        """Under the configured tokenizer, else one of that size, or of as many entries as the text gives.

        Errors: ConfigError where the configured one cannot be had; InputError where there is too little text.
        """
        if vocab_size not in self._made:
            self._made[vocab_size] = self._make(vocab_size)
        return self._made[vocab_size]

    def plan(self, tokenization: Tokenization, batch_tokens: int) -> Plan:
        """The batches of the sample."""
        return self._plan(tokenization.store, tokenization.tokenizer, batch_tokens)

    def _make(self, vocab_size: int) -> Tokenization:
        tokenizer = self._tokenizer(vocab_size)
        size = self._asked or tokenizer.vocab_size
        stores = self._encode(tokenizer, self._folder / str(vocab_size))
        seen = sum(store.num_tokens for store in (stores.train, stores.held_out) if store is not None)
        whole = seen * self.sample.characters / max(1, self._encoded.sampled)
        held_out = round(min(HELD_OUT_TOKENS, self.config.share_held_out() * whole))
        tokens = max(1, round(whole) - held_out)
        plan = self._plan(stores.train, tokenizer, self.config.train.places)
        batch = next(plan.stream(Cursor()))
        framed, count = sequences(plan)
        unigram, neighbours = _losses(stores, tokenizer.vocab_size)
        return Tokenization(
            tokenizer=tokenizer,
            vocab_size=size,
            store=stores.train,
            statistics=TextStatistics(
                vocab_size=size,
                tokens=tokens,
                unigram=unigram,
                neighbours=neighbours,
                length=framed / count,
            ),
            tokens_per_epoch=tokens * framed / stores.train.num_tokens,
            labels_per_token=batch.counts().get(str(self.objective.text_term), 0) / batch.num_tokens,
            held_out_tokens=held_out,
        )

    def _encode(self, tokenizer: Tokenizer, folder: Path) -> Stores:
        tokenizer.save(folder / "tokenizer")
        stores = prepare(
            folder / "data",
            (Document(text=text, id="", source="") for text in self._encoded.texts),
            tokenizer,
            tokenizer_folder=folder / "tokenizer",
            held_out_share=APART,
            lineage={},
            workers=1,
        )
        if not stores.train.num_tokens:
            raise InputError("tokenizers.no_text")
        if self.objective.needs_pairs:
            require_pairs(stores.train)
        return stores

    def _tokenizer(self, vocab_size: int) -> Tokenizer:
        given = self.config.tokenizer
        if isinstance(given, str):
            return Tokenizer.load(Path(model_source.model_folder(given)))
        settings = given or TokenizerConfig(kind=DEFAULT_TOKENIZER[self.model.family])
        settings = settings.model_copy(update={"vocab_size": self._asked or vocab_size})
        try:
            return train(self.sample.texts, settings)
        except ConfigError as error:
            fits = adapted(settings, error)
            # a part of the corpus may give fewer entries than the whole will
            fixed = self._asked is not None and (self.sample.whole or "maximum" not in error.values)
            if fits is None or fixed:
                raise
            return train(self.sample.texts, fits)

    @property
    def _asked(self) -> int | None:
        """The size of vocabulary that the configuration sets, if it does."""
        given = self.config.tokenizer
        if isinstance(given, str) or given is None or not given.is_size_fixed:
            return None
        return given.vocab_size

    def _plan(self, store: TokenStore, tokenizer: Tokenizer, batch_tokens: int) -> Plan:
        settings = self.config.train.model_copy(update={"batch_tokens": batch_tokens})
        frame = frame_of(tokenizer, self.model.family)
        return text_plan(settings, store, self.objective, frame, length=self.length)


def _losses(stores: Stores, vocab_size: int) -> tuple[float, float]:
    """Of one token and of two, in nats, counted on one part of the sample and tested on the other."""
    counted = _ids(stores.train, COUNTED + ASKED)
    if stores.held_out is None:
        cut = max(1, len(counted) * 9 // 10)
        counted, asked = counted[:cut], counted[cut:]
    else:
        asked = _ids(stores.held_out, ASKED)
    if len(asked) < 2:
        asked = counted
    unigram, neighbours = ngram_losses(counted[:COUNTED], asked, vocab_size=vocab_size, order=2)
    return unigram, neighbours


def _ids(store: TokenStore, most: int) -> IntArray:
    """Whole documents of the store, from its beginning, until there are `most` tokens."""
    taken: list[IntArray] = []
    for start, end in pairwise(store.documents.tolist()):
        taken.append(store.read(start, end))
        if end >= most:
            break
    return np.concatenate(taken)


def sequences(plan: Plan) -> tuple[int, int]:
    """Tokens of an epoch, special tokens counted, and how many sequences hold them."""
    lengths = [
        sample.length
        for window in range(plan.num_windows)
        for planned in plan.batches(0, window)
        for row in planned.rows
        for _, sample in row
    ]
    return sum(lengths), max(1, len(lengths))
