"""`yanmo encode` and `yanmo similar`: one vector for each text, and the texts that are nearest to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.data.example import Example
from yanmo.errors import InputError, RunError, reason_of
from yanmo.interop.sentence_transformers import Pooling, read_pooling
from yanmo.layers.pooling import mean_pool
from yanmo.messages import text
from yanmo.metrics.retrieval import Vectors
from yanmo.models.learner import Learner
from yanmo.tasks.inference import run
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.task import Encoder
from yanmo.training.durable import replacing

if TYPE_CHECKING:
    from yanmo.api.predict import Model

AT_ONCE = 4096  # texts that are sorted by length; memory stays flat
TERM = "text"
POOLINGS: tuple[Literal["mean", "cls"], ...] = ("mean", "cls")


@dataclass(frozen=True, kw_only=True)
class Near:
    """A text, its place among those that were searched (from 0), and its cosine with the query."""

    index: int
    text: str
    similarity: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def encode(
    model: Model, texts: Sequence[str], *, normalize: bool = False, batch_tokens: int = 8192
) -> Vectors:
    """One vector for each text, float32 [texts, hidden].

    A bi-encoder pools as it was trained, any other encoder takes the mean over its tokens. Texts of like length go
    together, so that short ones do not pay for long ones; `batch_tokens` changes the numbers by rounding alone. What
    is too long loses its tail.
    Errors: RunError for a cross-encoder and for an untrained model.
    """
    width = model.learner.backbone.config.hidden_size
    parts = [part for part, _ in _parts(model, texts, normalize=normalize, batch_tokens=batch_tokens)]
    return np.concatenate(parts) if parts else np.zeros((0, width), dtype=np.float32)


def encode_to(model: Model, texts: Sequence[str], path: Path, *, normalize: bool = False) -> int:
    """Writes the vectors of the texts as a .npy file, whole or not at all, and returns how many texts were cut.

    Memory stays flat. Errors: as `encode`.
    """
    cut = 0
    width = model.learner.backbone.config.hidden_size
    pooling_of(model)  # refused before a file is there
    if path.is_dir():
        raise RunError("run.cannot_write", path=path, reason=text("errors.reason_folder"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:  # not a memory map: writing to one on a full disk ends the process
            header = {"descr": "<f4", "fortran_order": False, "shape": (len(texts), width)}
            np.lib.format.write_array_header_1_0(file, header)
            for part, shortened in _parts(model, texts, normalize=normalize, batch_tokens=8192):
                file.write(part.astype("<f4").tobytes())
                cut += shortened
    except OSError as error:
        raise RunError("run.cannot_write", path=path, reason=reason_of(error)) from None
    return cut


def similar(model: Model, query: str, texts: Sequence[str], *, top: int = 5) -> list[Near]:
    """The texts that are nearest to the query by cosine, nearest first. Errors: as `encode`."""
    if not query.strip():
        raise InputError("predict.blank", source=text("cli.the_query"))
    (wanted,) = encode(model, [query], normalize=True)
    cosine = encode(model, texts, normalize=True) @ wanted
    best = np.argsort(-cosine, kind="stable")[:top]
    return [Near(index=int(place), text=texts[place], similarity=float(cosine[place])) for place in best]


def pooling_of(model: Model) -> Pooling:
    """How the model makes one vector of a text. Errors: RunError where it has none."""
    if model.learner.backbone.family == "encoder_decoder":
        raise RunError("pairs.encoder_decoder", path=model.source)
    labelling = model.loaded.labelling
    if labelling is not None and labelling.values.get("encoder") == "cross":
        raise RunError("pairs.no_vectors", path=model.source)
    folder = model.loaded.folder
    return (folder and read_pooling(folder)) or Pooling()


def bi_encoder(model: Model) -> SentenceSimilarity:
    """The task of telling by the cosine of its vectors how near two texts are, for a model that never learnt one.

    Errors: as `pooling_of`; RunError where the summary token is not the one that it pools by.
    """
    pooling, family = pooling_of(model), model.learner.backbone.family
    fits = [name for name in POOLINGS if Pooling.of(name, family).mode == pooling.mode]
    if not fits:
        raise RunError("pairs.other_token", path=model.source, given=pooling.mode)
    similarity = model.settings.similarity.model_copy(update={"pooling": fits[0]})
    config = model.settings.model_copy(update={"similarity": similarity})
    return SentenceSimilarity(labels=(), config=config)


def _parts(
    model: Model, texts: Sequence[str], *, normalize: bool, batch_tokens: int
) -> Iterator[tuple[Vectors, int]]:
    """The vectors of some texts after the other, and how many of these texts were too long."""
    pooling, room = pooling_of(model), model.encoder.room - model.encoder.frame.framed_length(0)
    for start in range(0, len(texts), AT_ONCE):
        ids = model.tokenizer.ids(texts[start : start + AT_ONCE])
        # what is too long loses its tail, as in sentence-transformers
        examples = [_example(one[:room], model.encoder, pooling) for one in ids]
        rows = run(model.learner, examples, TERM, batch_tokens=batch_tokens, outputs=_reader(pooling))
        vectors = np.concatenate(rows).astype(np.float32)
        if normalize or pooling.normalize:
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        yield vectors, sum(len(one) > room for one in ids)


def _example(ids: list[int], encoder: Encoder, pooling: Pooling) -> Example:
    example = encoder.frame.build([np.array(ids, dtype=np.int64)])
    length = len(example.input_ids)
    places = {"lasttoken": length - 1, "cls_token": 0}
    at = places.get(pooling.mode, encoder.frame.summary_position(length))
    labels = {TERM: (np.array([at], dtype=np.int64), np.full(1, -100))}
    return replace(example, prefix_length=encoder.prefix_length(length), labels=labels)


def _reader(pooling: Pooling) -> Callable[[Learner, Batch], Tensor]:
    def read(learner: Learner, batch: Batch) -> Tensor:
        hidden: Tensor = learner.backbone(batch)
        at = batch.labels[TERM].at
        if pooling.mode == "mean_tokens":
            return mean_pool(hidden, batch.sequence_ids, batch.position_ids, len(at))
        return hidden.flatten(0, 1).index_select(0, at)

    return read
