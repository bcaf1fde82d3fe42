"""Texts of generation and of conversations."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "generation.prompt_too_long": (
        "The prompt has {tokens} tokens.\nThis model reads at most {limit} before it writes.\n"
        "Shorten the prompt, or use a model with more positions.",
        "提示有 {tokens} 个词元。\n该模型在生成之前最多读入 {limit} 个。\n请缩短提示，或使用位置更多的模型。",
    ),
    "generation.beams_that_sample": (
        "Both a beam search (num_beams {beams}) and sampling are asked for.\n"
        "A beam search takes the likeliest sequences; sampling draws tokens.\n"
        "Leave out num_beams, or set do_sample to false.",
        "同时要求了束搜索（num_beams 为 {beams}）和采样。\n束搜索取最可能的序列，采样则随机抽取词元。\n"
        "请去掉 num_beams，或把 do_sample 设为 false。",
    ),
    "generation.nothing_to_draw": (
        "{names}: given, but no token is drawn.\nThese options shape what is drawn; greedy and beam search take the "
        "likeliest.\nLeave them out, or sample (neither --greedy nor --num-beams).",
        "给出了 {names}，但并不抽取词元。\n这些选项只影响采样；贪心与束搜索总是取最可能的。\n"
        "请去掉它们，或改用采样（不用 --greedy，也不用 --num-beams）。",
    ),
    "generation.no_beams": (
        "{names}: given without a beam search.\nThese options compare finished beams, so num_beams must be 2 or more.\n"
        "Add --num-beams 4, or leave them out.",
        "给出了 {names}，但没有使用束搜索。\n这些选项用来比较已完成的束，因此 num_beams 至少为 2。\n"
        "请加上 --num-beams 4，或去掉它们。",
    ),
    "generation.too_many_sequences": (
        "{count} sequences of each prompt are asked for.\nWithout sampling there are at most {most}: one, or as many as "
        "there are beams.\nLower num_return_sequences, raise num_beams, or sample.",
        "要求每个提示给出 {count} 个结果。\n不采样时最多 {most} 个：一个，或与束数相同。\n"
        "请减小 num_return_sequences、增大 num_beams，或改用采样。",
    ),
    "generation.empty_stop_string": (
        "A stop string is empty.\nA stop string has one character or more.\nLeave it out: without any, the end token ends "
        "the text.",
        "停止字符串为空。\n停止字符串至少要有一个字符。\n请去掉它：没有停止字符串时，由结束词元结束文本。",
    ),
    "generation.stream_of_many": (
        "A stream is asked for, of {sequences} sequences and {beams} beams.\nOne sequence can be streamed, without beams: "
        "they know their text at the end alone.\nLeave out the stream, or num_beams and num_return_sequences.",
        "要求流式输出 {sequences} 个序列、{beams} 个束。\n只能流式输出一个序列，且不能用束搜索：它到最后才知道文本。\n"
        "请去掉流式输出，或去掉 num_beams 和 num_return_sequences。",
    ),
    "generation.no_conversation": (
        "The model {path} has not learnt conversations.\nA model that was fine-tuned on records with messages, or with "
        "questions and answers, is needed.\nFine-tune it first: yanmo finetune text_generation --model {path} --train ...",
        "模型 {path} 没有学过对话。\n需要用含 messages 或问答的记录微调过的模型。\n"
        "请先微调：yanmo finetune text_generation --model {path} --train ...",
    ),
    "generation.message_too_long": (
        "The message has {tokens} tokens.\nTogether with an answer this model holds {limit}.\nGive a shorter one.",
        "这条消息有 {tokens} 个词元。\n连同回答，该模型最多容纳 {limit} 个。\n请缩短后再试。",
    ),
    "generation.empty_message": (
        "The message is empty.\nA message has one character or more.\nWrite something.",
        "消息为空。\n消息至少要有一个字符。\n请写点内容。",
    ),
    # the terminal
    "generation.chat_welcome": (
        "{model} · /reset forgets the conversation, /quit ends it",
        "{model} · /reset 清空对话，/quit 结束",
    ),
    "generation.chat_you": ("you", "您"),
    "generation.chat_model": ("model", "模型"),
    "generation.chat_reset": ("The conversation is forgotten.", "对话已清空。"),
    "generation.chat_forgot": (
        "The first {count} messages no longer fit and are forgotten.",
        "最早的 {count} 条消息已放不下，不再记得。",
    ),
    "generation.chat_unknown": (
        "“{given}” is no command here; there are /reset and /quit.",
        "这里没有“{given}”这个命令；可用的有 /reset 和 /quit。",
    ),
}
