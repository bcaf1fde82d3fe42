"""Texts of the objectives."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "objectives.twice": (
        "The objective {name} names one member twice.\nEach member may stand once.\nWrite for example mlm+nsp.",
        "目标 {name} 中有成员重复。\n每个成员只能出现一次。\n例如写作 mlm+nsp。",
    ),
    "objectives.more_than_all": (
        "Of the chosen tokens {masked} would become the mask token and {random} a random one.\n"
        "masked and random together are at most 1; what is left stays as it is.\nLower one of them.",
        "所选词元中，{masked} 要换成掩码词元，{random} 要换成随机词元。\nmasked 与 random 之和不超过 1，其余保持不变。\n请减小其中之一。",
    ),
    "objectives.no_default": (
        "“{name}” is no objective that can be made: its fields {fields} have no default.\n"
        "Every field of an objective is a setting with a default; a task is learned by yanmo finetune.\n"
        "Give them defaults, or use yanmo finetune.",
        "“{name}”不能作为目标：字段 {fields} 没有默认值。\n目标的每个字段都是带默认值的设置；任务由 yanmo finetune 学习。\n"
        "请为这些字段设默认值，或改用 yanmo finetune。",
    ),
    "objectives.shared_term": (
        "{first} and {second} both train the head “{term}”.\nEach head belongs to one member.\n"
        "Leave one of them out, or train them one after the other.",
        "{first} 与 {second} 都训练输出头“{term}”。\n每个输出头只能属于一个成员。\n请去掉其中一个，或先后分别训练。",
    ),
    "objectives.no_labels": (
        "The objective {name} gives nothing to learn: no labels of its terms ({terms}) in the first batches.\n"
        "Its corrupt (or its select, for a whole sequence) puts labels under the name of a term.\nCorrect it.",
        "目标 {name} 没有可学的内容：前几批中没有其 term（{terms}）的标签。\n"
        "corrupt（或用于整个序列的 select）应以 term 为名给出标签。\n请修改该目标。",
    ),
    "objectives.no_head": (
        "The objective {name} trains the heads {heads}, which {model} has not.\nIts heads: {known}.\n"
        "Name the terms of the objective after one of them, or change --model.",
        "目标 {name} 要训练输出头 {heads}，而 {model} 没有。\n它的输出头：{known}。\n请用其中之一作为目标的 term，或修改 --model。",
    ),
    "objectives.head_size": (
        "The objective {name} gives the heads {heads} no size that fits.\n"
        "A number of outputs belongs to {sized}; others have None.\nCorrect its head_sizes.",
        "目标 {name} 给输出头 {heads} 的大小不合适。\n{sized} 需要输出的个数；其余为 None。\n请修改它的 head_sizes。",
    ),
    "objectives.two_selectors": (
        "In {name} two objectives want to cut the text.\nAt most one may.\nTrain them one after the other instead.",
        "{name} 中有两个目标都要切分文本。\n最多只能有一个。\n请改为先后分别训练。",
    ),
    "objectives.both_directions": (
        "{first} and {second} differ in which tokens may see each other: they cannot share a sequence.\n"
        "Objectives of one direction can be combined.\nUse mlm+nsp for an encoder, clm for a decoder.",
        "{first} 与 {second} 对哪些词元能互相看到的要求不同：不能用在同一序列上。\n同一方向的目标才能组合。\n编码器请用 mlm+nsp，解码器请用 clm。",
    ),
}
