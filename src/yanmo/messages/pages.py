"""The help page of each command. The first line of a page is its summary."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "pages.yanmo": (
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
    "pages.quickstart": (
        "See the whole story in minutes, on built-in texts.\n\n"
        "Pre-trains a small BERT, a GPT and an encoder–decoder, shows six uses with pre-training and without, and writes "
        "report.html.\n"
        "Given again, it goes on where it stopped.",
        "用内置文本在几分钟内看完整个流程。\n\n"
        "预训练小型的 BERT、GPT 和编码器–解码器，就六种用途对比有无预训练的微调效果，并生成 report.html。\n"
        "再次执行会从中断处继续。",
    ),
    "pages.plan": (
        "See what a budget buys before it is spent: size, vocabulary, batch, tokens, expected loss, memory.\n\n"
        "Takes a minute at most: part of the corpus is read, training steps are timed on this machine, and two machines that\n"
        "can be rented are reckoned beside it. `yanmo pretrain --preset auto` follows the plan.\n\n"
        "  yanmo plan --corpus my_texts/ --budget 1h\n"
        "  yanmo plan --corpus my_texts/ --budget 1h --task text_generation\n"
        "  yanmo pretrain --corpus my_texts/ --budget 1h --preset auto --out runs/planned",
        "在花费预算之前，先看它能换来什么：规模、词表、批大小、词元数、预期损失和内存。\n\n"
        "最多需要一分钟：读取部分语料，在本机试跑训练步并计时，同时估算两种可租用的机器。\n"
        "`yanmo pretrain --preset auto` 会按规划训练。\n\n"
        "  yanmo plan --corpus my_texts/ --budget 1h\n"
        "  yanmo plan --corpus my_texts/ --budget 1h --task text_generation\n"
        "  yanmo pretrain --corpus my_texts/ --budget 1h --preset auto --out runs/planned",
    ),
    "pages.pretrain": (
        "Pre-train a language model on your texts.\n\n"
        "Starts from random weights (--model bert, gpt2 or transformer) or goes on from a model. The same command on the same\n"
        "--out resumes. Any setting of the configuration can be given as KEY=VALUE.\n\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo pretrain bert_mini_zh --corpus my_texts/ --out runs/zh train.seed=3\n"
        "  yanmo pretrain my_recipe.yaml                    (into runs/my_recipe)",
        "用您的文本预训练语言模型。\n\n"
        "可以从随机权重开始（--model bert、gpt2 或 transformer），也可以从已有模型继续。对同一 --out 执行同一命令即可续跑。\n"
        "配置中的任何一项都可以写成 KEY=VALUE。\n\n"
        "  yanmo pretrain --model bert --preset mini --corpus my_texts/ --budget 20m --out runs/my-bert\n"
        "  yanmo pretrain bert_mini_zh --corpus my_texts/ --out runs/zh train.seed=3\n"
        "  yanmo pretrain my_recipe.yaml                    （写入 runs/my_recipe）",
    ),
    "pages.finetune": (
        "Fine-tune a model for a task on labelled records.\n\n"
        "Tasks: text_classification (records with text and label, or labels for several; or two texts and label),\n"
        "token_classification (tokens and tags, or text and entities), question_answering (question, context and\n"
        "answers), multiple_choice (question, choices and label), sentence_similarity (two texts, with score, label or\n"
        "nothing), text_generation (text to continue, a question and its answer, or messages) and translation (source\n"
        "and target).\n"
        "The same command on the same --out resumes.\n\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        "  yanmo finetune --model runs/my-bert --train reviews.csv --columns text=review label=stars --out runs/stars\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --test test.jsonl \\\n"
        "    --sweep lr=1e-4,3e-4 seed=1,2,3 --out runs/sweep\n"
        "  yanmo finetune token_classification --model google-bert/bert-base-chinese --train ner.jsonl --out runs/ner\n"
        "  yanmo finetune translation --model transformer --train pairs.jsonl --direction en-zh --out runs/en-zh",
        "用带标注的数据为某个任务微调模型。\n\n"
        "任务：text_classification（记录含 text 与 label；多标签用 labels；也可以是两段文本与 label）、\n"
        "token_classification（tokens 与 tags，或 text 与 entities）、question_answering（question、context 与 answers）、\n"
        "multiple_choice（question、choices 与 label）、\n"
        "sentence_similarity（两段文本，可带 score、label，也可以都不带）、text_generation（续写的 text、一问一答或\n"
        "messages）和 translation（source 与 target）。\n"
        "对同一 --out 执行同一命令即可续跑。\n\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --out runs/my-clf\n"
        "  yanmo finetune --model runs/my-bert --train reviews.csv --columns text=review label=stars --out runs/stars\n"
        "  yanmo finetune text_classification --model runs/my-bert --train train.jsonl --dev dev.jsonl --test test.jsonl \\\n"
        "    --sweep lr=1e-4,3e-4 seed=1,2,3 --out runs/sweep\n"
        "  yanmo finetune token_classification --model google-bert/bert-base-chinese --train ner.jsonl --out runs/ner\n"
        "  yanmo finetune translation --model transformer --train pairs.jsonl --direction en-zh --out runs/en-zh",
    ),
    "pages.evaluate": (
        "Measure a fine-tuned model on labelled records or on a suite.\n\n"
        "The main metric comes with the interval in which it lies for 95 % of such test sets.\n"
        "Suites name published sets; their files are looked for in the folder of --data.\n\n"
        "  yanmo evaluate runs/my-clf test.jsonl\n"
        "  yanmo evaluate runs/my-clf test.jsonl --report errors.html\n"
        "  yanmo evaluate runs/my-clf zh_chnsenticorp --data my_data/",
        "在带标注的数据或评测集上评估微调后的模型。\n\n"
        "主要指标附有 95 % 置信区间。\n"
        "评测集指已发表的数据集；其文件从 --data 指定的文件夹中读取。\n\n"
        "  yanmo evaluate runs/my-clf test.jsonl\n"
        "  yanmo evaluate runs/my-clf test.jsonl --report errors.html\n"
        "  yanmo evaluate runs/my-clf zh_chnsenticorp --data my_data/",
    ),
    "pages.compare": (
        "Tell whether two fine-tuned models differ by more than luck.\n\n"
        "Both answer the same records; a paired bootstrap over them gives the difference, its 95 % interval and p.\n\n"
        "  yanmo compare runs/from-random runs/my-clf test.jsonl\n"
        "  yanmo compare runs/a runs/b en_sst2 --data my_data/ --json",
        "判断两个微调后的模型之间的差异是否显著。\n\n"
        "两者回答同样的记录；对记录做配对自助法，得到差值、95 % 置信区间和 p 值。\n\n"
        "  yanmo compare runs/from-random runs/my-clf test.jsonl\n"
        "  yanmo compare runs/a runs/b en_sst2 --data my_data/ --json",
    ),
    "pages.predict": (
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
    "pages.encode": (
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
    "pages.similar": (
        "Find the texts that are nearest to another.\n\n"
        '  yanmo similar runs/my-sim "How do I get my money back?" --in questions.txt --top 5',
        '找出与某段文本最相近的文本。\n\n  yanmo similar runs/my-sim "怎么退款？" --in questions.txt --top 5',
    ),
    "pages.fill-mask": (
        "Let a BERT guess the word behind [MASK].\n\n"
        '  yanmo fill-mask runs/my-bert "The capital of France is [MASK]."',
        '让 BERT 猜出 [MASK] 处的词。\n\n  yanmo fill-mask runs/my-bert "北京是中国的[MASK]都。"',
    ),
    "pages.generate": (
        "Let a GPT go on from a prompt.\n\n"
        '  yanmo generate runs/my-gpt "One day" --max-new-tokens 100 --top-p 0.9 --stream\n'
        '  yanmo generate runs/my-gpt "One day" --num-beams 4 --num-return-sequences 2',
        "让 GPT 续写。\n\n"
        '  yanmo generate runs/my-gpt "从前" --max-new-tokens 100 --top-p 0.9 --stream\n'
        '  yanmo generate runs/my-gpt "从前" --num-beams 4 --num-return-sequences 2',
    ),
    "pages.answer": (
        "Look for the answer to a question in your texts, and say where it stands.\n\n"
        "Finds passages that share telling words with the question (BM25), reads them with a question_answering run,\n"
        "and shows the best answers, each with its file and line.\n\n"
        '  yanmo answer --corpus my_texts/ --model runs/my-qa "Who was first?"\n'
        '  yanmo answer --corpus my_texts/ --model runs/my-qa --retriever runs/my-sim "Who was first?" --json',
        "在您的文本中寻找问题的答案，并指出其所在位置。\n\n"
        "先找出与问题有共同关键词语的段落（BM25），再用 question_answering 运行阅读，\n"
        "给出最好的几个答案，并注明各自所在的文件和行号。\n\n"
        '  yanmo answer --corpus my_texts/ --model runs/my-qa "谁是第一名？"\n'
        '  yanmo answer --corpus my_texts/ --model runs/my-qa --retriever runs/my-sim "谁是第一名？" --json',
    ),
    "pages.chat": (
        "Talk with a model that was fine-tuned on conversations.\n\n"
        "Answers appear as they are written. /reset forgets the conversation, /quit ends it. What no longer fits in the\n"
        "model is forgotten, the oldest first. Lines can be piped in; then the answers alone stand on stdout.\n\n"
        "  yanmo chat runs/my-chat",
        "与用对话数据微调过的模型交谈。\n\n"
        "回答会边生成边显示。/reset 清空对话，/quit 结束。模型放不下的内容从最早的开始遗忘。\n"
        "也可以通过管道输入各行，此时标准输出上只有回答。\n\n"
        "  yanmo chat runs/my-chat",
    ),
    "pages.translate": (
        "Translate texts, or a file line by line.\n\n"
        "  yanmo translate runs/en-zh source.txt --out target.txt\n"
        '  yanmo translate runs/en-zh "Good morning." --beams 1',
        "翻译文本，或逐行翻译一个文件。\n\n"
        "  yanmo translate runs/en-zh source.txt --out target.txt\n"
        '  yanmo translate runs/en-zh "Good morning." --beams 1',
    ),
    "pages.tokenizer": (
        "Train a tokenizer, or see how well one fits texts.",
        "训练分词器，或查看分词器对文本的适合程度。",
    ),
    "pages.tokenizer.train": (
        "Train a tokenizer on your texts.\n\n"
        "  yanmo tokenizer train --corpus my_texts/ --kind wordpiece --vocab-size 8000 --out runs/my-tokenizer",
        "用您的文本训练分词器。\n\n"
        "  yanmo tokenizer train --corpus my_texts/ --kind wordpiece --vocab-size 8000 --out runs/my-tokenizer",
    ),
    "pages.tokenizer.report": (
        "See how well a tokenizer fits texts.\n\n"
        "Coverage, unknown rate, characters per token by script, longest pieces, words cut most, round trip.\n\n"
        "  yanmo tokenizer report runs/my-bert --corpus my_texts/",
        "查看分词器对文本的适合程度。\n\n"
        "覆盖率、未知词元占比、各种文字的每词元字符数、最长的词表项、最常被切开的词、能否还原。\n\n"
        "  yanmo tokenizer report runs/my-bert --corpus my_texts/",
    ),
    "pages.corpus": ("See what a corpus holds.", "查看语料的内容。"),
    "pages.corpus.stats": (
        "See what a corpus holds: files, encodings, documents, sentences, what is dropped.\n\n"
        "  yanmo corpus stats my_texts/ min_characters=20 deduplicate=near",
        "查看语料的内容：文件、编码、文档、句子，以及被丢弃的部分。\n\n"
        "  yanmo corpus stats my_texts/ min_characters=20 deduplicate=near",
    ),
    "pages.recipes": (
        "List the recipes that come with Yanmo, or print one.\n\n"
        "  yanmo recipes\n  yanmo recipes bert_mini_zh > my_recipe.yaml",
        "列出内置的配方，或打印其中一个。\n\n  yanmo recipes\n  yanmo recipes bert_mini_zh > my_recipe.yaml",
    ),
    "pages.doctor": (
        "Check the machine, a model or a corpus before time is spent.\n\n"
        "  yanmo doctor\n  yanmo doctor runs/my-bert\n"
        "  yanmo doctor --corpus my_texts/ --model bert --preset mini",
        "在投入时间之前，检查机器、模型或语料。\n\n"
        "  yanmo doctor\n  yanmo doctor runs/my-bert\n"
        "  yanmo doctor --corpus my_texts/ --model bert --preset mini",
    ),
}
