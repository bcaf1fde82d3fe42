"""Texts of reading, cleaning and describing a corpus."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "corpus.no_field": (
        "{source}: this record has no field “{field}”.\nIts fields are: {known}.\n"
        "Name the field that holds it (of a corpus --text-field NAME, of labelled records --columns {field}=NAME), or correct the record.",
        "{source}：这条记录没有“{field}”字段。\n"
        "它的字段有：{known}。\n"
        "请指定对应的字段（语料用 --text-field 字段名，带标签的记录用 --columns {field}=字段名），或修正该记录。",
    ),
    "corpus.no_header": (
        "{source}: there is no column “{field}”; the first line is read as column names, and here it looks like data.\n"
        "The columns are therefore called: {known}.\n"
        "Write a line of column names above it, separated like the rest (such as text, label); or name the column that "
        "holds it (of a corpus --text-field NAME, of labelled records --columns {field}=NAME).",
        "{source}：没有“{field}”列；文件的第一行会被读作列名，而这里的第一行看起来是数据。\n"
        "因此各列的名称是：{known}。\n"
        "请在文件开头加一行列名，分隔方式与其余各行相同（例如 text、label）；"
        "或指定对应的列（语料用 --text-field 列名，带标签的记录用 --columns {field}=列名）。",
    ),
    "corpus.field_no_text": (
        "{source}: the field “{field}” holds {kind}, not a text.\nThe fields of this record are: {known}.\n"
        "Name another field, or write the value as a string.",
        "{source}：字段“{field}”的值是{kind}，不是文本。\n"
        "这条记录的字段有：{known}。\n"
        "请改用其他字段，或把该值写成字符串。",
    ),
    "corpus.bad_json": (
        "{source}: this record cannot be read as a JSON object: {reason}.\n"
        'One object per line is needed, such as {{"text": "..."}}, or in .json an array of them; the record begins: {start}\n'
        "Correct the record, or rename the file to .txt to read it as plain text.",
        "{source}：无法把这条记录读作 JSON 对象：{reason}。\n"
        '应每行一个对象，例如 {{"text": "..."}}；.json 文件也可以是由对象组成的数组；该记录开头是：{start}\n'
        "请修正这条记录；若是纯文本，请把文件改名为 .txt。",
    ),
    "corpus.bad_table": (
        "{source}: this row cannot be read: {reason}.\n"
        "A {format} file has a header line and as many cells in each row; the header is: {known}.\n"
        "Correct the row (in .csv, a cell with commas, quotes or line breaks stands in double quotes).",
        "{source}：无法读取这一行：{reason}。\n"
        "{format} 文件的第一行是表头，每行的单元格数与表头相同；表头为：{known}。\n"
        "请修正这一行（.csv 中含逗号、引号或换行的单元格要用双引号括起来）。",
    ),
    "corpus.bad_parquet": (
        "{path} cannot be read as Parquet: {reason}.\n"
        "A whole Parquet file is needed.\n"
        "Write or copy the file again.",
        "无法把 {path} 作为 Parquet 读取：{reason}。\n"
        "需要一个完整的 Parquet 文件。\n"
        "请重新生成或复制该文件。",
    ),
    "corpus.unreadable": (
        "{path} cannot be read: {reason}.\nA whole file that may be read is needed.\n"
        "Check its permissions, or copy it again; a .gz file must be complete.",
        "无法读取 {path}：{reason}。\n"
        "需要一个完整且有读取权限的文件。\n"
        "请检查权限或重新复制；.gz 文件必须完整。",
    ),
    "corpus.unknown_encoding": (
        "{path}: encoding unknown: the byte at offset {offset} is not UTF-8, nor is the text GB18030.\n"
        "Found by itself: UTF-8, UTF-16 or UTF-32 with a byte order mark, GB18030 (with GBK and GB2312) where there is text "
        "enough to be sure: a few characters may be of many encodings.\n"
        "Save the file as UTF-8, or name its encoding where the command takes one: --encoding gb18030 or "
        "--encoding big5 for Chinese, --encoding cp1252 (or latin-1) for Western European texts (é, ü, £).",
        "{path}：无法判断编码；偏移 {offset} 处的字节不是 UTF-8，文本也不像 GB18030。\n"
        "可自动识别：UTF-8、带字节顺序标记的 UTF-16 或 UTF-32，以及文字足够多的 GB18030（含 GBK、GB2312）；"
        "只有寥寥几个字时，多种编码都说得通，无法确定。\n"
        "请将文件另存为 UTF-8；若命令有 --encoding 选项，也可指定编码：中文用 --encoding gb18030 或 --encoding big5，"
        "西欧文字（é、ü、£）用 --encoding cp1252（或 latin-1）。",
    ),
    "corpus.encoding_breaks": (
        "{path}: read as {encoding} so far, but the byte {byte} at offset {offset} does not belong there.\n"
        "A file must be in one encoding from beginning to end.\n"
        "Correct that place. If the file is in another encoding altogether, save it as UTF-8, or name its encoding "
        "where the command takes one (--encoding).",
        "{path}：此前按 {encoding} 读取，但偏移 {offset} 处的字节 {byte} 不合该编码。\n"
        "一个文件从头到尾必须使用同一种编码。\n请修正该处；若整个文件其实是另一种编码，请另存为 UTF-8，或在有 --encoding 选项的命令中指定其编码。",
    ),
    "corpus.encoding_wrong": (
        "{path}: the byte {byte} at offset {offset} is not {encoding}, which was asked for.\n"
        "A file must be in one encoding from beginning to end.\n"
        "Leave --encoding out to have it found, or name the right one.",
        "{path}：指定的编码是 {encoding}，但偏移 {offset} 处的字节 {byte} 不合该编码。\n"
        "一个文件从头到尾必须使用同一种编码。\n请去掉 --encoding 以自动识别，或指定正确的编码。",
    ),
    "corpus.no_path": (
        "There is no file or folder {path}, and no file matches it.\n"
        "Allowed: a file, a folder, a pattern such as texts/*.txt, or one of {builtin}.\n"
        "Check the spelling; relative paths start at {cwd}.",
        "没有名为 {path} 的文件或目录，也没有文件与之匹配。\n"
        "可以是：文件、目录、texts/*.txt 这样的通配符，或 {builtin} 之一。\n"
        "请检查拼写；相对路径从 {cwd} 算起。",
    ),
    "corpus.empty_folder": (
        "{path} holds no file that can be read{skipped}.\n"
        "Read are: {formats}, each also with .gz.\n"
        "Put texts there, or name a file itself: .json is read as records, another one as plain text.",
        "{path} 中没有可读取的文件{skipped}。\n可读取：{formats}，均可再加 .gz。\n"
        "请放入文本文件；也可直接写出某个文件：.json 按记录读取，其他按纯文本读取。",
    ),
    "corpus.no_documents": (
        "The corpus {paths} gave no document: {read} were read and {dropped} dropped{reasons}.\n"
        "At least one document with text is needed.\n"
        "Look at it with `yanmo corpus stats`, add text, or relax the filters.",
        "语料 {paths} 没有得到任何文档：读入 {read} 篇，丢弃 {dropped} 篇{reasons}。\n"
        "至少需要一篇有内容的文档。\n请用 `yanmo corpus stats` 查看，补充文本或放宽过滤条件。",
    ),
    "corpus.bad_squad": (
        "{path} cannot be read as SQuAD's own file: {reason}.\n"
        "There “data” is a list of articles, each with “paragraphs”, each of these with “context” and “qas”.\n"
        "Correct the file, or write one record per line.",
        "无法把 {path} 按 SQuAD 的格式读取：{reason}。\n"
        "其中 data 是文章列表，每篇文章有 paragraphs，每段有 context 和 qas。\n"
        "请更正该文件，或改为每行一条记录。",
    ),
    "corpus.bad_tree": (
        "{path} holds no records that can be read: {reason}.\n"
        "A .json file of records is an array of objects, one object per line, or one object with one list of them, called "
        "data, train, rows or the like.\n"
        'Correct the file, or write its records one per line or as one array (in pandas: orient="records").',
        "{path} 中没有可读取的记录：{reason}。\n"
        ".json 记录文件可以是由对象组成的数组、每行一个对象，或一个对象，其中有一个名为 data、train、rows 等的对象列表。\n"
        '请更正该文件，或把记录改为每行一条，或写成一个数组（pandas 用 orient="records"）。',
    ),
    "corpus.bad_columns": (
        "{source}: this line of words and tags cannot be read: {reason}.\n"
        "Every line has the same number of columns, separated by tabs, or by blanks where the first one has no tab: the "
        "word first, its tag last; a blank line ends a sentence.\n"
        "Correct the line; a text without tags stands in a .txt file.",
        "{source}：无法读取这一行词与标签：{reason}。\n"
        "每行的列数相同，以制表符分隔（第一行没有制表符时以空格分隔）：第一列是词，最后一列是标签；句子之间用空行隔开。\n"
        "请修正这一行；没有标签的文本请存为 .txt 文件。",
    ),
    "corpus.binary": (
        "{path} is a binary file, not text.\nRead are: {formats}, each also with .gz.\n"
        "Take the file away, or set binary=skip to leave such files out of a folder.",
        "{path} 是二进制文件，不是文本。\n可读取：{formats}，均可再加 .gz。\n"
        "请移走该文件；也可设 binary=skip，读取目录时跳过这类文件。",
    ),
    "corpus.no_records": (
        "unit=record does not fit {path}, which is plain text.\n"
        "Plain text has the units: file, line, block (between blank lines), or auto.\n"
        "Change unit and run again.",
        "unit=record 不适用于纯文本文件 {path}。\n"
        "纯文本可用的单位：file、line、block（以空行分隔）或 auto。\n"
        "请修改 unit 后重试。",
    ),
    "corpus.text_too_long": (
        "{source}: this line is longer than {limit} characters.\nEach line is one text.\n"
        "Break it into several lines.",
        "{source}：这一行超过 {limit} 个字符。\n每行是一段文本。\n请把它分成几行。",
    ),
    "corpus.line_too_long": (
        "{source}: this record is longer than {limit} characters.\nEach line holds one object.\n"
        "Break the file into lines; a JSON list stands in a .json file.",
        "{source}：这条记录超过 {limit} 个字符。\n"
        "每行应是一个对象。\n"
        "请把文件分行；JSON 列表请存为 .json 文件。",
    ),
    "corpus.records_from_text": (
        "{path} is not a set of labelled records.\nAllowed: {formats}, each also with .gz.\n"
        'Write one example per line, for example {{"text": "...", "label": "..."}} in a .jsonl file.',
        "{path} 不是带标注的记录集。\n可用格式：{formats}，均可再加 .gz。\n"
        '请每行写一个样本，例如在 .jsonl 文件中写 {{"text": "...", "label": "..."}}。',
    ),
    "corpus.no_hub": (
        "“{given}” is no file here, and as a data set of the hub its split “{split}” could not be had: {reason}.\n"
        "A file of records (.jsonl, .json, .csv, .tsv, .parquet, .conll), or owner/name or owner/name:split with a connection to the hub.\n"
        "Without a network, save the split as a file on a machine that has one, and give that file, for example "
        "--train train.parquet",
        "“{given}”不是本地文件；作为 Hub 数据集，也无法取得它的“{split}”部分：{reason}。\n"
        "可以是记录文件（.jsonl、.json、.csv、.tsv、.parquet、.conll），也可以是 owner/name 或 owner/name:split（需要能连接 Hub）。\n"
        "没有网络时，请在有网络的机器上把该部分存成文件，再给出该文件，例如 --train train.parquet",
    ),
    "corpus.bad_encoding_name": (
        "There is no encoding named “{name}”.\nKnown: auto, utf-8, gb18030, big5, utf-16, cp1252 and whatever else "
        "Python knows.\nCorrect the name, or leave it out: then it is found.",
        "没有名为“{name}”的编码。\n可用的有：auto、utf-8、gb18030、big5、utf-16、cp1252 等 Python 支持的编码。\n"
        "请更正名称；不指定时自动识别。",
    ),
    # reasons inside errors
    "corpus.reason_column": ("no valid JSON at column {column}", "第 {column} 列处不是合法的 JSON"),
    "corpus.reason_character": (
        "no valid JSON at its character {place}",
        "其中第 {place} 个字符处不是合法的 JSON",
    ),
    "corpus.reason_key": ("“{key}” is {kind}", "“{key}”是{kind}"),
    "corpus.reason_cells": (
        "{found} cells where the header has {wanted}",
        "有 {found} 个单元格，而表头有 {wanted} 个",
    ),
    "corpus.reason_nameless": (
        "its cell {column} stands in a column without a name",
        "第 {column} 个单元格所在的列没有列名",
    ),
    "corpus.reason_columns": (
        "its columns are {found}, not {wanted}",
        "有 {found} 列，而不是 {wanted} 列",
    ),
    "corpus.reason_numbered": (
        "its first column numbers the words instead of holding them",
        "第一列是词的编号，而不是词",
    ),
    "corpus.reason_lists": ("it holds several lists of objects ({lists})", "其中有多个对象列表（{lists}）"),
    "corpus.reason_no_list": ("it holds no list of objects", "其中没有对象列表"),
    "corpus.reason_header": ("the header is empty or names a column twice", "表头为空或有重复的列名"),
    "corpus.count_skipped": (" ({count} skipped)", "（跳过 {count} 个）"),
    "corpus.reasons_dropped": (" ({reasons})", "（{reasons}）"),
    # warnings of the report
    "corpus.skipped_binary": ("skipped, binary: {path}", "已跳过（二进制文件）：{path}"),
    "corpus.skipped_format": (
        "skipped, no format that is read in a folder: {path}",
        "已跳过（目录中不读取此格式）：{path}",
    ),
    "corpus.skipped_empty": ("skipped, empty: {path}", "已跳过（空文件）：{path}"),
    "corpus.split_file": (
        "read in several documents, being longer than {limit} characters: {path}",
        "超过 {limit} 个字符，已拆成多篇文档读取：{path}",
    ),
    # heads of the report
    "corpus.files": ("files read", "读取文件"),
    "corpus.bytes": ("bytes of text", "文本字节数"),
    "corpus.skipped": ("files skipped", "跳过文件"),
    "corpus.encodings": ("encodings (files)", "编码（文件数）"),
    "corpus.units": ("one document per (files)", "文档单位（文件数）"),
    "corpus.documents_read": ("documents read", "读入文档"),
    "corpus.dropped": ("documents dropped", "丢弃文档"),
    "corpus.documents": ("documents kept", "保留文档"),
    "corpus.characters": ("characters", "字符数"),
    "corpus.sentences": ("sentences", "句子数"),
    "corpus.scripts": ("share of characters", "字符占比"),
    "corpus.longest": ("longest document", "最长文档"),
    "corpus.longest_value": ("{characters} characters, {source}", "{characters} 个字符，{source}"),
    # values in the report
    "corpus.unit_file": ("file", "文件"),
    "corpus.unit_line": ("line", "行"),
    "corpus.unit_block": ("blank-line block", "空行分隔的段"),
    "corpus.unit_record": ("record", "记录"),
    "corpus.unit_builtin": ("built-in", "内置"),
    "corpus.dropped_empty": ("empty", "空文档"),
    "corpus.dropped_short": ("too short", "过短"),
    "corpus.dropped_long": ("too long", "过长"),
    "corpus.dropped_script": ("other script", "文字不符"),
    "corpus.dropped_repetition": ("repetitive", "重复内容过多"),
    "corpus.dropped_duplicate": ("duplicate", "完全重复"),
    "corpus.dropped_near_duplicate": ("near duplicate", "近似重复"),
    "corpus.script_han": ("Chinese", "汉字"),
    "corpus.script_latin": ("Latin", "拉丁字母"),
    "corpus.script_other_letters": ("other letters", "其他字母"),
    "corpus.script_digits": ("digits", "数字"),
    "corpus.script_space": ("space", "空白"),
    "corpus.script_punctuation": ("punctuation and symbols", "标点与符号"),
}
