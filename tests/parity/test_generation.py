"""A saved model answers in `transformers` as it answers here, from plain text on."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmo.api.predict import load
from yanmo.config import build
from yanmo.errors import RunError
from yanmo.generation.options import GenerateOptions
from yanmo.interop.huggingface import Labelling, save_model
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

transformers = pytest.importorskip("transformers")

PROMPTS = ["今天天气很好", "Once upon a time there was", "a"]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    texts = ["今天天气很好,我们去公园。", "Once upon a time there was a king; he was old."] * 20
    return train(texts, TokenizerConfig(kind="byte_bpe", vocab_size=300))


def saved(
    folder: Path, tokenizer: Tokenizer, heads: dict[str, int | None], labelling: Labelling | None
) -> str:
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    config = build(Gpt2.Config, {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, **sizes})
    learner = Learner.build(Gpt2, config, heads, seed=3)
    save_model(folder / "model", learner, tokenizer, labelling=labelling)
    return str(folder / "model")


def test_greedy_generation_gives_the_same_text(tmp_path: Path, tokenizer: Tokenizer) -> None:
    folder = saved(tmp_path, tokenizer, {"clm": None}, None)
    ours = load(folder).generate(PROMPTS, GenerateOptions(do_sample=False, max_new_tokens=16))
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    for prompt, generation in zip(PROMPTS, ours, strict=True):
        inputs = theirs(prompt, return_tensors="pt")
        output = model.generate(**inputs, do_sample=False, max_new_tokens=16)[0, inputs.input_ids.shape[1] :]
        whole = theirs.decode(output, skip_special_tokens=True)
        assert whole.removesuffix("\ufffd") == generation.text  # we leave half a character out


@pytest.mark.parametrize("padding", ["<|pad|>", "<|endoftext|>"])
def test_a_decoder_classifies_the_same_text_the_same(
    tmp_path: Path, tokenizer: Tokenizer, padding: str
) -> None:
    """Also with GPT-2's own tokenizer, where the end of a text is taken for padding."""
    labelling = Labelling(task="text_classification", labels=("bad", "good"))
    padded = Tokenizer(tokenizer.backend, tokenizer.specials | {"pad": padding})
    folder = saved(tmp_path, padded, {"class": 2}, labelling)
    ours = load(folder).predict(PROMPTS)
    pipeline = transformers.pipeline("text-classification", folder, top_k=None)
    for prediction, rows in zip(ours, pipeline(PROMPTS), strict=True):
        scores = {row["label"]: row["score"] for row in rows}
        assert prediction.to_json()["scores"] == pytest.approx(scores, abs=1e-5)


def test_a_decoder_that_learned_from_bare_texts_is_refused(tmp_path: Path, tokenizer: Tokenizer) -> None:
    """The class is read at the last token: with an end token after the text it would be another one."""
    labelling = Labelling(task=None, labels=("bad", "good"))
    folder = saved(tmp_path, tokenizer, {"class": 2}, labelling)
    assert load(folder).predict(PROMPTS)
    tokenizer.save(Path(folder))
    with pytest.raises(RunError) as error:
        load(folder).predict(PROMPTS)
    assert error.value.key == "run.other_frame" and len(str(error.value).splitlines()) == 3
