"""What an error advises fits what was asked: names that look alike, reasons in the language, commands that work."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from yanmo.registry import nearest

QUICK = ("train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32")

LATIN_SENTENCE = re.compile(
    r"(?:[A-Za-z][a-z]+ ){2,}[a-z]+"
)  # words of a library; names and options are single


@pytest.fixture
def chinese(monkeypatch):
    monkeypatch.setenv("YANMO_LANG", "zh")


def told(ran):
    """The three parts."""
    assert ran.code == 2, ran.err
    return ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        ("minni", ["mini", "tiny"], "mini"),
        ("Mini", ["mini", "tiny"], "mini"),
        ("bpe", ["byte_bpe", "unigram"], "byte_bpe"),
        ("huge", ["tiny", "base", "medium"], None),
        ("文本分类", ["translation_30m", "text_classification"], None),
        ("文本", ["text", "text_pair"], None),
        ("x", [], None),
    ],
)
def test_only_a_name_that_looks_alike_is_suggested(given, known, expected):
    assert nearest(given, known) == expected


@pytest.mark.parametrize("name", ["文本分类", "没有"])
def test_an_unknown_task_hears_of_the_tasks_first(run, bert, files, tmp_path, chinese, name):
    ran = run("finetune", name, "--model", bert, "--train", files.classes, "--out", tmp_path / "run")
    given, allowed, advice = told(ran)
    assert name in given
    assert allowed.index("text_classification") < allowed.index("translation_30m")
    assert "您是想用" not in advice


def test_a_setting_may_be_misspelt_in_any_script(run, bert, files, tmp_path, chinese):
    ran = run(
        "finetune", "text_classification", "学习率=3", "--model", bert, "--train", files.classes,
        "--out", tmp_path / "run",
    )  # fmt: skip
    given, allowed, advice = told(ran)
    assert "“学习率”这个键" in given
    assert "model、optim、" in allowed
    assert "您是想用" not in advice


def test_a_size_that_does_not_exist(run, files, tmp_path, chinese):
    given, allowed, advice = told(
        run("pretrain", "--preset", "huge", "--corpus", files.corpus, "--out", tmp_path / "run")
    )
    assert given == "✗ 没有名为“huge”的规模（--preset）。"
    assert "tiny、mini、small" in allowed
    assert advice == "→ 请从中选择。"


BROKEN = {
    "train.jsonl": ('{"text": "好", "label": "a"}\n{"text": \n', ("train.jsonl:2", "第 10 列")),
    "list.jsonl": ("[1]\n", ("list.jsonl:1", "内容是列表")),
    "train.json": ('{"data": [\n', ("train.json", "第 2 行第 1 列")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_in_the_language(run, bert, tmp_path, chinese, name):
    content, expected = BROKEN[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    ran = run(
        "finetune",
        "text_classification",
        "--model",
        bert,
        "--train",
        tmp_path / name,
        "--out",
        tmp_path / "run",
    )
    given = told(ran)[0]
    assert all(word in given for word in expected), given
    assert not LATIN_SENTENCE.search(given), given


def test_a_broken_recipe_is_told_in_the_language(run, files, tmp_path, chinese):
    (tmp_path / "mine.yaml").write_text("model: bert\npreset: [\n", encoding="utf-8")
    ran = run("pretrain", tmp_path / "mine.yaml", "--corpus", files.corpus, "--out", tmp_path / "run")
    given = told(ran)[0]
    assert "第 3 行第 1 列" in given
    assert not LATIN_SENTENCE.search(given), given


def test_a_path_that_does_not_exist_is_no_hub_name(run, chinese):
    given = told(run("doctor", "不存在"))[0]
    assert given == "✗ 无法将“不存在”作为模型读取：没有这个目录。"


def test_a_file_where_a_folder_is_needed(run, files, tmp_path, chinese):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    ran = run("pretrain", "--preset", "tiny", "--corpus", files.corpus, "--out", tmp_path / "file")
    assert "是文件，不是文件夹" in told(ran)[0]
    ran = run("tokenizer", "train", "--corpus", files.corpus, "--out", tmp_path / "file")
    assert "是文件，不是文件夹" in told(ran)[0]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_cut_model_file(run, bert, tmp_path, chinese, name):
    for path in (bert / "model").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:50])
    given = told(run("doctor", tmp_path))[0]
    assert name in given
    assert re.search("第 \\d+ 行|完整的", given), given
    assert not LATIN_SENTENCE.search(given), given


def test_an_encoding_that_does_not_exist(run, files, chinese):
    given, allowed, _ = told(run("corpus", "stats", files.corpus, "encoding=utf88"))
    assert given == "✗ 没有名为“utf88”的编码。"
    assert allowed.startswith("  可用的有：auto、utf-8")


def test_lists_are_written_as_the_language_writes_them(run, files, tmp_path, chinese):
    ran = run("pretrain", "--model", "brt", "--corpus", files.corpus, "--out", tmp_path / "run")
    assert told(ran)[:2] == ["✗ 没有名为“brt”的模型。", "  可用的有：bert、gpt2、transformer。"]


def test_what_a_kind_of_model_can_never_do(run, bert, gpt, classifier, language):
    kinds = [
        (run("fill-mask", gpt, "a [MASK]"), "gpt2", "--model bert"),
        (run("generate", bert, "a"), "bert", "--model gpt2"),
        (run("generate", classifier, "a"), "bert", "--model gpt2"),
        (run("translate", bert, "hello"), "bert", "finetune translation --model transformer"),
    ]
    for ran, kind, command in kinds:
        given, _, advice = told(ran)
        assert f" {kind} " in given
        assert command in advice
        assert "mlm" not in ran.err and "seq2seq" not in ran.err


def test_an_untrained_model_hears_what_fits_it(run, bert, language):
    given, allowed, advice = told(run("predict", bert, "很好"))
    assert ("预训练" if language == "zh" else "pre-trained") in given
    assert (
        "text_classification" in allowed and "translation" not in allowed and "text_generation" not in allowed
    )
    assert f"yanmo finetune text_classification --model {bert} " in advice


def test_a_fine_tuned_model_learns_masks_again_as_advised(run, classifier, files, tmp_path):
    given, _, advice = told(run("fill-mask", classifier, "a [MASK]"))
    assert "fine-tuned for text_classification" in given
    assert f"yanmo pretrain --model {classifier} --corpus PATH" in advice
    more = ("--objective", "mlm", "--budget", "1steps", *QUICK)
    ran = run("pretrain", "--model", classifier, "--corpus", files.corpus, "--out", tmp_path / "more", *more)
    assert ran.code == 0, ran.err
    assert run("fill-mask", tmp_path / "more", "a [MASK]").code == 0


def rows(path, values):
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in values), encoding="utf-8")
    return path


def tuned(run, task, model, train, out, *more):
    ran = run(
        "finetune",
        task,
        "--model",
        model,
        "--train",
        train,
        "--budget",
        "1steps",
        "--out",
        out,
        *QUICK,
        *more,
    )
    assert ran.code == 0, ran.err
    return ran.out.splitlines()[-1]


def test_the_command_after_a_fine_tuning_works(run, bert, gpt, files, tmp_path, monkeypatch, language):
    monkeypatch.chdir(tmp_path)
    labels = ["a", "b"]
    pairs = [{"text": f"第{n}天", "text_pair": f"第{n % 3}天", "label": labels[n % 2]} for n in range(12)]
    pairs = rows(tmp_path / "pairs.jsonl", pairs)
    chat = [{"prompt": f"第{n}天？", "completion": f"第{n + 1}天。"} for n in range(12)]
    chat = rows(tmp_path / "chat.jsonl", chat)
    plain = rows(tmp_path / "plain.jsonl", [{"text": f"第{n}天我们去了北京。"} for n in range(12)])
    rows(tmp_path / "texts.txt", ["天气很好", "大家都很高兴"])
    cross = "settings.similarity.encoder=cross"
    lines = [
        tuned(run, "text_classification", bert, files.classes, "clf"),
        tuned(run, "text_classification", bert, pairs, "pair"),
        tuned(run, "sentence_similarity", bert, pairs, "cross", cross),
        tuned(run, "sentence_similarity", bert, pairs, "bi"),
        tuned(run, "token_classification", bert, files.entities, "tag"),
        tuned(run, "text_generation", gpt, plain, "plain"),
    ]
    verbs = [
        "predict clf",
        "predict pair --pair",
        "predict cross --pair",
        "similar bi",
        "predict tag",
        "generate plain",
    ]
    for line, verb in zip(lines, verbs, strict=True):
        assert line.startswith(f"→ yanmo {verb} "), line
        ran = run(*shlex.split(line.removeprefix("→ yanmo ")))
        assert ran.code == 0, f"{line}: {ran.err}"
    assert tuned(run, "text_generation", gpt, chat, "chat") == "→ yanmo chat chat"


def test_a_text_of_the_command_line_is_called_so(run, bert, tmp_path, language):
    pairs = [{"text": f"a {n}", "text_pair": f"b {n}", "label": str(n % 2)} for n in range(12)]
    tuned(run, "text_classification", bert, rows(tmp_path / "pairs.jsonl", pairs), tmp_path / "pair")
    ran = run("predict", tmp_path / "pair", "很好")
    assert ("文本 1" if language == "zh" else "text 1") in told(ran)[0]
    assert "--pair" in told(ran)[2]


def test_a_choice_needs_a_file(run, bert, tmp_path, language):
    train = [{"question": f"第{n}天？", "choices": ["好", "坏"], "label": n % 2} for n in range(12)]
    tuned(run, "multiple_choice", bert, rows(tmp_path / "choices.jsonl", train), tmp_path / "choice")
    for asked in (["你好"], ["--question", "你好", "--context", "好"]):
        _, allowed, advice = told(run("predict", tmp_path / "choice", *asked))
        assert "choices" in allowed
        assert "--file" in advice


def test_labelled_files_in_another_encoding(run, bert, tmp_path, language):
    lines = [
        "text\tlabel",
        *(f"第{n}家酒店{'很好' if n % 2 else '很差'}，我們不會再來\t{n % 2}" for n in range(12)),
    ]
    path = tmp_path / "train.tsv"
    path.write_bytes("\n".join(lines).encode("big5"))
    command = (
        "finetune",
        "text_classification",
        "--model",
        bert,
        "--train",
        path,
        "--budget",
        "1steps",
        *QUICK,
    )
    advice = told(run(*command, "--out", tmp_path / "run", "--encoding", "gb18030x"))
    assert "gb18030x" in advice[0]
    ran = run(*command, "--out", tmp_path / "run", "--encoding", "big5")
    assert ran.code == 0, ran.err
    for verb, file in (("evaluate", [path]), ("predict", ["--file", path])):
        ran = run(verb, tmp_path / "run", *file, "--encoding", "big5", "--json")
        assert ran.code == 0, ran.err
    assert ran.json["predictions"][0]["text"] == "第0家酒店很差，我們不會再來"


def test_the_advice_on_encodings_names_an_option_that_is_there(run, bert, tmp_path, language):
    path = tmp_path / "train.csv"
    path.write_bytes(b"text,label\n" + "caf\xe9 \xe0 c\xf4t\xe9,a\n".encode("cp1252") * 3)
    advice = told(
        run("finetune", "text_classification", "--model", bert, "--train", path, "--out", tmp_path / "run")
    )[2]
    assert "--encoding big5" in advice and "--encoding cp1252" in advice
    assert "--encoding" in run("finetune", "--help").out


def test_two_models_of_different_tasks_are_not_compared(run, bert, classifier, files, tmp_path, language):
    tuned(run, "token_classification", bert, files.entities, tmp_path / "tag")
    given = told(run("compare", classifier, tmp_path / "tag", files.classes))[0]
    assert "text_classification" in given and "token_classification" in given


def test_compare_takes_the_columns_that_it_advises(run, classifier, files, tmp_path):
    lines = [json.loads(line) for line in files.classes_dev.read_text(encoding="utf-8").splitlines()]
    path = rows(tmp_path / "dev.jsonl", [{"review": one["text"], "stars": one["label"]} for one in lines])
    ran = run("compare", classifier, classifier, path)
    assert "--columns label=" in told(ran)[2]
    ran = run("compare", classifier, classifier, path, "--columns", "text=review", "label=stars")
    assert ran.code == 0, ran.err


def test_another_configuration_is_told_by_what_was_and_is(run, classifier, files, language):
    ran = run(
        "finetune", "text_classification", "--model", classifier.parent / "bert", "--train", files.classes,
        "--budget", "3steps", "--out", classifier, *QUICK,
    )  # fmt: skip
    given = told(ran)[0]
    if language == "zh":
        assert f"dev_file 原为 {files.classes_dev}，现为 null" in given
        assert "；train.budget 原为 2steps，现为 3steps" in given
    else:
        assert "; train.budget was 2steps, is 3steps" in given


def test_an_empty_folder_counts_nothing_that_was_skipped(run, tmp_path, chinese):
    assert told(run("corpus", "stats", tmp_path))[0].endswith("中没有可读取的文件。")
    (tmp_path / "a.bin").write_bytes(bytes(100))
    assert told(run("corpus", "stats", tmp_path))[0].endswith("（跳过 1 个）。")


def test_an_entity_outside_its_text(run, bert, tmp_path, chinese):
    entities = [{"start": 0, "end": 5, "label": "人名"}]
    train = rows(tmp_path / "ner.jsonl", [{"text": f"李小{name}", "entities": entities} for name in "龙明红"])
    ran = run(
        "finetune", "token_classification", "--model", bert, "--train", train, "--out", tmp_path / "run"
    )
    assert "实体“人名” [0, 5) 与文本不符（文本共 3 个字符）" in told(ran)[0]


def test_points_are_written_once_behind_an_interval(monkeypatch):
    from yanmo.cli.evaluate import _range

    monkeypatch.setenv("YANMO_LANG", "zh")
    assert _range("accuracy", -0.01, -0.0875, 0.0625) == "−1.00 个百分点（−8.75 至 +6.25 个百分点）"
