"""Texts of the errors that belong to no single area."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "errors.unknown_name": (
        "There is no {kind} named “{name}”.\nKnown: {known}.\nDid you mean “{nearest}”?",
        "没有名为“{name}”的 {kind}。\n可用的有：{known}。\n您是想用“{nearest}”吗？",
    ),
    "errors.unknown_key": (
        "The configuration has no key “{key}”.\nKnown keys there: {known}.\nDid you mean “{nearest}”?",
        "配置中没有“{key}”这个键。\n该处可用的键：{known}。\n您是想用“{nearest}”吗？",
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
    "errors.allowed_literal_error": ("{expected}", "{expected}"),
    "errors.allowed_string_pattern_mismatch": ("text of the form {pattern}", "符合 {pattern} 的文本"),
    "errors.allowed_too_short": ("at least {min_length} of them", "至少 {min_length} 个"),
    "errors.bad_override": (
        "“{given}” is not an override.\nAn override is key=value, for example train.seed=3.\n"
        "Write it without spaces around “=”.",
        "“{given}”不是合法的覆盖项。\n覆盖项写作 key=value，例如 train.seed=3。\n“=”两边不要有空格。",
    ),
    "errors.bad_yaml": (
        "{path} is not a YAML mapping: {reason}.\nA recipe is `key: value` lines.\nCorrect the file at that place.",
        "{path} 不是 YAML 映射：{reason}。\n配方由“键：值”的行组成。\n请修改文件中的该处。",
    ),
    "errors.no_file": (
        "There is no file {path}.\nA path that exists is needed.\nCheck the spelling; relative paths start at {cwd}.",
        "文件 {path} 不存在。\n需要一个存在的路径。\n请检查拼写；相对路径从 {cwd} 算起。",
    ),
    "errors.missing_extra": (
        "This needs the package “{package}”, which is not installed.\nIt comes with the extra “{extra}”.\n"
        "Run: pip install 'yanmo[{extra}]'",
        "此功能需要“{package}”包，但尚未安装。\n它包含在附加组件“{extra}”中。\n请运行：pip install 'yanmo[{extra}]'",
    ),
}
