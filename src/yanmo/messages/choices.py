"""Texts of multiple choice."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "choices.no_choices": (
        "{source}: the choices are no list of texts: {value}.\n"
        "Two choices or more are needed, each with at least one visible character.\n"
        "Correct or drop this record.",
        "{source}：选项不是文本列表：{value}。\n至少需要两个选项，每个选项至少有一个可见字符。\n请更正或删去该记录。",
    ),
    "choices.no_such_choice": (
        "{source}: the label “{value}” names none of the {count} choices.\n"
        "A label is the place of the right choice, from 0, its letter, or its text.\n"
        "Correct or drop this record.",
        "{source}：标签“{value}”不对应 {count} 个选项中的任何一个。\n标签是正确选项的序号（从 0 开始）、字母或其文本。\n"
        "请更正或删去该记录。",
    ),
}
