"""Answers as characters of the context: in windows, with every tokenizer, with and without an answer."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks import Encoded, Encoder
from yanmo.tasks.answer_spans import MOST_PLACES, best_spans, windows
from yanmo.tasks.config import AnswerConfig, TaskConfig
from yanmo.tasks.question_answering import IGNORED, AnswerPrediction, Candidate, QuestionAnswering

KINDS = ("wordpiece", "unigram")
TEXTS = (
    "今天天气很好，我们去北京的公园看花。",
    "The shop in (Paris) was closed; we went home early, said John Smith.",
    "他在Google工作，ＡＢＣ公司在上海。好😀！",
    "cafe\u0301 Zu\u0308rich “U.S.” 3.14 2024年",
    "a\u3000b  c\n\nd\te",
)
ASKED = "谁 said it？"
Encoders = Callable[..., Encoder]


def task(**settings: Any) -> QuestionAnswering:
    config = TaskConfig(answers=AnswerConfig(**settings))
    return QuestionAnswering(labels=("start", "end"), config=config)


def nullable(threshold: float = 0.0) -> QuestionAnswering:
    return QuestionAnswering(labels=("start", "end"), config=TaskConfig(), fitted_threshold=threshold)


def record(context: str, *spans: tuple[int, int], question: str = ASKED) -> Record:
    answers = [{"text": context[start:end], "start": start} for start, end in spans]
    fields = {"question": question, "context": context, "answers": answers}
    return Record(fields=fields, source="set.jsonl:7")


def oracle(encoded: Sequence[Encoded], score: float = 20.0) -> list[np.ndarray]:
    """The logits of a model that knows the labels."""
    found = []
    for window in encoded:
        _, values = window.example.labels["span"]
        logits = np.zeros((len(values), 2), dtype=np.float32)
        logits[values[0] // MOST_PLACES, 0] = logits[values[0] % MOST_PLACES, 1] = score
        found.append(logits)
    return found


def beyond_accents(text: str, place: int) -> int:
    """The normaliser composes or drops a mark with the letter before it: nothing ends between the two."""
    while place < len(text) and unicodedata.category(text[place])[0] == "M":
        place += 1
    return place


@given(length=st.integers(0, 600), room=st.integers(1, 200), stride=st.integers(1, 250))
@settings(deadline=None)
def test_windows_cover_all(length: int, room: int, stride: int) -> None:
    found = windows(length, room, stride)
    assert found[0][0] == 0
    assert found[-1][1] == length
    assert all(end - start <= room for start, end in found)
    assert all(end - start == room for start, end in found[:-1])
    step = min(stride, max(1, room - room // 4))
    assert [start for start, _ in found] == [number * step for number in range(len(found))]
    overlap = room - step  # what is no longer stands whole in one window
    for place in range(0, max(0, length - overlap), 7):
        assert any(start <= place and place + overlap <= end for start, end in found)
    assert len(found) == 1 or found[-2][1] < length  # none too many


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_labels_come_back_as_the_characters_of_the_answer(
    kind: str, encoder_of: Encoders, data: st.DataObject
) -> None:
    context = "".join(data.draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6)))
    encoder = encoder_of(kind, room=data.draw(st.sampled_from([24, 48, 512])))
    stride = data.draw(st.sampled_from([4, 10, 128]))
    plain = task(stride=stride, max_length=400)
    pieces = [
        unit for one in plain.encode(record(context), encoder, labelled=False) for unit in one.units[1:]
    ]
    edges = sorted({beyond_accents(context, edge) for unit in pieces for edge in unit})
    start = data.draw(st.integers(0, len(edges) - 2))
    stop = data.draw(st.integers(start + 1, min(len(edges) - 1, start + 6)))
    span = edges[start], edges[stop]
    text = context[slice(*span)]
    if not text.strip():
        return
    one = record(context, span)
    encoded = plain.encode(one, encoder, labelled=True)
    found = plain.decode(one, encoded, oracle(encoded))
    if all(window.example.labels["span"][1][0] == 0 for window in encoded):
        assert len(encoded) > 1  # longer than what windows share
        return
    assert found.answer is not None
    left = len(text) - len(text.lstrip())
    assert (found.answer.start, found.answer.text) == (span[0] + left, text.strip())
    assert context[found.answer.start : found.answer.end] == found.answer.text
    assert plain.score([one], [found])["em"] == 1


@pytest.mark.parametrize("kind", KINDS)
@given(
    repeats=st.integers(1, 30),
    room=st.integers(24, 90),
    stride=st.integers(1, 200),
    text=st.sampled_from(TEXTS),
)
@settings(max_examples=30, deadline=None)
def test_windows_hold_the_question_and_all_of_the_context(
    kind: str, encoder_of: Encoders, repeats: int, room: int, stride: int, text: str
) -> None:
    encoder = encoder_of(kind, room=room)
    one = record(text * repeats)
    question = encoder.encode(ASKED).ids
    encoded = task(stride=stride).encode(one, encoder, labelled=False)
    (whole,) = task().encode(one, encoder_of(kind, room=10**6), labelled=False)
    seen = set()
    for window in encoded:
        example = window.example
        places, values = example.labels["span"]
        assert len(example.input_ids) <= room
        assert len(places) == len(values) == len(window.units)
        assert (values == IGNORED).all()
        frame = [encoder.frame.start, *question, encoder.frame.end]
        assert example.input_ids[: len(frame)].tolist() == frame
        assert places.tolist() == [0, *range(len(frame), len(example.input_ids) - 1)]
        assert example.token_type_ids.tolist() == [0] * len(frame) + [1] * (len(places))
        seen.update(window.units[1:])
    assert seen == set(whole.units[1:])


def test_a_window_without_the_whole_answer_has_none(encoder_of: Encoders) -> None:
    context = "北京" * 20 + "上海" + "北京" * 20
    encoder = encoder_of("wordpiece", room=24)
    encoded = task(stride=7).encode(record(context, (40, 42), question="谁"), encoder, labelled=True)
    for window in encoded:
        code = int(window.example.labels["span"][1][0])
        whole = {unit[0] for unit in window.units[1:]} >= {40, 41}
        assert (code > 0) == whole
        if whole:
            assert window.units[code // MOST_PLACES] == (40, 41)
            assert window.units[code % MOST_PLACES] == (41, 42)
    (nothing,) = task().encode(record("北京"), encoder, labelled=True)
    assert nothing.example.labels["span"][1].tolist() == [0, IGNORED, IGNORED]


def test_the_first_of_several_answers_is_learnt(encoder_of: Encoders) -> None:
    one = record("上海和北京", (3, 5), (0, 2))
    (window,) = task().encode(one, encoder_of("wordpiece"), labelled=True)
    assert window.example.labels["span"][1][0] == 4 * MOST_PLACES + 5


def test_a_question_longer_than_the_window_names_file_and_line(encoder_of: Encoders) -> None:
    encoder = encoder_of("wordpiece", room=40)
    fits = record("北京", question="谁" * 27)  # 40 less [CLS] [SEP] [SEP] and a quarter
    assert task().encode(fits, encoder, labelled=False)
    with pytest.raises(InputError) as error:
        task().encode(record("北京", question="谁" * 28), encoder, labelled=False)
    assert error.value.key == "tasks.question_too_long"
    assert (error.value.values["tokens"], error.value.values["limit"]) == (28, 27)
    assert "set.jsonl:7" in str(error.value)


def test_the_best_window_answers_and_candidates_have_their_probability(encoder_of: Encoders) -> None:
    context = "北京" * 20
    one = record(context, question="谁")
    encoded = task(stride=10).encode(one, encoder_of("wordpiece", room=24), labelled=False)
    assert len(encoded) == 3
    logits = [np.zeros((len(window.units), 2), dtype=np.float32) for window in encoded]
    logits[1][3, 0], logits[1][5, 1] = 4.0, 3.0
    found = task(stride=10, n_best=3).decode(one, encoded, logits)
    places = len(logits[1])
    likely = np.exp(4) / (np.exp(4) + places - 1) * np.exp(3) / (np.exp(3) + places - 1)
    assert found.answer == found.candidates[0]
    assert (found.answer.start, found.answer.end) == (
        12,
        15,
    )  # the window begins at 10; its first place is [CLS]
    assert found.answer.score == found.score == pytest.approx(likely)
    assert len(found.candidates) == 3
    assert [one.score for one in found.candidates] == sorted(
        (one.score for one in found.candidates), reverse=True
    )
    assert found.no_answer == pytest.approx(1 / ((np.exp(4) + places - 1) * (np.exp(3) + places - 1)))
    told = found.to_json()
    assert (told["answer"], told["start"], told["end"]) == (context[12:15], 12, 15)
    assert told["candidates"][0]["text"] == told["answer"]


@pytest.mark.parametrize("longest", [1, 2, 3, 50])
def test_best_spans_are_those_of_a_full_search(longest: int) -> None:
    likely = np.log(np.random.default_rng(longest).dirichlet(np.ones(12), size=2).T)
    slow = [
        (first, last, likely[first, 0] + likely[last, 1])
        for first in range(1, 12)
        for last in range(first, min(12, first + longest))
    ]
    slow.sort(key=lambda span: -span[2])
    fast = best_spans(likely, longest, 5)
    assert [span[:2] for span in fast] == [span[:2] for span in slow[:5]]
    assert [span[2] for span in fast] == pytest.approx([span[2] for span in slow[:5]])
    assert len(best_spans(likely, longest, 1000)) == len(slow)
    assert best_spans(likely[:1], longest, 5) == []


def test_no_answer_is_given_where_it_is_likelier_by_the_threshold(encoder_of: Encoders) -> None:
    one = record("上海和北京", question="谁")
    encoded = task().encode(one, encoder_of("wordpiece"), labelled=False)
    logits = np.zeros((6, 2), dtype=np.float32)
    logits[0], logits[1, 0], logits[2, 1] = 2.0, 2.0, 1.0  # no answer is likelier by 1
    always = task().decode(one, encoded, [logits])
    assert always.answer is not None
    assert always.margin == pytest.approx(1.0)
    assert nullable(1.5).decode(one, encoded, [logits]).answer is not None
    none = nullable(0.5).decode(one, encoded, [logits])
    assert none.answer is None
    assert none.score == none.no_answer
    told = none.to_json()
    assert (told["answer"], told["start"], told["end"]) == ("", None, None)
    assert told["candidates"][0]["text"] == "上海"
    assert task(null_threshold=0.5).decode(one, encoded, [logits]).answer is None


def prediction(text: str, context: str, margin: float) -> AnswerPrediction:
    start = context.index(text)
    best = Candidate(text=text, start=start, end=start + len(text), score=0.1)
    return AnswerPrediction(
        question=ASKED,
        context=context,
        answer=best,
        candidates=(best,),
        no_answer=0.1 * float(np.exp(margin)),
    )


def test_scores_and_the_threshold_that_dev_chooses() -> None:
    records = [record("上海和北京很大", (0, 2)), record("今天天气很好"), record("他在北京大学工作", (2, 6))]
    found = [
        prediction("上海", "上海和北京很大", -1.0),
        prediction("今天", "今天天气很好", 2.0),
        prediction("北京", "他在北京大学工作", 1.0),
    ]
    scores = nullable(0.0).score(records, found)  # the third is left without an answer
    assert scores == pytest.approx(
        {"f1": 2 / 3, "em": 2 / 3, "accuracy_unanswerable": 1.0, "f1_answerable": 0.5}
    )
    tuned = nullable(0.0).tuned(records, found)
    assert tuned.null_threshold == pytest.approx(1.5)
    f1 = 2 * 2 / (2 + 4)
    assert tuned.score(records, found) == pytest.approx(
        {"f1": (2 + f1) / 3, "em": 2 / 3, "accuracy_unanswerable": 1.0, "f1_answerable": (1 + f1) / 2}
    )
    assert task().tuned(records, found) == task()  # training had an answer to every question
    assert task().score(records, found)["accuracy_unanswerable"] == 0.0
    assert task().score(records[::2], found[::2]).keys() == {"f1", "em"}


def test_the_script_follows_the_language_unless_it_is_set() -> None:
    chinese, english = "他在北京大学工作", "He works in the Old Town Hall"
    records = [record(chinese, (2, 6)), record(english, (12, 29), question="Where?")]
    found = [prediction("北京", chinese, -1.0), prediction("Old Town", english, -1.0)]
    cmrc, squad = 2 * 2 / (2 + 4), 2 * 2 / (2 + 3)  # the article does not count
    assert task().score(records, found)["f1"] == pytest.approx((cmrc + squad) / 2)
    by_words = task(metric="squad").score(records, found)["f1"]
    assert by_words == pytest.approx((0 + squad) / 2)
    runs = task(metric="cmrc").score(records, found)["f1"]
    assert runs == pytest.approx((cmrc + 2 * 2 / (2 + 4)) / 2)


def test_a_task_has_answers_and_knows_whether_some_are_missing() -> None:
    full, empty = record("上海", (0, 2)), record("北京")
    assert QuestionAnswering.from_records([full], TaskConfig()).null_threshold is None
    assert QuestionAnswering.from_records([full, empty], TaskConfig()).null_threshold == 0.0
    with pytest.raises(InputError) as error:
        QuestionAnswering.from_records([empty], TaskConfig())
    assert error.value.key == "tasks.no_answer"


def test_a_reader_of_somebody_elses_has_the_threshold_of_transformers() -> None:
    full, empty = record("上海", (0, 2)), record("北京")
    assert task().from_elsewhere([full, full]).null_threshold is None
    assert task().from_elsewhere([full, empty]).null_threshold == 0.0
    assert nullable(1.5).from_elsewhere([full, empty]).null_threshold == 1.5
    assert task(null_threshold=-2.0).from_elsewhere([full, empty]).null_threshold == -2.0


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_is_that_of_each_window_alone(encoder_of: Encoders, smoothing: float) -> None:
    value = torch.tensor([2 * MOST_PLACES + 3, -100, -100, -100, 0, -100, 1 * MOST_PLACES + 1, -100])
    logits = torch.randn(8, 2, generator=torch.Generator().manual_seed(0), requires_grad=True)
    smooth = QuestionAnswering(labels=("start", "end"), config=TaskConfig(), label_smoothing=smoothing)
    loss = smooth.term_loss("span", logits, value)
    expected = torch.zeros(())
    for first, count, places in ((0, 4, (2, 3)), (4, 2, (0, 0)), (6, 2, (1, 1))):
        for side, place in enumerate(places):
            window = logits[None, first : first + count, side]
            expected = expected + torch.nn.functional.cross_entropy(
                window, torch.tensor([place]), label_smoothing=smoothing
            )
    assert loss.item() == pytest.approx(expected.item() / 2, rel=1e-6)
    (ours,) = torch.autograd.grad(loss, logits)
    (theirs,) = torch.autograd.grad(expected / 2, logits)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("answers", [["b"], ["beta", "b"], [{"text": "b", "start": 0}]])
def test_answers_without_a_place_are_scored_and_not_learned(encoder_of: Encoders, answers: list[Any]) -> None:
    one = Record(fields={"question": "a?", "context": "a b c b", "answers": answers}, source="set.jsonl:7")
    task().encode(one, encoder_of("wordpiece"), labelled=True)  # as before any score
    found = AnswerPrediction(
        question="a?",
        context="a b c b",
        answer=None,
        no_answer=0.1,
        candidates=(Candidate(text="b", start=2, end=3, score=0.5),),
    )
    assert task().score([one], [found]) == {"f1": 1.0, "em": 1.0}
    with pytest.raises(InputError, match=r"set\.jsonl:7"):
        QuestionAnswering.from_records([one], TaskConfig())


def test_a_missing_answer_is_none_whatever_its_column_is_called() -> None:
    rows = [
        Record(fields={"question": "?", "context": "a b", "gold": gold}, source="set.jsonl:1")
        for gold in ("a", None, "")
    ]
    assert QuestionAnswering.usable(rows, TaskConfig(label_field="gold")) == [True] * 3


def test_a_right_answer_is_none_of_the_worst() -> None:
    """An answer that SQuAD's script reads as an article alone."""
    one = Record(fields={"question": "?", "context": "Vitamin A", "answers": ["A"]}, source="set.jsonl:1")
    letter = Candidate(text="A", start=8, end=9, score=0.9)
    found = AnswerPrediction(
        question="?", context="Vitamin A", no_answer=0.1, answer=letter, candidates=(letter,)
    )
    assert QuestionAnswering.from_records([one], TaskConfig()).own_score(one, found) == 1.0
