"""Texts of the objectives."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "objectives.twice": (
        "The objective {name} names one member twice.\nEach member may stand once.\nWrite for example mlm+nsp.",
        "目标 {name} 中有成员重复。\n每个成员只能出现一次。\n例如写作 mlm+nsp。",
    ),
    "objectives.two_selectors": (
        "In {name} two objectives want to cut the text.\nAt most one may.\nTrain them one after the other instead.",
        "{name} 中有两个目标都要切分文本。\n最多只能有一个。\n请改为先后分别训练。",
    ),
    "objectives.both_directions": (
        "{first} looks at both sides of a token and {second} only at one: they cannot share a sequence.\n"
        "Objectives of one direction can be combined.\nUse mlm+nsp for an encoder, clm for a decoder.",
        "{first} 看词元的两侧，{second} 只看一侧：不能用在同一序列上。\n同一方向的目标才能组合。\n编码器请用 mlm+nsp，解码器请用 clm。",
    ),
}
