"""Texts of the tasks."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "tasks.no_label": (
        "{source} has no label field; its fields are {known}.\nLooked for: {usual}.\n"
        "Say which column it is (--columns label=COLUMN), or correct the record.",
        "{source} 没有标签字段；它的字段有：{known}。\n查找过的字段：{usual}。\n请说明是哪一列（--columns label=列名），或更正该记录。",
    ),
    "tasks.prompt_too_long": (
        "{source} has a prompt of {tokens} tokens.\nThis model reads at most {limit} before it writes.\n"
        "Shorten the prompt, or use a model with more positions.",
        "{source} 的提示有 {tokens} 个词元。\n该模型在生成之前最多读入 {limit} 个。\n请缩短提示，或使用位置更多的模型。",
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
        "Labels that do not occur in the training records: {places}.\nKnown labels: {known}.\n"
        "Correct the records, or add training examples of those labels.",
        "训练记录中没有出现过的标签：{places}。\n已知标签：{known}。\n请更正这些记录，或为这些标签添加训练样例。",
    ),
    "tasks.places": ("{places} ({count} in all)", "{places}（共 {count} 处）"),
    "tasks.no_entity": (
        "No training record holds an entity ({source}).\nAt least one is needed.\nCheck the label field and the tags.",
        "训练记录中没有任何实体（{source}）。\n至少需要一个。\n请检查标签字段和标注。",
    ),
    "tasks.bad_tags": (
        "{source}: the field “{field}” holds {value}.\n"
        "A list is needed: tags (strings), or entities with start, end and label.\n"
        "Correct that record; numbers have names in a Parquet file that `datasets` saved, or through the hub.",
        "{source}：字段“{field}”的值为 {value}。\n需要列表：标签（字符串），或含 start、end、label 的实体。\n"
        "请更正该记录；若为编号，可改用 `datasets` 保存的 Parquet 文件或直接从 Hub 读取，其中带有名称。",
    ),
    "tasks.tags_do_not_fit": (
        "{source} has {tags} tags for {tokens} tokens.\nThere must be one tag per token (or per character of the text).\n"
        "Correct that record.",
        "{source} 有 {tags} 个标签，却有 {tokens} 个词元。\n每个词元（或文本的每个字符）必须有一个标签。\n请更正该记录。",
    ),
    "tasks.bad_tag": (
        "{source}: “{tag}” is no tag of an entity.\n"
        "A tag is O, or a prefix of BIO, BIOES, BMES or BILOU with a kind, such as B-PER.\nCorrect that record.",
        "{source}：“{tag}”不是实体标签。\n"
        "标签应为 O，或由 BIO、BIOES、BMES、BILOU 的前缀加类型组成，例如 B-PER。\n请更正该记录。",
    ),
    "tasks.classes_no_tags": (
        "This model's classes include {others} ({count} in all), which are no tags of entities.\n"
        "A tag is O, or a prefix of BIO, BIOES, BMES or BILOU with a kind, such as B-PER.\n"
        "Name the classes in their order under “id2label” in the model's config.json.",
        "该模型的类别中有 {others}（共 {count} 个），它们不是实体标签。\n"
        "标签应为 O，或由 BIO、BIOES、BMES、BILOU 的前缀加类型组成，例如 B-PER。\n"
        "请在模型的 config.json 中，用“id2label”按顺序写出类别名称。",
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
    "tasks.no_text_form": (
        "{source} has nothing to learn to write; its fields are {known}.\n"
        "A record holds “{field}”, a question and its answer (prompt and completion, instruction and output, source and "
        "target), or messages.\nSay which columns they are (--columns prompt=COLUMN completion=COLUMN; of two languages, --direction en-zh), or correct it.",
        "{source} 中没有可供学习生成的内容；它的字段有：{known}。\n"
        "记录需含“{field}”、一问一答（prompt 与 completion、instruction 与 output、source 与 target）或 messages。\n"
        "请说明是哪些列（--columns prompt=列名 completion=列名；两种语言的列用 --direction en-zh），或更正该记录。",
    ),
    "tasks.bad_messages": (
        "{source}: {field} is {value}.\nA list of messages is needed, each with role and content.\nCorrect that record.",
        "{source}：{field} 的值为 {value}。\n需要消息的列表，每条含 role 和 content。\n请更正该记录。",
    ),
    "tasks.bad_message": (
        "{source}: message {number} is {value}.\n"
        "A message has a role (system, user or assistant) and a text as its content.\nCorrect that record.",
        "{source}：第 {number} 条消息为 {value}。\n消息需含 role（system、user 或 assistant）和文本 content。\n请更正该记录。",
    ),
    "tasks.bad_history": (
        "{source}: history holds {value}.\nA list of earlier turns is needed, each of them a list of a question and its answer.\n"
        "Correct that record, or remove the column.",
        "{source}：history 中有 {value}。\n需要由先前各轮组成的列表，每轮依次为一个问题和一个回答。\n请更正该记录，或去掉该列。",
    ),
    "tasks.no_turn": (
        "{source}: no message has the role {role}.\nA conversation has questions (user) and answers (assistant).\n"
        "Correct that record, or leave it out.",
        "{source}：没有 role 为 {role} 的消息。\n对话由提问（user）和回答（assistant）组成。\n请更正该记录，或去掉它。",
    ),
    "tasks.empty_turn": (
        "{source}: “{field}” is empty.\nQuestions and answers have one character or more.\n"
        "Correct that record, or leave it out.",
        "{source}：“{field}”为空。\n问题和回答至少要有一个字符。\n请更正该记录，或去掉它。",
    ),
    "tasks.nameless_span": (
        "{source}: the entity {entity} has no label.\n"
        "An entity has start, end and label, and the label is a word.\nCorrect that record.",
        "{source}：实体 {entity} 没有标签（label）。\n实体由 start、end、label 组成，label 是一个词。\n请更正该记录。",
    ),
    "tasks.placeless_span": (
        "{source}: start or end of the entity {entity} is no whole number.\n"
        "Both count characters of the text, from 0; end stands behind the last one.\nCorrect that record.",
        "{source}：实体 {entity} 的 start 或 end 不是整数。\n二者都按文本的字符计，从 0 开始；end 在最后一个字符之后。\n请更正该记录。",
    ),
    "tasks.other_words": (
        "{source}: the entity {entity} does not say what its text says at that place: “{found}”.\n"
        "An entity has start and end (characters of the text, from 0, with or without the last one), and its words are those "
        "of the text.\n"
        "Correct that record, or leave the words out.",
        "{source}：实体 {entity} 与文本该处的内容“{found}”不一致。\n"
        "实体由 start 和 end 给出（按文本字符计，从 0 开始，含或不含最后一个字符均可），其文字应与文本相同。\n"
        "请更正该记录，或去掉实体的文字。",
    ),
    "tasks.blank_span": (
        "{source}: the entity {entity} covers nothing but blanks.\n"
        "An entity covers at least one character that can be seen.\nCorrect that record.",
        "{source}：实体 {entity} 只覆盖了空白。\n实体至少要覆盖一个可见的字符。\n请更正该记录。",
    ),
    "tasks.bad_tokens": (
        "{source}: the field “{field}” holds {value}.\nA list of strings is needed, one for each token.\nCorrect that record.",
        "{source}：字段“{field}”的值为 {value}。\n需要由字符串组成的列表，每个词元一个。\n请更正该记录。",
    ),
    "tasks.bad_span": (
        "{source}: the entity {span} does not fit its text of {length} characters.\n"
        "An entity has start < end (characters of the text) and a label.\nCorrect that record.",
        "{source}：实体{span} 与文本不符（文本共 {length} 个字符）。\n实体需满足 start < end（按文本字符计），并有 label。\n请更正该记录。",
    ),
    "tasks.empty_text": (
        "{source}: the field “{field}” is empty.\nA question and a context with some text are needed.\nFill the field, or leave that record out.",
        "{source}：字段“{field}”是空的。\n问题和上下文都必须有内容。\n请补上该字段，或删去这条记录。",
    ),
    "tasks.bad_answers": (
        "{source}: the field “{field}” holds {value}, which is no answer.\n"
        "Answers are a text with its start, a list of those, or SQuAD's object with the lists text and answer_start.\n"
        "Correct that record; an empty list says that the context does not answer the question.",
        "{source}：字段“{field}”的值 {value} 不是答案。\n"
        "答案是文本及其 start、由它们组成的列表，或 SQuAD 那样含 text 与 answer_start 两个列表的对象。\n"
        "请更正该记录；空列表表示上下文中没有答案。",
    ),
    "tasks.answer_not_in_context": (
        "{source}: the answer “{answer}” does not occur in its context (“{context}” …).\n"
        "An answer is a piece of the context, equal in every character.\n"
        "Correct that record: look at spaces, punctuation, full-width characters, accents apart from letters.",
        "{source}：答案“{answer}”没有出现在上下文（“{context}”……）中。\n答案必须是上下文中的一段原文，逐字相同。\n"
        "请更正该记录：注意空格、标点、全角字符，以及与字母分开编码的附加符号。",
    ),
    "tasks.answer_not_at_start": (
        "{source}: the answer “{answer}” does not begin at {start}; in its context it begins at {places}.\n"
        "start counts the characters of the context from 0 (characters, not bytes or words).\n"
        "Correct start, or leave it out where the answer occurs once.",
        "{source}：答案“{answer}”不是从 {start} 开始的；它在上下文中的起始位置是 {places}。\n"
        "start 从 0 开始按上下文的字符计数（不是字节或词）。\n请更正 start；若答案只出现一次，也可以不写。",
    ),
    "tasks.answer_at_several_places": (
        "{source}: the answer “{answer}” occurs several times in its context, at {places}, and has no start.\n"
        "start may be missing where the answer occurs once.\nAdd the start that is meant.",
        "{source}：答案“{answer}”在上下文中出现了多次（位置 {places}），但没有给出 start。\n"
        "只有当答案仅出现一次时才可以省略 start。\n请补上正确的 start。",
    ),
    "tasks.no_answer": (
        "No training record holds an answer ({source}).\nAt least one is needed.\nCheck the fields answers and is_impossible.",
        "训练记录中没有任何答案（{source}）。\n至少需要一个。\n请检查 answers 和 is_impossible 字段。",
    ),
    "tasks.question_too_long": (
        "{source}: the question has {tokens} tokens.\nA window of {room} tokens holds a question of at most {limit}, and the context beside it.\n"
        "Shorten the question, or raise --max-length as far as the model allows.",
        "{source}：问题有 {tokens} 个词元。\n{room} 个词元的窗口还要放下上下文，问题最多 {limit} 个词元。\n"
        "请缩短问题，或在模型允许的范围内增大 --max-length。",
    ),
    "tasks.no_direction": (
        "{source} holds a translation between the languages {known}, but no direction was said.\n"
        "A direction is FROM-TO.\nGive it, for example --direction {example}.",
        "{source} 是语言 {known} 之间的翻译，但没有指明方向。\n方向写作 源语言-目标语言。\n请指定，例如 --direction {example}。",
    ),
    "tasks.direction_unnamed": (
        "{source} has the columns {first} and {second}, and the direction {direction} was given.\n"
        "A direction names columns, and these do not say their languages: {second} is learnt from {first} whatever it says.\n"
        "Leave --direction out, or name the column of each language: --columns {one}={first} {other}={second}, or crosswise.",
        "{source} 的列是 {first} 和 {second}，同时给出了方向 {direction}。\n"
        "方向中的名称对应列，而这两列没有说明语言：无论方向为何，都是由 {first} 学习 {second}。\n"
        "请去掉 --direction，或指明每种语言所在的列：--columns {one}={first} {other}={second}，或两者对调。",
    ),
    "tasks.language_missing": (
        "{source} has no column for {language} (direction {direction}); its fields are {known}.\n"
        "A column of that name is needed, or a single one that adds a country or a script to it, such as {language}_XX.\n"
        "Correct the record or the direction, or name the column: --columns {language}=COLUMN.",
        "{source} 没有 {language} 这一列（方向为 {direction}）；它的字段有：{known}。\n"
        "需要名为 {language} 的列，或唯一一个在其后加上地区或文字代码的列，例如 {language}_XX。\n"
        "请更正该记录或方向，或指定列：--columns {language}=列名。",
    ),
    "tasks.side_missing": (
        "{source} lacks one side of the pair; its fields are {known}.\nLooked for: {usual}.\n"
        "Correct the record, or name the columns: --direction en-zh, or --columns source=COLUMN target=COLUMN.",
        "{source} 缺少句对的一侧；它的字段有：{known}。\n查找过的字段：{usual}。\n"
        "请更正该记录，或指定列：--direction en-zh，或 --columns source=列名 target=列名。",
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
