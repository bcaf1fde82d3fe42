"""When a checkpoint is due, and that one holds everything."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.errors import CheckpointError
from yanmo.models.learner import Learner
from yanmo.objectives import make
from yanmo.optim.optimizer import OptimConfig, Optimizer, build
from yanmo.training import checkpoint
from yanmo.training.precision import Weights
from yanmo.training.saver import Saver, conditions
from yanmo.training.state import TrainState
from yanmo.training.step import train_step

NewLearner = Callable[..., Learner]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def saver(folder: Path, **changes: object) -> Saver:
    settings = {"seconds": 30.0, "keep": 2, "keeps_best": False, "conditions": {"threads": 1, "torch": "x"}}
    return Saver(folder, **{**settings, **changes})


def trained(new_plan: Callable[..., Plan], learner: Learner, dtype: torch.dtype) -> tuple[Weights, Optimizer]:
    weights = Weights(learner, dtype)
    optimizer = build(weights.master.named_parameters(), OptimConfig())
    batches = list(new_plan("mlm").stream(Cursor(), epochs=1))
    for _ in range(2):
        train_step(weights, make("mlm"), batches, optimizer, lr_scale=0.5, max_norm=1.0)
    return weights, optimizer


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_everything_comes_back(
    tmp_path: Path, new_plan: Callable[..., Plan], new_learner: NewLearner, dtype: torch.dtype
) -> None:
    weights, optimizer = trained(new_plan, new_learner("mlm"), dtype)
    state = TrainState(step=2, cursor=Cursor(epoch=2), tokens=99, best=0.25, best_step=1)
    saver(tmp_path).save(state, weights, optimizer, spent=12.5)
    fresh = Weights(new_learner("mlm"), dtype)
    other = build(fresh.master.named_parameters(), OptimConfig())
    again = saver(tmp_path)
    restored = again.restore(fresh, other)
    assert restored is not None
    assert (restored.state, restored.spent, restored.refused) == (state, 12.5, ())
    assert again.saved_step == 2
    for one, two in (
        (weights.master.state_dict(), fresh.master.state_dict()),
        (weights.working.state_dict(), fresh.working.state_dict()),
        (optimizer.state_tensors(), other.state_tensors()),
    ):
        assert one.keys() == two.keys()
        assert all(torch.equal(value, two[name]) for name, value in one.items())
    assert any(value.abs().sum() > 0 for value in other.state_tensors().values())


def test_nothing_there(tmp_path: Path, new_learner: NewLearner) -> None:
    weights = Weights(new_learner("mlm"), torch.float32)
    optimizer = build(weights.master.named_parameters(), OptimConfig())
    assert saver(tmp_path / "none").restore(weights, optimizer) is None


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ({"threads": 2, "torch": "x"}, "threads"),
        ({"threads": 1, "torch": "y"}, "torch"),
        ({"threads": 1, "torch": "x", "data": "z"}, "data"),
    ],
)
def test_other_conditions_are_refused_with_the_reason(
    tmp_path: Path, new_learner: NewLearner, now: dict[str, str | int], name: str
) -> None:
    weights = Weights(new_learner("mlm"), torch.float32)
    optimizer = build(weights.master.named_parameters(), OptimConfig())
    saver(tmp_path).save(TrainState(step=1), weights, optimizer, spent=0.0)
    with pytest.raises(CheckpointError) as error:
        saver(tmp_path, conditions=now).restore(weights, optimizer)
    assert error.value.key == "training.other_conditions"
    assert error.value.values["name"] == name


def test_conditions_of_this_process() -> None:
    cpu = torch.device("cpu")
    found = conditions(device=cpu, precision=torch.bfloat16, matmul_precision="medium")
    assert found["torch"] == torch.__version__
    assert found["threads"] == torch.get_num_threads()
    assert (found["precision"], found["matmul_precision"]) == ("bfloat16", "medium")
    assert "gpu" not in found  # as in checkpoints that know no such condition


def test_another_card_is_another_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["NVIDIA A100", "NVIDIA H200"])
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: next(names))
    cuda = torch.device("cuda")
    saved, now = (
        conditions(device=cuda, precision=torch.bfloat16, matmul_precision="highest") for _ in range(2)
    )
    with pytest.raises(CheckpointError, match=r"gpu = NVIDIA A100; now it is NVIDIA H200"):
        checkpoint.require_same(saved, now)


def test_due_by_the_clock_and_never_more_than_a_twentieth_of_the_time(
    tmp_path: Path, new_learner: NewLearner, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    weights = Weights(new_learner("mlm"), torch.float32)
    optimizer = build(weights.master.named_parameters(), OptimConfig())
    one = saver(tmp_path, clock=clock)
    assert not one.is_due()
    clock.now += 29.9
    assert not one.is_due()
    clock.now += 0.1
    assert one.is_due()
    monkeypatch.setattr(
        "yanmo.training.saver.checkpoint.save",
        lambda *arguments, **options: setattr(clock, "now", clock.now + 4.0) or tmp_path,
    )
    _, seconds = one.save(TrainState(step=1), weights, optimizer, spent=0.0)
    assert seconds == pytest.approx(4.0)
    clock.now += 79.0
    assert not one.is_due()
    clock.now += 1.1
    assert one.is_due()


def test_the_best_one_is_kept(tmp_path: Path, new_learner: NewLearner) -> None:
    weights = Weights(new_learner("mlm"), torch.float32)
    optimizer = build(weights.master.named_parameters(), OptimConfig())
    for keeps_best, left in ((True, {"step-1", "step-4", "step-5"}), (False, {"step-4", "step-5"})):
        folder = tmp_path / str(keeps_best)
        one = saver(folder, keeps_best=keeps_best)
        for step in range(1, 6):
            one.save(TrainState(step=step, best=1.0, best_step=1), weights, optimizer, spent=0.0)
        assert {path.name for path in folder.iterdir()} == left


def test_a_best_that_is_not_needed_is_saved_while_that_is_cheap(
    tmp_path: Path, new_learner: NewLearner, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    weights = Weights(new_learner("mlm"), torch.float32)
    optimizer = build(weights.master.named_parameters(), OptimConfig())
    monkeypatch.setattr(
        "yanmo.training.saver.checkpoint.save",
        lambda *arguments, **options: setattr(clock, "now", clock.now + 4.0) or tmp_path,
    )
    spare = saver(tmp_path, keeps_best=True, ends_with_best=False, clock=clock)
    needed = saver(tmp_path, keeps_best=True, clock=clock)
    assert spare.is_due_for_best()
    spare.save(TrainState(step=1), weights, optimizer, spent=0.0)
    clock.now += 155.0  # 4 s of 159 were saving, and another 4 would be 5 % of 160
    assert not spare.is_due_for_best()
    assert needed.is_due_for_best()
    clock.now += 1.1
    assert spare.is_due_for_best()
    assert not saver(tmp_path, clock=clock).is_due_for_best()
