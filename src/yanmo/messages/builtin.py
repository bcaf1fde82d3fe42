"""Texts of the corpora that come with Yanmo."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "builtin.unknown_name": (
        "There is no built-in corpus “{name}”.\n"
        "Known: {known}; a number after storyworld is the number of stories (storyworld:zh:5000).\n"
        "Use one of these names, or the path of your own texts.",
        "没有名为“{name}”的内置语料。\n"
        "可用的有：{known}；storyworld 之后可以加上故事的数量（storyworld:zh:5000）。\n"
        "请改用其中一个名称，或给出您自己文本的路径。",
    ),
}
