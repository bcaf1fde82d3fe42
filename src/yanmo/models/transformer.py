"""Transformer: the encoder-decoder of translation, with sinusoidal positions and norms after the sums.

Paper: Vaswani et al. 2017, "Attention Is All You Need"; `base` is the paper's own (512 wide, 6 + 6 layers), the
smaller ones are ours. One table of word vectors, scaled by the root of its width, serves the encoder, the decoder
and the output. It is saved as Marian (Junczys-Dowmunt et al. 2018, "Marian: Fast Neural Machine Translation in
C++"): the last entry of the vocabulary is the padding, a vector of zeros that is never trained and never generated;
the decoder starts from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from yanmo.data.batch import Batch
from yanmo.layers.attention import Layout, Memory
from yanmo.layers.embedding import Embedding
from yanmo.layers.feed_forward import Activation
from yanmo.layers.heads import UnpaddedVocabularyHead
from yanmo.layers.transformer_layer import TransformerLayer
from yanmo.models.backbone import Backbone, ModelConfig
from yanmo.models.cache import Cache
from yanmo.models.names import HuggingFaceNames

if TYPE_CHECKING:
    from jaxtyping import Float


class TransformerConfig(ModelConfig):
    """The size and shape of a Transformer; `num_layers` counts those of the encoder."""

    decoder_layers: int = Field(default=0, gt=0, validate_default=True)
    """Layers of the decoder; unset: as many as the encoder has."""
    activation: Activation = "relu"
    """Of the feed-forward block."""
    norm_epsilon: float = Field(default=1e-5, ge=1e-5, le=1e-5)
    """Added to the variance in layer norms; Marian has no other."""
    initializer_range: float = Field(default=0.05, gt=0)
    """Standard deviation of random matrices; the word vectors start at the inverse root of the width."""

    @model_validator(mode="before")
    @classmethod
    def _decoder_like_encoder(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("decoder_layers") is None and "num_layers" in values:
            return {**values, "decoder_layers": values["num_layers"]}
        return values


class Transformer(Backbone):
    """An encoder reads the source, a decoder looks at it from each of its layers."""

    Config: ClassVar[type[ModelConfig]] = TransformerConfig
    family: ClassVar[Literal["encoder", "decoder", "encoder_decoder"]] = "encoder_decoder"
    presets: ClassVar[Mapping[str, Mapping[str, int]]] = {
        "tiny": {"num_layers": 2, "hidden_size": 128, "num_heads": 2, "intermediate_size": 512},
        "mini": {"num_layers": 3, "hidden_size": 256, "num_heads": 4, "intermediate_size": 1024},
        "small": {"num_layers": 4, "hidden_size": 384, "num_heads": 6, "intermediate_size": 1536},
        "medium": {"num_layers": 4, "hidden_size": 512, "num_heads": 8, "intermediate_size": 2048},
        "base": {"num_layers": 6, "hidden_size": 512, "num_heads": 8, "intermediate_size": 2048},
    }

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config)
        self.embedding = Embedding(
            config.vocab_size,
            config.hidden_size,
            config.max_positions,
            dropout=config.dropout,
            sinusoidal=True,
        )
        self.layers = self._layers(norm="post")
        layers = (self._layer(norm="post", cross_attention=True) for _ in range(config.decoder_layers))
        self.decoder = nn.ModuleDict({"layers": nn.ModuleList(layers)})

    def forward(self, batch: Batch, cache: Cache | None = None) -> Float[Tensor, "rows target hidden"]:
        """Hidden states of the decoder at the tokens of `batch.target`, which see those before them and the source."""
        assert batch.target is not None, "an encoder-decoder needs both sides"
        return self.decode(batch.target, self.memories(batch, batch.target), cache)

    def memories(self, source: Batch, target: Batch) -> list[Memory]:
        """Reads the source: what each decoder layer looks at, from the tokens of `target`."""
        hidden = self._encode(source, None)
        layout = Layout(
            query_ids=target.sequence_ids,
            key_ids=source.sequence_ids,
            last_visible=torch.full_like(target.sequence_ids, self.config.max_positions),
            key_positions=source.position_ids,
        )
        return [layer.cross_attention.memory(hidden, layout) for layer in self._decoder()]  # type: ignore[union-attr]

    def decode(
        self, target: Batch, memories: list[Memory], cache: Cache | None = None
    ) -> Float[Tensor, "rows target hidden"]:
        """Hidden states at the target's tokens; with a cache they also see the tokens that are in it."""
        layout = self._layout(target, cache)
        hidden: Tensor = self.embedding(target.input_ids, target.position_ids, target.token_type_ids)
        for number, (layer, memory) in enumerate(zip(self._decoder(), memories, strict=True)):
            hidden = layer(hidden, layout, None if cache is None else cache.layers[number], memory)
        return hidden

    def new_cache(self, rows: int, room: int) -> Cache:
        """An empty cache of the decoder's own tokens."""
        return self._cache(len(self._decoder()), rows, room)

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> None:
        super().initialize(generator)
        weight = self.embedding.word.weight
        weight.mul_(self.config.hidden_size**-0.5 / self.config.initializer_range)
        weight[-1] = 0.0

    def head(self, term: str, size: int | None) -> nn.Module:
        if (term, size) == ("seq2seq", None):
            return UnpaddedVocabularyHead()
        raise self.no_head(term)

    def _decoder(self) -> list[TransformerLayer]:
        layers = self.decoder["layers"]
        assert isinstance(layers, nn.ModuleList)
        return [layer for layer in layers if isinstance(layer, TransformerLayer)]

    huggingface: ClassVar[HuggingFaceNames] = HuggingFaceNames(
        model_type="marian",
        prefix="model.",
        options=(
            ("vocab_size", "vocab_size"),
            ("vocab_size", "decoder_vocab_size"),
            ("hidden_size", "d_model"),
            ("num_layers", "encoder_layers"),
            ("decoder_layers", "decoder_layers"),
            ("num_heads", "encoder_attention_heads"),
            ("num_heads", "decoder_attention_heads"),
            ("intermediate_size", "encoder_ffn_dim"),
            ("intermediate_size", "decoder_ffn_dim"),
            ("max_positions", "max_position_embeddings"),
            ("dropout", "dropout"),
            ("attention_dropout", "attention_dropout"),
            ("activation", "activation_function"),
            ("initializer_range", "init_std"),
        ),
        equal=(
            ("vocab_size", "decoder_vocab_size"),
            ("encoder_attention_heads", "decoder_attention_heads"),
            ("encoder_ffn_dim", "decoder_ffn_dim"),
            ("pad_token_id", "decoder_start_token_id"),
        ),
        required={
            "scale_embedding": True,
            "share_encoder_decoder_embeddings": True,
            "normalize_before": False,
            "normalize_embedding": False,
            "tie_word_embeddings": True,
        },
        defaults={
            "scale_embedding": False,
            "activation_function": "gelu",
            "max_position_embeddings": 1024,
            "decoder_layers": 12,
        },
        constant={
            "activation_dropout": 0.0,
            "decoder_layerdrop": 0.0,
            "encoder_layerdrop": 0.0,
            "forced_eos_token_id": None,
            "is_decoder": False,
            "is_encoder_decoder": True,
            "scale_embedding": True,
            "share_encoder_decoder_embeddings": True,
            "tie_word_embeddings": True,
            "use_cache": True,
        },
        backbone=(
            ("embedding.word", "shared"),
            ("layers.{n}.attention.qkv", "encoder.layers.{n}.self_attn.{p}_proj"),
            ("layers.{n}.attention.output", "encoder.layers.{n}.self_attn.out_proj"),
            ("layers.{n}.attention_norm", "encoder.layers.{n}.self_attn_layer_norm"),
            ("layers.{n}.feed_forward.up", "encoder.layers.{n}.fc1"),
            ("layers.{n}.feed_forward.down", "encoder.layers.{n}.fc2"),
            ("layers.{n}.feed_forward_norm", "encoder.layers.{n}.final_layer_norm"),
            ("decoder.layers.{n}.attention.qkv", "decoder.layers.{n}.self_attn.{p}_proj"),
            ("decoder.layers.{n}.attention.output", "decoder.layers.{n}.self_attn.out_proj"),
            ("decoder.layers.{n}.attention_norm", "decoder.layers.{n}.self_attn_layer_norm"),
            ("decoder.layers.{n}.cross_attention.query", "decoder.layers.{n}.encoder_attn.q_proj"),
            ("decoder.layers.{n}.cross_attention.key", "decoder.layers.{n}.encoder_attn.k_proj"),
            ("decoder.layers.{n}.cross_attention.value", "decoder.layers.{n}.encoder_attn.v_proj"),
            ("decoder.layers.{n}.cross_attention.output", "decoder.layers.{n}.encoder_attn.out_proj"),
            ("decoder.layers.{n}.cross_attention_norm", "decoder.layers.{n}.encoder_attn_layer_norm"),
            ("decoder.layers.{n}.feed_forward.up", "decoder.layers.{n}.fc1"),
            ("decoder.layers.{n}.feed_forward.down", "decoder.layers.{n}.fc2"),
            ("decoder.layers.{n}.feed_forward_norm", "decoder.layers.{n}.final_layer_norm"),
        ),
        heads={"seq2seq": ()},
        classes={frozenset(): "MarianModel", frozenset({"seq2seq"}): "MarianMTModel"},
        ignored=("embed_tokens.weight", "embed_positions.weight", "lm_head.weight", "final_logits_bias"),
        zero=("final_logits_bias",),
    )
