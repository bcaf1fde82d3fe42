"""Texts of columns: which task they are made for, and what they stand for."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "guess.note": (
        "Task: {task}, as the columns say ({known})",
        "任务：{task}（根据列名判断：{known}）",
    ),
    "guess.or": (" or ", " 或 "),
    "guess.and": ("; ", "；"),
    "guess.need": ("{task}: {forms}", "{task}：{forms}"),
    "guess.several": (
        "No task is given, and the columns of {path} ({known}) fit several.\nThey fit {fits}.\n"
        "Name the one that is meant: yanmo finetune {example} ...",
        "没有指定任务，而 {path} 的列（{known}）适用于不止一个任务。\n适用的任务：{fits}。\n"
        "请指明其中一个：yanmo finetune {example} ...",
    ),
    "guess.none": (
        "No task is given, and the columns of {path} ({known}) are those of none.\nKnown columns: {needs}.\n"
        "Name the task, or say what the columns are: --columns text=COLUMN label=COLUMN; of two languages, --direction en-zh.",
        "没有指定任务，而 {path} 的列（{known}）不属于任何任务。\n可识别的列：{needs}。\n"
        "请指明任务，或说明各列的含义：--columns text=列名 label=列名；两种语言的列用 --direction en-zh。",
    ),
    "guess.not_read": (
        "--columns says which column is “{name}”, but {task} reads no “{name}”.\nIt reads: {known}.\n"
        "{suggestion} It is written NAME=COLUMN, the column of the file last.",
        "--columns 指定了哪一列是“{name}”，但 {task} 并不读取“{name}”。\n它读取的有：{known}。\n"
        "{suggestion}写法是 名称=列名，文件中的列名在后。",
    ),
    "guess.setting_not_read": (
        "“settings.{name}” is given, but {task} does not read it.\nIt is for {readers}.\n"
        "Leave it out, or name the task that is meant.",
        "指定了“settings.{name}”，但 {task} 并不使用它。\n它用于 {readers}。\n请去掉它，或改用所需的任务。",
    ),
    "guess.no_column": (
        "{path} has no column “{column}”.\nIts columns: {known}.\n{suggestion} Correct --columns.",
        "{path} 中没有“{column}”这一列。\n它的列有：{known}。\n{suggestion}请更正 --columns。",
    ),
}
