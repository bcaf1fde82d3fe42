"""The plan: what it reads of a corpus, what it chooses, and that a run follows it."""

from __future__ import annotations

import gzip
import json

import pytest
import torch

from yanmo.api import plan as plan_module
from yanmo.api import plan_machines, plan_probe
from yanmo.api.corpus import corpus_stats
from yanmo.api.plan import architecture_for, follow, plan, planned
from yanmo.api.plan_corpus import sample_corpus
from yanmo.api.plan_machines import Planner
from yanmo.api.plan_probe import Speed
from yanmo.api.recipes import resolve_pretrain
from yanmo.api.verbs import start_pretrain
from yanmo.corpus.read import CorpusConfig
from yanmo.errors import ConfigError, InputError
from yanmo.machine.memory import forget_peak, peak_resident
from yanmo.training.budget import Budget

WORDS = ["river", "stone", "bridge", "winter", "garden", "letter", "window", "market", "song", "old"]


def sentence(number):
    return " ".join(WORDS[(number * step + step) % 10] for step in range(1, 12)) + f" {number % 97}."


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.delenv("YANMO_TEST_BUDGET", raising=False)
    monkeypatch.setattr(plan_machines, "GLANCE", 0.0)
    monkeypatch.setattr(plan_machines, "LOOK", 0.0)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "texts.jsonl"
    lines = (json.dumps({"text": f"{sentence(number)} 第{number}天下雨。"}) for number in range(400))
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def resolved(corpus, *overrides, **flags):
    return resolve_pretrain(None, {"corpus": [corpus], "preset": "auto", "budget": "1m", **flags}, overrides)


def at(monkeypatch, rate):
    """All networks train so many tokens per second."""
    speed = Speed(training=rate, evaluating=3 * rate, peak_bytes=1)
    monkeypatch.setattr(Planner, "_time", lambda self, candidate, batch, seconds: speed)


def test_a_small_corpus_is_read_whole(corpus):
    config = CorpusConfig(paths=(corpus,))
    found = sample_corpus(config)
    assert found.complete
    assert found.characters == corpus_stats(config).characters == found.sampled


def test_a_smaller_sample_is_as_even(corpus):
    found = sample_corpus(CorpusConfig(paths=(corpus,)))
    less = found.fewer(3000)
    assert 3000 <= less.sampled < 6000
    assert less.texts == found.texts[:: len(found.texts) // len(less.texts)]
    assert less.characters == found.characters
    assert found.fewer(10**9) == found


def test_a_sample_comes_from_everywhere(corpus):
    found = sample_corpus(CorpusConfig(paths=(corpus,)), limit=4000)
    assert 1500 < found.sampled <= 4000
    assert found.texts[0].startswith(sentence(0))
    assert any(sentence(number) in text for text in found.texts[-3:] for number in range(350, 400))


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "txt"])
def test_of_a_large_corpus_about_how_much_there_is(tmp_path, ending):
    for name in ("a", "b", "c"):
        content = "\n".join(
            json.dumps({"text": sentence(number * 7 + ord(name))}) if "json" in ending else sentence(number)
            for number in range(9000)
        ).encode()
        path = tmp_path / f"{name}.{ending}"
        path.write_bytes(gzip.compress(content) if ending.endswith("gz") else content)
    config = CorpusConfig(
        paths=(str(tmp_path),), unit="line" if ending == "txt" else "auto", deduplicate="none"
    )
    found = sample_corpus(config, limit=50_000, most=600_000)
    assert not found.complete
    assert found.sampled <= 50_000
    assert found.characters == pytest.approx(corpus_stats(config).characters, rel=0.1)


def test_a_broken_file_of_a_large_corpus_is_named(tmp_path):
    content = "\n".join(map(sentence, range(9000))).encode()
    (tmp_path / "a.txt").write_bytes(content)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(content)[:99])
    with pytest.raises(InputError, match=r"b\.txt\.gz"):
        sample_corpus(CorpusConfig(paths=(str(tmp_path),), unit="line"), limit=9_000, most=60_000)


def test_the_plan_of_a_tiny_corpus(corpus):
    found = plan(resolved(corpus, preset="tiny"))
    here, server, gpu = found.machines
    assert (here.machine, server.machine, gpu.machine) == ("here", "cpu16", "h100")
    assert found.complete and found.objective == "mlm"
    assert found.objective_settings == {"mlm": {"rate": 0.3}}
    assert here.preset == "tiny" and here.device == "cpu"
    assert here.tokens == pytest.approx(here.tokens_per_second * 60, rel=0.1)
    assert here.epochs == pytest.approx(here.tokens / found.tokens, rel=0.25)
    assert 2**27 < here.memory_bytes < here.available_bytes
    assert server.tokens > 0 and gpu.tokens_per_second > 0
    assert found.neighbours < found.unigram < 9
    assert json.loads(json.dumps(found.to_json()))["machines"][0]["loss"]["low"] > 0


def test_more_time_feeds_a_larger_network(corpus, monkeypatch):
    large = CorpusConfig(paths=(corpus,))
    monkeypatch.setattr(
        plan_module,
        "sample_corpus",
        lambda config: plan_module_sample(large, characters=10**12),
    )
    at(monkeypatch, 10_000.0)
    presets = ["tiny", "mini", "small", "medium", "base"]
    chosen = [plan(resolved(corpus, budget=budget)).here for budget in ("1m", "1h", "40h")]
    places = [presets.index(each.preset) for each in chosen]
    assert places == sorted(places) and places[0] == 0 and places[-1] >= 2
    assert chosen[0].loss.loss > chosen[1].loss.loss > chosen[2].loss.loss


def plan_module_sample(config, *, characters):
    from dataclasses import replace

    return replace(sample_corpus(config), characters=characters)


def test_a_small_corpus_is_not_worth_a_large_network(corpus, monkeypatch):
    at(monkeypatch, 1e6)
    assert plan(resolved(corpus, budget="100h")).here.preset == "tiny"


@pytest.mark.parametrize(
    "budget, tokens", [("5Mtok", 5e6), ("2ep", None), ("100steps", 100 * 0.97 * 512), ("10s", None)]
)
def test_every_kind_of_budget(corpus, monkeypatch, budget, tokens):
    at(monkeypatch, 1000.0)
    here = plan(resolved(corpus, "train.batch_tokens=512", preset="tiny", budget=budget)).here
    assert here.batch_tokens == 512
    if tokens is not None:
        assert here.tokens == pytest.approx(tokens)
    if Budget.parse(budget).kind == "epochs":
        assert here.epochs == pytest.approx(2.0)
    if Budget.parse(budget).kind == "time":
        assert here.seconds == 10
        assert here.tokens < 10_000
    else:
        assert here.seconds > here.tokens / 1000


def test_what_is_set_stays(corpus, monkeypatch):
    at(monkeypatch, 1000.0)
    config = resolved(corpus, "objective=mlm+nsp", "tokenizer.vocab_size=120")
    chosen = follow(config, plan(config))
    assert chosen.objective == "mlm+nsp"
    assert chosen.tokenizer.vocab_size == 120  # type: ignore[union-attr]
    assert chosen.preset == "tiny"


def test_a_run_follows_the_plan_and_resumes_under_the_same(corpus, tmp_path, monkeypatch):
    out = tmp_path / "run"
    config = resolved(corpus, "train.evaluations=0", budget="2steps")
    result = start_pretrain(config, out)
    assert result.steps == 2
    at(monkeypatch, 1.0)  # another day would choose otherwise
    monkeypatch.setattr(plan_module, "plan", None)
    again = planned(config, out)
    assert again.preset != "auto"
    assert start_pretrain(config, out) == result


def test_a_size_that_does_not_fit_is_not_chosen(corpus, monkeypatch):
    """Neither one that is measured to need too much, nor, before it is timed, one that is reckoned to."""
    monkeypatch.setattr(plan_machines, "worth", lambda tokens, of: 1e12)
    config = resolved(corpus, budget="1000steps")
    timed = []

    def time(self, candidate, batch, seconds):
        timed.append(candidate.preset)
        peak = {"tiny": 2**30, "mini": 2**30, "small": 6 * 2**30}.get(candidate.preset, 2**40)
        return Speed(training=1e4, evaluating=1e4, peak_bytes=peak)

    monkeypatch.setattr(Planner, "_time", time)
    for there, chosen, last in ((4 * 2**30, "mini", "small"), (2**20, "tiny", "tiny")):
        timed.clear()
        monkeypatch.setattr(plan_machines, "total_memory", lambda there=there: there)
        here = plan(config).here
        assert (here.preset, here.available_bytes) == (chosen, there)
        assert last in timed and "base" not in timed
    for machine in plan(config).machines[1:]:
        assert machine.memory_bytes < machine.available_bytes


def test_the_probe_trains_as_the_run_will(corpus, monkeypatch):
    recomputed = []
    measured = Speed(training=1000.0, evaluating=3000.0, peak_bytes=2**30)

    def measure(learner, *rest, **named):
        recomputed.append([layer.recompute for layer in learner.modules() if hasattr(layer, "attention")])
        return measured

    monkeypatch.setattr(plan_machines, "measure", measure)
    plain = plan(resolved(corpus, preset="tiny"))
    other = plan(resolved(corpus, "train.recompute=true", "train.average=0.1", preset="tiny"))
    assert not any(recomputed[0]) and all(recomputed[-1]) and recomputed[-1]
    assert plain.here.memory_bytes == 2**30
    assert other.here.memory_bytes == 2**30 + 4 * other.here.parameters
    for before, now in zip(plain.machines[1:], other.machines[1:], strict=True):
        assert now.memory_bytes < before.memory_bytes
        assert now.tokens_per_second <= before.tokens_per_second


def test_on_a_gpu_the_peak_begins_without_what_is_kept_of_the_candidate_before(monkeypatch):
    called = []
    for name in ("empty_cache", "reset_peak_memory_stats"):
        monkeypatch.setattr(torch.cuda, name, lambda name=name: called.append(name))
    plan_probe._forget_peak(torch.device("cpu"))
    assert called == []
    plan_probe._forget_peak(torch.device("cuda"))
    assert called == ["empty_cache", "reset_peak_memory_stats"]


def test_a_decoder_and_the_task_that_needs_it(corpus, monkeypatch):
    at(monkeypatch, 1000.0)
    assert architecture_for("text_generation") == "gpt2"
    assert architecture_for("question_answering") == "bert"
    with pytest.raises(ConfigError):
        architecture_for("text_generatoin")
    found = plan(resolved(corpus, model="gpt2"))
    assert found.objective == "clm"
    with pytest.raises(ConfigError, match="finetune translation") as error:
        plan(resolved(corpus, model=architecture_for("translation")))
    assert error.value.key == "plan.no_law_of_model"


def test_no_plan_for_a_trained_model_or_without_text(corpus, tmp_path):
    folder = tmp_path / "my-model"
    folder.mkdir()
    with pytest.raises(ConfigError, match="random weights"):
        plan(resolve_pretrain(None, {"corpus": [corpus], "model": str(folder)}))
    with pytest.raises(InputError):
        plan(resolved(str(tmp_path / "nothing.txt")))


def test_the_peak_of_memory_is_forgotten_and_found_again():
    if not forget_peak():
        pytest.skip("needs /proc")
    before = peak_resident()
    block = bytearray(64 * 2**20)
    block[:: 2**12] = b"x" * len(block[:: 2**12])
    assert peak_resident() - before > 50 * 2**20
    del block
    assert forget_peak()
    assert peak_resident() - before < 50 * 2**20
