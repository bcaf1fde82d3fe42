"""Pairs in every form, bad pairs, a dozen pairs learnt by heart, scores as sacrebleu gives them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import sacrebleu
import torch

from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.data.cursor import Cursor
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import ConfigError, InputError
from yanmo.generation.translate import Translated
from yanmo.metrics import translation as metrics
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer, TransformerConfig
from yanmo.optim import optimizer
from yanmo.optim.optimizer import OptimConfig
from yanmo.tasks import Encoder
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.inference import predict
from yanmo.tasks.translation import Translation, TranslationPrediction
from yanmo.tokenizers import TokenizerConfig, train
from yanmo.tokenizers.pairs import for_pairs
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

NewRecord = Callable[..., Record]
PAIRS = [
    ("Good morning.", "早上好。"),
    ("Where is the station?", "车站在哪里？"),
    ("The cat is asleep.", "猫睡着了。"),
    ("I like green tea.", "我喜欢绿茶。"),
    ("He reads a book.", "他在读一本书。"),
    ("We went home early.", "我们很早就回家了。"),
    ("It is raining.", "下雨了。"),
    ("She bought three apples.", "她买了三个苹果。"),
    ("The train was late.", "火车晚点了。"),
    ("Close the door.", "请关门。"),
    ("My father is a doctor.", "我父亲是医生。"),
    ("What time is it now?", "现在几点？"),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    texts = [text for pair in PAIRS for text in pair] * 2
    try:
        tokenizer = train(texts, TokenizerConfig(kind="unigram", vocab_size=100_000, character_coverage=1))
    except ConfigError as error:
        size = error.values["maximum"]
        tokenizer = train(texts, TokenizerConfig(kind="unigram", vocab_size=size, character_coverage=1))
    tokenizer = for_pairs(tokenizer)
    return Encoder(tokenizer=tokenizer, frame=frame_of(tokenizer, "encoder_decoder"), room=32)


def make(records: list[Record], **settings: object) -> Translation:
    return Translation.from_records(records, build(TaskConfig, settings))


@pytest.mark.parametrize(
    ("fields", "settings"),
    [
        ({"source": "Hi", "target": "你好"}, {}),
        ({"src": "Hi", "tgt": "你好"}, {}),
        ({"source": "Hi", "target": "你好", "source_lang": "en"}, {"direction": "en-zh"}),
        ({"src": "Hi", "tgt": "你好", "src_lang": "en-GB", "tgt_lang": "zh_CN"}, {"direction": "en-zh"}),
        ({"en": "Hi", "zh": "你好", "fr": "Salut"}, {"direction": "en-zh"}),
        ({"translation": {"en": "Hi", "zh": "你好"}}, {"direction": "en-zh"}),
        ({"translation": {"zh": "你好", "en": "Hi"}, "id": 3}, {"direction": "en-zh"}),
        ({"en": "Hi", "zh-CN": "你好"}, {"direction": "en-zh-CN"}),
        ({"en-GB": "Hi", "zh-Hant-TW": "你好"}, {"direction": "en-GB-zh-Hant-TW"}),
        ({"eng_Latn": "Hi", "zho_Hans": "你好"}, {"direction": "eng_Latn-zho_Hans"}),
        ({"en": "Hi", "zh_cn": "你好"}, {"direction": "en-zh"}),
        ({"en": "Hi", "en_notes": "x", "zh-Hans-CN": "你好", "zh_source": "x"}, {"direction": "en-zh"}),
        ({"en": "Hi", "zh": "你好", "zh_TW": "您好"}, {"direction": "en-zh"}),
        ({"en": "Hi", "zh_cn": "你好", "zh_id": "7", "zh_name": "x"}, {"direction": "en-zh"}),
        ({"en": "Hi", "zh_CN": "你好", "zh_TW": "您好"}, {"direction": "en-zh-CN"}),
        ({"translation": {"en_US": "Hi", "zh_CN": "你好"}}, {"direction": "en-zh"}),
        ({"question": "Hi", "answer": "你好"}, {"text_field": "question", "label_field": "answer"}),
        ({"text": "Hi", "target": "你好"}, {}),
    ],
)
def test_forms_of_a_pair(record: NewRecord, fields: dict[str, object], settings: dict[str, object]) -> None:
    one = record(**fields)
    task = make([one], **settings)
    assert task.texts(one) == ("Hi", "你好")
    assert task.content(one, task.config) == "Hi"


def test_the_other_direction(record: NewRecord) -> None:
    one = record(translation={"en": "Hi", "zh": "你好"})
    assert make([one], direction="zh-en").texts(one) == ("你好", "Hi")


@pytest.mark.parametrize(
    ("fields", "settings", "key"),
    [
        ({"source": "", "target": "你好"}, {}, "tasks.side_empty"),
        ({"source": "Hi", "target": " \t"}, {}, "tasks.side_empty"),
        ({"translation": {"en": "Hi", "zh": ""}}, {"direction": "en-zh"}, "tasks.side_empty"),
        ({"source": "Hi"}, {}, "tasks.side_missing"),
        ({"target": "你好"}, {}, "tasks.side_missing"),
        ({"en": "Hi", "de": "Hallo"}, {"direction": "en-zh"}, "tasks.language_missing"),
        ({"en": "Hi", "zh_CN": "你", "zh_TW": "您"}, {"direction": "en-zh"}, "tasks.language_missing"),
        ({"translation": {"en": "Hi", "de": "Hallo"}}, {"direction": "en-zh"}, "tasks.language_missing"),
        ({"translation": {"en": "Hi", "zh": "你好"}}, {}, "tasks.no_direction"),
        ({"source": "Hi", "target": None}, {}, "tasks.side_empty"),
        ({"source": "Hi", "target": 5}, {}, "tasks.side_no_text"),
        ({"source": ["Hi"], "target": "你好"}, {}, "tasks.side_no_text"),
    ],
)
def test_bad_pairs_name_the_row(
    record: NewRecord, fields: dict[str, object], settings: dict[str, object], key: str
) -> None:
    good = record(source="a", target="b", en="a", zh="b", translation={"en": "a", "zh": "b"})
    with pytest.raises(InputError) as error:
        make([good, record(**fields)], **settings)
    assert error.value.key == key
    assert "set.jsonl:7" in str(error.value) and len(str(error.value).splitlines()) == 3


def test_a_missing_language_is_named_beside_the_columns(record: NewRecord) -> None:
    with pytest.raises(InputError) as error:
        make([record(id=1, en="Hi", chinese="你好")], direction="en-zh")
    assert error.value.values["language"] == "zh"
    assert error.value.values["known"] == ["id", "en", "chinese"]


@pytest.mark.parametrize("direction", ["en-zh", "zh-en"])
@pytest.mark.parametrize(
    "more", [{}, {"source_lang": "fr", "target_lang": "zh"}, {"source_lang": "en", "target_lang": "en"}]
)
def test_a_direction_that_names_no_column_is_refused(
    record: NewRecord, direction: str, more: dict[str, str]
) -> None:
    """It would do nothing: zh-en on source and target must not learn what en-zh does."""
    one = record(english="Hi", chinese="你好", **more)
    columns = {"source": "english", "target": "chinese"}
    with pytest.raises(InputError) as error:
        make([one.renamed(columns)], direction=direction, columns=columns)
    assert error.value.key == "tasks.direction_unnamed"
    assert error.value.values["first"] == "english" and error.value.values["second"] == "chinese"
    columns = {"en": "english", "zh": "chinese"}
    task = make([one.renamed(columns)], direction=direction, columns=columns)
    assert task.texts(one.renamed(columns)) == (("Hi", "你好") if direction == "en-zh" else ("你好", "Hi"))


def test_a_source_that_is_to_be_translated_needs_no_language(record: NewRecord, encoder: Encoder) -> None:
    task = make([record(en="Hi", zh="你好")], direction="en-zh")
    (wanted,) = task.encode(record(en="Good morning."), encoder, labelled=False)
    for unlabelled in (record(source="Good morning."), record(text="Good morning.")):
        (encoded,) = task.encode(unlabelled, encoder, labelled=False)
        assert encoded.example.input_ids.tolist() == wanted.example.input_ids.tolist()


@pytest.mark.parametrize(
    ("settings", "key"),
    [({"beams": 0}, "beams"), ({"beams": 2000}, "1024"), ({"length_penalty": math.nan}, "length_penalty")]
    + [({"direction": "en"}, "direction"), ({"direction": "en-"}, "d")]
    + [({"direction": direction}, "en-zh-Hant") for direction in ("en-zh-cn", "en-GB-", "en-GB-US")],
)
def test_bad_settings(settings: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        build(TaskConfig, settings)


def test_both_sides_of_an_example(record: NewRecord, encoder: Encoder) -> None:
    one = record(source="Good morning.", target="早上好。")
    task = make([one])
    (encoded,) = task.encode(one, encoder, labelled=True)
    source, target = encoded.example, encoded.example.target
    assert target is not None and not encoded.cut
    words = encoder.tokenizer
    assert source.input_ids.tolist() == [*words.encode("Good morning.").ids, words.eos_id]
    wanted = words.encode("早上好。").ids
    assert target.input_ids.tolist() == [words.pad_id, *wanted]
    at, value = target.labels["seq2seq"]
    assert at.tolist() == list(range(len(wanted) + 1))
    assert value.tolist() == [*wanted, words.eos_id]
    (unlabelled,) = task.encode(record(text="Good morning."), encoder, labelled=False)
    assert unlabelled.example.target is None
    assert unlabelled.example.input_ids.tolist() == source.input_ids.tolist()


def test_long_sides_are_cut_and_said(record: NewRecord, encoder: Encoder) -> None:
    for source, target in (("cat " * 60, "猫"), ("cat", "猫" * 60)):
        one = record(source=source, target=target)
        (encoded,) = make([one]).encode(one, encoder, labelled=True)
        assert encoded.cut and encoded.example.target is not None
        assert len(encoded.example.input_ids) <= 32 and len(encoded.example.target.input_ids) <= 32


def test_a_dozen_pairs_are_learnt_by_heart(record: NewRecord, encoder: Encoder) -> None:
    records = [record(source=source, target=target) for source, target in PAIRS]
    task = Translation.from_records(records, TaskConfig(), label_smoothing=0.1)
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    config = build(
        TransformerConfig,
        {"vocab_size": encoder.tokenizer.vocab_size, "dropout": 0.0, "attention_dropout": 0.0, **sizes},
    )
    learner = Learner.build(Transformer, config, task.head_sizes())
    examples = [task.encode(one, encoder, labelled=True)[0].example for one in records]
    plan = Plan(source=ExampleSource(examples), seed=0, batch_tokens=256, max_length=32)
    batches = list(plan.stream(Cursor(), epochs=1))
    stepper = optimizer.build(learner.named_parameters(), OptimConfig(lr=1e-2, muon_lr=1e-2))
    weights = Weights(learner, torch.float32)
    for step in range(60):
        train_step(weights, task, batches, stepper, lr_scale=1 - step / 61, max_norm=1.0)
    for beams in (1, 4):
        said = predict(task.with_config(TaskConfig(beams=beams)), learner, records, encoder)
        assert [one.to_json()["translation"] for one in said] == [target for _, target in PAIRS]
        assert task.score(records, said)["bleu"] == pytest.approx(100)
        assert task.score(records, said)["chrf"] == pytest.approx(100)
    lines = [record(text=text) for text in ("", "Good morning.", "  ", "It is raining.", None)]
    said = predict(task, learner, lines, encoder)
    assert [one.to_json()["translation"] for one in said] == ["", "早上好。", "", "下雨了。", ""]


def predictions(said: list[str]) -> list[TranslationPrediction]:
    return [TranslationPrediction(text="", translation=text, score=0.0) for text in said]


@pytest.mark.parametrize(
    ("references", "said", "tokenizer"),
    [
        (
            ["他在读一本很厚的书。", "我们很早就回家了。", "猫在桌子下面睡着了。"],
            ["他读一本很厚的书。", "我们回家很早。", "猫在桌子下面睡着了。"],
            "zh",
        ),
        (["He reads a book.", "The cat is asleep."], ["He reads the book.", "The cat is here."], "13a"),
    ],
)
def test_scores_and_signatures_are_those_of_sacrebleu(
    record: NewRecord, references: list[str], said: list[str], tokenizer: str
) -> None:
    records = [record(source=target, target=target) for target in references]
    task = make(records)
    expected = sacrebleu.corpus_bleu(said, [references], tokenize=tokenizer).score
    scores = task.score(records, predictions(said))
    assert scores == {
        "bleu": pytest.approx(expected),
        "chrf": pytest.approx(sacrebleu.corpus_chrf(said, [references]).score),
    }
    signatures = task.signatures(records)
    assert f"tok:{tokenizer}" in signatures["bleu"] and "version:" in signatures["bleu"]
    assert signatures["chrf"].startswith("chrF2|") and "nc:6" in signatures["chrf"]


def test_bleu_by_hand() -> None:
    """1 to 4-gram precisions 5/6, 3/5, 2/4, 1/3, no brevity penalty."""
    value = metrics.bleu(["the cat sat on a mat"], [["the cat sat on the mat"]]).value
    assert value == pytest.approx(100 * (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)


def test_equal_lines_are_counted_each_and_read_once(
    record: NewRecord, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("a", "the cat sat on a mat"), ("b", "it rains today, again"), ("a", "a cat sat on the mat")]
    records = [record(source=source, target=target) for source, target in rows]
    task, said = make(records), ["a cat sat on a mat", "it rains again today", "a cat sat on a mat"]
    lines = [[target for _, target in rows]]
    found = task.score(records, predictions(said))
    assert found["bleu"] == pytest.approx(sacrebleu.corpus_bleu(said, lines).score)
    assert found["chrf"] == pytest.approx(sacrebleu.corpus_chrf(said, lines).score)
    assert "nrefs:1" in task.signatures(records)["bleu"]
    read: list[list[int]] = []

    def translated(learner: object, sources: list[list[int]], **options: object) -> list[Translated]:
        read.extend(sources)
        return [Translated(ids=ids[:-1], score=0.0) for ids in sources]

    monkeypatch.setattr("yanmo.tasks.translation.translate", translated)
    answers = predict(task, None, records, encoder)  # type: ignore[arg-type]
    assert len(read) == 2
    assert [one.to_json()["translation"] for one in answers] == ["a", "b", "a"]


@pytest.mark.parametrize("direction", [None, "en-cmn", "english-japanese", "zh-de"])
@pytest.mark.parametrize(
    ("reference", "cut"),
    [
        ("我们很早就回家了。", "zh"),
        ("田中さくらは東京に住んでいる。", "char"),
        ("น้ำฝนอยู่ที่เชียงใหม่", "char"),
        ("Ein Haus im Wald.", "13a"),
        ("서울에 산다.", "13a"),
    ],
)
def test_texts_without_spaces_are_scored_by_characters_whatever_the_columns_are_called(
    record: NewRecord, direction: str | None, reference: str, cut: str
) -> None:
    task = make([record(source="x", target=reference)])
    task = task.with_config(task.config.model_copy(update={"direction": direction}))
    assert f"tok:{cut}" in task.signatures([record(source="x", target=reference)])["bleu"]
