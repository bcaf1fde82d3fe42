"""Texts of the help pages. The first line of a command's page is its summary."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "help.usage": ("Usage: ", "用法："),
    "help.commands": ("Commands", "命令"),
    "help.arguments": ("Arguments", "参数"),
    "help.options": ("Options", "选项"),
    "help.required": ("(required)", "（必需）"),
    "help.default": ("(default: {value})", "（默认：{value}）"),
    "help.help": ("Show this page.", "显示本页。"),
    "help.version": ("Show the version.", "显示版本。"),
    "help.page.yanmo": (
        "Plain text and a time budget in, your own pre-trained language model out.\n\n"
        "Try first:\n"
        "  yanmo quickstart\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --out runs/my-clf\n\n"
        "`yanmo COMMAND --help` explains a command. YANMO_LANG=zh or en chooses the language.",
        "给出纯文本和时间预算，得到您自己的预训练语言模型。\n\n"
        "可以先试：\n"
        "  yanmo quickstart\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --out runs/my-clf\n\n"
        "`yanmo COMMAND --help` 说明各个命令的用法。用 YANMO_LANG=zh 或 en 选择语言。",
    ),
    "help.page.quickstart": (
        "See the whole story in minutes, on built-in texts.\n\n"
        "Pre-trains a small BERT and a small GPT, fine-tunes with and without pre-training, and writes report.html.\n"
        "Given again, it goes on where it stopped.",
        "用内置文本在几分钟内看完整个流程。\n\n"
        "预训练一个小型 BERT 和一个小型 GPT，对比有无预训练的微调效果，并生成 report.html。\n"
        "再次执行会从中断处继续。",
    ),
    "help.page.pretrain": (
        "Pre-train a language model on your texts.\n\n"
        "Starts from random weights (--model bert or gpt2) or goes on from a model. The same command on the same\n"
        "--out resumes. Any setting of the configuration can be given as KEY=VALUE.\n\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo pretrain bert_mini_zh --corpus my_texts/ --out runs/zh train.seed=3\n"
        "  yanmo pretrain my_recipe.yaml --out runs/mine",
        "用您的文本预训练语言模型。\n\n"
        "可以从随机权重开始（--model bert 或 gpt2），也可以从已有模型继续。对同一 --out 执行同一命令即可续跑。\n"
        "配置中的任何一项都可以写成 KEY=VALUE。\n\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo pretrain bert_mini_zh --corpus my_texts/ --out runs/zh train.seed=3\n"
        "  yanmo pretrain my_recipe.yaml --out runs/mine",
    ),
    "help.pretrain.recipe": (
        "A recipe (a name from `yanmo recipes` or a YAML file), and settings such as train.seed=3.",
        "配方（`yanmo recipes` 中的名称或 YAML 文件），以及 train.seed=3 这样的设置。",
    ),
    "help.pretrain.model": (
        "bert or gpt2 (random weights), or a run, a Hugging Face directory or hub id to go on from.",
        "bert 或 gpt2（随机权重）；也可以是用来继续训练的运行、Hugging Face 目录或 Hub 名称。",
    ),
    "help.preset": ("Size: tiny, mini, small, medium, base.", "规模：tiny、mini、small、medium、base。"),
    "help.pretrain.objective": (
        "What is learned: mlm, mlm+nsp, clm. Unset: mlm+nsp for bert, clm for gpt2.",
        "学习目标：mlm、mlm+nsp、clm。不指定时，bert 为 mlm+nsp，gpt2 为 clm。",
    ),
    "help.pretrain.tokenizer": (
        "wordpiece, unigram or byte_bpe to train one, or a run or folder whose tokenizer is taken.",
        "wordpiece、unigram 或 byte_bpe 表示训练一个；也可以给出运行或文件夹，沿用其中的分词器。",
    ),
    "help.pretrain.max_length": (
        "The longest sequence in training, in tokens.",
        "训练时的最长序列（词元数）。",
    ),
    "help.page.finetune": (
        "Fine-tune a model for a task on labelled records.\n\n"
        "Tasks: text_classification (records with text and label, or labels for several), token_classification\n"
        "(tokens and tags, or text and entities) and translation (source and target). The same command on the same\n"
        "--out resumes.\n\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        "  yanmo finetune token_classification --model google-bert/bert-base-chinese --train ner.jsonl --out runs/ner\n"
        "  yanmo finetune translation --model transformer --train pairs.jsonl --direction en-zh --out runs/en-zh",
        "用带标注的数据为某个任务微调模型。\n\n"
        "任务：text_classification（记录含 text 与 label；多标签用 labels）、token_classification\n"
        "（tokens 与 tags，或 text 与 entities）和 translation（source 与 target）。\n"
        "对同一 --out 执行同一命令即可续跑。\n\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        "  yanmo finetune token_classification --model google-bert/bert-base-chinese --train ner.jsonl --out runs/ner\n"
        "  yanmo finetune translation --model transformer --train pairs.jsonl --direction en-zh --out runs/en-zh",
    ),
    "help.finetune.task": (
        "A task or a recipe (a name or a YAML file), and settings such as train.seed=3.",
        "任务或配方（名称或 YAML 文件），以及 train.seed=3 这样的设置。",
    ),
    "help.finetune.model": (
        "A run, a Hugging Face directory or a hub id; for translation also transformer (random weights).",
        "运行、Hugging Face 目录或 Hub 名称；翻译任务也可以是 transformer（随机权重）。",
    ),
    "help.finetune.preset": (
        "Size of a model of random weights: tiny, mini, small, medium, base.",
        "从随机权重开始时的模型规模：tiny、mini、small、medium、base。",
    ),
    "help.finetune.vocab_size": (
        "Entries of the tokenizer of a model of random weights.",
        "从随机权重开始时，分词器的词表大小。",
    ),
    "help.direction": (
        "Of a translation, such as en-zh: from which language of the records to which.",
        "翻译方向，如 en-zh：从记录中的哪种语言译成哪种语言。",
    ),
    "help.train": (
        "Records to learn from: .jsonl, .csv, .tsv, .parquet (also .gz).",
        "训练数据：.jsonl、.csv、.tsv、.parquet（均可再加 .gz）。",
    ),
    "help.dev": (
        "Records that the best step is chosen by. Unset: a share of --train is held back.",
        "用来选择最佳步的数据。不指定时，从 --train 中留出一部分。",
    ),
    "help.max_length": ("The longest sequence, in tokens.", "最长序列（词元数）。"),
    "help.lr": (
        "Highest learning rate. Unset: one that fits the model's width.",
        "最高学习率。不指定时，按模型宽度选定。",
    ),
    "help.random_weights": (
        "Keep only the size and tokenizer of the model: the baseline without pre-training.",
        "只沿用模型的规模和分词器：即不做预训练的基线。",
    ),
    "help.page.evaluate": (
        "Measure a fine-tuned model on labelled records.\n\n  yanmo evaluate runs/my-clf test.jsonl",
        "在带标注的数据上评估微调后的模型。\n\n  yanmo evaluate runs/my-clf test.jsonl",
    ),
    "help.page.predict": (
        "Ask a fine-tuned model: classes or entities of texts.\n\n"
        '  yanmo predict runs/my-clf "A good hotel" "Never again"\n'
        "  yanmo predict runs/my-clf --file texts.txt --json",
        "用微调后的模型预测：文本的类别或实体。\n\n"
        '  yanmo predict runs/my-clf "这家酒店很好" "再也不来了"\n'
        "  yanmo predict runs/my-clf --file texts.txt --json",
    ),
    "help.text": ("Texts, each in quotes.", "文本，每段用引号括起来。"),
    "help.file": (
        "A file with one text per line, or records (.jsonl, .csv, .tsv, .parquet).",
        "每行一段文本的文件，或记录文件（.jsonl、.csv、.tsv、.parquet）。",
    ),
    "help.page.fill-mask": (
        "Let a BERT guess the word behind [MASK].\n\n"
        '  yanmo fill-mask runs/my-bert "The capital of France is [MASK]."',
        '让 BERT 猜出 [MASK] 处的词。\n\n  yanmo fill-mask runs/my-bert "北京是中国的[MASK]都。"',
    ),
    "help.fill-mask.text": ("Texts with [MASK], each in quotes.", "含 [MASK] 的文本，每段用引号括起来。"),
    "help.top": ("Candidates for each mask.", "每个掩码的候选数。"),
    "help.page.generate": (
        'Let a GPT go on from a prompt.\n\n  yanmo generate runs/my-gpt "One day" --max-new-tokens 100',
        '让 GPT 续写。\n\n  yanmo generate runs/my-gpt "从前" --max-new-tokens 100',
    ),
    "help.prompt": ("Beginnings of texts, each in quotes.", "文本的开头，每段用引号括起来。"),
    "help.max_new_tokens": ("At most so many new tokens.", "最多生成的词元数。"),
    "help.temperature": ("Below 1 the likely becomes likelier.", "小于 1 时，更偏向高概率的词元。"),
    "help.top_k": (
        "Draw from the k likeliest tokens; 0: from all.",
        "从概率最高的 k 个词元中抽取；0 表示不限。",
    ),
    "help.top_p": (
        "Draw from the likeliest tokens that together have this probability.",
        "从累计概率达到该值的最可能词元中抽取。",
    ),
    "help.greedy": ("Always take the likeliest token.", "总是取概率最高的词元。"),
    "help.generate.seed": ("The same seed gives the same text.", "同一种子得到同样的文本。"),
    "help.page.translate": (
        "Translate texts, or a file line by line.\n\n"
        "  yanmo translate runs/en-zh source.txt --out target.txt\n"
        '  yanmo translate runs/en-zh "Good morning." --beams 1',
        "翻译文本，或逐行翻译一个文件。\n\n"
        "  yanmo translate runs/en-zh source.txt --out target.txt\n"
        '  yanmo translate runs/en-zh "Good morning." --beams 1',
    ),
    "help.translate.text": (
        "A file with one text per line (or records), or texts, each in quotes.",
        "每行一段文本的文件（或记录文件）；也可以直接给出文本，每段用引号括起来。",
    ),
    "help.translate.out": ("The file for the translations, one per line.", "存放译文的文件，每行一段。"),
    "help.beams": (
        "Candidates that are kept (4); 1: always the likeliest token, which is faster.",
        "保留的候选数（4）；1 表示总是取概率最高的词元，速度更快。",
    ),
    "help.length_penalty": (
        "Above 1 favours longer translations, below 1 shorter ones.",
        "大于 1 偏向较长的译文，小于 1 偏向较短的译文。",
    ),
    "help.page.tokenizer": (
        "Train a tokenizer, or see how well one fits texts.",
        "训练分词器，或查看分词器对文本的适合程度。",
    ),
    "help.page.tokenizer.train": (
        "Train a tokenizer on your texts.\n\n"
        "  yanmo tokenizer train --corpus my_texts/ --kind wordpiece --vocab-size 8000 --out runs/my-tokenizer",
        "用您的文本训练分词器。\n\n"
        "  yanmo tokenizer train --corpus my_texts/ --kind wordpiece --vocab-size 8000 --out runs/my-tokenizer",
    ),
    "help.tokenizer.train.settings": (
        "Settings such as lowercase=true or character_coverage=0.999.",
        "lowercase=true、character_coverage=0.999 这样的设置。",
    ),
    "help.tokenizer.train.out": ("A new folder for the tokenizer.", "存放分词器的新文件夹。"),
    "help.page.tokenizer.report": (
        "See how well a tokenizer fits texts.\n\n"
        "Coverage, unknown rate, characters per token by script, longest pieces, words cut most, round trip.\n\n"
        "  yanmo tokenizer report runs/my-bert --corpus my_texts/",
        "查看分词器对文本的适合程度。\n\n"
        "覆盖率、未知词元占比、各种文字的每词元字符数、最长的词表项、最常被切开的词、能否还原。\n\n"
        "  yanmo tokenizer report runs/my-bert --corpus my_texts/",
    ),
    "help.tokenizer.report.tokenizer": (
        "A run, a model directory, or a tokenizer's folder.",
        "运行、模型目录，或分词器的文件夹。",
    ),
    "help.kind": (
        "wordpiece (BERT), unigram, or byte_bpe (GPT-2).",
        "wordpiece（BERT）、unigram 或 byte_bpe（GPT-2）。",
    ),
    "help.vocab_size": (
        "Entries of the vocabulary, special tokens included.",
        "词表大小，包含特殊词元。",
    ),
    "help.corpus": (
        "Files, folders or patterns (.txt .md .jsonl .csv .tsv .parquet, also .gz), or storyworld, python_docs.",
        "文件、目录或通配符（.txt .md .jsonl .csv .tsv .parquet，均可再加 .gz），或 storyworld、python_docs。",
    ),
    "help.page.corpus": ("See what a corpus holds.", "查看语料的内容。"),
    "help.page.corpus.stats": (
        "See what a corpus holds: files, encodings, documents, sentences, what is dropped.\n\n"
        "  yanmo corpus stats my_texts/ min_characters=20 deduplicate=near",
        "查看语料的内容：文件、编码、文档、句子，以及被丢弃的部分。\n\n"
        "  yanmo corpus stats my_texts/ min_characters=20 deduplicate=near",
    ),
    "help.corpus.stats.path": (
        "Files, folders or patterns, and settings such as min_characters=20.",
        "文件、目录或通配符，以及 min_characters=20 这样的设置。",
    ),
    "help.unit": (
        "One document in plain text: auto, file, line, block (between blank lines).",
        "纯文本中的一篇文档：auto、file（文件）、line（行）、block（以空行分隔）。",
    ),
    "help.text_field": ("The field that holds the text.", "存放文本的字段。"),
    "help.label_field": ("The field that holds the labels.", "存放标签的字段。"),
    "help.encoding": (
        "auto (UTF-8, UTF-16 with a byte order mark, GB18030), or an encoding's name.",
        "auto（自动识别 UTF-8、带字节顺序标记的 UTF-16、GB18030），或某种编码的名称。",
    ),
    "help.page.recipes": (
        "List the recipes that come with Yanmo, or print one.\n\n"
        "  yanmo recipes\n  yanmo recipes bert_mini_zh > my_recipe.yaml",
        "列出内置的配方，或打印其中一个。\n\n  yanmo recipes\n  yanmo recipes bert_mini_zh > my_recipe.yaml",
    ),
    "help.name": ("A recipe's name.", "配方名称。"),
    "help.page.doctor": (
        "Check the machine, a model or a corpus before time is spent.\n\n"
        "  yanmo doctor\n  yanmo doctor runs/my-bert\n"
        "  yanmo doctor --corpus my_texts/ --model bert --preset mini",
        "在投入时间之前，检查机器、模型或语料。\n\n"
        "  yanmo doctor\n  yanmo doctor runs/my-bert\n"
        "  yanmo doctor --corpus my_texts/ --model bert --preset mini",
    ),
    "help.path": ("A run, a model directory or a hub id.", "运行、模型目录或 Hub 名称。"),
    "help.doctor.model": ("bert or gpt2, for --corpus.", "bert 或 gpt2，与 --corpus 一起使用。"),
    "help.model": ("A run, a model directory or a hub id.", "运行、模型目录或 Hub 名称。"),
    "help.data": (
        "Labelled records: .jsonl, .csv, .tsv, .parquet (also .gz).",
        "带标注的数据：.jsonl、.csv、.tsv、.parquet（均可再加 .gz）。",
    ),
    "help.out": (
        "The folder of the run: new, or that of the same command.",
        "运行文件夹：新的，或同一命令之前用过的。",
    ),
    "help.budget": (
        "Time (20m, 1h30m), tokens (5Mtok), epochs (3ep) or steps (500steps); the schedule ends with it.",
        "时间（20m、1h30m）、词元数（5Mtok）、轮数（3ep）或步数（500steps）；学习率随之结束。",
    ),
    "help.seed": (
        "Decides the data order, masks, dropout and random weights.",
        "决定数据顺序、掩码、dropout 和随机权重。",
    ),
    "help.precision": (
        "auto (bf16 where the hardware has it), fp32 or bf16.",
        "auto（硬件支持时用 bf16）、fp32 或 bf16。",
    ),
    "help.minutes": ("About how long it may take.", "大约用时（分钟）。"),
    "help.json": (
        "Print one JSON object on stdout and nothing else there.",
        "在标准输出上只打印一个 JSON 对象。",
    ),
}
