"""Texts of training: budgets, decisions, checkpoints, optimiser state."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "training.bad_budget": (
        "“{given}” is not a budget.\n"
        "A budget is a time (90s, 20m, 1h30m), tokens (500ktok, 5Mtok), epochs (0.5ep, 3ep) or "
        "steps (500steps), above zero.\nGive one of these, for example --budget 20m.",
        "“{given}”不是有效的预算。\n"
        "预算可以是时间（90s、20m、1h30m）、词元数（500ktok、5Mtok）、轮数（0.5ep、3ep）或步数（500steps），且必须大于零。\n"
        "请改用其中一种写法，例如 --budget 20m。",
    ),
    "training.profile": (
        "Trace of steps {first} to {last}: {path}. Open it at https://ui.perfetto.dev or in chrome://tracing; "
        "{summary} lists the costliest operations.",
        "第 {first} 至 {last} 步的性能跟踪：{path}。请在 https://ui.perfetto.dev 或 chrome://tracing 中打开；"
        "{summary} 列出了最耗时的操作。",
    ),
    "training.budget_capped": (
        "YANMO_TEST_BUDGET caps the budget: {budget} instead of {given}.",
        "YANMO_TEST_BUDGET 限制了预算：以 {budget} 代替 {given}。",
    ),
    "training.other_optimizer_state": (
        "The saved optimiser state does not fit this run at “{name}”.\n"
        "It must hold exactly the tensors of this model's parameters, in the same shapes.\n"
        "Resume with the configuration that the run was started with, or start a new run in another folder.",
        "保存的优化器状态与本次运行不符，不一致之处：“{name}”。\n"
        "其中的张量必须与当前模型的参数逐一对应，形状也要相同。\n"
        "请用启动该运行时的配置恢复，或换一个文件夹重新开始。",
    ),
    "training.disk_full": (
        "The disk of {path} is full.\n"
        "A checkpoint needs {megabytes} MB free; the earlier checkpoints are untouched.\n"
        "Make room, then give the same command again: it resumes.",
        "{path} 所在的磁盘已满。\n"
        "保存一个检查点需要 {megabytes} MB 可用空间；先前的检查点完好无损。\n"
        "请腾出空间后再次执行同一条命令，即可继续。",
    ),
    "training.not_finite": (
        "Loss or gradient was not finite in {count} steps in a row, to step {step}; none was taken.\n"
        "Training needs a finite loss; the weights are those of the last step that had one.\n"
        "Start again with a lower learning rate or a stronger clip (optim.lr, optim.muon_lr, optim.clip).",
        "截至第 {step} 步，损失或梯度已连续 {count} 步出现非有限值（NaN 或无穷大）；这些步均未更新权重。\n"
        "训练要求损失为有限值；权重停留在最后一个损失有限的步。\n"
        "请降低学习率或加强梯度裁剪（optim.lr、optim.muon_lr、optim.clip）后重新开始。",
    ),
    "training.tensor_not_finite": (
        "“{name}” holds values that are not finite, so it was not saved.\n"
        "Only finite weights and optimiser states are saved; the earlier checkpoints are untouched.\n"
        "Start again with a lower learning rate or a stronger clip (optim.lr, optim.muon_lr, optim.clip).",
        "“{name}”中出现了非有限值（NaN 或无穷大），因此未保存。\n"
        "只保存有限的权重和优化器状态；先前的检查点完好无损。\n"
        "请降低学习率或加强梯度裁剪（optim.lr、optim.muon_lr、optim.clip）后重新开始。",
    ),
    "training.no_checkpoint": (
        "No checkpoint in {folder} can be used: {reasons}.\n"
        "At least one must hold exactly what was written.\n"
        "Restore one from a copy, or start a new run in another folder.",
        "{folder} 中没有可用的检查点：{reasons}。\n"
        "至少要有一个检查点的内容与写入时完全一致。\n"
        "请从备份中恢复一个，或换一个文件夹重新开始。",
    ),
    "training.file_missing": ("{name} is missing", "缺少 {name}"),
    "training.file_changed": (
        "{name} is not what was written (its SHA-256 differs)",
        "{name} 与写入时不一致（SHA-256 不符）",
    ),
    "training.other_conditions": (
        "This run was started with {name} = {saved}; now it is {now}.\n"
        "A run resumes with the same bits only under the conditions that it was started with.\n"
        "Restore {name} = {saved}, or start a new run in another folder.",
        "本次运行启动时 {name} = {saved}，现在是 {now}。\n"
        "只有在与启动时相同的条件下，恢复后的结果才能逐位一致。\n"
        "请恢复 {name} = {saved}，或换一个文件夹重新开始。",
    ),
    "training.schedule_overlaps": (
        "The schedule wsd has warmup {warmup} and decay {decay}: the rate would fall before it has risen.\n"
        "Together they are at most 1.\nLower one of them.",
        "调度 wsd 的 warmup 为 {warmup}、decay 为 {decay}：学习率尚未升到位就要下降。\n二者之和不超过 1。\n请减小其中之一。",
    ),
    "training.freeze_too_many": (
        "The first {given} layers are to be frozen, but the model has {layers}.\n"
        "embeddings, or a number of layers that it has.\nLower --freeze.",
        "要冻结前 {given} 层，但该模型只有 {layers} 层。\n可以是 embeddings，或不超过模型层数的数字。\n请减小 --freeze。",
    ),
    "training.freeze_all": (
        "With {given} of {layers} layers frozen nothing is left to learn: the output of this task has no weights of its own.\n"
        "At least one layer must learn.\nLower --freeze.",
        "在共 {layers} 层中冻结 {given} 层后，已没有可学习的参数：该任务的输出层没有自己的权重。\n"
        "至少要有一层参与学习。\n请减小 --freeze。",
    ),
    "training.cannot_write": (
        "Cannot write {path}: {reason}.\n"
        "The run needs a folder that it may write to, with room on the disk.\n"
        "Make room or correct the permissions, then give the same command again: it resumes.",
        "无法写入 {path}：{reason}。\n"
        "运行文件夹必须可写，且磁盘要有足够的空间。\n"
        "请腾出空间或修正权限，然后再次执行同一条命令，即可继续。",
    ),
    "training.bad_ledger": (
        "{path}, line {line}, is not a decision of this run.\n"
        "Each line is a JSON object whose step is the one that the line before announced; only the last line "
        "may be incomplete.\nRestore the file from a copy of the run, or start a new run in another folder.",
        "{path} 第 {line} 行不是本次运行的调度决定。\n"
        "每行应为一个 JSON 对象，其步数须与上一行预告的一致；只有最后一行允许不完整。\n"
        "请从该运行的备份中恢复此文件，或换一个文件夹重新开始。",
    ),
}
