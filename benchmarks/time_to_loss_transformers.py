"""The peer's side of `time_to_loss.py`: run_mlm on a text, for so many seconds from the start of the process.

The recipe's schedule falls to 0 over a number of steps, so the seconds of a step are measured first, in the same
process and on a copy of the network; that time is not charged.
"""

import time

BEGAN = time.monotonic()  # before the imports, which a user waits for too

import copy  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import torch  # noqa: E402
from transformers import (  # noqa: E402
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from yanmo.optim.optimizer import OptimConfig, build  # noqa: E402
from yanmo.optim.schedule import ScheduleConfig  # noqa: E402

LENGTH = 128
MEASURED = 12  # steps whose time is taken, after two that are not


class Clock(TrainerCallback):  # type: ignore[misc]
    """Ends the training at the deadline, and remembers how long steps take."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.times: list[float] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.times.append(time.monotonic())
        if self.times[-1] >= self.deadline:
            control.should_training_stop = True


class Given(torch.optim.Optimizer):
    """Yanmo's optimiser behind torch's interface; the learning rate of the group is the multiplier."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__(model.parameters(), {"lr": 1.0})
        named = ((name.replace(".layer.", ".layers."), each) for name, each in model.named_parameters())
        self.own = build(named, OptimConfig(), muon_dtype=torch.bfloat16)

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        self.own.step(self.param_groups[0]["lr"])


def main() -> None:
    work, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
    data = Path(work["data"])
    tokenizer = AutoTokenizer.from_pretrained(str(data / "tokenizer"), model_max_length=10**9)
    blocks = _blocks(data / "train.txt", tokenizer)
    torch.manual_seed(work["seed"])
    dropout = 0.0 if work["row"] == "given" else 0.1
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=work["hidden_size"],
            num_hidden_layers=work["layers"],
            num_attention_heads=work["hidden_size"] // 64,
            intermediate_size=4 * work["hidden_size"],
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    uncharged = time.monotonic()
    clock = _train(copy.deepcopy(model), blocks, tokenizer, work, folder, steps=MEASURED + 2, deadline=1e18)
    seconds = (clock.times[-1] - clock.times[1]) / MEASURED
    uncharged = time.monotonic() - uncharged
    deadline = BEGAN + work["seconds"] + uncharged
    steps = max(1, round((deadline - time.monotonic()) / seconds))
    clock = _train(model, blocks, tokenizer, work, folder, steps=steps, deadline=deadline)
    model.save_pretrained(str(folder / "model"))
    facts = {"planned": steps, "steps": len(clock.times), "seconds_per_step": seconds, "uncharged": uncharged}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _blocks(path: Path, tokenizer: Any) -> list[dict[str, list[int]]]:
    """All texts with their special tokens, joined and cut into blocks of 128, as run_mlm groups them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    ids: list[int] = []
    for start in range(0, len(lines), 1000):
        for each in tokenizer(lines[start : start + 1000], return_special_tokens_mask=False)["input_ids"]:
            ids += each
    return [{"input_ids": ids[start : start + LENGTH]} for start in range(0, len(ids) - LENGTH, LENGTH)]


def _train(
    model: Any,
    blocks: Any,
    tokenizer: Any,
    work: dict[str, Any],
    folder: Path,
    *,
    steps: int,
    deadline: float,
) -> Clock:
    clock = Clock(deadline)
    optimizers: tuple[Any, Any] = (None, None)
    if work["row"] == "given":
        given, schedule = Given(model), ScheduleConfig()
        rule = torch.optim.lr_scheduler.LambdaLR(
            given, lambda step: schedule.multiplier(min(1.0, (step + 0.5) / steps))
        )
        optimizers = (given, rule)
    arguments = TrainingArguments(
        output_dir=str(folder / "trainer"),
        max_steps=steps,
        per_device_train_batch_size=work["batch"],
        learning_rate=work["rate"] or 1e-3,
        seed=work["seed"],
        bf16=work["row"] != "fp32",
        use_cpu=not torch.cuda.is_available(),
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    Trainer(
        model=model,
        args=arguments,
        train_dataset=blocks,
        data_collator=DataCollatorForLanguageModeling(tokenizer),
        callbacks=[clock],
        optimizers=optimizers,
    ).train()
    return clock


if __name__ == "__main__":
    main()
