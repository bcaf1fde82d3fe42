"""The doctor says what is so, before time is spent."""

from __future__ import annotations

import math

import pytest

from yanmo.api.corpus_check import check_corpus
from yanmo.api.doctor import check_machine, check_model, training_bytes
from yanmo.api.recipes import resolve_pretrain
from yanmo.api.verbs import start_pretrain
from yanmo.errors import ConfigError, InputError
from yanmo.models.bert import Bert


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "texts.txt"
    lines = (f"第{number}天下雨。我们在家看书，喝了{number}杯茶。Then we slept." for number in range(80))
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_the_machine_is_described():
    found = check_machine()
    assert {"torch", "python", "yanmo"} <= set(found.versions)
    assert set(found.extras) == {"zh", "data", "tracking", "hf", "hub", "peft"}
    assert found.to_json()["machine"]["cores"] >= 1
    assert found.attention[0].kernel == "products"
    assert found.settings.attention in ("products", "fused")
    assert all(name and value for name, value in found.rows())


@pytest.mark.parametrize("model", ["bert", "gpt2"])
def test_random_weights_guess_blindly(corpus, model):
    found = check_corpus({"corpus": [corpus], "model": model, "preset": "tiny"})
    assert found.complete
    assert found.corpus.documents == 80
    assert found.expected == pytest.approx(math.log(found.vocab_size))
    assert found.loss == pytest.approx(found.expected, abs=0.5)
    assert found.tokens > 80
    assert all(name and value for name, value in found.rows())


def test_a_corpus_without_neighbouring_sentences_is_refused(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text(
        "\n".join(f"word number {number} stands here alone" for number in range(99)), encoding="utf-8"
    )
    with pytest.raises(InputError) as error:
        check_corpus({"corpus": [str(path)], "unit": "line", "preset": "tiny"})
    assert error.value.key == "data.pairs_without_neighbour"
    late = [*(f"line {number}" for number in range(2000)), "Only here are two. This is the second."]
    path.write_text("\n".join(late), encoding="utf-8")
    assert check_corpus({"corpus": [str(path)], "unit": "line", "preset": "tiny"}).tokens > 80
    path.write_text(
        " ".join(f"Sentence number {number} stands here." for number in range(99)), encoding="utf-8"
    )
    with pytest.raises(InputError) as error:
        check_corpus({"corpus": [str(path)], "unit": "file", "preset": "tiny"})
    assert error.value.key == "data.pairs_of_one_document"


def test_a_model_tells_its_heads_and_size(corpus, tmp_path):
    flags = {"corpus": [corpus], "preset": "tiny", "budget": "1steps"}
    start_pretrain(resolve_pretrain(None, flags, ["train.evaluations=0"]), tmp_path / "run")
    found = check_model(str(tmp_path / "run"))
    assert found.heads == ("mlm", "nsp")
    assert found.fresh == ()
    assert found.warnings() == []
    assert found.parameters > 400_000
    assert found.training_bytes > 16 * found.parameters
    (tmp_path / "half").mkdir()
    (tmp_path / "half/config.yaml").write_text("verb: pretrain\n", encoding="utf-8")
    with pytest.raises(Exception, match="not finished"):
        check_model(str(tmp_path / "half"))


def test_memory_grows_with_all_that_it_depends_on():
    config = Bert.Config(vocab_size=1000, **Bert.presets["tiny"])
    least = training_bytes(10_000, config, tokens=1024, length=128)
    assert training_bytes(20_000, config, tokens=1024, length=128) == least + 160_000
    assert training_bytes(10_000, config, tokens=2048, length=128) > least
    assert training_bytes(10_000, config, tokens=1024, length=512) > least


def test_a_corpus_is_looked_at_with_random_weights_only(corpus, tmp_path):
    folder = tmp_path / "my-model"
    folder.mkdir()
    with pytest.raises(ConfigError, match="random weights"):
        check_corpus({"corpus": [corpus], "model": str(folder)})
