"""Texts of answers from a corpus."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "answer.no_reader": (
        "{path} does not answer questions; its heads are: {heads}.\nA question_answering run is needed.\n"
        "Fine-tune one: yanmo finetune question_answering --model ... --train ...",
        "{path} 不能回答问题；它的输出头有：{heads}。\n需要一次 question_answering 运行。\n"
        "请先微调：yanmo finetune question_answering --model ... --train ...",
    ),
    "answer.no_question": (
        "The question is empty.\nA question of at least one character is needed, in quotes.\n"
        'For example: yanmo answer --corpus texts/ --model runs/my-qa "Who was first?"',
        '问题为空。\n需要用引号括起来的问题，至少一个字。\n例如：yanmo answer --corpus texts/ --model runs/my-qa "谁是第一名？"',
    ),
    "answer.no_passage": (
        "{paths} holds no text.\nAt least one sentence is needed to look for answers in.\nCheck the path, or --text-field.",
        "{paths} 中没有文本。\n至少要有一句话，才能从中寻找答案。\n请检查路径或 --text-field。",
    ),
    "answer.none": (
        "(no answer in the {read} passages that were read)",
        "（读过的 {read} 段文字中没有答案）",
    ),
    "answer.nothing_found": (
        "(no passage shares a word with the question)",
        "（没有与问题有共同词语的段落）",
    ),
}
