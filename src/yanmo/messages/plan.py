"""Texts of `yanmo plan`."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "plan.needs_architecture": (
        "--model {model} names a trained model.\nA plan is made for random weights of bert or gpt2.\n"
        "Give --model bert or --model gpt2; a run that goes on from a model needs no plan.",
        "--model {model} 指向一个已训练的模型。\n规划只针对 bert 或 gpt2 的随机权重。\n"
        "请用 --model bert 或 --model gpt2；从已有模型继续训练则无需规划。",
    ),
    "plan.no_law_of_model": (
        "{model} is for translation, and no law foresees what it learns from plain text.\n"
        "A plan is made for bert or gpt2 (the tasks other than translation).\n"
        "Set the size yourself: yanmo pretrain --model {model} --preset mini --budget 30m --corpus FILES; "
        "then yanmo finetune translation --model RUN.",
        "{model} 用于翻译，而它从纯文本中能学到什么，没有可用的损失规律。\n"
        "规划只针对 bert 或 gpt2（翻译以外的任务）。\n"
        "请自行设定规模：yanmo pretrain --model {model} --preset mini --budget 30m --corpus 文件；"
        "然后执行 yanmo finetune translation --model 运行文件夹。",
    ),
    "plan.no_law": (
        "There is no law of the loss for the objective “{objective}”.\nKnown are objectives with one of: {known}.\n"
        "Leave the objective out, or give --preset instead of auto.",
        "目标“{objective}”没有可用的损失规律。\n支持包含以下损失项的目标：{known}。\n"
        "请不要指定目标；或者不用 auto，直接给出 --preset。",
    ),
    "plan.stage_probe": ("Timing training steps", "试跑训练步并计时"),
    "plan.note_chosen": (
        "Plan: {preset}, vocabulary {vocab_size}, batches of {batch} tokens; about {tokens} tokens "
        "({epochs} epochs), loss {low} to {high} in 8 cases of 10",
        "规划：{preset}，词表 {vocab_size}，每批 {batch} 个词元；约 {tokens} 个词元（{epochs} 轮），损失有八成把握在 {low} 到 {high} 之间",
    ),
    "plan.title": ("The corpus", "语料"),
    "plan.characters": ("Characters", "字符数"),
    "plan.tokens_of_corpus": ("Tokens to train on", "可训练词元数"),
    "plan.unigram": ("Loss of knowing frequencies alone", "只知词频时的损失"),
    "plan.family": ("Model and objective", "模型与目标"),
    "plan.budget": ("Budget", "预算"),
    "plan.counted": ("{value}", "{value}"),
    "plan.about": ("about {value}", "约 {value}"),
    "plan.machine_here": ("this machine", "本机"),
    "plan.machine_cpu16": ("16-core CPU server", "16 核 CPU 服务器"),
    "plan.machine_h100": ("one H100-class GPU", "一块 H100 级 GPU"),
    "plan.preset": ("Preset", "规模"),
    "plan.parameters": ("Parameters", "参数量"),
    "plan.vocabulary": ("Vocabulary", "词表大小"),
    "plan.batch": ("Tokens in a batch", "每批词元数"),
    "plan.speed": ("Tokens per second", "每秒词元数"),
    "plan.time": ("Time", "时间"),
    "plan.tokens": ("Tokens trained on", "训练词元数"),
    "plan.epochs": ("Epochs", "轮数"),
    "plan.loss": ("Validation loss", "验证损失"),
    "plan.range": ("80 % range", "80 % 区间"),
    "plan.memory": ("Memory, of what is there (GB)", "所需内存 / 可用内存（GB）"),
    "plan.worn_out": (
        "After {epochs} epochs the same text teaches little more: more text would serve better than more time.",
        "同一文本训练超过 {epochs} 轮后收益甚微：与其增加时间，不如增加文本。",
    ),
    "plan.band": (
        "Validation loss: nats per predicted token on held-out text; the range should hold the true one in 8 cases of 10.",
        "验证损失：留出文本上每个被预测词元的损失（nat）；真实值有八成把握落在所给范围内。",
    ),
    "plan.beyond": (
        "* beyond the runs that the law was fitted to (tokens, size or epochs): an extrapolation, with a wider range.",
        "* 超出拟合所用运行的范围（词元数、规模或轮数）：属于外推，因此范围更宽。",
    ),
    "plan.too_large": (
        "{name}: the {preset} network does not fit into the memory there: "
        "a smaller --preset, train.batch_tokens or train.recompute=true would need less.",
        "{name}：{preset} 规模超出可用内存：减小 --preset 或 train.batch_tokens，或设 train.recompute=true，可少占内存。",
    ),
    "plan.measured": (
        "This machine: steps were timed just now; other work on it changes the speed.",
        "本机：速度为刚才实测；若同时运行其他任务，速度会变化。",
    ),
    "plan.assumed": (
        "{name}: assumed, not measured: {rate} TFLOP/s of bf16 products, {share} % of it reached, "
        "at least {step} ms per layer and step.",
        "{name}：为假定值，并非实测：bf16 矩阵乘 {rate} TFLOP/s，训练达到其 {share} %，每层每步至少 {step} 毫秒。",
    ),
    "plan.next": ("To follow it: {command}", "按此规划训练：{command}"),
}
