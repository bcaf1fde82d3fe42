"""What each machine makes of a budget: the size of the network, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from yanmo.api.compute import Compute
from yanmo.api.doctor import parameters_of, training_bytes
from yanmo.api.loss_constants import BY_TERM
from yanmo.api.loss_law import ExpectedLoss, expected_loss, worth
from yanmo.api.plan_probe import Speed, measure
from yanmo.api.plan_tokenization import Tokenization, Tokenizations
from yanmo.api.pretrain_config import AUTO
from yanmo.machine.memory import total_memory
from yanmo.machine.rentable import Rentable
from yanmo.models.backbone import ModelConfig
from yanmo.models.learner import Learner
from yanmo.optim.optimizer import OptimConfig
from yanmo.training.budget import Budget

HERE = "here"
PER_PARAMETER = (
    4.0  # tokens that a budget must buy for each parameter of the layers, or a smaller size is better
)
GLANCE, LOOK = 0.7, 4.0  # seconds of steps: of each candidate, of the chosen one
SAVING = 0.02  # of a time budget, for checkpoints and the reserve at its end
EVALUATED = 20_000  # tokens of an evaluation on the way
FILLED = 0.97  # of the places in a batch hold tokens, about
MEAN_BYTES = 4  # of a parameter in `train.average`
PROCESS_BYTES = 450 * 2**20  # Python, torch and a tokenizer, before anything is trained
VOCABULARY = {"tiny": (8000, 12000), "mini": (8000, 12000), "small": (16000, 16000), "medium": (16000, 16000)}
LARGE_VOCABULARY = (30000, 21000)  # of a text in an alphabet, of a Chinese one: as the published BERTs
BATCHES = ((2e6, 2048), (6.4e7, 4096), (1e9, 16384))  # up to so many tokens of training, so many in a batch
USUAL_BATCH, LARGEST_BATCH = 4096, 32768

SpeedOf = Callable[["Candidate", int], Speed]


@dataclass(frozen=True, kw_only=True)
class MachinePlan:
    """What one machine makes of the budget.

    machine: `here`, which was measured, or the name of an assumed one. parameters: of the whole model. seconds,
    tokens: of training. memory_bytes: the most that training holds (on a GPU: of its memory).
    loss: on held-out text, of the term that predicts tokens.
    """

    machine: str
    device: str
    preset: str
    parameters: int
    vocab_size: int
    batch_tokens: int
    tokens_per_second: float
    seconds: float
    tokens: int
    epochs: float
    loss: ExpectedLoss
    memory_bytes: int
    available_bytes: int

    @property
    def fits(self) -> bool:
        """Whether it fits into the memory that is there, or nobody knows how much (0)."""
        return not 0 < self.available_bytes < self.memory_bytes


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A preset and the corpus under its tokenizer. parameters: of the whole model; layers: of its layers alone."""

    preset: str
    tokenization: Tokenization
    sizes: ModelConfig
    parameters: int
    layers: int


class Planner:
    """Chooses for this machine by timing steps, and for others by what is assumed of them."""

    def __init__(self, tokenizations: Tokenizations, compute: Compute) -> None:
        self.tokenizations = tokenizations
        self.config = tokenizations.config
        self.objective = tokenizations.objective
        self.compute = compute
        self.budget = Budget.parse(tokenizations.config.train.budget)
        self.optim = tokenizations.config.optim or OptimConfig()

    def here(self) -> MachinePlan:
        """For this machine: the chosen size is timed once more and longer, and its memory is taken then."""
        on_gpu = self.compute.device == "cuda"
        memory = torch.cuda.get_device_properties(0).total_memory if on_gpu else total_memory()
        preset, batch = self._choose(lambda candidate, size: self._time(candidate, size, GLANCE), memory)
        candidate = self.candidate(preset)
        speed = self._time(candidate, batch, LOOK)
        return self._plan(HERE, self.compute.device, candidate, batch, speed, memory)

    def rented(self, machine: Rentable) -> MachinePlan:
        """The same for a machine that is not here."""
        memory = machine.memory_bytes
        preset, batch = self._choose(lambda candidate, size: self._reckon(machine, candidate, size), memory)
        candidate = self.candidate(preset)
        speed = self._reckon(machine, candidate, batch)
        return self._plan(machine.name, machine.device, candidate, batch, speed, memory)

    def candidate(self, preset: str) -> Candidate:
        """A network of that size, with the vocabulary that goes with it."""
        model, config = self.tokenizations.model, self.config
        letters, han = VOCABULARY.get(preset, LARGE_VOCABULARY)
        tokenization = self.tokenizations.under(han if self.tokenizations.sample.han > 0.3 else letters)
        sizes = model.Config(
            vocab_size=tokenization.vocab_size,
            max_positions=config.max_positions,
            dropout=config.fresh_dropout,
            attention_dropout=config.fresh_dropout,
            position_init=config.position_init or model.usual_position_init,
            **model.sizes(preset),
        )
        with torch.device("meta"):  # shapes without numbers
            backbone = model(sizes)
            heads = {term: backbone.head(term, size) for term, size in self.objective.head_sizes().items()}
        return Candidate(
            preset=preset,
            tokenization=tokenization,
            sizes=sizes,
            parameters=parameters_of(Learner(backbone, heads)),
            layers=sum(parameter.numel() for parameter in backbone.layers.parameters()),
        )

    def _choose(self, speed_of: SpeedOf, memory: int) -> tuple[str, int]:
        """Preset and tokens in a batch. Sizes are tried from the smallest up, for as long as the budget feeds them and
        they fit into the memory (0: nobody knows how much); the smallest is there for want of a better one."""
        chosen: tuple[str, int] | None = None
        fed = math.inf  # tokens that a network of the size before would get, so many fresh ones' worth
        for preset in self._presets():
            needed = PER_PARAMETER * self._layers(preset)
            if fed < needed:  # it is slower than the one before
                break
            candidate = self.candidate(preset)
            glance = self._glance(candidate, speed_of, memory if chosen and memory else math.inf)
            if glance is None:
                break
            batch, tokens = glance
            fed = worth(tokens, candidate.tokenization.statistics.tokens)
            if chosen is None or fed >= needed:
                chosen = (preset, batch)
        assert chosen is not None, "every architecture has a preset"
        return chosen

    def _glance(self, candidate: Candidate, speed_of: SpeedOf, memory: float) -> tuple[int, float] | None:
        """Tokens in a batch and tokens that the budget buys; None where the candidate does not fit.

        Before it is timed it must fit by reckoning, since too large a one could end this process.
        """
        batch, tokens = 0, None
        for _ in range(2):  # the tokens depend on the batch, and the batch on the tokens
            if self._batch(tokens) == batch:
                break
            batch = self._batch(tokens)
            if self._needed(candidate, batch) > memory:
                return None
            speed = speed_of(candidate, batch)
            tokens = self._bought(candidate.tokenization, batch, speed)
        assert tokens is not None
        return None if self._peak(candidate, batch, speed, tokens) > memory else (batch, tokens)

    def _presets(self) -> list[str]:
        """From the smallest; one of several names of the same size. The configured one alone, if it is one."""
        if self.config.preset != AUTO:
            return [self.config.preset]
        presets = self.tokenizations.model.presets
        names = {tuple(presets[name].items()): name for name in reversed(list(presets))}
        return sorted(names.values(), key=self._layers)

    def _layers(self, preset: str) -> int:
        """Parameters of the layers, which do not depend on the vocabulary."""
        model = self.tokenizations.model
        with torch.device("meta"):
            layers = model(model.Config(vocab_size=1, **model.sizes(preset))).layers
        return sum(parameter.numel() for parameter in layers.parameters())

    def _batch(self, tokens: float | None) -> int:
        """Places in a batch of a run of so many tokens; what the configuration sets, if it does."""
        train = self.config.train
        if train.batch_tokens is not None:
            return train.batch_tokens
        if tokens is None:
            return USUAL_BATCH
        return next((batch for most, batch in BATCHES if tokens <= most), LARGEST_BATCH)

    def _time(self, candidate: Candidate, batch: int, seconds: float) -> Speed:
        heads = self.objective.head_sizes()
        learner = Learner.build(self.tokenizations.model, candidate.sizes, heads, seed=self.config.train.seed)
        learner.backbone.recompute(self.config.train.recompute)
        plan = self.tokenizations.plan(candidate.tokenization, batch)
        return measure(learner, self.objective, plan, self.compute, self.optim, seconds=seconds)

    def _reckon(self, machine: Rentable, candidate: Candidate, batch: int) -> Speed:
        """From the operations of a token, 6 for each weight it meets (Kaplan et al. 2020), and of a step at least;
        8 where the layers compute forward once more."""
        config = candidate.sizes
        labels = candidate.tokenization.labels_per_token
        layers = (
            6 * candidate.layers + 12 * config.num_layers * config.hidden_size * self.tokenizations.length
        )
        passes = 4 / 3 if self.config.train.recompute else 1.0
        operations = passes * layers + 6 * labels * config.vocab_size * config.hidden_size
        tokens = FILLED * batch
        seconds = tokens * operations / (machine.matmul_rate * machine.share)
        rate = tokens / max(seconds, config.num_layers * machine.step_seconds)
        return Speed(training=rate, evaluating=3 * rate, peak_bytes=self._needed(candidate, batch))

    def _needed(self, candidate: Candidate, batch: int) -> int:
        """Bytes of a process that trains, reckoned; logits stand at every label, not at the usual 15 %."""
        sizes, length = candidate.sizes, self.tokenizations.length
        usual = training_bytes(
            candidate.parameters, sizes, tokens=batch, length=length, recompute=self.config.train.recompute
        )
        more = max(0.0, candidate.tokenization.labels_per_token - 0.15)
        return usual + PROCESS_BYTES + round(12 * sizes.vocab_size * more * batch)

    def _peak(self, candidate: Candidate, batch: int, speed: Speed, tokens: float) -> int:
        """Bytes at the highest: as the steps showed, and the mean of the weights, which comes at the end of a run."""
        peak = speed.peak_after(tokens / (FILLED * batch)) or self._needed(candidate, batch)
        return peak + (MEAN_BYTES * candidate.parameters if self.config.train.average else 0)

    def _bought(self, tokenization: Tokenization, batch: int, speed: Speed) -> float:
        """Tokens that the budget buys at such a speed."""
        amount = self.budget.amount
        match self.budget.kind:
            case "tokens":
                return amount
            case "epochs":
                return amount * tokenization.tokens_per_epoch
            case "steps":
                return amount * FILLED * batch * self.config.train.accumulation
            case "time":
                evaluations = self._evaluations(tokenization, speed)
                return max(1.0, (amount * (1 - SAVING) - evaluations) * speed.training)

    def _evaluations(self, tokenization: Tokenization, speed: Speed) -> float:
        """Seconds of all evaluations on the way."""
        each = min(EVALUATED, tokenization.held_out_tokens)
        return self.config.train.evaluations * each / speed.evaluating

    def _plan(
        self, name: str, device: str, candidate: Candidate, batch: int, speed: Speed, available: int
    ) -> MachinePlan:
        tokenization = candidate.tokenization
        tokens = self._bought(tokenization, batch, speed)
        constants = BY_TERM[str(self.objective.text_term)]
        timed = self.budget.kind == "time"
        peak = self._peak(candidate, batch, speed, tokens)
        seconds = (tokens / speed.training + self._evaluations(tokenization, speed)) / (1 - SAVING)
        return MachinePlan(
            machine=name,
            device=device,
            preset=candidate.preset,
            parameters=candidate.parameters,
            vocab_size=tokenization.vocab_size,
            batch_tokens=batch,
            tokens_per_second=speed.training,
            seconds=self.budget.amount if timed else seconds,
            tokens=round(tokens),
            epochs=tokens / tokenization.tokens_per_epoch,
            loss=expected_loss(
                constants, tokenization.statistics, parameters=candidate.layers, tokens=tokens
            ),
            memory_bytes=max(peak, self.tokenizations.reading_bytes if device == "cpu" else 0),
            available_bytes=available,
        )
