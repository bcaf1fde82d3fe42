"""What every architecture is: a configuration, presets, ids -> hidden states, and heads by loss term."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import torch
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor, nn

from yanmo import models
from yanmo.config import Config
from yanmo.data.batch import Batch
from yanmo.errors import ConfigError
from yanmo.layers.attention import Layout
from yanmo.layers.embedding import Embedding
from yanmo.layers.feed_forward import Activation
from yanmo.layers.heads import LinearHead
from yanmo.layers.initialize import initialize
from yanmo.layers.neighbours import look_at_neighbours
from yanmo.layers.position import sinusoids
from yanmo.layers.transformer_layer import TransformerLayer
from yanmo.messages import text
from yanmo.models.cache import Cache
from yanmo.models.names import HuggingFaceNames
from yanmo.registry import find, names, suggestion

if TYPE_CHECKING:
    from jaxtyping import Float


PositionInit = Literal["normal", "sinusoidal", "neighbours"]
NEIGHBOURLY_LAYERS = 2  # the first ones; more gained nothing
LOUDER = 2  # positions that are looked at, than words
# heads with a number of outputs; "compare" is of every model
SIZED = frozenset({"class", "tag", "span", "compare"})


class ModelConfig(Config):
    """The size and shape of a network; the words mean what they mean in Hugging Face."""

    vocab_size: int = Field(gt=0)
    """Rows of the word table: the size of the tokenizer, or more."""
    hidden_size: int = Field(gt=0)
    """Width of the hidden states."""
    num_layers: int = Field(gt=0)
    """Transformer layers."""
    num_heads: int = Field(gt=0)
    """Attention heads per layer; they share the hidden size among them."""
    intermediate_size: int = Field(gt=0)
    """Width inside the feed-forward block."""
    max_positions: int = Field(default=512, gt=0)
    """The longest sequence."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """On embeddings, on the output of each block, and in classification heads."""
    attention_dropout: float = Field(default=0.1, ge=0, lt=1)
    """On attention probabilities; the dearest one on a CPU."""
    activation: Activation = "gelu"
    """Of the feed-forward block."""
    norm_epsilon: float = Field(default=1e-12, gt=0)
    """Added to the variance in layer norms."""
    initializer_range: float = Field(default=0.02, gt=0)
    """Standard deviation of random weights."""
    position_init: PositionInit = "normal"
    """How learned positions start: random, as sinusoids of the same mean size, or (neighbours) as sinusoids twice as
    large with attention that begins by looking at the tokens before and after (`layers.neighbours`)."""

    @field_validator("num_heads")
    @classmethod
    def _heads_share_the_hidden_size(cls, num_heads: int, info: ValidationInfo) -> int:
        hidden_size = info.data.get("hidden_size", 0)
        if hidden_size % num_heads:
            raise ValueError(text("models.heads_must_divide", hidden_size=hidden_size))
        return num_heads


class Backbone(nn.Module, ABC):
    """Ids -> hidden states. It knows no loss; its heads live beside it, under the names of loss terms."""

    Config: ClassVar[type[ModelConfig]]
    presets: ClassVar[Mapping[str, Mapping[str, int]]]
    family: ClassVar[Literal["encoder", "decoder", "encoder_decoder"]]
    huggingface: ClassVar[HuggingFaceNames]
    own_heads: ClassVar[frozenset[str]] = frozenset()  # those that no Hugging Face class has
    usual_position_init: ClassVar[PositionInit] = "sinusoidal"  # in pre-training

    config: ModelConfig
    embedding: Embedding

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.layers = nn.ModuleList()

    @classmethod
    def build(cls, config: ModelConfig, *, seed: int = 0) -> Self:
        """A network with random weights that depend on (config, seed) alone, not on any global state."""
        with torch.device("meta"):  # no default initialisation, which would draw from the global generator
            backbone = cls(config)
        backbone.to_empty(device="cpu")
        backbone.initialize(torch.Generator().manual_seed(seed))
        return backbone

    @classmethod
    def sizes(cls, preset: str) -> Mapping[str, int]:
        """The configuration's values in a preset. Errors: ConfigError with the nearest name."""
        if preset not in cls.presets:
            known = list(cls.presets)
            raise ConfigError(
                "errors.unknown_name", kind=text("errors.kind_preset"), name=preset, known=known,
                suggestion=suggestion(preset, known),
            )  # fmt: skip
        return cls.presets[preset]

    @classmethod
    def head_terms(cls) -> frozenset[str]:
        """The loss terms that this architecture has heads for."""
        return cls.own_heads | cls.huggingface.heads.keys()

    @abstractmethod
    def forward(self, batch: Batch, cache: Cache | None = None) -> Float[Tensor, "rows length hidden"]:
        """Hidden states of the batch's tokens; they also see those in the cache, and are added to it."""

    @abstractmethod
    def head(self, term: str, size: int | None) -> nn.Module:
        """The head of a loss term: head(hidden [n, hidden], vocabulary_weight) -> logits [n, classes].

        size: number of outputs for those that are `SIZED`, None for the others.
        Errors: ConfigError where this architecture has none, naming those that have.
        """

    @property
    def vocabulary_weight(self) -> Float[Tensor, "vocab hidden"]:
        """The word vectors, which vocabulary heads multiply with."""
        return self.embedding.word.weight

    def initialize(self, generator: torch.Generator) -> None:
        """Give every parameter its random starting value."""
        initialize(self, deviation=self.config.initializer_range, generator=generator)
        if self.config.position_init == "normal" or self.embedding.position is None:
            return
        table = sinusoids(self.config.max_positions, self.config.hidden_size)
        scale = 2**0.5 * self.config.initializer_range  # a sine's mean square is 1/2
        if self.config.position_init == "neighbours":
            scale *= LOUDER
            share = LOUDER**2 / (LOUDER**2 + (1 if self.embedding.segment is None else 2))
            for layer in self.layers[:NEIGHBOURLY_LAYERS]:
                assert isinstance(layer, TransformerLayer)
                look_at_neighbours(layer.attention.qkv, self.config.num_heads, share=share)
        self.embedding.position.weight.data.copy_(table * scale)

    def build_head(self, term: str, size: int | None, *, seed: int = 0) -> nn.Module:
        """`head` with random weights that depend on (config, term, size, seed) alone."""
        with torch.device("meta"):
            if term == "compare" and size is not None:  # two vectors and their distance
                head: nn.Module = LinearHead(3 * self.config.hidden_size, size, dropout=0.0)
            else:
                head = self.head(term, size)
        head.to_empty(device="cpu")
        generator = torch.Generator().manual_seed(zlib.crc32(f"{seed} {term}".encode()))
        initialize(head, deviation=self.config.initializer_range, generator=generator)
        return head

    @property
    def last_norm(self) -> nn.LayerNorm:
        """The norm that the hidden states of the (encoder's) last layer come out of."""
        last = self.layers[-1]
        assert isinstance(last, TransformerLayer)
        return last.feed_forward_norm

    def recompute(self, on: bool) -> None:
        """Whether training keeps only the inputs of each layer and computes the rest again."""
        for module in self.modules():
            if isinstance(module, TransformerLayer):
                module.recompute = on

    def new_cache(self, rows: int, room: int) -> Cache:
        """An empty cache for `rows` rows of up to `room` tokens, padding included."""
        return self._cache(self.config.num_layers, rows, room)

    def _cache(self, num_layers: int, rows: int, room: int) -> Cache:
        device, dtype = self.vocabulary_weight.device, self.vocabulary_weight.dtype
        if device.type == "cpu":
            dtype = (
                torch.float32
            )  # one query against bf16 keys takes ten times as long: they are copied for it
        return Cache(
            num_layers=num_layers,
            rows=rows,
            num_heads=self.config.num_heads,
            room=room,
            head_size=self.config.hidden_size // self.config.num_heads,
            dtype=dtype,
            device=device,
        )

    def _encode(self, batch: Batch, cache: Cache | None) -> Tensor:
        """Embedding and layers, [rows, length, hidden]."""
        layout = self._layout(batch, cache)
        hidden: Tensor = self.embedding(batch.input_ids, batch.position_ids, batch.token_type_ids)
        for number, layer in enumerate(self.layers):
            hidden = layer(hidden, layout, None if cache is None else cache.layers[number])
        return hidden

    def _layout(self, batch: Batch, cache: Cache | None) -> Layout | None:
        """Who sees whom in the batch, and of the cache, which is told of the tokens of the batch; None: everyone."""
        if cache is None and _everyone_sees_all(batch):
            return None
        last_visible = torch.maximum(batch.position_ids, batch.prefix_lengths - 1)
        return _layout(batch, last_visible) if cache is None else cache.extend(batch, last_visible)

    def _layers(self, *, norm: Literal["post", "pre"]) -> nn.ModuleList:
        return nn.ModuleList(self._layer(norm=norm) for _ in range(self.config.num_layers))

    def _layer(self, *, norm: Literal["post", "pre"], cross_attention: bool = False) -> TransformerLayer:
        config = self.config
        return TransformerLayer(
            config.hidden_size,
            config.num_heads,
            config.intermediate_size,
            config.dropout,
            attention_dropout=config.attention_dropout,
            norm=norm,
            activation=config.activation,
            norm_epsilon=config.norm_epsilon,
            cross_attention=cross_attention,
        )

    @classmethod
    def no_head(cls, term: str) -> ConfigError:
        """What to raise where a head is needed that such a model cannot have; it names the models that can."""
        fits = [
            text(f"models.fitting_{member.family}", name=name) for name, member in with_head(term).items()
        ]
        return ConfigError(
            "models.no_head",
            model=cls.huggingface.model_type,
            term=term,
            known=sorted(cls.head_terms()),
            fits=fits,
        )


def _everyone_sees_all(batch: Batch) -> bool:
    """Whether each row is one bidirectional sequence without padding, so that no mask has to be made and added."""
    if batch.input_ids.device.type != "cpu":
        return False  # asking a GPU would make the host wait for it
    first = batch.sequence_ids[:, 0]
    one_sequence = (first > 0) & (first == batch.sequence_ids[:, -1])
    return bool(one_sequence.all()) and bool((batch.prefix_lengths >= batch.input_ids.shape[1]).all())


def _layout(batch: Batch, last_visible: Tensor) -> Layout:
    return Layout(
        query_ids=batch.sequence_ids,
        key_ids=batch.sequence_ids,
        last_visible=last_visible,
        key_positions=batch.position_ids,
    )


def with_head(term: str) -> dict[str, type[Backbone]]:
    """The architectures that can have a head, by name."""
    members = {name: find(models, Backbone, name) for name in names(models)}  # type: ignore[type-abstract]
    return {name: member for name, member in members.items() if term in member.head_terms()}
