"""Texts of the help of commands: headings, arguments and options; the pages are in pages.py."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "help.usage": ("Usage: ", "用法："),
    "help.commands": ("Commands", "命令"),
    "help.arguments": ("Arguments", "参数"),
    "help.options": ("Options", "选项"),
    "help.required": ("{meaning} (required)", "（必需）{meaning}"),
    "help.default": ("{meaning} (default: {value})", "{meaning}（默认：{value}）"),
    "help.help": ("Show this page.", "显示本页。"),
    "help.version": ("Show the version.", "显示版本。"),
    "help.pretrain.recipe": (
        "A recipe (a name from `yanmo recipes` or a YAML file), and settings such as train.seed=3.",
        "配方（`yanmo recipes` 中的名称或 YAML 文件），以及 train.seed=3 这样的设置。",
    ),
    "help.pretrain.model": (
        "bert, gpt2 or transformer (random weights), or a run, a Hugging Face directory or hub id to go on from.",
        "bert、gpt2 或 transformer（随机权重）；也可以是用来继续训练的运行、Hugging Face 目录或 Hub 名称。",
    ),
    "help.preset": ("Size: tiny, mini, small, medium, base.", "规模：tiny、mini、small、medium、base。"),
    "help.pretrain.preset": (
        "Size: tiny, mini, small, medium, base; auto: what `yanmo plan` chooses for the budget.",
        "规模：tiny、mini、small、medium、base；auto 表示由 `yanmo plan` 按预算选择。",
    ),
    "help.plan.recipe": (
        "A recipe (a name from `yanmo recipes` or a YAML file), and settings such as objective=mlm+nsp.",
        "配方（`yanmo recipes` 中的名称或 YAML 文件），以及 objective=mlm+nsp 这样的设置。",
    ),
    "help.plan.model": (
        "bert or gpt2; unset: what the task needs, else bert.",
        "bert 或 gpt2；不指定时按任务选择，否则为 bert。",
    ),
    "help.plan.preset": (
        "Plan for this size; unset: the best one is chosen.",
        "按该规模规划；不指定时自动选择最合适的规模。",
    ),
    "help.plan.task": (
        "What the model is for, such as text_classification or text_generation.",
        "模型的用途，如 text_classification 或 text_generation。",
    ),
    "help.pretrain.objective": (
        "What is learned: mlm, mlm+bow, mlm+nsp, clm, denoise. Unset: mlm+nsp for bert, clm for gpt2, denoise for transformer.",
        "学习目标：mlm、mlm+bow、mlm+nsp、clm、denoise。不指定时，bert 为 mlm+nsp，gpt2 为 clm，transformer 为 denoise。",
    ),
    "help.pretrain.tokenizer": (
        "wordpiece, unigram or byte_bpe to train one, or a run or folder whose tokenizer is taken.",
        "wordpiece、unigram 或 byte_bpe 表示训练一个；也可以给出运行或文件夹，沿用其中的分词器。",
    ),
    "help.pretrain.max_length": (
        "The longest sequence in training, in tokens.",
        "训练时的最长序列（词元数）。",
    ),
    "help.finetune.task": (
        "A task, a module with one (my_package.my_task) or a recipe (a name or a YAML file), and settings such as "
        "train.seed=3. Unset: the columns tell the task.",
        "任务、自己编写的任务模块（my_package.my_task）或配方（名称或 YAML 文件），以及 train.seed=3 这样的设置。"
        "不指定任务时，根据列名判断。",
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
    "help.columns": (
        "Which columns hold what the task reads, where their names are others: text=review label=stars.",
        "列名不同时，说明任务所读的内容在哪些列：text=review label=stars。",
    ),
    "help.train": (
        "Records to learn from: .jsonl, .json, .csv, .tsv, .parquet, .conll (also .gz).",
        "训练数据：.jsonl、.json、.csv、.tsv、.parquet、.conll（均可再加 .gz）。",
    ),
    "help.dev": (
        "Records that the best step is chosen by. Unset: a share of --train is held back.",
        "用来选择最佳步的数据。不指定时，从 --train 中留出一部分。",
    ),
    "help.test": (
        "With --sweep: records that the chosen setting is measured on, once.",
        "与 --sweep 一起使用：所选设置最后在这些数据上评估一次。",
    ),
    "help.sweep": (
        "Train with each of these values, and choose by the mean over seeds on dev: lr=1e-4,3e-4 seed=1,2,3.",
        "用每个取值各训练一次，按开发集上多个种子的均值选择：lr=1e-4,3e-4 seed=1,2,3。",
    ),
    "help.max_length": ("The longest sequence, in tokens.", "最长序列（词元数）。"),
    "help.lr": (
        "Highest learning rate. Unset: one that fits the model's width.",
        "最高学习率。不指定时，按模型宽度选定。",
    ),
    "help.layer_decay": (
        "The learning rate of each layer, as a share of that of the layer above it, such as 0.9.",
        "每层的学习率与其上一层之比，如 0.9。",
    ),
    "help.freeze": (
        "What is not trained: embeddings, or a number n for the embeddings and the first n layers.",
        "不参与训练的部分：embeddings，或数字 n（词嵌入和前 n 层）。",
    ),
    "help.lora": (
        "Learn additions of this rank to the layers instead of their weights (extra peft), such as 8.",
        "不更新各层的权重，只学习该秩的低秩增量（附加组件 peft），如 8。",
    ),
    "help.teacher": (
        "A bigger model of the same task (a run) to learn from, besides the labels.",
        "同一任务的较大模型（一次运行），除标签外还向它学习。",
    ),
    "help.unlabelled": (
        "With --teacher: more texts to learn from, one per line, or records; their labels are not read.",
        "与 --teacher 一起使用：更多用于学习的文本（每行一段，或记录文件），不读取其标签。",
    ),
    "help.random_weights": (
        "Keep only the size and tokenizer of the model: the baseline without pre-training.",
        "只沿用模型的规模和分词器：即不做预训练的基线。",
    ),
    "help.text": ("Texts, each in quotes.", "文本，每段用引号括起来。"),
    "help.pair": (
        "Two texts, each in quotes, for a model that learned from pairs.",
        "两段文本，各用引号括起来，用于以句对训练的模型。",
    ),
    "help.file": (
        "A file with one text per line, or records (.jsonl, .json, .csv, .tsv, .parquet).",
        "每行一段文本的文件，或记录文件（.jsonl、.json、.csv、.tsv、.parquet）。",
    ),
    "help.abstain_below": (
        "Give no class where its probability is below this (text_classification).",
        "类别的概率低于该值时不作判断（text_classification）。",
    ),
    "help.encode.out": ("The .npy file to write.", "要写出的 .npy 文件。"),
    "help.normalize": (
        "Vectors of length 1, so that a dot product is the cosine.",
        "把向量长度化为 1，此时点积就是余弦。",
    ),
    "help.query": ("The text to look for, in quotes.", "要查找的文本，用引号括起来。"),
    "help.similar.in": (
        "Where to look: a file with one text per line, or records (.jsonl, .json, .csv, .tsv, .parquet).",
        "在哪里查找：每行一段文本的文件，或记录文件（.jsonl、.json、.csv、.tsv、.parquet）。",
    ),
    "help.similar.top": ("How many of the nearest.", "给出最相近的几条。"),
    "help.question": (
        "A question, in quotes, that --context answers (question_answering).",
        "问题，用引号括起来，由 --context 回答（question_answering）。",
    ),
    "help.answer.question": ("A question, in quotes.", "问题，用引号括起来。"),
    "help.answer.corpus": (
        "A file, folder or pattern to look in (.txt .md .jsonl .json .csv .tsv .parquet, also .gz); may be given several times.",
        "在其中查找的文件、目录或通配符（.txt .md .jsonl .json .csv .tsv .parquet，均可再加 .gz）；可多次给出。",
    ),
    "help.answer.model": (
        "A question_answering run: it reads the passages that were found.",
        "question_answering 运行：用来阅读找到的段落。",
    ),
    "help.retriever": (
        "A sentence_similarity run (or another encoder) whose vectors find the passages; unset: BM25.",
        "用向量查找段落的 sentence_similarity 运行（或其他编码器）；不指定时用 BM25。",
    ),
    "help.answer.top": ("How many answers, the best first.", "给出几个答案，最好的在前。"),
    "help.read": ("How many passages are read.", "阅读多少个段落。"),
    "help.context": (
        "The text that is read for the answer: a file, or the words themselves.",
        "从中寻找答案的文本：文件，或直接写出的文字。",
    ),
    "help.fill-mask.text": ("Texts with [MASK], each in quotes.", "含 [MASK] 的文本，每段用引号括起来。"),
    "help.top": ("Candidates for each mask.", "每个掩码的候选数。"),
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
    "help.translate.text": (
        "A file with one text per line (or records), or texts, each in quotes.",
        "每行一段文本的文件（或记录文件）；也可以直接给出文本，每段用引号括起来。",
    ),
    "help.translate.out": ("The file for the translations, one per line.", "存放译文的文件，每行一段。"),
    "help.beams": (
        "Candidates that are kept (4); 1: always the likeliest token, which is faster.",
        "保留的候选数（4）；1 表示总是取概率最高的词元，速度更快。",
    ),
    "help.translate.length_penalty": (
        "Above 1 favours longer translations, below 1 shorter ones.",
        "大于 1 偏向较长的译文，小于 1 偏向较短的译文。",
    ),
    "help.tokenizer.train.settings": (
        "Settings such as lowercase=true or character_coverage=0.999.",
        "lowercase=true、character_coverage=0.999 这样的设置。",
    ),
    "help.tokenizer.train.out": ("A new folder for the tokenizer.", "存放分词器的新文件夹。"),
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
        "Files, folders or patterns (.txt .md .jsonl .json .csv .tsv .parquet, also .gz), or storyworld, python_docs.",
        "文件、目录或通配符（.txt .md .jsonl .json .csv .tsv .parquet，均可再加 .gz），或 storyworld、python_docs。",
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
    "help.drop_stop_words": (
        "Take Chinese and English stop words out, for classical baselines.",
        "去掉中文和英文停用词，用于传统基线。",
    ),
    "help.encoding": (
        "auto (UTF-8, UTF-16 or UTF-32 with a byte order mark, GB18030), or an encoding's name.",
        "auto（自动识别 UTF-8、带字节顺序标记的 UTF-16 或 UTF-32、GB18030），或某种编码的名称。",
    ),
    "help.name": ("A recipe's name.", "配方名称。"),
    "help.path": ("A run, a model directory or a hub id.", "运行、模型目录或 Hub 名称。"),
    "help.doctor.model": (
        "bert, gpt2 or transformer, for --corpus.",
        "bert、gpt2 或 transformer，与 --corpus 一起使用。",
    ),
    "help.model": ("A run, a model directory or a hub id.", "运行、模型目录或 Hub 名称。"),
    "help.task": (
        "What a file is for, where the model was not fine-tuned; its vectors are then compared.",
        "模型未经微调时，说明文件用于哪个任务；此时比较模型给出的向量。",
    ),
    "help.suite": (
        "Labelled records (.jsonl, .json, .csv, .tsv, .parquet, .conll, also .gz), or a suite: its name or a YAML file.",
        "带标注的数据（.jsonl、.json、.csv、.tsv、.parquet、.conll，均可再加 .gz），或评测集（名称或 YAML 文件）。",
    ),
    "help.data": (
        "The folder that holds the data of suites.",
        "存放评测集数据的文件夹。",
    ),
    "help.part": (
        "Of a suite: train, dev or test (unset: test, or dev where test has no labels).",
        "评测集的部分：train、dev 或 test（不指定时为 test；若 test 无标签，则为 dev）。",
    ),
    "help.report": (
        "Write an HTML page with the confusion matrix and the errors.",
        "写出含混淆矩阵和错误示例的 HTML 页面。",
    ),
    "help.first": ("A fine-tuned run, or a model directory.", "微调后的运行，或模型目录。"),
    "help.second": ("The one to compare it with.", "与之比较的另一个。"),
    "help.pretrain.out": (
        "The folder of the run: new, or that of the same command. A recipe's own is runs/ and its name.",
        "运行文件夹：新的，或同一命令之前用过的。给出配方时默认为 runs/ 加配方名。",
    ),
    "help.out": (
        "The folder of the run: new, or that of the same command.",
        "运行文件夹：新的，或同一命令之前用过的。",
    ),
    "help.budget": (
        "Time (20m, 1h30m), tokens (5Mtok), epochs (3ep) or steps (500steps); the schedule ends with it.",
        "时间（20m、1h30m）、词元数（5Mtok）、轮数（3ep）或步数（500steps）；学习率调度恰好随预算一同结束。",
    ),
    "help.seed": (
        "Decides the data order, masks, dropout and random weights.",
        "决定数据顺序、掩码、dropout 和随机权重。",
    ),
    "help.precision": (
        "auto (bf16 where the hardware has it), fp32 or bf16; int8 too where nothing is trained.",
        "auto（硬件支持时用 bf16）、fp32 或 bf16；不训练时还可用 int8。",
    ),
    "help.profile": (
        "Write a trace of the first steps of this start into the run folder, for Perfetto or chrome://tracing.",
        "把本次启动最初几步的性能跟踪写入运行文件夹，可用 Perfetto 或 chrome://tracing 打开。",
    ),
    "help.minutes": ("About how long it may take.", "大约用时（分钟）。"),
    "help.chat.json": (
        "Print one JSON object for each answer on stdout and nothing else there.",
        "在标准输出上为每个回答打印一个 JSON 对象，此外不打印任何内容。",
    ),
    "help.json": (
        "Print one JSON object on stdout and nothing else there.",
        "在标准输出上只打印一个 JSON 对象。",
    ),
}
