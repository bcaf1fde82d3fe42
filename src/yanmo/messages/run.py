"""Texts of runs: folders, resuming, stages."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "run.other_configuration": (
        "{path} was made by another configuration: {changes}.\nA run folder belongs to one configuration.\n"
        "Use another --out, or repeat the command that made it (its config.yaml says how).",
        "{path} 是由另一配置生成的：{changes}。\n一个运行文件夹只属于一个配置。\n请换一个 --out，或重复当初的命令（见其中的 config.yaml）。",
    ),
    "run.change": ("{key} was {old}, is {new}", "{key} 原为 {old}，现为 {new}"),
    "run.between": ("; ", "；"),
    "run.not_a_run": (
        "{path} holds files but no run.\nA new or empty folder, or a run of the same configuration, is needed.\n"
        "Use another --out.",
        "{path} 中有文件，但不是一次运行。\n需要新的或空的文件夹，或同一配置的运行。\n请换一个 --out。",
    ),
    "run.no_run": (
        "{path} is no run: it has no config.yaml.\nThe folder that --out named is needed.\nCheck the path.",
        "{path} 不是一次运行：其中没有 config.yaml。\n需要当初 --out 指定的文件夹。\n请检查路径。",
    ),
    "run.cannot_write": (
        "Cannot write to {path}: {reason}.\nThe folder of --out must be writable.\nUse another --out, or change the permissions.",
        "无法写入 {path}：{reason}。\n--out 指定的文件夹必须可写。\n请换一个 --out，或修改权限。",
    ),
    "run.unfinished": (
        "The run {path} is not finished: it has no model yet.\nA finished run, a model directory or a hub id is needed.\n"
        "Give the command that started it again: it resumes.",
        "运行 {path} 尚未完成：还没有模型。\n需要已完成的运行、模型目录或 hub id。\n请再次执行启动它的命令，即可继续。",
    ),
    "run.untrained_head": (
        "The model {path} cannot {what} yet: {state}.\nIts trained heads are: {trained}.\nTrain it first: {command}",
        "模型 {path} 还不能{what}：{state}。\n它训练过的输出头有：{trained}。\n请先训练：{command}",
    ),
    "run.wrong_kind": (
        "{path} is a {model} model, which cannot {what}.\nModels that can: {fits}.\nUse one of these; to make one: {command}",
        "{path} 是 {model} 模型，不能{what}。\n可以{what}的模型有：{fits}。\n请使用这样的模型；可以这样训练：{command}",
    ),
    "run.no_task": (
        "The model {path} cannot predict yet: {state}.\nTasks that fit it: {fits}.\nFine-tune it first: {command}",
        "模型 {path} 还不能做预测：{state}。\n适合它的任务有：{fits}。\n请先微调：{command}",
    ),
    "run.numbers": (
        "{path} gives numbers, not classes: so its config.json says by problem_type, or by having one label ({count} here).\n"
        "What they measure is known of models that were trained here.\n"
        "Go on training it on pairs with scores: {command}",
        "{path} 给出的是数值而不是类别：其 config.json 的 problem_type 如此说明，或只有一个标签（这里有 {count} 个）。\n"
        "只有在这里训练的模型，才知道数值的含义。\n请用带分数的文本对继续训练：{command}",
    ),
    "run.other_frame": (
        "{path} classifies texts as its tokenizer gives them, without {start} before and {end} after.\n"
        "Here a decoder's texts have both, and its answers would be others.\nUse it in transformers, or fine-tune it: {command}",
        "{path} 按其分词器给出的形式对文本分类，文本前没有 {start}，文本后没有 {end}。\n"
        "在这里，解码器的文本两者都有，因此答案会不同。\n请在 transformers 中使用它，或进行微调：{command}",
    ),
    "run.equal_names": (
        "{path} gives several classes the same name: {names}.\nAn answer names its class, so names must differ.\n"
        "Change “id2label” in the model's config.json.",
        "{path} 中有多个类别同名：{names}。\n回答要给出类别的名称，因此名称不能相同。\n"
        "请修改该模型 config.json 中的“id2label”。",
    ),
    "run.state_pretrained": (
        "it was pre-trained, not fine-tuned for a task",
        "它只经过预训练，没有针对任务微调",
    ),
    "run.state_task": ("it was fine-tuned for {task}", "它是针对 {task} 微调的"),
    "run.state_fresh": (
        "its file lacks weights, which would be random ({names})",
        "文件中缺少部分权重，它们只能是随机值（{names}）",
    ),
    "run.task_of_run": (
        "{path} was fine-tuned for {task}, a module that is no part of Yanmo.\nCode is imported where a run folder of "
        "your own names it, never because a model folder does: those come from anywhere.\n"
        "Give the run folder, with its config.yaml, in place of the model folder.",
        "{path} 是为 {task} 微调的，该模块不属于研墨。\n只有您自己的运行目录写明时才会导入代码；模型目录来源不限，不能据此导入。\n"
        "请给出带有 config.yaml 的运行目录，而不是模型目录。",
    ),
    "run.what_mlm": ("fill masks", "填补掩码"),
    "run.what_clm": ("go on from a text", "续写文本"),
    "run.what_seq2seq": ("translate", "翻译"),
    "run.what_class": ("classify texts", "给文本分类"),
    "run.what_choice": ("choose among answers", "做多项选择"),
    "run.what_tag": ("label words", "标注词元"),
    "run.what_span": ("find answers in a text", "在文本中找答案"),
    "run.what_task": ("do {task}", "完成任务 {task}"),
    "run.what_compare": ("compare texts", "比较文本"),
    "run.command_pretrain": (
        "yanmo pretrain --model {path} --corpus PATH --out {path}-more",
        "yanmo pretrain --model {path} --corpus 路径 --out {path}-more",
    ),
    "run.command_new": (
        "yanmo pretrain --model {path} --corpus PATH --out runs/my-{path}",
        "yanmo pretrain --model {path} --corpus 路径 --out runs/my-{path}",
    ),
    "run.command_finetune": (
        "yanmo finetune {task} --model {path} --train ... --out ...",
        "yanmo finetune {task} --model {path} --train ... --out ...",
    ),
    "run.no_tokenizer": (
        "This task cannot begin with the random weights of “{model}”.\nIt needs a model with a tokenizer: a run, a directory or a hub id.\n"
        "Pretrain one first (yanmo pretrain --model {model} ...) and give its folder; --random-weights then starts from scratch.",
        "该任务不能直接从“{model}”的随机权重开始。\n需要一个带分词器的模型：运行目录、模型目录或 Hub 上的名称。\n"
        "请先预训练（yanmo pretrain --model {model} ...）并给出其目录；若要从随机权重开始，再加 --random-weights。",
    ),
    "run.sequence_too_long": (
        "max_length is {given}, but the model has only {limit} positions.\nAt most {limit}.\nLower max_length, or choose a model with more positions.",
        "max_length 为 {given}，但模型只有 {limit} 个位置。\n最多 {limit}。\n请减小 max_length，或选择位置更多的模型。",
    ),
    "run.wrong_family": (
        "The objective {objective} does not fit the model {model}.\n{model} can learn: {fits}.\nChange --objective or --model.",
        "目标 {objective} 与模型 {model} 不匹配。\n{model} 可以学习：{fits}。\n请修改 --objective 或 --model。",
    ),
    "run.averaged": (
        "The model is the mean of the weights after each of the last {count} steps.",
        "模型取最后 {count} 步各步权重的平均值。",
    ),
    "run.resumed": ("resumed at step {step}", "从第 {step} 步继续"),
    "run.refused_checkpoint": (
        "Checkpoint {path} does not verify ({reason}); an older one is used.",
        "检查点 {path} 校验未通过（{reason}）；改用较早的检查点。",
    ),
    "run.refused_best": (
        "The best checkpoint {path} does not verify ({reason}); it is forgotten, and the best of the evaluations to come counts.",
        "最佳检查点 {path} 校验未通过（{reason}）；它不再算数，以后续评估中最好的为准。",
    ),
    "run.in_use": (
        "Another process is training in {path}.\nTwo would spoil each other's checkpoints.\nWait until it has ended, or give another --out.",
        "另一个进程正在 {path} 中训练。\n两个进程会破坏彼此的检查点。\n请等它结束，或另选 --out。",
    ),
    "run.model_changed": (
        "{path} is not the file that the run wrote.\nIts bytes have changed since, so its results cannot be trusted.\n"
        "Remove {model} and give the command of the run again: it is made again from the checkpoints. To use "
        "the changed file all the same, copy {model} and give the copy.",
        "{path} 不是该运行写下的文件。\n它的内容后来变了，结果不可信。\n请删除 {model}，再次执行该运行的命令：程序会从检查点重新生成。若仍要使用改动后的文件，请复制 {model} 并指定副本。",
    ),
    "run.broken_file": (
        "{path} cannot be read: {reason}.\nA run writes it whole, so something else has changed it.\n"
        "Restore it from a copy, or remove it and give the command of the run again: it is made again.",
        "无法读取 {path}：{reason}。\n运行总是完整写入该文件，因此它是被别的程序改动的。\n请从备份中恢复，或删除它并再次执行该运行的命令：程序会重新生成。",
    ),
    "run.already_done": ("{path} is already finished.", "{path} 已经完成。"),
    "run.warn_changed": (
        "Since {path} read them, other content stands in {files}: the result is that of the earlier content. To train on "
        "what stands there now, use another --out.",
        "{path} 读取之后，以下文件的内容有变化：{files}。这里的结果来自先前的内容；要用现在的内容训练，请换一个 --out。",
    ),
    "run.stage_tokenizer": ("Training the tokenizer", "训练分词器"),
    "run.stage_encode": ("Tokenising the corpus", "对语料分词编码"),
    "run.stage_read": ("Reading the records", "读取数据"),
    "run.note_tokenizer": (
        "Tokenizer: {kind}, {vocab_size} entries",
        "分词器：{kind}，词表 {vocab_size} 项",
    ),
    "run.note_read": ("Read: {how}", "读取：{how}"),
    "run.note_data": (
        "Corpus: {documents} documents, {tokens} tokens to train on, {held_out} held out",
        "语料：{documents} 篇文档，{tokens} 个训练词元，{held_out} 个留作验证",
    ),
    "run.note_model": (
        "Model: {model} {preset}, {parameters} parameters; objective {objective}; {precision} on {device}, {threads} threads",
        "模型：{model} {preset}，{parameters} 个参数；目标 {objective}；{device} 上 {precision}，{threads} 线程",
    ),
    "run.note_records": (
        "Data: {train} records to train on, {dev} to choose by",
        "数据：训练 {train} 条，开发 {dev} 条",
    ),
    "run.note_learning": (
        "{learning} of {total} parameters learn",
        "共 {total} 个参数，其中 {learning} 个参与学习",
    ),
    "run.note_classes": ("Classes: {classes}", "类别：{classes}"),
    "run.class_count": ("{name} {count} ({share})", "{name} {count} 条（{share}）"),
    "run.more_classes": ("{count} more", "另有 {count} 类"),
    "run.warn_unbalanced": (
        "The classes are unbalanced: {few} of “{least}”, {many} of “{most}”. {metric} can look good while the rare ones "
        "are missed: watch macro F1, or add records of them.",
        "类别不均衡：“{least}”有 {few} 条，“{most}”有 {many} 条。少数类别即使全部判错，{metric}也可能很高：请关注宏平均 F1，或补充这些类别的数据。",
    ),
    "run.warn_blank": (
        "Records whose text is blank: {count}, the first is {source}. They are learnt from as they are.",
        "有 {count} 条记录的文本是空白的，第一条是 {source}。它们照样参与训练。",
    ),
    "run.warn_unlabelled": (
        "{count} of {total} records have no label (an empty one, or -1 beside the classes 0, 1, 2 …), the first is {source}. "
        "They are left out.",
        "{total} 条记录中有 {count} 条没有标签（为空，或在 0、1、2……各类之外为 -1），第一条是 {source}。这些记录不参与训练和评分。",
    ),
    "run.warn_conversations": (
        "{count} of {total} records cannot be learned: no answer, an empty question or answer, messages of tools, or content "
        "that is no text. The first is {source}. They are left out.",
        "{total} 条记录中有 {count} 条无法学习：没有回答、问题或回答为空、含有工具消息或非文本内容，第一条是 {source}。"
        "这些记录不参与训练和评分。",
    ),
    "run.warn_mixed_classes": (
        "Some classes are numbers ({numbers}), others are words ({words}); each is a class of its own. "
        "Correct the labels where that is not meant.",
        "有的类别是数字（{numbers}），有的是文字（{words}）；它们各自算作一个类别。若非本意，请更正标签。",
    ),
    "run.warn_some_lists": (
        "{count} of {total} records hold a list of labels, the first is {source}: so a text may have any number of labels.",
        "{total} 条记录中有 {count} 条的标签是列表，第一条是 {source}：因此每条文本可以有任意多个标签。",
    ),
    "run.note_batch": (
        "Few records: a step takes {tokens} tokens (about {records} records), so that an epoch has steps enough.",
        "记录较少：每步取 {tokens} 个词元（约 {records} 条记录），使每轮有足够的步数。",
    ),
    "run.warn_frozen_random": (
        "The weights that do not learn here are random: this shows what adaptation gives without pre-training.",
        "不参与学习的权重是随机的：结果只说明没有预训练时这种适配能达到的水平。",
    ),
    "run.warn_cut": (
        "{count} of {total} texts are longer than {room} tokens and were cut (rule: {rule}).",
        "{total} 条文本中有 {count} 条超过 {room} 个词元，已截断（规则：{rule}）。",
    ),
    "run.warn_unknown": (
        "{share} of the tokens are unknown to the model, whose vocabulary lacks their characters; one that was pre-trained "
        "on text like this would learn more.",
        "{share} 的词元是模型不认识的：其词表缺少相应的字符；用同类文本预训练的模型会学得更好。",
    ),
    "run.warn_widened": (
        "{count} of {total} entities begin or end inside a word; they are trained as the whole word, and scored as they are "
        "given: as wrong.",
        "{total} 个实体中有 {count} 个的起点或终点在词的内部；训练时按整个词处理，评分仍按给定的范围：算作错误。",
    ),
    "run.warn_dev_in_train": (
        "{count} of {total} dev records also stand in the training records: scores on dev will flatter.",
        "{total} 条开发记录中有 {count} 条也出现在训练集中：开发集得分会偏高。",
    ),
    "run.dev_in_train": (
        "Every dev record also stands in the training records ({count}).\nDev must hold records that training does not see.\n"
        "Give another --dev, or leave it out: a share of the training records is then held back.",
        "所有开发记录（{count} 条）都出现在训练集中。\n开发集必须包含训练时看不到的记录。\n请换一个 --dev，或不指定：将从训练集中留出一部分。",
    ),
    "run.no_records": (
        "{path} holds no record.\nOne labelled record per line is needed.\nCheck the file.",
        "{path} 中没有任何记录。\n每行需要一条带标签的记录。\n请检查该文件。",
    ),
    "run.one_record": (
        "{path} holds a single record.\nAt least two are needed, one to train on and one to choose by.\n"
        "Give more records, or a file of others with --dev.",
        "{path} 中只有一条记录。\n至少需要两条：一条用于训练，一条用于选择。\n请提供更多记录，或用 --dev 另外指定一个文件。",
    ),
    "run.one_text": (
        "All records of {path} have the same text.\nTwo different texts are needed, one to train on and one to choose by.\n"
        "Give more records, or say which column the text is: --columns text=COLUMN.",
        "{path} 中所有记录的文本都相同。\n至少需要两段不同的文本：一段用于训练，一段用于选择。\n请提供更多记录，或说明文本在哪一列：--columns text=列名。",
    ),
    "run.rare_classes": (
        "{path}: each class occurs in one text alone, so none can be held back to choose by.\n"
        "What is held back must leave every class in what is learned.\n"
        "Give more records of a class, or a file of others with --dev.",
        "{path} 中每个类别都只出现在一段文本中，无法留出用于选择的记录。\n留出之后，每个类别都必须还有可供学习的记录。\n"
        "请为各类别补充记录，或用 --dev 另外指定一个文件。",
    ),
    "run.warn_no_held_out": (
        "The corpus is a single document: nothing is held out, so there is no validation loss.",
        "语料只有一篇文档：没有留出验证数据，因此没有验证损失。",
    ),
    "run.preempted": (
        "Stopped by a signal; saved at step {step}.\nNothing is lost.\nGive the same command again: it resumes.",
        "收到停止信号；已在第 {step} 步保存。\n没有丢失任何进度。\n再次执行同一命令即可继续。",
    ),
    "run.preempted_between": (
        "Stopped by a signal before the next run.\nThe runs before it are finished; nothing is lost.\nGive the same command again: it resumes.",
        "收到停止信号，在下一次运行之前停止。\n之前的运行均已完成，没有丢失任何进度。\n再次执行同一命令即可继续。",
    ),
}
