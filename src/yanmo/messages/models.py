"""Texts of the models."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "models.no_head": (
        "“{model}” has no head for “{term}”.\nIts heads: {known}.\nChoose a model that has one: {fits}.",
        "“{model}”没有用于“{term}”的输出头。\n它的输出头：{known}。\n请选用有此输出头的模型：{fits}。",
    ),
    "models.fitting_encoder": ("{name} (an encoder)", "{name}（编码器）"),
    "models.fitting_decoder": ("{name} (a decoder)", "{name}（解码器）"),
    "models.fitting_encoder_decoder": ("{name} (an encoder–decoder)", "{name}（编码器-解码器）"),
    "models.heads_must_divide": (
        "the heads share hidden_size ({hidden_size}) equally, so it must be a multiple of num_heads",
        "各注意力头平分 hidden_size（{hidden_size}），它必须是 num_heads 的整数倍",
    ),
}
