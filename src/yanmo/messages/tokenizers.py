"""Texts of the tokenizers: training, loading."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "tokenizers.no_text": (
        "The texts hold nothing but white space, or there are none.\n"
        "A tokenizer is learned from text.\n"
        "Give at least one document with words in it.",
        "没有文本，或者文本中只有空白字符。\n分词器要从文本中学习。\n请至少提供一篇有文字的文档。",
    ),
    "tokenizers.vocabulary_small": (
        "A vocabulary of {size} is too small for a {kind} tokenizer of these texts.\n"
        "Special tokens and alphabet alone take {minimum} entries.\n"
        "Set vocab_size to {minimum} or more, or lower character_coverage (not for byte_bpe).",
        "对于这些文本，{kind} 分词器的词表大小 {size} 太小。\n"
        "仅特殊词元和字符表就需要 {minimum} 项。\n"
        "请将 vocab_size 设为 {minimum} 或更大，或调低 character_coverage（byte_bpe 不适用）。",
    ),
    "tokenizers.vocabulary_large": (
        "A vocabulary of {size} is larger than these texts support.\n"
        "A {kind} tokenizer finds at most {maximum} entries in them.\n"
        "Set vocab_size to {maximum} or less, or give more text.",
        "这些文本撑不起大小为 {size} 的词表。\n"
        "{kind} 分词器从中最多只能学到 {maximum} 项。\n"
        "请将 vocab_size 设为 {maximum} 或更小，或提供更多文本。",
    ),
    "tokenizers.no_files": (
        "{folder} holds no tokenizer.\n"
        "Known: tokenizer.json; vocab.txt (BERT); vocab.json with merges.txt (GPT-2).\n"
        "Give the folder of a run's model, or of a Hugging Face model.",
        "{folder} 中没有分词器文件。\n"
        "可识别的有：tokenizer.json；vocab.txt（BERT）；vocab.json 与 merges.txt（GPT-2）。\n"
        "请给出某次运行的 model 文件夹，或 Hugging Face 模型的文件夹。",
    ),
    "tokenizers.unreadable": (
        "{path} cannot be read as a tokenizer: {reason}.\n"
        "WordPiece, Unigram and BPE tokenizers are supported, in UTF-8.\n"
        "Download or train the tokenizer again.",
        "无法将 {path} 读取为分词器：{reason}。\n"
        "支持 WordPiece、Unigram 和 BPE 分词器，编码须为 UTF-8。\n"
        "请重新下载或训练该分词器。",
    ),
    "tokenizers.not_for_pairs": (
        "An encoder-decoder cannot use a tokenizer of the kind “{kind}”.\nKinds that give a text back with its spaces: {known}.\n"
        "Choose one of them, for example tokenizer.kind=unigram.",
        "编码器-解码器不能使用“{kind}”类型的分词器。\n能够连同空格还原文本的类型：{known}。\n请从中选择，例如 tokenizer.kind=unigram。",
    ),
}
