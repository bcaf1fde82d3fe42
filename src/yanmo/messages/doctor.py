"""Texts of `yanmo doctor`."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "doctor.attention": ("Attention used", "采用的注意力实现"),
    "doctor.attention_by": ("Attention by {kernel}, one step", "注意力（{kernel}，前向加反向）"),
    "doctor.kernel": ("{milliseconds} ms, relative error {error}", "{milliseconds} ms，相对误差 {error}"),
    "doctor.attention_products": (
        "plain products up to {length} tokens, blocks with recomputation beyond",
        "{length} 个词元以内用普通矩阵乘，更长时分块并重算",
    ),
    "doctor.attention_fused": (
        "scaled_dot_product_attention of torch; on a CPU beyond {length} tokens blocks with recomputation",
        "torch 的 scaled_dot_product_attention；在 CPU 上超过 {length} 个词元时分块并重算",
    ),
    "doctor.attention_flex": (
        "FlexAttention of torch in training, scaled_dot_product_attention otherwise and with dropout",
        "训练时用 torch 的 FlexAttention；推理时或有 dropout 时用 scaled_dot_product_attention",
    ),
    "doctor.versions": ("Versions", "版本"),
    "doctor.extras": ("Extras installed", "已安装的附加组件"),
    "doctor.extras_absent": ("Extras not installed", "未安装的附加组件"),
    "doctor.path": ("Read from", "读取自"),
    "doctor.model": ("Model", "模型"),
    "doctor.sizes": (
        "{name}: {layers} layers, hidden size {hidden_size}, {heads} heads",
        "{name}：{layers} 层，隐藏维度 {hidden_size}，{heads} 个注意力头",
    ),
    "doctor.int8": ("--precision int8", "--precision int8"),
    "doctor.int8_bits": ("weights of {bits} bits", "权重为 {bits} 位"),
    "doctor.int8_none": ("not possible here", "此处不可用"),
    "doctor.parameters": ("Parameters", "参数量"),
    "doctor.vocabulary": ("Vocabulary", "词表大小"),
    "doctor.positions": ("Longest sequence", "最长序列"),
    "doctor.heads": ("Trained heads", "训练过的输出头"),
    "doctor.labels": ("Labels", "标签"),
    "doctor.memory": ("Memory to train it", "训练所需内存"),
    "doctor.about_gigabytes": ("about {value} GB", "约 {value} GB"),
    "doctor.warn_fresh": (
        "{count} tensors are not in the file and would be random: {names} ...; "
        "their head refuses to predict until it is fine-tuned.",
        "文件中缺少 {count} 个张量，它们将是随机值：{names} ……；相应的输出头在微调之前拒绝预测。",
    ),
    "doctor.read": ("Looked at", "检查范围"),
    "doctor.whole": ("the whole corpus", "全部语料"),
    "doctor.first_part": (
        "its first part only (`yanmo corpus stats` reads all)",
        "仅开头部分（`yanmo corpus stats` 会全部读取）",
    ),
    "doctor.tokens": ("Tokens", "词元数"),
    "doctor.loss": ("Loss of random weights", "随机权重的损失"),
    "doctor.loss_value": (
        "{loss}; a blind guess among all tokens has {expected}",
        "{loss}；在全部词元中盲猜为 {expected}",
    ),
    "doctor.needs_architecture": (
        "--model {model} names a trained model.\nA corpus is looked at with random weights of bert or gpt2.\n"
        "Give --model bert or --model gpt2; `yanmo doctor {model}` looks at the model itself.",
        "--model {model} 指向一个已训练的模型。\n检查语料时使用 bert 或 gpt2 的随机权重。\n"
        "请用 --model bert 或 --model gpt2；要检查模型本身，请用 `yanmo doctor {model}`。",
    ),
}
