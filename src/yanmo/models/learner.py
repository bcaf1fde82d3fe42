"""The one module that is trained and saved: a backbone and its heads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from torch import Tensor, nn

from yanmo.models.backbone import Backbone, ModelConfig

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class Learner(nn.Module):
    """State keys are `backbone.*` and `heads.<term>.*`, so that continued training matches by key."""

    def __init__(self, backbone: Backbone, heads: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.backbone = backbone
        self.heads = nn.ModuleDict(dict(heads))

    @classmethod
    def build(
        cls, model: type[Backbone], config: ModelConfig, heads: Mapping[str, int | None], *, seed: int = 0
    ) -> Self:
        """Random weights, a function of the arguments alone. heads: loss term -> classes, or None."""
        backbone = model.build(config, seed=seed)
        return cls(
            backbone, {term: backbone.build_head(term, size, seed=seed) for term, size in heads.items()}
        )

    def logits(
        self, term: str, hidden: Float[Tensor, "rows length hidden"], at: Int[Tensor, " labels"]
    ) -> Float[Tensor, "labels classes"]:
        """The logits of a term where its labels are; `at` indexes the flattened rows."""
        selected = hidden.flatten(0, 1).index_select(0, at)
        logits: Tensor = self.heads[term](selected, self.backbone.vocabulary_weight)
        return logits
