"""Each benchmark runs, with settings so small that its numbers mean nothing, and writes what it promises."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import yanmo
from yanmo.corpus.read import CorpusConfig

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SPEED = ["--size", "1x64", "--causal-size", "1x64", "--vocabulary", "500", "--tokens", "6000", "--documents", "4",
         "--causal-documents", "1", "--rounds", "1", "--seconds", "0.01", "--warmup", "1", "--dropout", "0",
         "--threads", "1"]  # fmt: skip
PEERS = all(find_spec(name) for name in ("transformers", "accelerate"))


def run(script: str, out: Path, *arguments: str) -> dict[str, Any]:
    """The results of a benchmark by section; its page must name each of them."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), "--out", str(out), *arguments],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    name = Path(script).stem
    results: dict[str, Any] = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    page = (out / f"{name}.md").read_text(encoding="utf-8")
    for section, result in results.items():
        assert section in page
        assert result["conditions"]["commit"] in page
        assert {"torch", "numpy"} <= result["conditions"]["versions"].keys()
    return results


def of_this_machine(results: dict[str, Any], section: str) -> dict[str, Any]:
    """The only section; its name says the kind of processor where that is not the usual one."""
    ((name, result),) = results.items()
    assert name in (section, f"{section}, without bf16", f"{section}, with AMX")
    found: dict[str, Any] = result
    return found


def corpus(folder: Path, documents: int = 60) -> str:
    """A small text, enough for a tokenizer."""
    words = ["river", "stone", "bridge", "north", "winter", "garden", "letter", "window", "market", "song"]
    lines = (
        " ".join(words[(7 * line + 3 * word) % 10] + str(line % 97) for word in range(40))
        for line in range(documents)
    )
    path = folder / "corpus.txt"
    path.write_text("\n\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("kind", ["short", pytest.param("full", marks=pytest.mark.slow)])
def test_speed_of_our_side(kind: str, tmp_path: Path) -> None:
    results = run(
        "speed.py", tmp_path, *SPEED, "--kinds", kind, "--only-base-rows", "--without-peers",
        "--corpus", corpus(tmp_path),
    )  # fmt: skip
    result = of_this_machine(results, f"{kind} 1x64 dropout 0")
    (row,) = result["rows"]
    layer, head = (
        12 * 64**2,
        0.15 * (64 * 500 + 64**2),
    )  # attention adds 128 for each token that is seen, up to 128
    per_token = row["share"] * result["product_gflops"] * 1e9 / row["tokens_per_second"]
    assert 0.8 * 6 * (layer + head) < per_token < 1.2 * 6 * (layer + 128 * 128 + head)
    assert 2.5 < row["documents"] < 7.0
    assert row["fill"] == 1.0 if kind == "full" else 0.6 < row["fill"] < 1.0
    assert row["tokens_per_second"] > 0
    assert "ratio" not in row, "nothing to compare with"


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
@pytest.mark.parametrize("kind", ["short", "causal"])
def test_speed_beside_the_peer(kind: str, tmp_path: Path) -> None:
    results = run("speed.py", tmp_path, *SPEED, "--kinds", kind, "--corpus", corpus(tmp_path))
    rows = of_this_machine(results, f"{kind} 1x64 dropout 0")["rows"]
    base, ours = rows[0], rows[1]
    assert base["ratio"] == 1.0
    assert ours["ratio"] > 0
    assert base["documents"] == (4.0 if kind == "short" else 1.0)
    padded = [row for row in rows if "padded" in row["row"]]
    assert bool(padded) == (kind == "short"), "padding to the full length is a row of its own"
    assert all(row["fill"] <= base["fill"] for row in padded)
    if kind == "causal":
        assert base["rounds"][0]["tokens"] == 256 * base["rounds"][0]["steps"], "real tokens of full rows"


@pytest.mark.parametrize("peers", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["encode", "generate"])
def test_inference(kind: str, peers: bool, tmp_path: Path) -> None:
    if peers and not PEERS:
        pytest.skip("needs transformers and accelerate")
    results = run(
        "inference.py", tmp_path, "--kinds", kind, "--size", "1x64", "--vocabulary", "500", "--texts", "30",
        "--batches", "2", "--prompt", "5", "--new", "6", "--rounds", "1", "--threads", "1",
        "--corpus", corpus(tmp_path), *([] if peers else ["--without-peers"]),
    )  # fmt: skip
    ((name, result),) = results.items()
    ours = [row for row in result["rows"] if row["row"].startswith("Yanmo")]
    assert [row["precision"] for row in ours][-1] == "int8"
    imitated = name.endswith("without bf16")  # there the rows in bf16 are left out
    assert len(ours) == 3 - (imitated and kind == "generate")
    peers_of_bf16 = 3 if kind == "encode" else 2
    onnx = 2 if kind == "encode" and all(find_spec(name) for name in ("onnxruntime", "onnxscript")) else 0
    assert len(result["rows"]) == len(ours) + peers * (
        1 + (kind == "encode") + onnx + (not imitated) * peers_of_bf16
    )
    assert all(row["rounds"][0]["count"] == (30 if kind == "encode" else 12) for row in result["rows"])
    if peers and kind == "generate":
        assert result["rows"][0]["tokens"] == ours[0]["tokens"], "the same greedy tokens in fp32"


def test_texts_are_as_long_as_said_and_no_shorter_at_the_end_of_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import inference_text
    import speed_text

    config = CorpusConfig(paths=(corpus(tmp_path),))
    tokenizer = speed_text.tokenizer_for(config, speed_text.KINDS["short"], 500)
    cut = list(itertools.islice(inference_text._cut(config, tokenizer), 2000))
    assert 0.25 < sum(count + 2 for _, count in cut) / (2000 * 128) < 0.29
    for text, count in cut[::100]:
        assert len(tokenizer.encode(text).ids) == count


def test_the_gpus_rows_are_compared_with_the_faster_one_of_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import gpu

    rows: list[dict[str, Any]] = [
        {"row": "Yanmo", "side": "yanmo", "tokens_per_second": 6.0},
        {"row": "one", "side": "transformers", "tokens_per_second": 2.0},
        {"row": "other", "side": "transformers", "tokens_per_second": 3.0},
        {"row": "third", "side": "transformers", "not_run": "the time was used up"},
    ]
    gpu._compare(rows)
    assert [row.get("ratio") for row in rows] == [2.0, 0.67, 1.0, None]
    assert gpu._base(rows) is rows[2]


@pytest.mark.parametrize("peers", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["class", "tag"])
def test_tuning(kind: str, peers: bool, tmp_path: Path) -> None:
    if peers and not PEERS:
        pytest.skip("needs transformers and accelerate")
    results = run(
        "tuning.py", tmp_path, "--kinds", kind, "--size", "1x64", "--vocabulary", "500", "--records", "40",
        "--batch", "4", "--rounds", "1", "--seconds", "0.01", "--warmup", "1", "--threads", "1",
        "--corpus", corpus(tmp_path), *([] if peers else ["--without-peers"]),
    )  # fmt: skip
    (result,) = results.values()
    assert len(result["rows"]) == (4 if peers else 2)
    assert all(2 <= row["records_per_step"] <= 8 and row["per_second"] > 0 for row in result["rows"])


@pytest.mark.parametrize("kind", ["wordpiece", pytest.param("byte_bpe", marks=pytest.mark.slow)])
def test_tokenise(kind: str, tmp_path: Path) -> None:
    results = run(
        "tokenise.py", tmp_path, "--corpus", corpus(tmp_path), "--tokenizers", kind, "--vocabulary", "500",
        "--workers", "1", "--rounds", "1",
    )  # fmt: skip
    (result,) = results.values()
    assert result["rows"][-1]["row"] == "Yanmo, token store"
    if find_spec("datasets"):
        assert "60 of 60 documents have the same ids" in result["note"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_peak(tmp_path: Path) -> None:
    results = run(
        "peak.py", tmp_path, "--size", "1x64", "--vocabulary", "500", "--tokens", "6000", "--documents", "2",
        "--seconds", "0.01", "--threads", "1", "--without-peers", "--corpus", corpus(tmp_path),
    )  # fmt: skip
    assert len(results) == 2
    assert all(50 < row["peak_megabytes"] < 2000 for result in results.values() for row in result["rows"])


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
def test_time_to_loss(tmp_path: Path) -> None:
    arguments = (
        "--corpus", corpus(tmp_path, documents=600), "--name", "tiny", "--minutes", "0.3", "--size", "2x128",
        "--vocabulary", "500", "--rows", "fp32", "--rates", "1e-3", "--seeds", "1", "--batch", "4",
        "--work", str(tmp_path / "work"),
    )  # fmt: skip
    (result,) = run("time_to_loss.py", tmp_path, *arguments).values()
    assert result["rungs"][-1]["budget"] <= 18
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("result.json")}
    (again,) = run("time_to_loss.py", tmp_path, *arguments).values()
    assert again["peer"] == result["peer"]
    assert times == {path: path.stat().st_mtime_ns for path in times}, "finished runs are not repeated"


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
def test_ablation(tmp_path: Path) -> None:
    arguments = (
        "--corpus", corpus(tmp_path, documents=600), "--name", "tiny", "--preset", "tiny", "--budget", "3steps",
        "--vocabulary", "500", "--rows", "as it is", "40 % masked", "--seeds", "2", "--work", str(tmp_path / "work"),
    )  # fmt: skip
    (result,) = run("ablation.py", tmp_path, *arguments).values()
    assert [len(runs) for runs in result["rows"].values()] == [2, 2]
    losses = [each["loss"] for runs in result["rows"].values() for each in runs]
    assert len(set(losses)) == 4
    (again,) = run("ablation.py", tmp_path, *arguments).values()
    assert again["rows"] == result["rows"], "finished runs are not repeated"


def test_the_sequences_of_both_sides_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import speed_text

    fill = speed_text.make(
        tmp_path, speed_text.KINDS["short"], [corpus(tmp_path)], vocab_size=500, tokens=60_000
    )
    store, sequences = speed_text.store(tmp_path), speed_text.sequences(tmp_path)
    assert abs(fill - 0.27) <= 0.02
    assert max(map(len, sequences)) <= 128
    assert store.num_documents == len(sequences)
    for number in (0, len(sequences) - 1):
        ids = store.read(int(store.documents[number]), int(store.documents[number + 1]))
        assert sequences[number][1:-1] == ids.tolist()


def labelled(folder: Path) -> Path:
    """Reviews, tagged texts and pairs in the places of three Chinese suites."""
    for part, count in (("train", 40), ("dev", 12), ("test", 12)):
        records = [
            {
                "text": f"{'好' if number % 2 else '坏'}书{part}第{number}本",
                "label": str(number % 2),
                "in_train": number < 4,
            }
            for number in range(count)
        ]
        _write(folder / "classification/zh_chnsenticorp" / f"{part}.jsonl", records)
        tagged = [
            {
                "tokens": list(f"{part}{number}号去北京"),
                "tags": [*"O" * len(f"{part}{number}号去"), "B-address", "I-address"],
            }
            for number in range(count)
        ]
        _write(folder / "ner/zh_cluener" / f"{part}.jsonl", tagged)
        pairs = [
            {
                "text_a": f"问{number}",
                "text_b": f"{'问' if number % 2 else '答'}{number}",
                "label": str(number % 2),
            }
            for number in range(count)
        ]
        if part != "train":
            _write(folder / "pair/zh_lcqmc" / f"{part}.jsonl", pairs)
    return folder


def test_gain(tmp_path: Path) -> None:
    data = labelled(tmp_path / "data")
    arguments = (
        "--languages", "zh", "--data", str(data), "--corpus", corpus(tmp_path), "--preset", "tiny",
        "--budget", "2steps", "--set", "objective=mlm", "--rates", "1e-3", "--seeds", "2",
        "--epochs", "1", "--work", str(tmp_path / "work"),
    )  # fmt: skip
    results = run("gain.py", tmp_path, *arguments)
    classes, entities = results["zh_chnsenticorp, tiny-2steps"], results["zh_cluener, tiny-2steps"]
    assert classes["records"] == {"test": 12, "clean": 8, "train_limit": 0}
    assert len(classes["starts"]["pretrained"]["clean"]["scores"]) == 2
    assert classes["classical"]["clean"]["mean"] > 90, "one character decides"
    assert entities["part"] == "dev"
    assert entities["classical"]["clean"]["mean"] > 90, "one word decides"
    assert not list((tmp_path / "work" / "zh-tiny-2steps" / "zh_cluener").rglob("checkpoints")), (
        "large, and not needed"
    )
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("results.json")}
    assert len(times) == 9  # one pre-training; two sets, two starts, two seeds
    assert run("gain.py", tmp_path, *arguments)["zh_cluener, tiny-2steps"]["starts"] == entities["starts"]
    assert times == {path: path.stat().st_mtime_ns for path in times}, "finished runs are skipped"


TRANSLATION = ["--size", "1x64", "--vocabulary", "200", "--documents", "4", "--rounds", "1", "--seconds", "0.01",
               "--warmup", "1", "--threads", "1"]  # fmt: skip


def translations(folder: Path) -> Path:
    """Sets of pairs, laid out as the data is."""
    for part, count in (("train", 60), ("dev", 6), ("test_2016_flickr", 6), ("test_2017_mscoco", 6)):
        rows = [
            {"en": f"The {part} house number {place} is red.", "de": f"Das Haus {place} von {part} ist rot."}
            for place in range(count)
        ]
        if part == "test_2017_mscoco":
            rows = [{"en": row["en"]} for row in rows]  # not every set has every language
        path = folder / "translation/multi30k_en_de_fr_cs" / f"{part}.jsonl"
        _write(path, rows)
        with gzip.open(f"{path}.gz", "wb") as file:
            file.write(path.read_bytes())
    return folder


def test_quality_of_translation(tmp_path: Path) -> None:
    arguments = (
        "--data", str(translations(tmp_path / "data")), "--parts", "quality", "--budget", "3steps", "--set",
        "preset=tiny", "tokenizer.vocab_size=90", "train.precision=fp32", "--work", str(tmp_path / "work"),
    )  # fmt: skip
    (result,) = run("translation.py", tmp_path, *arguments).values()
    assert result["tests"].keys() == {"test_2016_flickr"}
    found = result["tests"]["test_2016_flickr"]
    assert found["metrics"].keys() == found["signatures"].keys() == {"bleu", "chrf"}
    assert (found["count"], result["training"]["steps"]) == (6, 3)
    assert "average: 0.1" in result["training"]["config"]
    page = (tmp_path / "translation.md").read_text(encoding="utf-8")
    assert "tok:13a" in page and "test_2016_flickr" in page


def test_speed_of_translation_on_our_side(tmp_path: Path) -> None:
    data = translations(tmp_path / "data")
    arguments = ("--data", str(data), "--parts", "speed", "--without-peers", *TRANSLATION)
    (result,) = run("translation.py", tmp_path, *arguments).values()
    assert result["rows"][0]["row"].startswith("Yanmo")
    assert all(row["tokens_per_second"] > 0 and "ratio" not in row for row in result["rows"])


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
def test_speed_of_translation_beside_the_peer(tmp_path: Path) -> None:
    data = translations(tmp_path / "data")
    (result,) = run(
        "translation.py", tmp_path, "--data", str(data), "--parts", "speed", *TRANSLATION
    ).values()
    base, *others = result["rows"]
    assert (base["ratio"], base["documents"]) == (1.0, 4.0)
    assert all(row["ratio"] > 0 for row in others)


def test_both_sides_translate_the_same_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Source and target with </s>, through Yanmo's task and through the peer's tokenizer."""
    transformers = pytest.importorskip("transformers")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import speed_pairs

    from yanmo.corpus.document import Record
    from yanmo.data.frame import frame_of
    from yanmo.tasks.config import TaskConfig
    from yanmo.tasks.task import Encoder
    from yanmo.tasks.translation import Translation
    from yanmo.tokenizers import Tokenizer

    train = translations(tmp_path / "data") / "translation/multi30k_en_de_fr_cs/train.jsonl.gz"
    speed_pairs.make(tmp_path, str(train), direction="en-de", vocab_size=200, pairs=20)
    ours = Tokenizer.load(tmp_path / "tokenizer")
    theirs = transformers.AutoTokenizer.from_pretrained(str(tmp_path / "tokenizer"))
    encoder = Encoder(tokenizer=ours, frame=frame_of(ours, "encoder_decoder"), room=speed_pairs.LONGEST)
    task = Translation.from_labels((), TaskConfig())
    pairs = list(speed_pairs.read(tmp_path))
    assert len(pairs) == 20
    for pair in pairs:
        (encoded,) = task.encode(Record(fields=pair, source=""), encoder, labelled=True)
        assert encoded.example.target is not None
        assert encoded.example.input_ids.tolist() == theirs(pair["source"])["input_ids"]
        labels = encoded.example.target.labels["seq2seq"][1]
        assert labels.tolist() == theirs(text_target=pair["target"])["input_ids"]


def test_gain_without_data(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / "gain.py"), "--data", str(tmp_path), "--out", str(tmp_path)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    assert "skipped: en_sst2 is not in" in found.stdout
    assert not (tmp_path / "gain.json").exists()


def test_results(tmp_path: Path) -> None:
    data, model, page = labelled(tmp_path / "data"), tmp_path / "bert", tmp_path / "results_page.md"
    yanmo.pretrain(
        model="bert", preset="tiny", corpus=corpus(tmp_path), budget="2steps", out=model, overrides={"objective": "mlm"}
    )  # fmt: skip
    page.write_text("# Results\n\n## Speed\n\nfast\n", encoding="utf-8")
    arguments = (
        "--zh", str(model), "--data", str(data), "--rates", "1e-3", "--seeds", "2", "--epochs", "1", "--page",
        str(page), "--work", str(tmp_path / "work"), "--sets",
    )  # fmt: skip
    first = run("results.py", tmp_path, *arguments, "zh_lcqmc", "en_sst2")
    pairs = first["zh_lcqmc"]
    assert list(first) == ["zh_lcqmc"], "what is absent is skipped"
    assert (pairs["part"], pairs["records"]["clean"]) == ("test", 12)
    assert len(pairs["starts"]["random"]["clean"]["scores"]) == 2
    assert pairs["pretraining"]["minutes"] > 0
    assert pairs["classical"]["method"] == "TF-IDF + LR"
    assert {"low", "high", "p_value"} <= pairs["difference"].keys()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("*.json*")}
    both = run("results.py", tmp_path, *arguments, "zh_lcqmc", "zh_chnsenticorp")
    assert list(both) == ["zh_lcqmc", "zh_chnsenticorp"], "a row is added to those that are there"
    assert both["zh_lcqmc"]["starts"] == pairs["starts"]
    assert times == {path: path.stat().st_mtime_ns for path in times}, "finished runs are skipped"
    written = page.read_text(encoding="utf-8")
    assert written.count("| zh_lcqmc |") == 1 and "| zh_chnsenticorp |" in written
    assert "## Speed\n\nfast" in written, "the rest of the page stays"


GPU = ["--device", "cpu", "--layers", "1", "--hidden-size", "64", "--vocabulary", "500", "--documents", "2",
       "--sequences", "40", "--seconds", "0.01", "--warmup", "1"]  # fmt: skip


def test_gpu_on_the_processor(tmp_path: Path) -> None:
    """The script alone; its figures need a card."""
    results = run("gpu.py", tmp_path, *GPU, "--kinds", "causal", "--without-peers")
    rows = {row["row"]: row for row in results["causal 1x64"]["rows"]}
    assert rows.keys() == {"Yanmo, AdamW", "Yanmo, default (Muon)"}
    for row in rows.values():
        assert row["tokens_per_second"] > 0 and row["peak_bytes"] > 2**26
        assert 0 < row["first_step_seconds"] < 120
        assert 0 < row["share"] < 1
        assert "ratio" not in row, "nothing to compare with"


NANOGPT = """
import dataclasses, torch

@dataclasses.dataclass
class GPTConfig:
    block_size: int; vocab_size: int; n_layer: int; n_head: int; n_embd: int; dropout: float; bias: bool

class GPT(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word = torch.nn.Embedding(config.vocab_size, config.n_embd)

    def configure_optimizers(self, weight_decay, learning_rate, betas, device_type):
        return torch.optim.AdamW(self.parameters(), lr=learning_rate, betas=betas, weight_decay=weight_decay)

    def forward(self, inputs, targets):
        logits = self.word(inputs) @ self.word.weight.T
        return logits, torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
"""


def test_gpu_runs_the_users_nanogpt(tmp_path: Path) -> None:
    """A stand-in with the interface of its model.py, not compiled."""
    (tmp_path / "model.py").write_text(NANOGPT, encoding="utf-8")
    work = {
        "side": "nanogpt", "options": [], "kind": "causal", "length": 16, "layers": 1, "hidden_size": 64,
        "vocab_size": 50, "documents": 2, "sequences": 9, "device": "cpu", "seconds": 0.01, "warmup": 1,
        "nanogpt": str(tmp_path), "started": 0.0,
    }  # fmt: skip
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / "gpu_nanogpt.py"), json.dumps(work)],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    assert json.loads(found.stdout)["tokens_per_step"] == 32


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
def test_gpu_beside_the_peer(tmp_path: Path) -> None:
    results = run("gpu.py", tmp_path, *GPU, "--kinds", "short")
    rows = {row["row"]: row for row in results["short 1x64"]["rows"]}
    assert rows["Hugging Face Trainer, SDPA"]["ratio"] == 1.0
    assert rows["Yanmo, AdamW"]["ratio"] > 0


def test_gpu_without_one(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / "gpu.py"), "--out", str(tmp_path)],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout.startswith("Not run: no GPU")
    assert not list(tmp_path.iterdir())


def test_operations_of_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: one layer of width 2, four words, rows of three tokens."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import gpu_work

    work = gpu_work.Work(
        side="yanmo", options=(), kind="causal", length=3, layers=1, hidden_size=2, vocab_size=4, documents=1,
        sequences=2, device="cpu", seconds=1.0, warmup=1, nanogpt="", started=0.0,
    )  # fmt: skip
    assert work.operations() == 6 * (12 * 4 + 2 * 2 * 2 + 8)
    work = gpu_work.Work(**{**work.__dict__, "kind": "full"})
    assert work.operations() == pytest.approx(6 * (12 * 4 + 2 * 2 * 3 + 0.15 * (8 + 4)))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_growth(tmp_path: Path) -> None:
    results = run(
        "growth.py", tmp_path, "--megabytes", "1", "1.5", "--lengths", "64", "128", "--presets", "--cores", "--models",
        "bert", "--seconds", "0.1", "--page", str(tmp_path / "page.md"),
    )  # fmt: skip
    assert list(results) == ["corpus size", "bert: length"]
    assert all(row["peak_megabytes"] > 50 for result in results.values() for row in result["rows"])
    assert "(figures/growth-length.svg)" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_plots_of_growth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import growth
    from conditions import conditions

    page = tmp_path / "page.md"
    page.write_text("# Results\n\n## Speed\n\nfast\n", encoding="utf-8")
    rows = [
        {"point": f"{cores} cores", "cores": cores, "rate": 900 * cores, "seconds": 8 / cores, "peak_megabytes": 500}
        for cores in (1, 2, 4)
    ]  # fmt: skip
    results = {name: {"conditions": conditions(), "rows": rows} for name in ("bert: cores", "gpt2: cores")}
    for _ in range(2):
        growth.show(page, results)
    written = page.read_text(encoding="utf-8")
    assert "## Speed\n\nfast" in written, "the rest of the page stays"
    assert written.count("### gpt2: cores") == written.count("(figures/growth-cores.svg)") == 1
    plot = ElementTree.fromstring((tmp_path / "figures" / "growth-cores.svg").read_text(encoding="utf-8"))
    assert len(list(plot.iter("{http://www.w3.org/2000/svg}circle"))) == 2 * 2 * 3


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(3, 40, [2, 5, 10, 20, 50]), (7, 7, [5, 10]), (1, 30_000, [1, 10, 100, 1_000, 10_000, 100_000])],
)
def test_ticks_of_a_plot(
    low: float, high: float, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import plot

    assert plot.ticks(low, high) == pytest.approx(expected)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_memory(tmp_path: Path) -> None:
    results = run("memory.py", tmp_path, "--megabytes", "1", "--workers", "1")
    stages = results["1 MB, 1 workers"]["stages"]
    assert stages.keys() == {"tokenizer", "encode"}
    assert all(50 < stage["peak_megabytes"] < 1000 for stage in stages.values())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_memory_stays_flat(tmp_path: Path) -> None:
    peaks = []
    for size in ("10", "30"):
        results = run("memory.py", tmp_path / size, "--megabytes", size, "--workers", "2")
        stages = results[f"{size} MB, 2 workers"]["stages"]
        peaks.append(max(stage["peak_megabytes"] for stage in stages.values()))
    assert peaks[1] < 1000
    assert peaks[1] < 1.5 * peaks[0]


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8"
    )


@pytest.mark.slow
def test_plan(tmp_path: Path) -> None:
    words = ["river", "stone", "bridge", "north", "winter", "garden", "letter", "window", "market", "song"]
    texts = [
        {"text": " ".join(words[(line * word + word) % 10] for word in range(1, 40))} for line in range(200)
    ]
    folder = tmp_path / "data" / "pretrain" / "zh_law"
    folder.mkdir(parents=True)
    content = "".join(json.dumps({**each, "id": number}) + "\n" for number, each in enumerate(texts))
    (folder / "train.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    results = run("plan.py", tmp_path, "--corpora", "pretrain/zh_law", "--data", str(tmp_path / "data"),
                  "--budget", "3steps", "--work", str(tmp_path / "work"),
                  "--set", "corpus.deduplicate=none")  # fmt: skip
    (result,) = results.values()
    assert result["preset"] == "tiny"
    assert result["tokens"]["true"] > 0
    assert result["memory"]["true"] > 2**27
