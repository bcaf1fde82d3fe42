"""A conversation: what the model is given, what it forgets, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmo.api.chat import CHAT, Conversation
from yanmo.api.predict import Model, load
from yanmo.config import build
from yanmo.errors import InputError, RunError
from yanmo.interop.huggingface import save_model
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tokenizers import TokenizerConfig, train
from yanmo.tokenizers.chat import TEMPLATE


def saved(folder: Path, *, chat: bool) -> Model:
    tokenizer = train(["ab cd 你好"] * 9, TokenizerConfig(kind="byte_bpe", vocab_size=262))
    sizes = {"hidden_size": 32, "num_layers": 1, "num_heads": 2, "intermediate_size": 32, "max_positions": 64}
    config = build(Gpt2.Config, {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, **sizes})
    learner = Learner.build(Gpt2, config, {"clm": None}, seed=3)
    save_model(folder / "model", learner, tokenizer.with_chat_template(TEMPLATE) if chat else tokenizer)
    return load(str(folder / "model"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return saved(tmp_path_factory.mktemp("chat"), chat=True)


def contents(conversation: Conversation) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in conversation.messages]


def test_what_was_said_is_kept_and_forgotten_on_demand(model: Model) -> None:
    talk = Conversation(model, CHAT.model_copy(update={"max_new_tokens": 6}), system="ab")
    first = "".join(talk.say("cd"))
    assert contents(talk) == [("system", "ab"), ("user", "cd"), ("assistant", first)]
    second = "".join(talk.say("cd"))
    assert contents(talk)[3:] == [("user", "cd"), ("assistant", second)]
    talk.reset()
    assert contents(talk) == [("system", "ab")]
    assert "".join(talk.say("cd")) == first  # the same seed and messages


def test_an_answer_that_is_not_read_to_its_end_is_kept_so_far(model: Model) -> None:
    talk = Conversation(model, CHAT.model_copy(update={"max_new_tokens": 20}))
    talk.say("cd")  # never read: as if it had not been said
    assert contents(talk) == []
    pieces = talk.say("cd")
    start = next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert contents(talk) == [("user", "cd"), ("assistant", start)]


def test_the_oldest_exchanges_are_forgotten_when_the_model_is_full(model: Model) -> None:
    talk = Conversation(model, CHAT.model_copy(update={"max_new_tokens": 8}), system="ab")
    for number in range(6):
        for _ in talk.say(f"ab {number}"):
            pass
    assert talk.forgotten > 0
    roles = [role for role, _ in contents(talk)]
    assert roles[0] == "system" and roles[1:3] == ["user", "assistant"] and len(roles) < 13
    assert ("user", "ab 5") in contents(talk)


def test_a_refused_message_leaves_the_conversation_as_it_was(model: Model) -> None:
    talk = Conversation(model, CHAT.model_copy(update={"max_new_tokens": 8}))
    list(talk.say("ab"))
    before = contents(talk)
    for message, key in (("x" * 60, "generation.message_too_long"), (" \n", "generation.empty_message")):
        with pytest.raises(InputError) as error:
            talk.say(message)
        assert error.value.key == key
    assert contents(talk) == before


def test_a_model_without_conversations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError) as error:
        Conversation(saved(tmp_path, chat=False))
    assert error.value.key == "generation.no_conversation"
