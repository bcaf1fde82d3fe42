"""`yanmo chat`: a conversation with a model that was fine-tuned on conversations."""

from __future__ import annotations

from collections.abc import Iterator

from yanmo.api.predict import Model
from yanmo.api.trained import require
from yanmo.errors import InputError, RunError
from yanmo.generation.options import GenerateOptions
from yanmo.tokenizers.chat import EncodedMessage, Message, Role, encode_message, is_chat, latest, opening

CHAT = GenerateOptions(max_new_tokens=128, temperature=0.7, top_k=0, top_p=0.9)
MOST_ANSWER = 2  # at most 1 / 2 of the model is kept free for the answer, the rest is for what was said


class Conversation:
    """What was said so far, and the model that answers; the oldest exchanges are forgotten when the model is full."""

    def __init__(self, model: Model, options: GenerateOptions = CHAT, *, system: str | None = None) -> None:
        """system: what stands above every conversation. Errors: RunError where the model has not learnt any."""
        require(model, "clm", task="text_generation")
        if not (is_chat(model.tokenizer) and model.task.generates):
            raise RunError("generation.no_conversation", path=model.source)
        self.forgotten = 0  # messages, over the whole conversation
        self._model = model
        self._options = options
        self._system = [] if not system or not system.strip() else [self._encode("system", system)]
        self._said: list[EncodedMessage] = []
        self._turns = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the model still knows of, in order."""
        return tuple(each.message for each in (*self._system, *self._said))

    def reset(self) -> None:
        """Forgets what was said; the system's message stays."""
        self._said, self._turns, self.forgotten = [], 0, 0

    def say(self, content: str) -> Iterator[str]:
        """The answer in pieces, as it is written. It is remembered as far as it was read.

        Errors: InputError for an empty message and for one that is too long; the conversation stays as it was.
        """
        if not content.strip():
            raise InputError("generation.empty_message")
        said = [*self._system, *self._said, self._encode("user", content)]
        mark = opening(self._model.tokenizer)
        room = self._model.encoder.room
        answer = min(self._options.max_new_tokens, room // MOST_ANSWER)
        kept = latest(said, room - answer - 1 - len(mark))
        ids = [self._model.frame.start, *(token for each in kept for token in each.ids), *mark]
        if len(ids) > room - answer:
            raise InputError("generation.message_too_long", tokens=len(ids), limit=room - answer)
        options = self._options.model_copy(update={"seed": self._options.seed + self._turns})
        return self._answer(self._model.stream_ids(ids, options), kept, len(said) - len(kept))

    def _answer(self, pieces: Iterator[str], kept: list[EncodedMessage], forgotten: int) -> Iterator[str]:
        self._said = kept[len(self._system) :]
        self._turns += 1
        self.forgotten += forgotten
        written: list[str] = []
        try:
            for piece in pieces:
                written.append(piece)
                yield piece
        finally:
            self._said.append(self._encode("assistant", "".join(written)))

    def _encode(self, role: Role, content: str) -> EncodedMessage:
        return encode_message(self._model.tokenizer, Message(role=role, content=content))
