"""How text is generated, in the words of Hugging Face's `GenerationConfig`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from yanmo.config import Config
from yanmo.errors import ConfigError

SAMPLING = ("temperature", "top_k", "top_p", "min_p")
MOST = 1024  # sequences of one prompt side by side, each with a cache of its own
BEAMS = ("length_penalty", "early_stopping")


class GenerateOptions(Config):
    """How text is generated. What contradicts itself is refused when the value is made (ConfigError)."""

    max_new_tokens: int = Field(default=50, gt=0)
    """At most so many tokens after the prompt; fewer where the model's positions end."""
    do_sample: bool | None = None
    """Draw the next token (true), or take the likeliest (false). Unset: draw, unless there are beams."""
    temperature: float = Field(default=1.0, ge=1e-4, le=1e4)
    """Below 1 the likely tokens become likelier."""
    top_k: int = Field(default=50, ge=0)
    """Draw from the k likeliest tokens; 0: from all."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Draw from the likeliest tokens that together have this probability (Holtzman et al. 2020)."""
    min_p: float = Field(default=0.0, ge=0, le=1)
    """Draw from the tokens with at least this share of the likeliest one's probability (Nguyen et al. 2024)."""
    repetition_penalty: float = Field(default=1.0, ge=0.01, le=100)
    """Above 1 the tokens that were there before become less likely (Keskar et al. 2019)."""
    no_repeat_ngram_size: int = Field(default=0, ge=0)
    """No run of so many tokens occurs twice, the prompt included; 0: any may (Paulus et al. 2017)."""
    num_beams: int = Field(default=1, ge=1, le=MOST)
    """Sequences that a beam search keeps at each step; 1: no search."""
    length_penalty: float = Field(default=1.0, ge=-3, le=10)
    """A beam's log-probability is divided by its length to this power: above 0 favours longer ones."""
    early_stopping: bool | Literal["never"] = False
    """true: end at as many finished beams as there are beams; false: when better ones are unlikely; never: when
    none can be better."""
    stop_strings: tuple[str, ...] = ()
    """The text ends before the first of these."""
    num_return_sequences: int = Field(default=1, ge=1, le=MOST)
    """Continuations of each prompt."""
    seed: int = Field(default=0, ge=0, lt=1 << 63)
    """The same seed gives the same text, whatever the other prompts are."""

    @property
    def samples(self) -> bool:
        """Whether the next token is drawn."""
        return self.num_beams == 1 if self.do_sample is None else self.do_sample

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.num_beams > 1 and self.samples:
            raise ConfigError("generation.beams_that_sample", beams=self.num_beams)
        if not self.samples and (idle := self._changed(SAMPLING)):
            raise ConfigError("generation.nothing_to_draw", names=idle)
        if self.num_beams == 1 and (idle := self._changed(BEAMS)):
            raise ConfigError("generation.no_beams", names=idle)
        if not self.samples and self.num_return_sequences > self.num_beams:
            raise ConfigError(
                "generation.too_many_sequences", count=self.num_return_sequences, most=self.num_beams
            )
        if "" in self.stop_strings:
            raise ConfigError("generation.empty_stop_string")
        return self

    def _changed(self, names: tuple[str, ...]) -> list[str]:
        """Those that are not at their default."""
        fields = type(self).model_fields
        return [name for name in names if getattr(self, name) != fields[name].default]
