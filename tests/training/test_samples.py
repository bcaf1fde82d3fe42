"""Samples of held-out text: the same question every time, for each way of guessing; in the log and the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from yanmo import models, objectives
from yanmo.config import build
from yanmo.data.frame import frame_of
from yanmo.data.store import StoreWriter, TokenStore
from yanmo.evaluation.report import Examples, render
from yanmo.evaluation.run_report import run_report
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.registry import find
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.tokenizers.pairs import for_pairs
from yanmo.training.log import MetricsLog, SamplesLine, read_metrics
from yanmo.training.samples import HeldOutSamples, TextSample

TEXTS = [
    "今天天气很好，我们去北京的公园看花，晚上回家吃饭，北京很大，人也很多。",
    "The shop in Paris was closed; we went home early, said John, for it rained.",
    "好",
]
KINDS = {
    "mlm+nsp": ("bert", "wordpiece"),
    "mlm+bow": ("bert", "wordpiece"),
    "clm": ("gpt2", "byte_bpe"),
    "denoise": ("transformer", "unigram"),
}
Case = tuple[HeldOutSamples, Learner]


def squeezed(text: str) -> str:
    """What a tokenizer that does not keep spaces leaves of a text."""
    return text.replace(" ", "")


def tokenizer_of(kind: str) -> Tokenizer:
    config = TokenizerConfig(kind=kind, vocab_size=300 if kind == "byte_bpe" else 85, character_coverage=1)
    return train(TEXTS * 9, config)


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    model, kind = KINDS[request.param]
    tokenizer = tokenizer_of(kind)
    if model == "transformer":
        tokenizer = for_pairs(tokenizer, mask=True)
    backbone = find(models, Backbone, model)  # type: ignore[type-abstract]
    frame = frame_of(tokenizer, backbone.family)
    objective = objectives.make(request.param)
    writer = StoreWriter(tmp_path / "store", vocab_size=tokenizer.vocab_size, columns={})
    for ids in tokenizer.ids(TEXTS):
        writer.add(np.array(ids, dtype=np.int64), {})
    store: TokenStore = writer.close({})
    sizes = {"hidden_size": 16, "num_layers": 1, "num_heads": 2, "intermediate_size": 32, "max_positions": 64}
    shape = build(backbone.Config, {**sizes, "vocab_size": tokenizer.vocab_size})
    learner = Learner.build(backbone, shape, objective.head_sizes(), seed=0)
    return HeldOutSamples.of(store, objective, frame, tokenizer, length=64), learner.eval()


def test_the_same_question_every_time_and_nothing_else_is_touched(case: Case) -> None:
    samples, learner = case
    before = torch.random.get_rng_state()
    first = samples(learner)
    assert torch.equal(torch.random.get_rng_state(), before), "the training draws the same as without samples"
    assert len(first) == 2, "the third text is too short"
    assert all(squeezed(one.wanted) in squeezed(text) for one, text in zip(first, TEXTS, strict=False))
    assert all(one.given != one.wanted for one in first)
    assert samples(learner) == first
    with torch.no_grad():
        for parameter in learner.parameters():
            parameter.add_(torch.randn_like(parameter))
    second = samples(learner)
    assert [one.given for one in second] == [one.given for one in first]
    assert second != first


def test_what_hides_tokens_shows_masks(case: Case) -> None:
    samples, learner = case
    mask = samples.frame.mask
    if samples.objective.text_term == "clm":
        begun = [squeezed(one.given + one.wanted) for one in samples(learner)]
        assert all(squeezed(text).startswith(whole) for text, whole in zip(TEXTS, begun, strict=False))
    else:
        assert mask is not None
        shown = samples.tokenizer.decode([mask], skip_special=False).strip()
        assert all(shown in one.given and shown not in one.written for one in samples(learner))


def test_an_objective_that_guesses_no_tokens_has_none(case: Case) -> None:
    samples, learner = case
    nothing = HeldOutSamples(
        texts=samples.texts,
        objective=objectives.make("nsp"),
        frame=samples.frame,
        tokenizer=samples.tokenizer,
    )
    assert nothing(learner) == ()


def test_the_log_and_the_report_hold_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    log = MetricsLog(tmp_path, tensorboard=False)
    for step in range(10, 110, 10):
        log.on_samples(step, [TextSample(given="<b> [MASK]", written=f"guess {step}", wanted="truth")])
    lines = [line for line in read_metrics(tmp_path / "metrics.jsonl") if isinstance(line, SamplesLine)]
    assert [line.step for line in lines] == list(range(10, 110, 10))
    MetricsLog(tmp_path, tensorboard=False, resumed_step=50)
    assert len(read_metrics(tmp_path / "metrics.jsonl")) == 5, "what a resumed run will show again is dropped"
    report = run_report(tmp_path)
    (shown,) = [section for section in report.sections if isinstance(section, Examples)]
    (item,) = shown.items
    assert item.result.splitlines() == [f"step {step}: guess {step}" for step in (10, 20, 40, 50)]
    assert "truth" in item.note and "&lt;b&gt;" in render(report)
