"""Texts of tasks on two texts: pairs, similarity, vectors."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "pairs.missing_side": (
        "{source}: one side of the pair is missing: “{missing}” is empty or not there.\n"
        "Every record of a pair file has both texts ({names}).\n"
        "Fill it in, or take that record out.",
        "{source}：句对缺少一侧：“{missing}”为空或不存在。\n句对文件中的每条记录都必须有两段文本（{names}）。\n"
        "请补上，或删去该记录。",
    ),
    "pairs.no_pair": (
        "{source} holds one text where two are needed; its fields are {known}.\nUsual names: {usual}.\n"
        "Give both texts (on the command line: --pair A B), or say which columns they are: --columns text=COLUMN text_pair=COLUMN.",
        "{source} 只有一段文本，而这里需要两段；它的字段有：{known}。\n常用的字段名：{usual}。\n"
        "请给出两段文本（命令行上用 --pair A B），或说明是哪两列：--columns text=列名 text_pair=列名。",
    ),
    "pairs.unexpected_pair": (
        "{source} holds two texts where one is needed; its fields are {known}.\n"
        "Records hold one text each, or two each, and a model reads what it learned from.\n"
        "Give single texts, or fine-tune the model on pairs.",
        "{source} 有两段文本，而这里只需要一段；它的字段有：{known}。\n记录要么各有一段文本，要么各有两段；模型只能读取训练时的那一种。\n"
        "请给出单段文本，或用句对微调模型。",
    ),
    "pairs.mixed_labels": (
        "{source}: the label {value} is {kind}, but that of {other} is {other_kind}.\n"
        "All labels are of one type: numbers, words, or true and false.\n"
        "Write them alike; a column of scores is called “score”.",
        "{source}：标签 {value} 是{kind}，而 {other} 的标签是{other_kind}。\n所有标签必须是同一类型：数字、文字，或真假值。\n"
        "请统一写法；分数列请命名为“score”。",
    ),
    "pairs.warn_unread": (
        "Every pair is taken as two texts that belong together: no column of labels was found, and {columns} is not read. "
        "If that is the label: --columns label={column}.",
        "所有句对都当作彼此对应的两段文本：没有找到标签列，也不读取 {columns}。如果它就是标签，请用 --columns label={column}。",
    ),
    "pairs.kind_label": ("label", "标签"),
    "pairs.a_number": ("a number", "数字"),
    "pairs.a_word": ("a word", "文字"),
    "pairs.a_truth": ("true or false", "真假值"),
    "pairs.bad_score": (
        "{source}: the field “{field}” holds {value}, which is no score.\nA score is a finite number.\nCorrect that record.",
        "{source}：字段“{field}”的值 {value} 不是分数。\n分数应为有限的数值。\n请更正该记录。",
    ),
    "pairs.one_score": (
        "All training records have the same score, {score} ({source}).\nScores must differ for similarity to be learned.\n"
        "Check the label field, or give more data.",
        "所有训练记录的分数相同，都是 {score}（{source}）。\n分数必须有差别，才能学习相似度。\n请检查标签字段，或提供更多数据。",
    ),
    "pairs.loss_needs": (
        "The loss {loss} of a {encoder}-encoder cannot learn from {given} ({source}).\nFor these records: {fits}.\n"
        "Set settings.similarity.loss to one of them, or leave it out.",
        "{encoder} 编码器的损失 {loss} 无法从{given}中学习（{source}）。\n适用于这些记录的有：{fits}。\n"
        "请将 settings.similarity.loss 设为其中之一，或不设置。",
    ),
    "pairs.threshold_of_these": (
        "The model has no threshold, for it learned from pairs without labels: this one was chosen on these records.",
        "该模型从不带标签的句对学来，没有阈值：这里的阈值是在这些记录上选出的。",
    ),
    "pairs.holds_score": ("pairs with scores", "带分数的句对"),
    "pairs.holds_label": ("pairs with labels", "带标签的句对"),
    "pairs.holds_classes": (
        "pairs with labels of more than two classes",
        "带两个以上类别标签的句对",
    ),
    "pairs.holds_pair": ("pairs without labels", "不带标签的句对"),
    "pairs.holds_text": ("single texts", "单段文本"),
    "pairs.cannot_measure": (
        "{source}: these records hold {given}, by which this model cannot be measured.\n"
        "It can be measured by: {fits}.\nGive other records.",
        "{source}：这些记录是{given}，无法用来衡量该模型。\n可用于衡量的有：{fits}。\n请换用其他记录。",
    ),
    "pairs.no_vectors": (
        "The model {path} is a cross-encoder: it reads two texts at once and has no vector of a single one.\n"
        "A bi-encoder or any pre-trained encoder has.\n"
        "Fine-tune sentence_similarity without settings.similarity.encoder=cross, or ask this one with yanmo predict --pair.",
        "模型 {path} 是交叉编码器：它同时读取两段文本，没有单段文本的向量。\n双编码器或任何预训练编码器都有。\n"
        "请在不带 settings.similarity.encoder=cross 的情况下微调 sentence_similarity，或用 yanmo predict --pair 询问该模型。",
    ),
    "pairs.encoder_decoder": (
        "The model {path} is an encoder–decoder: it reads one text to write another, and gives no vectors of texts.\n"
        "Encoders (bert) and decoders (gpt2) do.\nChoose such a model, or translate with this one: yanmo translate.",
        "模型 {path} 是编码器-解码器：它读入一段文本以写出另一段，不提供文本的向量。\n"
        "编码器（bert）和解码器（gpt2）可以。\n请改用这样的模型；或用 yanmo translate 让该模型翻译。",
    ),
    "pairs.other_token": (
        "{path} makes a vector of a text by {given}, which no pair of texts in one row can be compared by.\n"
        "An encoder is measured by its mean or cls, a decoder by its mean or lasttoken.\n"
        "Choose another model, or compare its vectors by yourself: yanmo encode.",
        "{path} 以 {given} 把文本变成向量，同一行中的句对无法据此比较。\n"
        "编码器可按 mean 或 cls 评估，解码器可按 mean 或 lasttoken 评估。\n"
        "请换用其他模型，或用 yanmo encode 得到向量后自行比较。",
    ),
    "pairs.note_bi_encoder": (
        "{model} was not fine-tuned here: measured as a bi-encoder, by the cosine of its vectors ({pooling})",
        "{model} 未经微调：作为双编码器，以向量的余弦（{pooling}）评估",
    ),
    "pairs.unsupported_module": (
        "{path} describes a module or pooling that is not supported: {given}.\n"
        "Supported: a Transformer, pooling by mean, cls or lasttoken, and Normalize.\n"
        "Choose a model that is made so.",
        "{path} 描述的模块或池化方式不受支持：{given}。\n支持：Transformer，mean、cls 或 lasttoken 池化，以及 Normalize。\n"
        "请选用以这种方式构成的模型。",
    ),
    "pairs.no_texts": (
        "{path} holds no text.\nOne text per line, or records with a text, are needed.\nCheck the file.",
        "{path} 中没有文本。\n需要每行一段文本，或含有文本的记录。\n请检查该文件。",
    ),
    "pairs.no_negative": (
        "{source} has no text in “{field}”, though other records have one.\n"
        "Hard negatives stand in every record, or in none.\nFill it in, or remove the field everywhere.",
        "{source} 的“{field}”中没有文本，而其他记录有。\n难负例要么每条记录都有，要么都没有。\n请补上，或从所有记录中去掉该字段。",
    ),
}
