"""Everything that decides a pre-training run."""

from __future__ import annotations

from pydantic import Field, JsonValue

from yanmo.config import Config
from yanmo.corpus.files import stored_bytes
from yanmo.corpus.read import CorpusConfig
from yanmo.errors import ConfigError
from yanmo.models.backbone import Backbone, PositionInit
from yanmo.optim.optimizer import OptimConfig
from yanmo.optim.schedule import ScheduleConfig
from yanmo.tokenizers import TokenizerConfig
from yanmo.training.trainer import TrainConfig

USUALLY_HELD_OUT, MOST_HELD_OUT = 0.01, 0.05
WORTH_MEASURING = 50_000  # bytes of held-out text
AUTO = "auto"  # a preset that the plan replaces
DEFAULT_OBJECTIVE = {"encoder": "mlm+nsp", "decoder": "clm", "encoder_decoder": "denoise"}
DEFAULT_LENGTH = {"encoder": 128, "decoder": 256, "encoder_decoder": 128}
DEFAULT_TOKENIZER = {"encoder": "wordpiece", "decoder": "byte_bpe", "encoder_decoder": "unigram"}


def usual_objective(family: str) -> str:
    """What a family learns when nothing else is said."""
    return DEFAULT_OBJECTIVE[family]


class PretrainConfig(Config):
    """Everything that decides a pre-training run."""

    model: str = "bert"
    """An architecture (bert, gpt2, transformer: random weights), or a run, directory or hub id to go on from."""
    preset: str = "mini"
    """The size: tiny, mini, small, medium, base; auto: `yanmo plan` chooses it, and what else is left open."""
    objective: str | None = None
    """mlm, mlm+nsp, clm, denoise, or a module of yours; unset: mlm+nsp for an encoder, clm for a decoder, denoise for
    an encoder-decoder."""
    objective_settings: dict[str, JsonValue] = Field(default_factory=dict)
    """Fields of the objective's members, such as mlm.rate: the share of tokens that is hidden."""
    corpus: CorpusConfig
    """What is read."""
    tokenizer: TokenizerConfig | str | None = None
    """How one is trained, or a run or directory whose tokenizer is used; unset: what the model usually has."""
    max_length: int | None = Field(default=None, ge=16)
    """The longest sequence in training, in tokens; unset: 256 for a decoder, 128 for others."""
    max_positions: int = Field(default=512, ge=16)
    """The longest sequence that the model can hold."""
    dropout: float | None = Field(default=None, ge=0, lt=1)
    """Dropout of hidden states and attention; unset: none, for a short run sees no text twice and needs none, or what
    the model has that is gone on from."""
    position_init: PositionInit | None = None
    """How learned positions start: normal, sinusoidal or neighbours; unset: neighbours for bert, else sinusoidal."""
    held_out_share: float | None = Field(default=None, ge=0, le=0.5)
    """Part of the documents that is not trained on but measures the loss; unset: 1 %, of files of less than 5 MB more,
    up to 5 %."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of the target that goes to all tokens alike."""
    train: TrainConfig = TrainConfig()
    optim: OptimConfig | None = None
    """Unset: Muon from random weights; AdamW at a rate that fits the width for a model that is gone on from."""
    schedule: ScheduleConfig = ScheduleConfig()

    @property
    def fresh_dropout(self) -> float:
        """`dropout` of a network with random weights."""
        return self.dropout or 0.0

    def share_held_out(self) -> float:
        """`held_out_share`, or what is usual: of small files more, since a few sentences measure nothing."""
        if self.held_out_share is not None:
            return self.held_out_share
        size = stored_bytes(self.corpus.paths)
        return min(MOST_HELD_OUT, max(USUALLY_HELD_OUT, WORTH_MEASURING / size)) if size else USUALLY_HELD_OUT

    def sequence_length(self, backbone: type[Backbone] | Backbone, limit: int) -> int:
        """`max_length`, or what is usual for the family. Errors: ConfigError when it is above `limit` positions."""
        length = self.max_length or min(limit, DEFAULT_LENGTH[backbone.family])
        if length > limit:
            raise ConfigError("run.sequence_too_long", given=length, limit=limit)
        return length
