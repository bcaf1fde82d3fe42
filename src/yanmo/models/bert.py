"""BERT: a bidirectional encoder with learned positions and segments, norms after the sums.

Paper: Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding";
small sizes: Turc et al. 2019, "Well-Read Students Learn Better".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from torch import Tensor, nn

from yanmo.data.batch import Batch
from yanmo.layers.embedding import Embedding
from yanmo.layers.heads import LinearHead, PooledHead, SummaryHead, TransformedVocabularyHead
from yanmo.models.backbone import Backbone, ModelConfig, PositionInit
from yanmo.models.cache import Cache
from yanmo.models.names import HuggingFaceNames

if TYPE_CHECKING:
    from jaxtyping import Float


class BertConfig(ModelConfig):
    """The size and shape of a BERT."""

    type_vocab_size: int = Field(default=2, gt=0)
    """Segments: sentence A and sentence B."""


class Bert(Backbone):
    """Embedding with segments and a norm, then post-norm layers."""

    Config: ClassVar[type[ModelConfig]] = BertConfig
    family: ClassVar[Literal["encoder", "decoder"]] = "encoder"
    own_heads: ClassVar[frozenset[str]] = frozenset({"bow"})
    usual_position_init: ClassVar[PositionInit] = "neighbours"
    presets: ClassVar[Mapping[str, Mapping[str, int]]] = {
        "tiny": {"num_layers": 2, "hidden_size": 128, "num_heads": 2, "intermediate_size": 512},
        "mini": {"num_layers": 4, "hidden_size": 256, "num_heads": 4, "intermediate_size": 1024},
        "small": {"num_layers": 4, "hidden_size": 512, "num_heads": 8, "intermediate_size": 2048},
        "medium": {"num_layers": 8, "hidden_size": 512, "num_heads": 8, "intermediate_size": 2048},
        "base": {"num_layers": 12, "hidden_size": 768, "num_heads": 12, "intermediate_size": 3072},
    }

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.embedding = Embedding(
            config.vocab_size,
            config.hidden_size,
            config.max_positions,
            dropout=config.dropout,
            num_segments=config.type_vocab_size,
            norm_epsilon=config.norm_epsilon,
        )
        self.layers = self._layers(norm="post")

    def forward(self, batch: Batch, cache: Cache | None = None) -> Float[Tensor, "rows length hidden"]:
        return self._encode(batch, cache)

    def head(self, term: str, size: int | None) -> nn.Module:
        config = self.config
        match term, size:
            case "mlm", None:
                return TransformedVocabularyHead(
                    config.vocab_size, config.hidden_size, config.activation, config.norm_epsilon
                )
            case "nsp", None:
                return PooledHead(config.hidden_size, 2, dropout=0.0)
            case "bow", None:
                return SummaryHead(config.hidden_size)
            case "class", int():
                return PooledHead(config.hidden_size, size, config.dropout)
            case "choice", None:
                return PooledHead(config.hidden_size, 1, config.dropout)
            case "tag", int():
                return LinearHead(config.hidden_size, size, config.dropout)
            case "span", int():
                return LinearHead(config.hidden_size, size, dropout=0.0)
        raise self.no_head(term)

    huggingface: ClassVar[HuggingFaceNames] = HuggingFaceNames(
        model_type="bert",
        prefix="bert.",
        options=(
            ("vocab_size", "vocab_size"),
            ("hidden_size", "hidden_size"),
            ("num_layers", "num_hidden_layers"),
            ("num_heads", "num_attention_heads"),
            ("intermediate_size", "intermediate_size"),
            ("max_positions", "max_position_embeddings"),
            ("dropout", "hidden_dropout_prob"),
            ("attention_dropout", "attention_probs_dropout_prob"),
            ("activation", "hidden_act"),
            ("norm_epsilon", "layer_norm_eps"),
            ("initializer_range", "initializer_range"),
            ("type_vocab_size", "type_vocab_size"),
        ),
        required={
            "position_embedding_type": "absolute",
            "is_decoder": False,
            "add_cross_attention": False,
            "tie_word_embeddings": True,
        },
        constant={
            "add_cross_attention": False,
            "classifier_dropout": None,
            "is_decoder": False,
            "tie_word_embeddings": True,
            "use_cache": True,
        },
        backbone=(
            ("embedding.word", "embeddings.word_embeddings"),
            ("embedding.position", "embeddings.position_embeddings"),
            ("embedding.segment", "embeddings.token_type_embeddings"),
            ("embedding.norm", "embeddings.LayerNorm"),
            ("layers.{n}.attention.qkv", "encoder.layer.{n}.attention.self.{part}"),
            ("layers.{n}.attention.output", "encoder.layer.{n}.attention.output.dense"),
            ("layers.{n}.attention_norm", "encoder.layer.{n}.attention.output.LayerNorm"),
            ("layers.{n}.feed_forward.up", "encoder.layer.{n}.intermediate.dense"),
            ("layers.{n}.feed_forward.down", "encoder.layer.{n}.output.dense"),
            ("layers.{n}.feed_forward_norm", "encoder.layer.{n}.output.LayerNorm"),
        ),
        heads={
            "mlm": (
                ("dense", "cls.predictions.transform.dense"),
                ("norm", "cls.predictions.transform.LayerNorm"),
                ("", "cls.predictions"),
            ),
            "nsp": (("pooler", "bert.pooler.dense"), ("output", "cls.seq_relationship")),
            "class": (("pooler", "bert.pooler.dense"), ("output", "classifier")),
            "choice": (("pooler", "bert.pooler.dense"), ("output", "classifier")),
            "tag": (("output", "classifier"),),
            "span": (("output", "qa_outputs"),),
        },
        classes={
            frozenset(): "BertModel",
            frozenset({"mlm", "nsp"}): "BertForPreTraining",
            frozenset({"mlm"}): "BertForMaskedLM",
            frozenset({"nsp"}): "BertForNextSentencePrediction",
            frozenset({"class"}): "BertForSequenceClassification",
            frozenset({"choice"}): "BertForMultipleChoice",
            frozenset({"tag"}): "BertForTokenClassification",
            frozenset({"span"}): "BertForQuestionAnswering",
        },
        ignored=(
            "embeddings.position_ids",
            "embeddings.token_type_ids",
            "cls.predictions.decoder.weight",
            "cls.predictions.decoder.bias",
        ),
    )
