"""Texts of prediction."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "predict.given": ("text {number}", "文本 {number}"),
    "predict.no_text": (
        "{source} holds {kind} and no text.\nA text, or the fields of a record, is needed.\nGive a list of these.",
        "{source} 是{kind}，不是文本。\n需要一段文本，或一条记录的各个字段。\n请给出由它们组成的列表。",
    ),
    "predict.no_pair": (
        "{source} is not a pair of texts.\nA pair is two texts.\nGive a list of pairs: [(first, second), ...].",
        "{source} 不是一对文本。\n一对就是两段文本。\n请给出由文本对组成的列表。",
    ),
    "predict.not_a_number": (
        "{source}: the model's output is not a number (NaN), so it says nothing.\n"
        "Sound weights give numbers for every text.\n"
        "Take another checkpoint or another copy of the weights; with --precision bf16 or int8, try fp32.",
        "{source}：模型的输出不是数值（NaN），没有意义。\n"
        "完好的权重对任何文本都输出数值。\n"
        "请换用其他检查点或重新获取权重；若使用了 --precision bf16 或 int8，请改用 fp32。",
    ),
    "predict.no_int8": (
        "int8 is not possible here.\nThis machine has a GPU, or its torch has no integer products.\nTake --precision bf16 or fp32.",
        "此处无法使用 int8。\n本机有 GPU，或其 torch 不支持整数乘法。\n请用 --precision bf16 或 fp32。",
    ),
    "predict.no_mask": (
        "The text “{text}” has no mask.\nThe mask of this model is written {mask}.\nPut {mask} where a token is to be guessed.",
        "文本“{text}”中没有掩码。\n该模型的掩码写作 {mask}。\n请把 {mask} 放在要猜测的位置。",
    ),
    "predict.blank": (
        "Blank: {source}.\nA text with some characters is needed.\nLeave it out, or fill it in.",
        "{source}：文本是空白的。\n文本中要有内容。\n请去掉它，或补上内容。",
    ),
    "predict.too_long": (
        "The text has {tokens} tokens.\nThis model holds {limit}.\nGive a shorter text.",
        "文本有 {tokens} 个词元。\n该模型最多容纳 {limit} 个。\n请给出更短的文本。",
    ),
}
