"""The same probabilities of choices as `BertForMultipleChoice`, from plain text on."""

from pathlib import Path

import pytest
import torch

from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.data.frame import frame_of
from yanmo.interop.huggingface import load_model, save_model
from yanmo.models.bert import Bert
from yanmo.models.learner import Learner
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.inference import predict
from yanmo.tasks.multiple_choice import ChoicePrediction, MultipleChoice
from yanmo.tasks.task import Encoder
from yanmo.tokenizers import Tokenizer

transformers = pytest.importorskip("transformers")
ASKED = [
    {"context": "w1 w2 w3 w4", "question": "w5 w6", "choices": ["w7", "w8 w9", "w10"], "label": 0},
    {"context": ["w11 w2", "w3"], "question": "w5", "choices": ["w12", "w1 w1 w1"], "label": 1},
    {"question": "w20 w21", "choices": ["w22 w23", "w24"], "label": 1},
]


def test_the_same_choices(tokenizer: Tokenizer, tmp_path: Path) -> None:
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    config = build(Bert.Config, {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, **sizes})
    task = MultipleChoice(labels=(), config=TaskConfig())
    learner = Learner.build(Bert, config, task.head_sizes(), seed=3)
    save_model(tmp_path / "model", learner, tokenizer)
    loaded = load_model(tmp_path / "model")
    encoder = Encoder(tokenizer=loaded.tokenizer, frame=frame_of(loaded.tokenizer, "encoder"), room=64)
    records = [Record(fields=row, source=str(number)) for number, row in enumerate(ASKED)]
    ours = predict(task, loaded.learner, records, encoder)
    reader = transformers.AutoTokenizer.from_pretrained(str(tmp_path / "model"))
    peer = transformers.BertForMultipleChoice.from_pretrained(str(tmp_path / "model")).eval()
    for row, said in zip(ASKED, ours, strict=True):
        assert isinstance(said, ChoicePrediction)
        context = row.get("context", "")
        text = "\n".join(context) if isinstance(context, list) else context
        inputs = [_inputs(text, row["question"], choice, encoder) for choice in row["choices"]]
        batch = reader.pad(inputs, return_tensors="pt")
        with torch.no_grad():
            logits = peer(**{name: value.unsqueeze(0) for name, value in batch.items()}).logits[0]
        torch.testing.assert_close(torch.tensor(said.scores), logits.softmax(0), rtol=1e-4, atol=1e-5)


def _inputs(context: str, question: str, choice: str, encoder: Encoder) -> dict[str, list[int]]:
    """[CLS] context [SEP] question choice [SEP], or [CLS] question [SEP] choice [SEP]."""
    texts = (context, f"{question} {choice}") if context else (question, choice)
    first, second = (encoder.encode(text).ids for text in texts)
    ids = [2, *first, 3, *second, 3]
    types = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": [1] * len(ids)}
