"""Texts of suites: labelled sets by name, and what is measured and compared on them."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "suites.kind": ("suite", "评测集"),
    "suites.no_folder": (
        "The suite {name} is given without the folder of its data.\n"
        "Yanmo ships what a suite is, not its records ({source}); they lie in a folder of yours, below {folder}.\n"
        "Say where: --data FOLDER.",
        "指定了评测集 {name}，但没有给出数据所在的文件夹。\n"
        "研墨只附带评测集的说明，不附带数据（{source}）；数据应在您的文件夹中，位于 {folder} 之下。\n"
        "请用 --data 指定该文件夹。",
    ),
    "suites.no_file": (
        "The {part} part of the suite {name} is not there: {path}.\n"
        "The file of that name, or the same with .gz, is needed; it was published as {source}.\n"
        "Put it there, or name another folder with --data.",
        "评测集 {name} 的 {part} 部分不存在：{path}。\n需要该名称的文件（也可带 .gz）；其出处为 {source}。\n"
        "请把文件放到该处，或用 --data 指定其他文件夹。",
    ),
    "suites.no_part": (
        "The suite {name} has no {part} part to measure on.\nIts parts are: {known}.\n"
        "Choose another part with --part, or another suite.",
        "评测集 {name} 没有可供评估的 {part} 部分。\n它包含的部分：{known}。\n请用 --part 选择其他部分，或换一个评测集。",
    ),
    "suites.part_of_file": (
        "--part {part} is given for the file {data}.\nA file is measured whole; a suite alone has parts.\n"
        "Leave --part out, or name a suite.",
        "对文件 {data} 使用了 --part {part}。\n文件总是整体评估，只有评测集才分为若干部分。\n请去掉 --part，或改为指定评测集。",
    ),
    "suites.form_of_suite": (
        "{given} is set for the suite {name}.\nA suite says by itself where its records keep texts and labels.\n"
        "Leave it out, or name a file of records instead of a suite.",
        "为评测集 {name} 设置了 {given}。\n评测集自身已说明文本和标签在记录中的位置。\n"
        "请去掉该设置，或改为指定记录文件。",
    ),
    "suites.other_task": (
        "{model} is trained for {task}, but {name} is for {wanted}.\n"
        "It is measured with a model of that task.\nFine-tune one: yanmo finetune {wanted} --model ... --train ...",
        "{model} 是为 {task} 训练的，而 {name} 用于 {wanted}。\n评估时需要同一任务的模型。\n"
        "请先微调一个：yanmo finetune {wanted} --model ... --train ...",
    ),
    "suites.other_metric": (
        "{data} is measured by {metric}, which {model} does not have.\nIts metrics are: {known}.\n"
        "Use a model that was fine-tuned on data of the same form.",
        "{data} 以 {metric} 评估，而 {model} 没有该指标。\n它的指标有：{known}。\n请使用在相同形式的数据上微调的模型。",
    ),
    "suites.warn_other": (
        "{path} is not the file that the suite {name} was written for: figures on it are not comparable with others'.",
        "{path} 与评测集 {name} 所指的文件不一致：其结果不能与他人的结果比较。",
    ),
    "suites.two_tasks": (
        "{first} and {second} cannot be compared: the two models have different tasks, {one} and {other}.\n"
        "Both must do the same task.\nCompare two models of one task.",
        "无法比较 {first} 与 {second}：两个模型的任务不同，分别是 {one} 和 {other}。\n"
        "两者的任务必须相同。\n请比较同一任务的两个模型。",
    ),
    "suites.not_compared": (
        "{first} and {second} cannot be compared on {data}: {one} against {other}.\n"
        "Both need the same main metric, and one that is made of single texts.\n"
        "Compare two models of one task.",
        "无法在 {data} 上比较 {first} 与 {second}：前者为 {one}，后者为 {other}。\n"
        "两者的主要指标必须相同，并且能分解到每段文本。\n请比较同一任务的两个模型。",
    ),
    "suites.interval": ("95 % interval: {low} to {high}", "95 % 置信区间：{low} 至 {high}"),
    "suites.no_interval": (
        "95 % interval: cannot be told, every sample of these records gives this value",
        "95 % 置信区间：无法确定，这些记录的任何抽样都得到同一数值",
    ),
    "suites.reference": ("published: {model}, {where}", "已发表：{model}，{where}"),
    "suites.model": ("Model", "模型"),
    "suites.weights": ("Weights, SHA-256", "权重，SHA-256"),
    "suites.precision": ("Computed in", "计算精度"),
    "suites.data": ("Data, SHA-256", "数据，SHA-256"),
    "suites.report_title": ("{model} on {data}", "{model} 在 {data} 上的评估"),
    "suites.report_subtitle": ("Evaluation", "评估"),
    "suites.points": ("{value} points", "{value} 个百分点"),
    "suites.p_value": ("p (two-sided)", "p 值（双侧）"),
    "suites.share_of": ("{data} ({part}: a share of {whole})", "{data}（{part}，取自 {whole}）"),
    "suites.no_range": (
        "{value} (no interval: samples of these records do not differ)",
        "{value}（无法给出区间：这些记录的各次抽样没有差别）",
    ),
    "suites.range": ("{value} ({low} to {high})", "{value}（{low} 至 {high}）"),
    "suites.better": (
        "{better} is better than {worse} by {value}, which is more than luck.",
        "{better} 优于 {worse}，相差 {value}，差异显著。",
    ),
    "suites.equal": (
        "No difference that {count} records could show: it may be luck.",
        "{count} 条记录不足以说明两者有差别：差异可能出于偶然。",
    ),
}
