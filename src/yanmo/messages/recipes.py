"""Texts of recipes and of what becomes a configuration."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "recipes.unknown": (
        "There is no recipe named “{name}”.\n"
        "Known: {known}; or the path of a YAML file.\n"
        "{suggestion} `yanmo recipes` says what each one is for.",
        "没有名为“{name}”的配方。\n可用的有：{known}；也可以是 YAML 文件的路径。\n"
        "{suggestion}`yanmo recipes` 会说明每个配方的用途。",
    ),
    "recipes.no_task": (
        "There is no task or recipe named “{name}”.\n"
        "Tasks: {tasks}. Recipes: {known}; or the path of a YAML file.\n"
        "{suggestion} `yanmo finetune --help` says what each task reads.",
        "没有名为“{name}”的任务或配方。\n任务有：{tasks}。配方有：{known}；也可以是 YAML 文件的路径。\n"
        "{suggestion}`yanmo finetune --help` 会说明每个任务读取什么。",
    ),
    "recipes.other_verb": (
        "“{name}” is a recipe for `yanmo {given}`, not for `yanmo {verb}`.\n"
        "Recipes for `yanmo {verb}`: {known}.\nUse `yanmo {given} {name}`, or choose one of these.",
        "“{name}”是用于 `yanmo {given}` 的配方，不能用于 `yanmo {verb}`。\n"
        "`yanmo {verb}` 的配方有：{known}。\n请改用 `yanmo {given} {name}`，或从中选择一个。",
    ),
    "recipes.missing": (
        "“{key}” is not given.\nIt is needed, and neither the recipe nor the command says it.\n"
        "Give {flag}; `--help` shows an example.",
        "没有给出“{key}”。\n这一项必须提供，而配方和命令中都没有。\n请用 {flag} 指定；`--help` 中有示例。",
    ),
    "recipes.comes_with_model": (
        "“{key}” is set, but training goes on from {model}.\nSize and tokenizer are those of that model.\n"
        "Leave “{key}” out, or start from random weights with --model bert or --model gpt2.",
        "设置了“{key}”，但训练将从 {model} 继续。\n规模和分词器都由该模型决定。\n"
        "请去掉“{key}”；若要从随机权重开始，请用 --model bert 或 --model gpt2。",
    ),
    "recipes.tokenizer_is_fixed": (
        "Settings of a new tokenizer (such as --vocab-size) are given together with the finished one of {tokenizer}.\n"
        "A tokenizer is either trained or taken.\nLeave one of the two out.",
        "既给出了新分词器的设置（如 --vocab-size），又指定了 {tokenizer} 中现成的分词器。\n"
        "分词器要么重新训练，要么直接沿用。\n请去掉其中之一。",
    ),
    "recipes.rate_needed": (
        "{keys} is set without optim.lr.\n"
        "The rate that is chosen by itself belongs to the usual optimiser settings.\n"
        "Give the rate as well, for example --lr 0.0004.",
        "设置了 {keys}，但没有设置 optim.lr。\n自动选择的学习率只适用于默认的优化器设置。\n"
        "请同时给出学习率，例如 --lr 0.0004。",
    ),
    "recipes.folder_in_use": (
        "{path} already holds files.\nA new or empty folder is needed, so that nothing is lost.\n"
        "Use another --out.",
        "{path} 中已有文件。\n需要新的或空的文件夹，以免丢失数据。\n请换一个 --out。",
    ),
    "recipes.cannot_write": (
        "Cannot write to {path}: {reason}.\nThe folder of --out must be writable.\n"
        "Use another --out, or change the permissions.",
        "无法写入 {path}：{reason}。\n--out 指定的文件夹必须可写。\n请换一个 --out，或修改权限。",
    ),
    "recipes.stage_corpus": ("Reading the corpus", "读取语料"),
    "recipes.kind_model": ("model", "模型"),
    "recipes.kind_tokenizer": ("tokenizer", "分词器"),
}
