"""Held-out loss: a mean over labels, always over the same masks."""

import math
from collections.abc import Callable

import pytest

from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.models.learner import Learner
from yanmo.objectives import make
from yanmo.training.evaluator import HeldOutLoss

NewPlan = Callable[..., Plan]
NewLearner = Callable[..., Learner]


def evaluator(plan: Plan, name: str, batches: int = 1000) -> HeldOutLoss:
    return HeldOutLoss(objective=make(name), plan=plan, batches=batches)


@pytest.mark.parametrize("name", ["mlm", "mlm+nsp", "clm"])
def test_values_are_means_over_all_labels(name: str, new_plan: NewPlan, new_learner: NewLearner) -> None:
    learner = new_learner(name)
    cut = evaluator(new_plan(name, batch_tokens=32), name)(learner, final=True)
    whole_plan = new_plan(name, batch_tokens=4096)
    whole = evaluator(whole_plan, name)(learner, final=True)
    assert cut == pytest.approx(whole, rel=1e-5)
    batch = next(whole_plan.stream(Cursor()))
    learner.eval()
    for term, total in make(name).loss(learner, batch).items():
        assert whole[f"loss_{term}"] == pytest.approx(float(total.detach()) / batch.counts()[term], rel=1e-5)
        assert 0 <= whole[f"accuracy_{term}"] <= 1
    assert whole["loss"] == pytest.approx(sum(whole[f"loss_{term}"] for term in make(name).terms))
    first = "clm" if name == "clm" else "mlm"
    assert whole["perplexity"] == pytest.approx(math.exp(whole[f"loss_{first}"]))


def test_the_masks_never_change_and_dropout_is_off(new_plan: NewPlan, new_learner: NewLearner) -> None:
    learner = new_learner("mlm", dropout=0.5)
    learner.train()
    held_out = evaluator(new_plan("mlm"), "mlm")
    assert held_out(learner, final=True) == held_out(learner, final=True)


def test_on_the_way_it_reads_less(new_plan: NewPlan, new_learner: NewLearner) -> None:
    plan = new_plan("mlm", batch_tokens=32)
    learner = new_learner("mlm")
    some = evaluator(plan, "mlm", batches=2)
    assert some(learner, final=False) != some(learner, final=True)


def test_a_term_without_labels_has_no_value(new_plan: NewPlan, new_learner: NewLearner) -> None:
    plan = new_plan("mlm+nsp", documents=[[9], [7]])
    metrics = evaluator(plan, "mlm+nsp")(new_learner("mlm+nsp"), final=True)
    assert set(metrics) == {"loss", "loss_mlm", "accuracy_mlm", "perplexity"}


def test_nothing_measured_is_no_loss_of_zero(new_plan: NewPlan, new_learner: NewLearner) -> None:
    class Nothing:
        terms, text_term = ("mlm",), "mlm"

        def measure(self, learner: Learner, batch: object) -> dict[str, float]:
            return {}

    held_out = HeldOutLoss(objective=Nothing(), plan=new_plan("mlm"), batches=2)  # type: ignore[arg-type]
    assert math.isnan(held_out(new_learner("mlm"), final=True)["loss"])
