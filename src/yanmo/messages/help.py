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
        "Tasks: text_classification (records with text and label, or labels for several; or two texts and label),\n"
        "token_classification (tokens and tags, or text and entities), question_answering (question, context and\n"
        "answers), sentence_similarity (two texts, with score, label or nothing) and text_generation (text to continue,\n"
        "a question and its answer, or messages). The same command on the same --out resumes.\n\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        "  yanmo finetune token_classification --model google-bert/bert-base-chinese --train ner.jsonl --out runs/ner",
        "用带标注的数据为某个任务微调模型。\n\n"
        "任务：text_classification（记录含 text 与 label；多标签用 labels；也可以是两段文本与 label）、\n"
        "token_classification（tokens 与 tags，或 text 与 entities）、question_answering（question、context 与 answers）、\n"
        "sentence_similarity（两段文本，可带 score、label，也可以都不带）和 text_generation（续写的 text、一问一答或\n"
        "messages）。对同一 --out 执行同一命令即可续跑。\n\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        "  yanmo finetune token_classification --model google-bert/bert-base-chinese --train ner.jsonl --out runs/ner",
    ),
    "help.finetune.task": (
        "A task or a recipe (a name or a YAML file), and settings such as train.seed=3.",
        "任务或配方（名称或 YAML 文件），以及 train.seed=3 这样的设置。",
    ),
    "help.finetune.model": (
        "A run, a Hugging Face directory or a hub id.",
        "运行、Hugging Face 目录或 Hub 名称。",
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
        "Ask a fine-tuned model: classes or entities of texts, what a pair of texts is to each other, answers.\n\n"
        '  yanmo predict runs/my-clf "A good hotel" "Never again"\n'
        '  yanmo predict runs/my-nli --pair "It rained all day." "The sun shone."\n'
        '  yanmo predict runs/my-qa --question "Who was first?" --context race.txt\n'
        "  yanmo predict runs/my-clf --file texts.txt --json",
        "用微调后的模型预测：文本的类别或实体、两段文本之间的关系，或给出回答。\n\n"
        '  yanmo predict runs/my-clf "这家酒店很好" "再也不来了"\n'
        '  yanmo predict runs/my-nli --pair "今天一直在下雨。" "今天出太阳了。"\n'
        '  yanmo predict runs/my-qa --question "谁是第一名？" --context race.txt\n'
        "  yanmo predict runs/my-clf --file texts.txt --json",
    ),
    "help.text": ("Texts, each in quotes.", "文本，每段用引号括起来。"),
    "help.pair": (
        "Two texts, each in quotes, for a model that learned from pairs.",
        "两段文本，各用引号括起来，用于以句对训练的模型。",
    ),
    "help.file": (
        "A file with one text per line, or records (.jsonl, .csv, .tsv, .parquet).",
        "每行一段文本的文件，或记录文件（.jsonl、.csv、.tsv、.parquet）。",
    ),
    "help.page.encode": (
        "Turn each text into a vector: what search, clustering and deduplication start from.\n\n"
        "Writes float32 [texts, width] as .npy, in the order of the file; blank lines are passed over. A bi-encoder\n"
        "(sentence_similarity) pools as it was trained, any other encoder takes the mean over its tokens.\n\n"
        "  yanmo encode runs/my-sim texts.txt --out vectors.npy\n"
        "  yanmo encode runs/my-bert texts.jsonl --out vectors.npy --normalize",
        "把每段文本变成一个向量，用于检索、聚类和去重。\n\n"
        "以 .npy 格式写出 float32 `[文本数, 宽度]`，顺序与文件相同；空行会跳过。双编码器（sentence_similarity）\n"
        "按训练时的方式池化，其他编码器取各词元的平均。\n\n"
        "  yanmo encode runs/my-sim texts.txt --out vectors.npy\n"
        "  yanmo encode runs/my-bert texts.jsonl --out vectors.npy --normalize",
    ),
    "help.encode.out": ("The .npy file to write.", "要写出的 .npy 文件。"),
    "help.normalize": (
        "Vectors of length 1, so that a dot product is the cosine.",
        "把向量长度化为 1，此时点积就是余弦。",
    ),
    "help.page.similar": (
        "Find the texts that are nearest to another.\n\n"
        '  yanmo similar runs/my-sim "How do I get my money back?" --in questions.txt --top 5',
        '找出与某段文本最相近的文本。\n\n  yanmo similar runs/my-sim "怎么退款？" --in questions.txt --top 5',
    ),
    "help.query": ("The text to look for, in quotes.", "要查找的文本，用引号括起来。"),
    "help.similar.in": (
        "Where to look: a file with one text per line, or records (.jsonl, .csv, .tsv, .parquet).",
        "在哪里查找：每行一段文本的文件，或记录文件（.jsonl、.csv、.tsv、.parquet）。",
    ),
    "help.similar.top": ("How many of the nearest.", "给出最相近的几条。"),
    "help.page.fill-mask": (
        "Let a BERT guess the word behind [MASK].\n\n"
        '  yanmo fill-mask runs/my-bert "The capital of France is [MASK]."',
        '让 BERT 猜出 [MASK] 处的词。\n\n  yanmo fill-mask runs/my-bert "北京是中国的[MASK]都。"',
    ),
    "help.question": (
        "A question, in quotes, that --context answers (question_answering).",
        "问题，用引号括起来，由 --context 回答（question_answering）。",
    ),
    "help.context": (
        "The text that is read for the answer: a file, or the words themselves.",
        "从中寻找答案的文本：文件，或直接写出的文字。",
    ),
    "help.fill-mask.text": ("Texts with [MASK], each in quotes.", "含 [MASK] 的文本，每段用引号括起来。"),
    "help.top": ("Candidates for each mask.", "每个掩码的候选数。"),
    "help.page.generate": (
        "Let a GPT go on from a prompt.\n\n"
        '  yanmo generate runs/my-gpt "One day" --max-new-tokens 100 --top-p 0.9 --stream\n'
        '  yanmo generate runs/my-gpt "One day" --num-beams 4 --num-return-sequences 2',
        "让 GPT 续写。\n\n"
        '  yanmo generate runs/my-gpt "从前" --max-new-tokens 100 --top-p 0.9 --stream\n'
        '  yanmo generate runs/my-gpt "从前" --num-beams 4 --num-return-sequences 2',
    ),
    "help.page.chat": (
        "Talk with a model that was fine-tuned on conversations.\n\n"
        "Answers appear as they are written. /reset forgets the conversation, /quit ends it. What no longer fits in the\n"
        "model is forgotten, the oldest first. Lines can be piped in; then the answers alone stand on stdout.\n\n"
        "  yanmo chat runs/my-chat",
        "与用对话数据微调过的模型交谈。\n\n"
        "回答会边生成边显示。/reset 清空对话，/quit 结束。模型放不下的内容从最早的开始遗忘。\n"
        "也可以通过管道输入各行，此时标准输出上只有回答。\n\n"
        "  yanmo chat runs/my-chat",
    ),
    "help.system": (
        "What stands above the conversation, for a model that has learnt such messages.",
        "置于对话之前的系统消息，适用于学过此类消息的模型。",
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
    "help.min_p": (
        "Draw from tokens with at least this share of the likeliest one's probability.",
        "只抽取概率不低于最高概率乘以该值的词元。",
    ),
    "help.num_beams": (
        "Search with so many beams instead of drawing.",
        "不采样，而用这么多个束做束搜索。",
    ),
    "help.length_penalty": (
        "With beams: above 0 favours longer texts, below 0 shorter ones (default: 1).",
        "用于束搜索：大于 0 偏向较长的文本，小于 0 偏向较短的（默认：1）。",
    ),
    "help.early_stopping": (
        "With beams: true ends at as many texts as beams, false when better ones are unlikely, never when impossible.",
        "用于束搜索：true 在完成与束数相同的文本后结束，false 在不太可能更好时结束，never 在不可能更好时结束。",
    ),
    "help.repetition_penalty": (
        "Above 1, tokens that were there before become less likely.",
        "大于 1 时，已出现过的词元更不易再出现。",
    ),
    "help.no_repeat_ngram_size": (
        "No run of so many tokens occurs twice.",
        "任意连续这么多个词元不会重复出现。",
    ),
    "help.stop": (
        "End before this text; may be given several times.",
        "遇到该文本即在其之前结束；可多次给出。",
    ),
    "help.num_return_sequences": ("Continuations of each prompt.", "每个提示的续写个数。"),
    "help.stream": ("Show the text as it is written.", "边生成边显示文本。"),
    "help.greedy": ("Always take the likeliest token.", "总是取概率最高的词元。"),
    "help.chat.seed": ("The same seed and messages give the same answers.", "种子与消息相同，回答也相同。"),
    "help.generate.seed": ("The same seed gives the same text.", "同一种子得到同样的文本。"),
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
