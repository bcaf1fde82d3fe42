"""A saved reader answers in `transformers` as it answers here, from plain text on, also in windows."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from yanmo.api.predict import load
from yanmo.config import build
from yanmo.interop.huggingface import Labelling, save_model
from yanmo.models.bert import Bert
from yanmo.models.learner import Learner
from yanmo.tokenizers import TokenizerConfig, train

transformers = pytest.importorskip("transformers")

CONTEXTS = (
    "今天天气很好，小明去了北京的公园，小红在家看书。",
    "Once upon a time there was a king; he was old, and lived in a castle by the sea.",
    "小明今年八岁，he likes apples。" * 5,
)
QUESTIONS = ("小明去了哪里？", "Where was the king?", "几岁？")
LENGTH, STRIDE, LONGEST = 48, 12, 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reader") / "model"
    tokenizer = train(
        [*CONTEXTS, *QUESTIONS] * 5, TokenizerConfig(kind="wordpiece", vocab_size=90, character_coverage=1)
    )
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64}
    config = build(
        Bert.Config,
        {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, "max_positions": LENGTH, **sizes},
    )
    learner = Learner.build(Bert, config, {"span": 2}, seed=3)
    labelling = Labelling(task="question_answering", labels=("start", "end"))
    save_model(path, learner, tokenizer, labelling=labelling)
    return path


@pytest.mark.parametrize(("question", "context"), list(zip(QUESTIONS, CONTEXTS, strict=True)))
def test_the_best_span_and_its_score(folder: Path, question: str, context: str) -> None:
    ours = load(str(folder))
    ours.settings = ours.settings.model_copy(
        update={"answers": ours.settings.answers.model_copy(update={"stride": STRIDE})}
    )
    (found,) = ours.predict([{"question": question, "context": context}])
    told = found.to_json()

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder)
    room = LENGTH - 3 - len(tokenizer(question, add_special_tokens=False)["input_ids"])
    windows = tokenizer(
        question, context, truncation="only_second", max_length=LENGTH, stride=room - min(STRIDE, room - room // 4),
        return_overflowing_tokens=True, return_offsets_mapping=True,
    )  # fmt: skip
    best, nothing = (-1.0, 0, 0), 1.0
    for number in range(len(windows["input_ids"])):
        inputs = {
            name: torch.tensor([windows[name][number]])
            for name in ("input_ids", "token_type_ids", "attention_mask")
        }
        with torch.inference_mode():
            output = model(**inputs)
        places = [0, *(at for at, side in enumerate(windows.sequence_ids(number)) if side == 1)]
        first = output.start_logits[0, places].softmax(0)
        last = output.end_logits[0, places].softmax(0)
        nothing = min(nothing, float(first[0] * last[0]))
        scores = (first[:, None] * last[None]).triu().tril(LONGEST - 1)[1:, 1:]
        place = int(scores.argmax())
        start, end = divmod(place, len(places) - 1)
        offsets = windows["offset_mapping"][number]
        spot = (float(scores.flatten()[place]), offsets[places[1 + start]][0], offsets[places[1 + end]][1])
        best = max(best, spot)
    assert (told["start"], told["end"]) == best[1:]
    assert told["score"] == pytest.approx(best[0], abs=1e-5)
    assert told["no_answer"] == pytest.approx(nothing, abs=1e-5)
    assert context != CONTEXTS[2] or len(windows["input_ids"]) > 1
