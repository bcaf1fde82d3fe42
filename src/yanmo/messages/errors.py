"""Texts of the errors that belong to no single area."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "errors.did_you_mean": ("Did you mean “{nearest}”?", "您是想用“{nearest}”吗？"),
    "errors.choose": ("Choose one of them.", "请从中选择。"),
    "errors.unknown_name": (
        "There is no {kind} named “{name}”.\nKnown: {known}.\n{suggestion}",
        "没有名为“{name}”的{kind}。\n可用的有：{known}。\n{suggestion}",
    ),
    "errors.no_module": (
        "The {kind} “{name}” cannot be imported: there is no module {missing}.\n"
        "A name with a dot is a module that Python finds.\n"
        "Check the spelling; for a module in this folder put PYTHONPATH=. before the command.",
        "无法导入{kind}“{name}”：没有模块 {missing}。\n带点的名称表示 Python 能找到的模块。\n"
        "请检查拼写；若模块在当前文件夹中，请在命令前加上 PYTHONPATH=.。",
    ),
    "errors.broken_module": (
        "The {kind} “{name}” cannot be imported: {reason}.\nIt fails in line {line} of {path}.\nCorrect the file.",
        "无法导入{kind}“{name}”：{reason}。\n出错位置：{path} 第 {line} 行。\n请修改该文件。",
    ),
    "errors.not_one_member": (
        "{path} defines these classes of {base}: {found}.\nSuch a file defines one {kind}, with every abstract method.\n"
        "Correct the file.",
        "{path} 中定义的 {base} 类有：{found}。\n一个{kind}文件只定义一个这样的类，且须实现全部抽象方法。\n请修改该文件。",
    ),
    "errors.kind_models": ("model", "模型"),
    "errors.kind_objectives": ("objective", "目标"),
    "errors.kind_preset": ("size (--preset)", "规模（--preset）"),
    "errors.kind_tasks": ("task", "任务"),
    "errors.kind_tokenizers": ("tokenizer", "分词器"),
    "errors.reason_json": (
        "no valid JSON at line {line}, column {column}",
        "第 {line} 行第 {column} 列处不是合法的 JSON",
    ),
    "errors.reason_yaml": (
        "no valid YAML at line {line}, column {column}",
        "第 {line} 行第 {column} 列处不是合法的 YAML",
    ),
    "errors.reason_utf8": ("the byte at offset {offset} is not UTF-8", "偏移 {offset} 处的字节不是 UTF-8"),
    "errors.reason_cut": ("it ends too early", "内容不完整"),
    "errors.reason_deep": ("it is nested too deeply", "嵌套层数过多"),
    "errors.reason_missing": ("it does not exist", "它不存在"),
    "errors.reason_file": ("there is a file, not a folder", "该处是文件，不是文件夹"),
    "errors.reason_folder": ("it is a folder, not a file", "它是文件夹，不是文件"),
    "errors.reason_permission": ("it may not be accessed", "没有访问权限"),
    "errors.reason_full": ("the disk is full", "磁盘已满"),
    "errors.reason_long_name": ("its name is too long", "名称过长"),
    "errors.reason_other": ("not as expected ({words})", "不符合预期（{words}）"),
    "errors.reason_holds": ("it holds {kind}", "内容是{kind}"),
    "errors.holds_nothing": ("nothing (null)", "空值（null）"),
    "errors.holds_truth": ("true or false", "真假值"),
    "errors.holds_number": ("a number", "数"),
    "errors.holds_text": ("a text", "文本"),
    "errors.holds_list": ("a list", "列表"),
    "errors.holds_object": ("an object", "对象"),
    "errors.unknown_key": (
        "The configuration has no key “{key}”.\nKnown keys there: {known}.\n{suggestion}",
        "配置中没有“{key}”这个键。\n该处可用的键：{known}。\n{suggestion}",
    ),
    "errors.bad_value": (
        "The value {value} of “{key}” does not fit.\nAllowed: {allowed}.\nChange “{key}” and run again.",
        "“{key}”的值 {value} 不合适。\n允许的取值：{allowed}。\n请修改“{key}”后重试。",
    ),
    "errors.allowed_missing": ("a value is required", "必须给出一个值"),
    "errors.allowed_int": ("a whole number", "整数"),
    "errors.allowed_int_from_float": ("a whole number", "整数"),
    "errors.allowed_float": ("a number", "数"),
    "errors.allowed_bool": ("true or false", "true 或 false"),
    "errors.allowed_string": ("text", "文本"),
    "errors.allowed_tuple": ("a list", "列表"),
    "errors.allowed_greater_than": ("a number above {gt}", "大于 {gt} 的数"),
    "errors.allowed_greater_than_equal": ("a number from {ge} up", "不小于 {ge} 的数"),
    "errors.allowed_less_than": ("a number below {lt}", "小于 {lt} 的数"),
    "errors.allowed_less_than_equal": ("a number up to {le}", "不大于 {le} 的数"),
    "errors.allowed_string_pattern_mismatch": ("text of the form {pattern}", "符合 {pattern} 的文本"),
    "errors.allowed_like": ("such as {examples}", "例如 {examples}"),
    "errors.allowed_finite_number": ("a finite number", "有限的数"),
    "errors.allowed_model": ("keys below it, each with its value", "其下的各个键，每个键有自己的值"),
    "errors.allowed_dict": ("keys below it, each with its value", "其下的各个键，每个键有自己的值"),
    "errors.allowed_too_short": ("at least {min_length} of them", "至少 {min_length} 个"),
    "errors.no_keys_below": (
        "“{given}” sets a key below “{key}”, which is {value}.\n“{key}” is one value; there are no keys below it.\n"
        "Leave that setting out, or change “{key}” itself.",
        "“{given}”设置的是“{key}”之下的键，而“{key}”的值是 {value}。\n“{key}”只是一个值，其下没有键。\n"
        "请去掉该设置，或修改“{key}”本身。",
    ),
    "errors.bad_override": (
        "“{given}” is not an override.\nAn override is key=value, for example train.seed=3.\n"
        "Write it without spaces around “=”.",
        "“{given}”不是合法的覆盖项。\n覆盖项写作 key=value，例如 train.seed=3。\n“=”两边不要有空格。",
    ),
    "errors.bad_yaml": (
        "{path} cannot be read as settings: {reason}.\nSettings are `key: value` lines of YAML.\nCorrect the file there.",
        "无法把 {path} 读作配置：{reason}。\n配置由 `key: value` 行组成（YAML）。\n请修改文件中的该处。",
    ),
    "errors.no_file": (
        "There is no file {path}.\nA path that exists is needed.\nCheck the spelling; relative paths start at {cwd}.",
        "文件 {path} 不存在。\n需要一个存在的路径。\n请检查拼写；相对路径从 {cwd} 算起。",
    ),
    "errors.is_folder": (
        "{path} is a folder.\nA file is needed here.\nName one of the files in it.",
        "{path} 是文件夹。\n这里需要一个文件。\n请指定其中的某个文件。",
    ),
    "errors.missing_extra": (
        "This needs the package “{package}”, which is not installed.\nIt comes with the extra “{extra}”.\n"
        "In the checkout of Yanmo, run: pip install -e '.[{extra}]'",
        "此功能需要“{package}”包，但尚未安装。\n它包含在附加组件“{extra}”中。\n请在研墨的代码目录中运行：pip install -e '.[{extra}]'",
    ),
}
