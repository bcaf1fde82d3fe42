"""Texts of the command line: results, hints, and what the parser did not understand."""

from yanmo.messages import Texts

TEXTS: Texts = {
    # what went wrong
    "cli.unknown_command": (
        "There is no command “{given}”.\nCommands of `{command}`: {known}.\n{suggestion}",
        "没有“{given}”这个命令。\n`{command}` 的命令有：{known}。\n{suggestion}",
    ),
    "cli.unknown_option": (
        "`{command}` has no option “{given}”.\nIts options: {known}.\n"
        "{suggestion} Other settings are written KEY=VALUE.",
        "`{command}` 没有选项“{given}”。\n可用的选项有：{known}。\n{suggestion}其他设置写作 KEY=VALUE。",
    ),
    "cli.missing": (
        "`{command}` lacks {name}.\n{name} is required.\nAdd it; `{command} --help` shows an example.",
        "`{command}` 缺少 {name}。\n{name} 是必需的。\n请补上；`{command} --help` 中有示例。",
    ),
    "cli.the_query": ("the query", "查询"),
    "cli.cannot_print": (
        "The output cannot be written: {reason}.\nStandard output must take what a command prints.\nMake room, or send it elsewhere.",
        "无法写出输出：{reason}。\n标准输出必须能接收命令打印的内容。\n请腾出空间，或输出到别处。",
    ),
    "cli.refused_path": (
        "“{path}” cannot be used: {reason}.\nA path must exist where it is read, and be one that may be written where it is written to.\nCheck it, and whose it is.",
        "“{path}”无法使用：{reason}。\n要读取的路径必须存在，要写入的路径必须可写。\n请检查路径及其权限。",
    ),
    "cli.no_value": (
        "{name} is given without a value, or with one that begins with a dash.\nA value stands behind it.\nOne that begins with a dash is written {name}=VALUE; `{command} --help` shows an example.",
        "{name} 后面没有值，或者值以“-”开头。\n它后面必须有一个值。\n以“-”开头的值请写作 {name}=值；`{command} --help` 中有示例。",
    ),
    "cli.bad_value": (
        "“{value}” does not fit {name}.\nAllowed: {allowed}.\nChange it; `{command} --help` explains {name}.",
        "“{value}”不能用于 {name}。\n允许的取值：{allowed}。\n请修改；`{command} --help` 中有 {name} 的说明。",
    ),
    "cli.bad_choice": (
        "“{value}” does not fit {name}.\nAllowed: {allowed}.\n{suggestion}",
        "“{value}”不能用于 {name}。\n允许的取值：{allowed}。\n{suggestion}",
    ),
    "cli.kind_int": ("a whole number", "整数"),
    "cli.kind_float": ("a number", "数值"),
    "cli.kind_other": ("another kind of value", "其他类型的值"),
    "cli.repeated": (
        "{name} is given twice.\nIt is given once.\nLeave one out; `{command} --help` shows an example.",
        "{name} 出现了两次。\n只能给出一次。\n请去掉一个；`{command} --help` 中有示例。",
    ),
    "cli.unused": (
        "`{command}` has no use for “{given}”.\nIts arguments are in `{command} --help`.\n"
        "Leave it out, or put quotes around a text with spaces.",
        "`{command}` 用不到“{given}”。\n它的参数见 `{command} --help`。\n请去掉它；含空格的文本请加引号。",
    ),
    "cli.not_understood": (
        "The command was not understood: {given}.\nIts arguments are in `{command} --help`.\n"
        "Compare it with the example there.",
        "无法理解该命令：{given}。\n它的参数见 `{command} --help`。\n请对照其中的示例。",
    ),
    "cli.two_recipes": (
        "“{first}” and “{second}” are both given.\n"
        "One recipe (or task), and any number of settings written KEY=VALUE without spaces.\n"
        "Leave one out; several files follow --corpus.",
        "同时给出了“{first}”和“{second}”。\n只能有一个配方（或任务），以及任意多个写作 KEY=VALUE（不含空格）的设置。\n"
        "请去掉一个；多个文件请写在 --corpus 之后。",
    ),
    "cli.texts_or_file": (
        "Of texts, --pair, --question and --file, several are given or none is.\n"
        "Texts on the command line, one pair, a question with its context, or one file.\n"
        'For example: yanmo predict runs/my-clf "A good hotel", or yanmo predict runs/my-clf --file texts.txt.',
        "文本、--pair、--question 和 --file 给出了不止一种，或者一种也没有。\n"
        "只能选一种：命令行上的文本、一对文本、问题及其上下文，或一个文件。\n"
        '例如：yanmo predict runs/my-clf "这家酒店很好"，或 yanmo predict runs/my-clf --file texts.txt。',
    ),
    "cli.question_and_context": (
        "--question or --context is missing.\nA question is answered from a text: both are needed.\n"
        'For example: yanmo predict runs/my-qa --question "Who was first?" --context race.txt',
        "缺少 --question 或 --context。\n回答问题需要一段文本：两者缺一不可。\n"
        '例如：yanmo predict runs/my-qa --question "谁是第一名？" --context race.txt',
    ),
    "cli.fields_in_file": (
        "The model {path} reads more than the command line holds.\nA file of records is needed, each with: {fields}.\n"
        "Write one and run: yanmo predict {path} --file rows.jsonl",
        "模型 {path} 所读的内容无法在命令行上给出。\n需要一个记录文件，每条含：{fields}。\n"
        "请写好后执行：yanmo predict {path} --file rows.jsonl",
    ),
    "cli.no_text": (
        "No text is given.\nOne or more texts, each in quotes.\n`--help` shows an example.",
        "没有给出文本。\n需要一段或多段文本，每段用引号括起来。\n`--help` 中有示例。",
    ),
    "cli.below_one": (
        "{name} is {value}.\nA whole number from 1 on.\nGive for example {name} 5.",
        "{name} 的值是 {value}。\n应为不小于 1 的整数。\n例如写作 {name} 5。",
    ),
    "cli.stream_or_json": (
        "A stream and one JSON object are both asked for.\nEither the text as it is written, or one object at the end.\n"
        "Leave out --stream or --json.",
        "同时要求了流式输出和 JSON 对象。\n要么边生成边输出文本，要么最后输出一个对象。\n请去掉 --stream 或 --json。",
    ),
    "cli.bad_probability": (
        "--abstain-below is {value}.\nA probability above 0 and up to 1.\nGive for example --abstain-below 0.8.",
        "--abstain-below 的值是 {value}。\n应为大于 0 且不超过 1 的概率。\n例如写作 --abstain-below 0.8。",
    ),
    "cli.cannot_abstain": (
        "--abstain-below is given, but the model {path} is trained for {task}.\n"
        "text_classification alone gives calibrated probabilities.\nLeave --abstain-below out.",
        "给出了 --abstain-below，但模型 {path} 是为 {task} 训练的。\n只有 text_classification 给出经过校准的概率。\n"
        "请去掉 --abstain-below。",
    ),
    "cli.bad_minutes": (
        "--minutes is {value}.\nA number above zero.\nGive for example --minutes 5.",
        "--minutes 的值是 {value}。\n应为大于零的数。\n例如写作 --minutes 5。",
    ),
    "cli.doctor_one_thing": (
        "A model is given, and options that are of a corpus.\nOne of them is checked at a time.\n"
        "Call `yanmo doctor MODEL`, then `yanmo doctor --corpus PATH`.",
        "给出了模型，又给出了用于语料的选项。\n一次只能检查其中一个。\n请先后执行 `yanmo doctor MODEL` 和 `yanmo doctor --corpus PATH`。",
    ),
    "cli.no_folder": (
        "Cannot write {path}: there is no folder {folder}.\nThe folder of --out must exist.\nMake it, or use another --out.",
        "无法写入 {path}：文件夹 {folder} 不存在。\n--out 所在的文件夹必须存在。\n请先创建它，或换一个 --out。",
    ),
    "cli.out_is_source": (
        "{path} is what is to be translated.\n--out must be another file.\nGive it another name.",
        "{path} 正是要翻译的文件。\n--out 必须是另一个文件。\n请换一个名字。",
    ),
    "cli.interrupted": (
        "Stopped at once.\nWhatever was saved before is kept.\nGive the same command again: it goes on from there.",
        "已立即停止。\n此前保存的内容均已保留。\n再次执行同一命令，即可从该处继续。",
    ),
    "cli.stopped": ("Stopped.", "已停止。"),
    "cli.resume": ("To go on:", "继续运行："),
    # results
    "cli.pretrained": ("Pre-training is done", "预训练完成"),
    "cli.finetuned": ("Fine-tuning is done", "微调完成"),
    "cli.evaluated": ("{count} records of {data}", "{data} 中的 {count} 条记录"),
    "cli.steps": ("Steps", "步数"),
    "cli.best_step": ("Best step", "最佳步"),
    "cli.epochs": ("Epochs", "轮数"),
    "cli.time": ("Time", "用时"),
    "cli.model_folder": ("Model", "模型"),
    "cli.report": ("Report", "报告"),
    "cli.folder": ("Folder", "文件夹"),
    "cli.no_label": ("(no label)", "（无标签）"),
    "cli.abstained": ("(not sure enough)", "（把握不足）"),
    "cli.entity": ("[{kind}: {words}]", "[{kind}：{words}]"),
    "cli.no_answer": ("(no answer)", "（无答案）"),
    "cli.kind": ("Kind", "种类"),
    "cli.vocabulary": ("Vocabulary", "词表大小"),
    "cli.vocabulary_used": ("Vocabulary used", "用到的词表"),
    "cli.texts": ("Texts", "文本数"),
    "cli.width": ("Width", "宽度"),
    "cli.vectors": ("Vectors", "向量"),
    "cli.encoded": ("Encoded", "已编码"),
    "cli.characters": ("Characters", "字符数"),
    "cli.tokens": ("Tokens", "词元数"),
    "cli.coverage": ("Characters covered", "字符覆盖率"),
    "cli.unknown_rate": ("Unknown tokens", "未知词元占比"),
    "cli.round_trip": ("Texts that come back whole", "可完整还原的文本"),
    "cli.round_trip_folded": (
        "Texts that come back whole, but for white space and what normalisation takes away",
        "除空白和规范化去掉的内容外，可完整还原的文本",
    ),
    "cli.longest_pieces": ("Longest pieces", "最长的词表项"),
    "cli.script": ("Script", "文字"),
    "cli.characters_per_token": ("Characters per token", "每词元字符数"),
    "cli.tokens_per_word": ("Tokens per word", "每词词元数"),
    "cli.script_han": ("Chinese", "汉字"),
    "cli.script_latin": ("Latin", "拉丁字母"),
    "cli.script_digit": ("digits", "数字"),
    "cli.script_punctuation": ("punctuation", "标点"),
    "cli.script_other": ("other", "其他"),
    "cli.cut_word": ("Words cut most often", "最常被切开的词"),
    "cli.pieces": ("Pieces", "切分结果"),
    "cli.count": ("Count", "次数"),
    "cli.lost_given": ("Texts that do not come back: given", "未能还原的文本：输入"),
    "cli.lost_returned": ("returned", "还原结果"),
    # what to do next
    "cli.next_fill_mask": ('→ yanmo fill-mask {out} "...[MASK]..."', '→ yanmo fill-mask {out} "……[MASK]……"'),
    "cli.next_generate": ('→ yanmo generate {out} "One day"', '→ yanmo generate {out} "从前"'),
    "cli.next_finetune": (
        "→ yanmo finetune text_classification --model {out} --train train.jsonl --out {out}-clf",
        "→ yanmo finetune text_classification --model {out} --train train.jsonl --out {out}-clf",
    ),
    "cli.next_translate": (
        "→ yanmo translate {out} source.txt --out target.txt",
        "→ yanmo translate {out} source.txt --out target.txt",
    ),
    "cli.warn_cut": (
        "{count} texts are longer than the {room} tokens that the model reads: of each only a part is translated.",
        "有 {count} 段文本超过模型能读取的 {room} 个词元：每段只翻译了一部分。",
    ),
    "cli.translated": ("{count} lines → {path}", "{count} 行 → {path}"),
    "cli.next_predict": ('→ yanmo predict {out} "A good hotel"', '→ yanmo predict {out} "这家酒店很好"'),
    "cli.next_pair": (
        '→ yanmo predict {out} --pair "How old are you?" "What is your age?"',
        '→ yanmo predict {out} --pair "您今年多大？" "您的年龄是多少？"',
    ),
    "cli.next_names": (
        '→ yanmo predict {out} "Anna Smith flew from Paris to Berlin"',
        '→ yanmo predict {out} "王小明从北京飞往上海"',
    ),
    "cli.next_similar": (
        '→ yanmo similar {out} "How old are you?" --in texts.txt',
        '→ yanmo similar {out} "您今年多大？" --in texts.txt',
    ),
    "cli.next_chat": ("→ yanmo chat {out}", "→ yanmo chat {out}"),
    "cli.next_pairs": (
        "→ yanmo finetune translation --model {out} --train pairs.jsonl --out {out}-translation",
        "→ yanmo finetune translation --model {out} --train pairs.jsonl --out {out}-translation",
    ),
    "cli.next_rows": ("→ yanmo predict {out} --file rows.jsonl", "→ yanmo predict {out} --file rows.jsonl"),
    "cli.next_ask": (
        '→ yanmo predict {out} --question "Who was first?" --context race.txt',
        '→ yanmo predict {out} --question "谁是第一名？" --context race.txt',
    ),
    "cli.next_tokenizer": (
        "→ yanmo pretrain --tokenizer {out} --corpus PATH --out runs/my-bert",
        "→ yanmo pretrain --tokenizer {out} --corpus 路径 --out runs/my-bert",
    ),
    "cli.recipes_hint": (
        "`yanmo recipes NAME` prints one: save it, change it, and give its path instead of the name.",
        "`yanmo recipes NAME` 会打印该配方：可保存、修改，再用文件路径代替名称。",
    ),
    "cli.quickstart_done": ("Done in {time}. Report: {report}", "完成，用时 {time}。报告：{report}"),
    "cli.quickstart_next": (
        "Next, on your own files:\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        '  yanmo predict runs/my-clf "A good hotel"',
        "接下来，用您自己的文件：\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        '  yanmo predict runs/my-clf "这家酒店很好"',
    ),
}
