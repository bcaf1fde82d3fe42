"""GPT-2: a causal decoder with learned positions, norms before the blocks and one at the end.

Paper: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners". Sizes: `base` is the
smallest published one (124 M), which Hugging Face calls "gpt2"; `distil` is DistilGPT-2 (Sanh et al. 2019);
the smaller ones are ours, equal to BERT's of the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from yanmo.data.batch import Batch
from yanmo.layers.embedding import Embedding
from yanmo.layers.feed_forward import Activation
from yanmo.layers.heads import LinearHead, VocabularyHead
from yanmo.models.backbone import Backbone, ModelConfig
from yanmo.models.cache import Cache
from yanmo.models.names import HuggingFaceNames

if TYPE_CHECKING:
    from jaxtyping import Float

_BASE = {"num_layers": 12, "hidden_size": 768, "num_heads": 12, "intermediate_size": 3072}


class Gpt2Config(ModelConfig):
    """The size and shape of a GPT-2."""

    max_positions: int = Field(default=1024, gt=0)
    """The longest sequence."""
    activation: Activation = "gelu_new"
    """Of the feed-forward block."""
    norm_epsilon: float = Field(default=1e-5, gt=0)
    """Added to the variance in layer norms."""


class Gpt2(Backbone):
    """Embedding, pre-norm layers, a last norm."""

    Config: ClassVar[type[ModelConfig]] = Gpt2Config
    family: ClassVar[Literal["encoder", "decoder"]] = "decoder"
    presets: ClassVar[Mapping[str, Mapping[str, int]]] = {
        "tiny": {"num_layers": 2, "hidden_size": 128, "num_heads": 2, "intermediate_size": 512},
        "mini": {"num_layers": 4, "hidden_size": 256, "num_heads": 4, "intermediate_size": 1024},
        "small": {"num_layers": 4, "hidden_size": 512, "num_heads": 8, "intermediate_size": 2048},
        "medium": {"num_layers": 8, "hidden_size": 512, "num_heads": 8, "intermediate_size": 2048},
        "distil": {"num_layers": 6, "hidden_size": 768, "num_heads": 12, "intermediate_size": 3072},
        "base": _BASE,
        "gpt2": _BASE,
    }

    def __init__(self, config: Gpt2Config) -> None:
        super().__init__(config)
        self.embedding = Embedding(
            config.vocab_size, config.hidden_size, config.max_positions, dropout=config.dropout
        )
        self.layers = self._layers(norm="pre")
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.norm_epsilon)

    def forward(self, batch: Batch, cache: Cache | None = None) -> Float[Tensor, "rows length hidden"]:
        hidden: Tensor = self.norm(self._encode(batch, cache))
        return hidden

    @property
    def last_norm(self) -> nn.LayerNorm:
        return self.norm

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> None:
        """As every backbone, but what enters the sums is divided by the root of their number (paper, 2.3)."""
        super().initialize(generator)
        for name, parameter in self.layers.named_parameters():
            if name.endswith(("attention.output.weight", "feed_forward.down.weight")):
                parameter.mul_((2 * self.config.num_layers) ** -0.5)

    def head(self, term: str, size: int | None) -> nn.Module:
        config = self.config
        match term, size:
            case "clm", None:
                return VocabularyHead()
            case "class", int():
                return LinearHead(config.hidden_size, size, dropout=0.0, bias=False)
            case "tag", int():
                return LinearHead(config.hidden_size, size, config.dropout)
        raise self.no_head(term)

    huggingface: ClassVar[HuggingFaceNames] = HuggingFaceNames(
        model_type="gpt2",
        prefix="transformer.",
        options=(
            ("vocab_size", "vocab_size"),
            ("hidden_size", "n_embd"),
            ("num_layers", "n_layer"),
            ("num_heads", "n_head"),
            ("intermediate_size", "n_inner"),
            ("max_positions", "n_positions"),
            ("dropout", "resid_pdrop"),
            ("dropout", "embd_pdrop"),
            ("attention_dropout", "attn_pdrop"),
            ("activation", "activation_function"),
            ("norm_epsilon", "layer_norm_epsilon"),
            ("initializer_range", "initializer_range"),
        ),
        required={
            "scale_attn_weights": True,
            "scale_attn_by_inverse_layer_idx": False,
            "add_cross_attention": False,
            "tie_word_embeddings": True,
        },
        constant={
            "add_cross_attention": False,
            "reorder_and_upcast_attn": False,
            "scale_attn_by_inverse_layer_idx": False,
            "scale_attn_weights": True,
            "summary_activation": None,
            "summary_first_dropout": 0.1,
            "summary_proj_to_labels": True,
            "summary_type": "cls_index",
            "summary_use_proj": True,
            "tie_word_embeddings": True,
            "use_cache": True,
        },
        backbone=(
            ("embedding.word", "wte"),
            ("embedding.position", "wpe"),
            ("layers.{n}.attention_norm", "h.{n}.ln_1"),
            ("layers.{n}.attention.qkv", "h.{n}.attn.c_attn"),
            ("layers.{n}.attention.output", "h.{n}.attn.c_proj"),
            ("layers.{n}.feed_forward_norm", "h.{n}.ln_2"),
            ("layers.{n}.feed_forward.up", "h.{n}.mlp.c_fc"),
            ("layers.{n}.feed_forward.down", "h.{n}.mlp.c_proj"),
            ("norm", "ln_f"),
        ),
        heads={"clm": (), "class": (("output", "score"),), "tag": (("output", "classifier"),)},
        classes={
            frozenset(): "GPT2Model",
            frozenset({"clm"}): "GPT2LMHeadModel",
            frozenset({"class"}): "GPT2ForSequenceClassification",
            frozenset({"tag"}): "GPT2ForTokenClassification",
        },
        transposed=("c_attn", "c_proj", "c_fc"),
        ignored=(".attn.bias", ".attn.masked_bias", "lm_head.weight"),
    )
