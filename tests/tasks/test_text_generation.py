"""Texts to continue and conversations to answer: what is learnt of them, what is cut, what is measured."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import InputError
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.optim import optimizer
from yanmo.optim.optimizer import OptimConfig
from yanmo.tasks import Encoder
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.generated import TextLoss
from yanmo.tasks.inference import predict, predict_encoded
from yanmo.tasks.task import Encoded
from yanmo.tasks.text_generation import TextGeneration
from yanmo.tokenizers.chat import TEMPLATE
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

NewRecord = Callable[..., Record]
Encoders = Callable[..., Encoder]
TASK = TextGeneration(labels=(), config=TaskConfig())


def turns(*contents: str, system: str | None = None) -> list[dict[str, str]]:
    """user, assistant, user ..."""
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "content": each} for place, each in enumerate(contents)]
    return ([] if system is None else [{"role": "system", "content": system}]) + messages


def decoded(encoder: Encoder, ids: object) -> str:
    """With the end token as ¶."""
    text = encoder.tokenizer.decode(list(ids), skip_special=False)  # type: ignore[call-overload]
    return text.replace("<|endoftext|>", "¶")


def learnt(encoder: Encoder, encoded: Encoded) -> str:
    """What stands at the labels, which are the tokens after their places."""
    at, values = encoded.example.labels["clm"]
    assert np.array_equal(encoded.example.input_ids[at + 1], values)
    return decoded(encoder, values)


@pytest.fixture
def encoder(encoder_of: Encoders) -> Encoder:
    return encoder_of("byte_bpe", room=64)


@pytest.fixture(scope="session")
def new_learner() -> Callable[[Encoder], Learner]:
    def new_learner(encoder: Encoder) -> Learner:
        sizes = {"hidden_size": 48, "num_layers": 2, "num_heads": 2, "intermediate_size": 96}
        values = {**sizes, "max_positions": 64, "vocab_size": encoder.tokenizer.vocab_size, "dropout": 0.0}
        return Learner.build(Gpt2, build(Gpt2.Config, values), {"clm": None}, seed=1)

    return new_learner


def test_a_text_is_learnt_whole(record: NewRecord, encoder: Encoder) -> None:
    (encoded,) = TASK.encode(record(text="北京很大。"), encoder, labelled=True)
    assert decoded(encoder, encoded.example.input_ids) == "¶北京很大。¶"
    assert learnt(encoder, encoded) == "北京很大。¶"
    assert encoded.num_bytes == 15
    assert encoded.example.prefix_length == 0
    (prompt,) = TASK.encode(record(text="北京很大。"), encoder, labelled=False)
    assert decoded(encoder, prompt.example.input_ids) == "¶北京很大。"
    assert prompt.example.labels == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "北京 ", "completion": " Paris\n"},
        {"instruction": "北京", "output": "Paris"},
        {"instruction": "北京", "input": "", "output": "Paris"},
        {"instruction": "北京", "context": "", "response": "Paris"},
        {"question": "北京", "answer": "Paris"},
        {"conversations": [{"from": "human", "value": "北京"}, {"from": "gpt", "value": "Paris"}]},
        {"conversations": [{"role": "user", "content": "北京"}, {"role": "bot", "content": "Paris"}]},
        {"source": "北京", "target": "Paris"},
        {"src": "北京", "tgt": "Paris"},
        {"messages": turns("北京", "Paris")},
        {"messages": turns("北京", "Paris"), "text": "not read"},
        {"messages": turns("北京", "Paris", "and?")},
    ],
)
def test_questions_and_answers_in_every_form(
    record: NewRecord, encoder: Encoder, fields: dict[str, object]
) -> None:
    task = TextGeneration.from_records([record(**fields)], TaskConfig())
    assert task.chat_template == TEMPLATE
    (encoded,) = task.encode(record(**fields), encoder, labelled=True)
    assert decoded(encoder, encoded.example.input_ids) == "¶U\n北京¶A\nParis¶"
    assert learnt(encoder, encoded) == "Paris¶"
    assert encoded.num_bytes == 5
    assert not encoded.cut


def test_forms_with_names_of_their_own(record: NewRecord, encoder: Encoder) -> None:
    config = TaskConfig(text_field="question", label_field="reply")
    task = TextGeneration.from_records([record(question="北京", reply="Paris")], config)
    (encoded,) = task.encode(record(question="北京", reply="Paris"), encoder, labelled=True)
    assert decoded(encoder, encoded.example.input_ids) == "¶U\n北京¶A\nParis¶"
    (asked,) = task.encode(record(question="北京"), encoder, labelled=False)
    assert decoded(encoder, asked.example.input_ids) == "¶U\n北京¶A\n"
    config = TaskConfig(text_field="body")
    assert TextGeneration.from_records([record(body="x")], config).chat_template is None
    instruction = record(instruction="Add.", input="1 2", output="3")
    (encoded,) = TASK.encode(instruction, encoder, labelled=True)
    assert decoded(encoder, encoded.example.input_ids) == "¶U\nAdd.\n1 2¶A\n3¶"


@pytest.mark.parametrize(
    "fields",
    [
        {"en": "Paris", "zh": "北京"},
        {"translation": {"en": "Paris", "zh": "北京"}},
        {"en": "Paris", "zh_CN": "北京"},
        {"src": "Paris", "tgt": "北京", "src_lang": "en", "tgt_lang": "zh"},
    ],
)
def test_the_two_sides_of_a_direction(record: NewRecord, encoder: Encoder, fields: dict[str, object]) -> None:
    task = TextGeneration.from_records([record(**fields)], TaskConfig(direction="en-zh"))
    (encoded,) = task.encode(record(**fields), encoder, labelled=True)
    assert decoded(encoder, encoded.example.input_ids) == "¶U\nParis¶A\n北京¶"
    assert learnt(encoder, encoded) == "北京¶"
    for unanswered in (record(en="Paris"), record(text="Paris")):
        (asked,) = task.encode(unanswered, encoder, labelled=False)
        assert decoded(encoder, asked.example.input_ids) == "¶U\nParis¶A\n"


def test_a_direction_that_a_record_lacks_names_it(record: NewRecord) -> None:
    for settings, key in (({}, "tasks.no_direction"), ({"direction": "en-de"}, "tasks.language_missing")):
        with pytest.raises(InputError) as error:
            TextGeneration.from_records(
                [record(translation={"en": "a", "zh": "b"})], build(TaskConfig, settings)
            )
        assert error.value.key == key and "set.jsonl:7" in str(error.value)


def test_a_direction_that_names_no_column_is_refused(record: NewRecord) -> None:
    with pytest.raises(InputError) as error:
        TextGeneration.from_records([record(source="a", target="b")], TaskConfig(direction="zh-en"))
    assert error.value.key == "tasks.direction_unnamed"
    spoken = record(messages=turns("a", "b"), source="a page", target="x")
    assert TextGeneration.from_records([spoken], TaskConfig(direction="zh-en")).conversations


def test_mapped_columns_come_before_the_usual_ones(record: NewRecord, encoder: Encoder) -> None:
    both = record(text="x", prompt="y", completion="y", question="北京", answer="Paris")
    for columns, whole in (
        ({"question": "q", "answer": "a"}, "¶U\n北京¶A\nParis¶"),
        ({"text": "t"}, "¶x¶"),
        ({}, "¶U\ny¶A\ny¶"),
    ):
        task = TextGeneration.from_records([both], TaskConfig(columns=columns))
        (encoded,) = task.encode(both, encoder, labelled=True)
        assert decoded(encoder, encoded.example.input_ids) == whole


def test_a_question_alone_is_none_beside_a_text(record: NewRecord, encoder: Encoder) -> None:
    (asked,) = TASK.encode(record(text="北京", source="a page"), encoder, labelled=False)
    assert decoded(encoder, asked.example.input_ids) == "¶北京"


def test_a_pair_comes_before_a_lone_question_whether_or_not_it_is_answered(
    record: NewRecord, encoder: Encoder
) -> None:
    both = record(instruction="Translate.", source="你好", target="hello")
    (encoded,) = TASK.encode(both, encoder, labelled=True)
    (question,) = TASK.encode(both, encoder, labelled=False)
    assert "你好" in decoded(encoder, question.example.input_ids)
    assert decoded(encoder, encoded.example.input_ids).startswith(
        decoded(encoder, question.example.input_ids)
    )


def test_only_answers_are_learnt(record: NewRecord, encoder: Encoder) -> None:
    one = record(messages=turns("好", "a.", "A\nx", "b!", system="be"))
    (encoded,) = TASK.encode(one, encoder, labelled=True)
    assert decoded(encoder, encoded.example.input_ids) == "¶S\nbe¶U\n好¶A\na.¶U\nA\nx¶A\nb!¶"
    assert learnt(encoder, encoded) == "a.¶b!¶"
    (asked,) = TASK.encode(one, encoder, labelled=False)
    assert decoded(encoder, asked.example.input_ids) == "¶S\nbe¶U\n好¶A\na.¶U\nA\nx¶A\n"


def test_a_plain_text_is_a_question_to_a_model_that_answers(record: NewRecord, encoder: Encoder) -> None:
    chat = Encoder(
        tokenizer=encoder.tokenizer.with_chat_template(TEMPLATE), frame=encoder.frame, room=encoder.room
    )
    (asked,) = TASK.encode(record(text="北京"), chat, labelled=False)
    assert decoded(chat, asked.example.input_ids) == "¶U\n北京¶A\n"


@pytest.mark.parametrize(("truncate", "rule"), [("head_tail", "head"), ("head", "head"), ("tail", "tail")])
def test_long_texts_are_cut_by_the_rule(
    record: NewRecord, encoder_of: Encoders, truncate: str, rule: str
) -> None:
    encoder = encoder_of("byte_bpe", room=20)
    text = "The shop in (Paris) was closed; we went home early, said John Smith. 今天天气很好"
    ids = encoder.encode(text).ids
    task = TextGeneration.from_records([record(text=text)], TaskConfig(truncate=truncate))
    assert task.truncation == rule
    (encoded,) = task.encode(record(text=text), encoder, labelled=True)
    assert encoded.cut
    start, end = encoder.frame.start, encoder.frame.end
    expected = [start, *ids[:18]] if rule == "head" else [*ids[-18:], end]
    assert encoded.example.input_ids.tolist() == expected
    assert encoded.num_bytes == len(encoder.tokenizer.decode(encoded.example.labels["clm"][1]).encode())
    (short,) = task.encode(record(text="The shop"), encoder, labelled=True)
    assert not short.cut


def test_the_oldest_exchanges_of_a_long_conversation_go(record: NewRecord, encoder_of: Encoders) -> None:
    encoder = encoder_of("byte_bpe", room=24)
    one = record(messages=turns("d", "a", "e", "b", "f", "c", system="S"))
    task = TextGeneration.from_records([one], TaskConfig())
    assert task.truncation == "oldest_turns"
    (encoded,) = task.encode(one, encoder, labelled=True)
    assert encoded.cut
    assert decoded(encoder, encoded.example.input_ids) == "¶S\nS¶U\ne¶A\nb¶U\nf¶A\nc¶"
    assert learnt(encoder, encoded) == "b¶c¶"


def test_of_an_exchange_too_long_the_beginning_of_the_question_goes(
    record: NewRecord, encoder_of: Encoders
) -> None:
    encoder = encoder_of("byte_bpe", room=16)
    (encoded,) = TASK.encode(record(prompt="1 2 3 4 5 6 7 8 9", completion="0 1"), encoder, labelled=True)
    assert encoded.cut
    assert len(encoded.example.input_ids) == 16
    assert decoded(encoder, encoded.example.input_ids).endswith("9¶A\n0 1¶")
    assert learnt(encoder, encoded) == "0 1¶"
    (encoded,) = TASK.encode(record(prompt="1", completion="1 2 3 4 5 6 7 8 9"), encoder, labelled=True)
    assert encoded.cut
    assert len(encoded.example.input_ids) == 16
    assert learnt(encoder, encoded).startswith("1 2 3")
    turns_of = [{"role": role, "content": "1 2 3 4 5 6 7 8"} for role in ("system", "user")]
    one = record(messages=[*turns_of, {"role": "assistant", "content": "9"}])
    (encoded,) = TASK.encode(one, encoder, labelled=True)
    assert encoded.cut
    assert learnt(encoder, encoded) == "9¶", "neither of two long questions takes the answer's place"


def test_of_a_question_too_long_to_be_answered_the_beginning_goes(
    record: NewRecord, encoder_of: Encoders
) -> None:
    encoder = encoder_of("byte_bpe", room=24)
    numbers = " ".join(str(number) for number in range(30))
    (asked,) = TASK.encode(record(prompt=numbers), encoder, labelled=False)
    assert asked.cut
    assert len(asked.example.input_ids) == 18, "a quarter is left to the answer"
    whole = decoded(encoder, asked.example.input_ids)
    assert whole.startswith("¶U\n") and whole.endswith("29¶A\n")
    (short,) = TASK.encode(record(prompt="1 2"), encoder, labelled=False)
    assert not short.cut and decoded(encoder, short.example.input_ids) == "¶U\n1 2¶A\n"
    turns_of = record(messages=turns("1", "2", numbers, system="S"))
    (asked,) = TASK.encode(turns_of, encoder, labelled=False)
    whole = decoded(encoder, asked.example.input_ids)
    assert asked.cut and len(asked.example.input_ids) == 18
    assert whole.startswith("¶S\nS¶U\n") and whole.endswith("29¶A\n")
    chat = Encoder(
        tokenizer=encoder.tokenizer.with_chat_template(TEMPLATE), frame=encoder.frame, room=encoder.room
    )
    (plain,) = TASK.encode(record(text=numbers), chat, labelled=False)
    assert plain.cut and decoded(chat, plain.example.input_ids).endswith("29¶A\n")


def test_of_a_source_too_long_to_be_translated_the_end_goes(record: NewRecord, encoder_of: Encoders) -> None:
    """As with an encoder-decoder, in training and afterwards."""
    encoder = encoder_of("byte_bpe", room=24)
    numbers = " ".join(str(number) for number in range(30))
    one = record(en=numbers, zh="1")
    task = TextGeneration.from_records([one], TaskConfig(direction="en-zh"))
    assert task.truncation == "head"
    (encoded,) = task.encode(one, encoder, labelled=True)
    assert encoded.cut and len(encoded.example.input_ids) == 24
    assert decoded(encoder, encoded.example.input_ids).startswith("¶U\n0 1 2")
    assert learnt(encoder, encoded) == "1¶"
    (asked,) = task.encode(record(text=numbers), encoder, labelled=False)
    whole = decoded(encoder, asked.example.input_ids)
    assert asked.cut and whole.startswith("¶U\n0 1 2") and whole.endswith("¶A\n")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"words": "x"}, "tasks.no_text_form"),
        ({"prompt": "x"}, "tasks.no_text_form"),
        ({"text": 3}, "corpus.field_no_text"),
        ({"prompt": "x", "completion": " \n"}, "tasks.empty_turn"),
        ({"source": "", "target": "x"}, "tasks.empty_turn"),
        ({"prompt": "x", "completion": None}, "corpus.field_no_text"),
        ({"messages": []}, "tasks.bad_messages"),
        ({"messages": "hello"}, "tasks.bad_messages"),
        ({"messages": [{"role": "user"}]}, "tasks.bad_message"),
        ({"messages": [{"role": "narrator", "content": "x"}]}, "tasks.bad_message"),
        ({"messages": ["x"]}, "tasks.bad_message"),
        ({"messages": turns("x", "")}, "tasks.empty_turn"),
        ({"messages": turns("x")}, "tasks.no_turn"),
    ],
)
def test_what_cannot_be_learnt_names_file_and_line(
    record: NewRecord, fields: dict[str, object], key: str
) -> None:
    with pytest.raises(InputError) as error:
        TextGeneration.from_records([record(**fields)], TaskConfig())
    assert error.value.key == key
    assert "set.jsonl:7" in str(error.value)
    assert str(error.value).count("\n") == 2


def test_the_loss_is_that_of_each_label(
    record: NewRecord, encoder: Encoder, new_learner: Callable[[Encoder], Learner]
) -> None:
    learner = new_learner(encoder).eval()
    records = [record(text="北京很大。"), record(prompt="好", completion="Paris, London"), record(text="")]
    encoded = [TASK.encode(each, encoder, labelled=True) for each in records]
    found = predict_encoded(TASK, learner, records, encoded, encoder)
    for one, (each,) in zip(found, encoded, strict=True):
        assert isinstance(one, TextLoss)
        at, values = each.example.labels["clm"]
        alone = Plan(source=ExampleSource([each.example]), seed=0, batch_tokens=64, max_length=64)
        (batch,) = alone.stream(Cursor(), epochs=1)
        with torch.no_grad():
            logits = learner.logits("clm", learner.backbone(batch), torch.from_numpy(at))
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(values), reduction="sum")
        assert one.nats == pytest.approx(float(loss), abs=1e-4)
        assert one.tokens == len(at)
    scores = TASK.score(records, found)
    nats, tokens = sum(each.nats for each in found), sum(each.tokens for each in found)  # type: ignore
    assert scores["loss"] == pytest.approx(nats / tokens)
    assert scores["perplexity"] == pytest.approx(math.exp(nats / tokens))
    assert scores["bits_per_byte"] == pytest.approx(nats / math.log(2) / (15 + 13))
    assert not TASK.higher_is_better


def test_a_few_conversations_are_learnt_and_answered_in_both_languages(
    record: NewRecord, encoder: Encoder, new_learner: Callable[[Encoder], Learner]
) -> None:
    pairs = [
        ("天气很好吗", "今天天气很好。"),
        ("北京大吗", "北京很大！"),
        ("Who is early?", "John Smith."),
        ("Where?", "In Paris (the shop)."),
    ]
    follow = turns(*pairs[2], "Where?", "At home.")
    records = [record(prompt=asked, completion=answer) for asked, answer in pairs]
    records.append(record(messages=follow))
    task = TextGeneration.from_records(records, TaskConfig())
    learner = new_learner(encoder)
    examples = [one.example for each in records for one in task.encode(each, encoder, labelled=True)]
    plan = Plan(source=ExampleSource(examples), seed=0, batch_tokens=512, max_length=64)
    batches = list(plan.stream(Cursor(), epochs=1))
    weights = Weights(learner, torch.float32)
    stepper = optimizer.build(
        learner.named_parameters(), OptimConfig(lr=1e-2, muon_lr=1e-2, weight_decay=0.0)
    )
    for step in range(60):
        train_step(weights, task, batches, stepper, lr_scale=1 - step / 61, max_norm=1.0)
    found = predict(task, learner, records, encoder)
    answers = [*(answer for _, answer in pairs), "At home."]
    assert [one.to_json()["generated"] for one in found] == answers
    assert [one.to_json()["text"] for one in found] == [*(asked for asked, _ in pairs), "Where?"]
    scores = task.sample_scores(learner, records, records, encoder)
    assert set(scores) == {"distinct_1", "distinct_2", "copied_5"}
    assert scores["copied_5"] > 0.5  # it has learnt them by heart
    assert "copied_5" not in task.sample_scores(learner, records, [], encoder)
    assert "bleu" not in scored(task, learner, records, encoder)  # a question may have many answers
    sides = [
        record(source=asked, target=answer) for asked, answer in [*pairs, (pairs[0][0], "another answer")]
    ]
    assert scored(task, learner, sides[:4], encoder)["rouge_l"] == pytest.approx(1)
    found = scored(task, learner, sides, encoder)
    assert (found["bleu"], found["rouge_l"]) == (pytest.approx(100), pytest.approx(1))  # the best of two
    assert "nrefs:var" in task.signatures(sides)["bleu"] and task.signatures(records) == {}
    assert "bleu" not in scored(task.quick(), learner, sides, encoder)


def scored(
    task: TextGeneration, learner: Learner, records: list[Record], encoder: Encoder
) -> dict[str, float]:
    encoded = [task.encode(each, encoder, labelled=True) for each in records]
    return task.score(records, predict_encoded(task, learner, records, encoded, encoder))
