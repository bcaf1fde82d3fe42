"""Reading what others wrote: older names, shards, missing heads, and everything that must be refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from yanmo.config import build
from yanmo.errors import InputError
from yanmo.interop.huggingface import Labelling, load_model, save_model
from yanmo.models.bert import Bert
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer


def change(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def assert_equal(ours: Learner, other: Learner) -> None:
    yours = dict(other.named_parameters())
    assert yours.keys() == dict(ours.named_parameters()).keys()
    for name, mine in ours.named_parameters():
        assert torch.equal(mine, yours[name]), name


def refused(folder: Path | str) -> InputError:
    with pytest.raises(InputError) as error:
        load_model(folder)
    assert len(str(error.value).splitlines()) == 3
    return error.value


def test_files(pretrained: Path) -> None:
    found = {path.name for path in pretrained.iterdir()}
    assert {"config.json", "model.safetensors", "README.md", "tokenizer.json"} <= found
    assert "generation_config.json" not in found, "an encoder does not generate"
    assert "BertForPreTraining" in (pretrained / "README.md").read_text(encoding="utf-8")


def test_who_may_read_one_file_may_read_all(pretrained: Path) -> None:
    assert len({path.stat().st_mode for path in pretrained.iterdir() if path.is_file()}) == 1


def test_a_decoder_gets_a_generation_config(tokenizer: Tokenizer, tmp_path: Path) -> None:
    config = build(Gpt2.Config, {"vocab_size": 50, **Gpt2.sizes("tiny"), "hidden_size": 16})
    save_model(tmp_path / "gpt", Learner.build(Gpt2, config, {"clm": None}), tokenizer)
    assert "eos_token_id" in json.loads((tmp_path / "gpt" / "generation_config.json").read_text())


def test_saving_replaces_the_model_and_leaves_other_files(
    pretrained: Path, classifier: Path, tokenizer: Tokenizer
) -> None:
    (pretrained / "notes.txt").write_text("mine", encoding="utf-8")
    loaded = load_model(classifier)
    save_model(pretrained, loaded.learner, tokenizer, labelling=loaded.labelling)
    assert_equal(load_model(pretrained).learner, loaded.learner)
    assert (pretrained / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_labels_come_back(classifier: Path) -> None:
    loaded = load_model(classifier)
    wanted = Labelling(task="text_classification", labels=("差", "中", "好"), multi_label=True)
    assert loaded.labelling == wanted
    assert loaded.fresh == ()


@pytest.mark.parametrize(
    ("heads", "name"),
    [
        ({"tag": 2, "mlm": None}, "BertForMaskedLM"),
        ({"class": 2, "nsp": None, "mlm": None}, "BertForPreTraining"),
        ({"tag": 3}, "BertModel"),
        ({"choice": None, "bow": None}, "BertForMultipleChoice"),
    ],
)
def test_heads_that_no_class_holds_together_come_back(
    heads: dict[str, int | None], name: str, pretrained: Path, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    learner = load_model(pretrained, heads=heads, seed=3).learner
    save_model(tmp_path / "model", learner, tokenizer)
    config = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == [name]
    loaded = load_model(tmp_path / "model")
    assert (loaded.fresh, loaded.unused) == ((), ())
    assert_equal(loaded.learner, learner)
    assert load_model(tmp_path / "model", heads=heads).fresh == ()
    save_model(tmp_path / "model", load_model(pretrained, heads={"mlm": None}).learner, tokenizer)
    assert set(load_model(tmp_path / "model").learner.heads) == {"mlm"}, "no head is left of what stood there"


def test_a_new_head_is_fresh_and_keeps_the_pooler(pretrained: Path) -> None:
    before = load_model(pretrained).learner
    loaded = load_model(pretrained, heads={"class": 3})
    assert set(loaded.fresh) == {"heads.class.output.weight", "heads.class.output.bias"}
    assert torch.equal(loaded.learner.heads["class"].pooler.weight, before.heads["nsp"].pooler.weight)
    assert {"cls.seq_relationship.bias", "cls.predictions.bias"} <= set(loaded.unused)
    assert loaded.labelling is None


def test_a_head_of_the_same_size_is_loaded_another_is_fresh(classifier: Path) -> None:
    assert load_model(classifier, heads={"class": 3}).fresh == ()
    fresh = load_model(classifier, heads={"class": 4}).fresh
    assert set(fresh) == {"heads.class.output.weight", "heads.class.output.bias"}


def test_a_classifier_of_texts_is_none_of_tokens(classifier: Path) -> None:
    """Hugging Face calls both "classifier", and they may have the same size."""
    loaded = load_model(classifier, heads={"tag": 3})
    assert set(loaded.fresh) == {"heads.tag.output.weight", "heads.tag.output.bias"}


def test_fresh_heads_depend_on_the_seed(pretrained: Path) -> None:
    one, same, other = (
        load_model(pretrained, heads={"tag": 3}, seed=seed).learner.heads["tag"].output.weight
        for seed in (1, 1, 2)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_names_of_the_first_conversions(pretrained: Path) -> None:
    """gamma and beta, a position buffer, a copy of the tied weight; half precision."""
    path = pretrained / "model.safetensors"
    expected = load_model(pretrained).learner.half().float()
    tensors = {
        re.sub(
            "LayerNorm.bias$", "LayerNorm.beta", re.sub("LayerNorm.weight$", "LayerNorm.gamma", name)
        ): tensor.half()
        for name, tensor in load_file(path).items()
    }
    assert "bert.embeddings.LayerNorm.gamma" in tensors
    tensors["bert.embeddings.position_ids"] = torch.arange(512).unsqueeze(0)
    tensors["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"].clone()
    save_file(tensors, path)
    loaded = load_model(pretrained)
    assert loaded.fresh == () and loaded.unused == ()
    assert_equal(loaded.learner, expected)


def test_shards(pretrained: Path) -> None:
    expected = load_model(pretrained).learner
    tensors = load_file(pretrained / "model.safetensors")
    (pretrained / "model.safetensors").unlink()
    names = sorted(tensors)
    shards = {
        "model-00001-of-00002.safetensors": names[::2],
        "model-00002-of-00002.safetensors": names[1::2],
    }
    for file, part in shards.items():
        save_file({name: tensors[name] for name in part}, pretrained / file)
    table = {name: file for file, part in shards.items() for name in part}
    (pretrained / "model.safetensors.index.json").write_text(json.dumps({"weight_map": table}))
    assert_equal(load_model(pretrained).learner, expected)

    (pretrained / "model-00002-of-00002.safetensors").unlink()
    assert refused(pretrained).key == "interop.broken_file"


def test_an_index_cannot_point_outside(pretrained: Path) -> None:
    (pretrained / "model.safetensors").unlink()
    (pretrained / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "../model.safetensors"}})
    )
    assert refused(pretrained).key == "interop.broken_file"


def test_names_without_the_prefix(pretrained: Path) -> None:
    """As the bare BertModel writes them, and the hub's gpt2."""
    expected = load_model(pretrained, heads={}).learner
    path = pretrained / "model.safetensors"
    save_file(
        {name.removeprefix("bert."): tensor for name, tensor in load_file(path).items() if "cls" not in name},
        path,
    )
    change(pretrained, architectures=["BertModel"])
    loaded = load_model(pretrained)
    assert_equal(loaded.learner, expected)
    assert loaded.unused == ("bert.pooler.dense.bias", "bert.pooler.dense.weight")


def test_missing_tensors_of_a_head_are_fresh_and_unknown_ones_named(pretrained: Path) -> None:
    path = pretrained / "model.safetensors"
    tensors = load_file(path)
    del tensors["cls.seq_relationship.weight"]
    save_file(tensors | {"surprise": torch.zeros(1)}, path)
    loaded = load_model(pretrained)
    assert set(loaded.fresh) == {"heads.nsp.output.weight"}
    assert "surprise" in loaded.unused


def test_a_network_with_missing_tensors_is_refused(pretrained: Path) -> None:
    path, name = pretrained / "model.safetensors", "bert.encoder.layer.1.attention.self.key.bias"
    tensors = load_file(path)
    del tensors[name]
    save_file(tensors, path)
    with pytest.raises(InputError, match=r"self\.key\.bias"):
        load_model(pretrained)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("position_embedding_type", "relative_key"),
        ("is_decoder", True),
        ("hidden_act", "silu"),
        ("tie_word_embeddings", False),
        ("num_attention_heads", 5),
    ],
)
def test_options_that_are_not_supported(pretrained: Path, option: str, value: object) -> None:
    change(pretrained, **{option: value})
    error = refused(pretrained)
    assert error.key == "interop.unsupported_option" and option in str(error) and str(value) in str(error)


def test_gpt2_options_that_are_not_supported(tokenizer: Tokenizer, tmp_path: Path) -> None:
    config = build(Gpt2.Config, {"vocab_size": 50, **Gpt2.sizes("tiny"), "hidden_size": 16})
    save_model(tmp_path / "gpt", Learner.build(Gpt2, config, {"clm": None}), tokenizer)
    change(tmp_path / "gpt", n_inner=None)
    assert refused(tmp_path / "gpt").key == "interop.wrong_shape", "null means four times the hidden size"
    change(tmp_path / "gpt", scale_attn_by_inverse_layer_idx=True)
    assert "scale_attn_by_inverse_layer_idx" in str(refused(tmp_path / "gpt"))


def test_an_untied_projection_is_refused(pretrained: Path) -> None:
    path = pretrained / "model.safetensors"
    tensors = load_file(path)
    tensors["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"] + 1
    save_file(tensors, path)
    assert "tie_word_embeddings" in str(refused(pretrained))


def test_other_types_and_classes(pretrained: Path) -> None:
    change(pretrained, architectures=["BertLMHeadModel"])
    assert refused(pretrained).key == "interop.unsupported_class"
    assert set(load_model(pretrained, heads={"mlm": None}).learner.heads) == {"mlm"}
    change(pretrained, model_type="llama")
    assert refused(pretrained).key == "interop.unknown_type"


def test_broken_and_missing_files(pretrained: Path, tmp_path: Path) -> None:
    path = pretrained / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(pretrained).key == "interop.broken_file"
    path.unlink()
    assert refused(pretrained).key == "interop.no_weights"
    (pretrained / "pytorch_model.bin").write_bytes(b"")
    assert refused(pretrained).key == "interop.only_pickle"
    (pretrained / "config.json").write_text("{", encoding="utf-8")
    assert refused(pretrained).key == "interop.broken_file"
    (pretrained / "config.json").unlink()
    assert refused(pretrained).key == "interop.no_config"
    assert refused(tmp_path / "nowhere").key == "interop.no_model"
    assert refused("../no such place").key == "interop.no_model"


def test_a_hub_id_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    error = refused("yanmo-tests/does-not-exist")
    assert error.key == "interop.no_model" and "yanmo-tests/does-not-exist" in str(error)


def test_weights_of_another_size(pretrained: Path) -> None:
    change(pretrained, intermediate_size=64)
    assert "intermediate" in str(refused(pretrained))


def test_a_tokenizer_with_more_words_than_the_model(tokenizer: Tokenizer, tmp_path: Path) -> None:
    config = build(Bert.Config, {"vocab_size": 40, **Bert.sizes("tiny"), "hidden_size": 16})
    save_model(tmp_path / "model", Learner.build(Bert, config, {"mlm": None}), tokenizer)
    assert refused(tmp_path / "model").key == "interop.tokenizer_too_big"
