"""Texts of the tasks."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "tasks.no_label": (
        "{source} has no label field; its fields are {known}.\nLooked for: {usual}.\n"
        "Name the field with --label-field, or correct the record.",
        "{source} 没有标签字段；它的字段有：{known}。\n查找过的字段：{usual}。\n请用 --label-field 指定字段，或更正该记录。",
    ),
    "tasks.bad_label": (
        "{source}: the field “{field}” holds {value}, which is no label.\n"
        "A label is a string or a number, or a list of them.\nCorrect that record.",
        "{source}：字段“{field}”的值 {value} 不是标签。\n标签是字符串或数字，或由它们组成的列表。\n请更正该记录。",
    ),
    "tasks.several_labels": (
        "{source} has {count} labels, but each training record has one.\n"
        "Either every record has one label, or training records hold lists of labels.\n"
        "Correct that record, or give training records whose labels are lists.",
        "{source} 有 {count} 个标签，而训练记录每条只有一个。\n要么每条记录只有一个标签，要么训练记录的标签为列表。\n"
        "请更正该记录，或提供以列表给出标签的训练记录。",
    ),
    "tasks.one_class": (
        "The training records hold fewer than two classes: {found} ({source}).\nClassification needs two or more.\n"
        "Check the label field, or give more data.",
        "训练记录中的类别少于两个：{found}（{source}）。\n分类至少需要两个类别。\n请检查标签字段，或提供更多数据。",
    ),
    "tasks.unseen_label": (
        "{source}: the label “{label}” does not occur in the training records.\nKnown labels: {known}.\n"
        "Correct the record, or add training examples of that label.",
        "{source}：标签“{label}”在训练记录中没有出现过。\n已知标签：{known}。\n请更正该记录，或为该标签添加训练样例。",
    ),
    "tasks.no_entity": (
        "No training record holds an entity ({source}).\nAt least one is needed.\nCheck the label field and the tags.",
        "训练记录中没有任何实体（{source}）。\n至少需要一个。\n请检查标签字段和标注。",
    ),
    "tasks.bad_tags": (
        "{source}: the field “{field}” holds {value}.\n"
        "A list is needed: BIO tags (strings), or entities with start, end and label.\nCorrect that record.",
        "{source}：字段“{field}”的值为 {value}。\n需要列表：BIO 标签（字符串），或含 start、end、label 的实体。\n请更正该记录。",
    ),
    "tasks.tags_do_not_fit": (
        "{source} has {tags} tags for {tokens} tokens.\nThere must be one tag per token (or per character of the text).\n"
        "Correct that record.",
        "{source} 有 {tags} 个标签，却有 {tokens} 个词元。\n每个词元（或文本的每个字符）必须有一个标签。\n请更正该记录。",
    ),
    "tasks.bad_tag": (
        "{source}: “{tag}” is no BIO tag.\nA tag is O, B-KIND or I-KIND.\nCorrect that record; BIOES must be converted first.",
        "{source}：“{tag}”不是 BIO 标签。\n标签应为 O、B-类型 或 I-类型。\n请更正该记录；BIOES 需先转换。",
    ),
    "tasks.overlapping_spans": (
        "{source}: the entities {one} and {two} overlap.\nEach character can belong to one entity.\n"
        "Keep one of the two; nested kinds can be learned in separate runs.",
        "{source}：实体 {one} 与 {two} 重叠。\n每个字符只能属于一个实体。\n请只保留其中一个；嵌套的类型可以分开训练。",
    ),
    "tasks.token_not_in_text": (
        "{source}: the token “{token}” is not found in the text at its place.\n"
        "A record with both text and tokens must hold the tokens in the order of the text.\n"
        "Correct that record, or leave the text out.",
        "{source}：在文本的相应位置找不到词元“{token}”。\n同时含有文本和词元的记录，词元必须按其在文本中的顺序排列。\n"
        "请更正该记录，或去掉文本。",
    ),
    "tasks.bad_span": (
        "{source}: the entity {span} does not fit its text of {length} characters.\n"
        "An entity has start < end (characters of the text) and a label.\nCorrect that record.",
        "{source}：实体 {span} 与长度为 {length} 个字符的文本不符。\n实体需满足 start < end（按文本字符计），并有 label。\n请更正该记录。",
    ),
    "tasks.no_direction": (
        "{source} holds a translation between the languages {known}, but no direction was said.\n"
        "A direction is FROM-TO.\nGive it, for example --direction {example}.",
        "{source} 是语言 {known} 之间的翻译，但没有指明方向。\n方向写作 源语言-目标语言。\n请指定，例如 --direction {example}。",
    ),
    "tasks.side_missing": (
        "{source} lacks one side of the pair; its fields are {known}.\nLooked for: {usual}.\n"
        "Correct the record, or name the columns: --direction en-zh, or --text-field and --label-field.",
        "{source} 缺少句对的一侧；它的字段有：{known}。\n查找过的字段：{usual}。\n"
        "请更正该记录，或指定列：--direction en-zh，或 --text-field 与 --label-field。",
    ),
    "tasks.side_no_text": (
        "{source}: the field “{field}” holds {value}.\nEach side of a pair is one text.\nCorrect that record.",
        "{source}：字段“{field}”的值为 {value}。\n句对的每一侧都应是一段文本。\n请更正该记录。",
    ),
    "tasks.side_empty": (
        "{source}: the field “{field}” is empty.\nBoth sides of a pair need words.\nComplete that record, or leave it out.",
        "{source}：字段“{field}”为空。\n句对的两侧都必须有内容。\n请补全该记录，或将其删去。",
    ),
}
