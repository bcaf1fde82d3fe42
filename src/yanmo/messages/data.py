"""Texts of the token store, packing and the objectives' data side."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "data.no_special_tokens": (
        "The {kind} tokenizer lacks special tokens that this model needs.\nNeeded: {needed}.\n"
        "Use a tokenizer that was made for this kind of model, or let Yanmo train one.",
        "{kind} 分词器缺少该模型所需的特殊词元。\n需要：{needed}。\n请使用为这类模型准备的分词器，或让研墨训练一个。",
    ),
    "data.empty_store": (
        "After cleaning, the corpus holds too little text: {tokens} tokens in {documents} documents.\n"
        "At least {needed} tokens are needed.\nGive more text, or relax the filters; `yanmo corpus stats` shows what they drop.",
        "清洗之后语料太少：{documents} 篇文档共 {tokens} 个词元。\n至少需要 {needed} 个词元。\n"
        "请提供更多文本，或放宽过滤条件；`yanmo corpus stats` 会显示各过滤器丢弃了什么。",
    ),
    "data.damaged_store": (
        "The token store {path} is damaged: {reason}.\nEvery file must match the hash in its index.json.\n"
        "Delete that folder; the same command builds it again.",
        "词元库 {path} 已损坏：{reason}。\n每个文件都必须与 index.json 中的哈希一致。\n请删除该文件夹；再次运行同一命令会重新生成。",
    ),
    "data.no_mask_token": (
        "The objective hides tokens behind a mask token; the tokenizer has none.\nTokenizers with [MASK] or <mask> fit.\n"
        "Use WordPiece or Unigram, or the objective clm.",
        "该目标要用掩码词元遮住词元，而分词器没有掩码词元。\n可用带 [MASK] 或 <mask> 的分词器。\n请改用 WordPiece 或 Unigram，或改用 clm 目标。",
    ),
    "data.pairs_of_one_document": (
        "Next-sentence prediction needs segments of other documents, and there is one document to train on.\n"
        "A document is a file, a blank-line block, a line or a record.\n"
        "Set the unit (--unit block or line), add texts, or use --objective mlm.",
        "下一句预测需要取自其他文档的片段，而用于训练的文档只有一篇。\n一篇文档是一个文件、空行分隔的块、一行或一条记录。\n"
        "请设置单位（--unit block 或 line），增加文本，或使用 --objective mlm。",
    ),
    "data.pairs_without_neighbour": (
        "Next-sentence prediction finds no document with two sentences in this corpus.\n"
        "It needs documents of several sentences, one document per file, blank-line block or record.\n"
        "Use --objective mlm: sentences are told by their full stops, which Thai does not have. Or set another --unit.",
        "语料中没有一篇文档含有两个以上的句子，无法做下一句预测。\n它需要由多个句子组成的文档：每个文件、空行分隔的块或记录为一篇。\n"
        "请使用 --objective mlm：句子靠句末标点识别，泰文等没有这种标点。或换一种 --unit。",
    ),
    "data.no_samples": (
        "The objective found no usable sequence in a whole pass over the data ({units} units).\n"
        "At least one unit must hold a sequence that it can learn from.\n"
        "Give other text, or choose another objective (--objective).",
        "训练目标在整整一遍数据（{units} 个单元）中没有找到可用的序列。\n至少要有一个单元包含可供学习的序列。\n请换用其他文本，或改用别的目标（--objective）。",
    ),
    "data.worker_killed": (
        "A process that tokenised the corpus was killed.\n"
        "Preparing the data needs its worker processes until the end; often memory runs short.\n"
        "Free some memory, then give the same command again.",
        "一个正在为语料分词编码的进程被终止了。\n准备数据期间，工作进程必须一直运行；常见原因是内存不足。\n请释放一些内存，然后再次执行同一条命令。",
    ),
}
