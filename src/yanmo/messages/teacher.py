"""Texts of distillation: a bigger model that teaches a smaller one."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "teacher.stage": ("Asking the teacher", "询问教师模型"),
    "teacher.note": (
        "Teacher: {model}, on {count} texts ({more} of them without labels)",
        "教师模型：{model}，共 {count} 条文本（其中 {more} 条没有标签）",
    ),
    "teacher.several": ("{task} (several labels)", "{task}（多标签）"),
    "teacher.no_task": (
        "{task} cannot be learned from a teacher.\nTasks that can: {fits}.\nLeave --teacher out, or choose one of them.",
        "{task} 不支持从教师模型学习。\n支持的任务：{fits}。\n请去掉 --teacher，或改用其中一个任务。",
    ),
    "teacher.other_task": (
        "The teacher {teacher} does {given}, and this run learns {task}.\nTeacher and learner have the same task.\n"
        "Fine-tune the bigger model for {task} first, and give that run.",
        "教师模型 {teacher} 的任务是 {given}，而本次运行学习的是 {task}。\n教师与学生的任务必须相同。\n"
        "请先用较大的模型微调 {task}，再给出那次运行。",
    ),
    "teacher.other_labels": (
        "The teacher {teacher} does not know these labels of the training records: {missing}.\nIt knows: {known}.\n"
        "Fine-tune it on records with the same labels.",
        "教师模型 {teacher} 不认识训练记录中的这些标签：{missing}。\n它认识的标签：{known}。\n请用带相同标签的数据微调教师模型。",
    ),
    "teacher.other_pieces": (
        "{source}: the teacher {teacher} cuts this text into other words than the model that learns.\n"
        "Tags stand at words, so both need the same tokenizer.\n"
        "Choose a teacher that was pre-trained with the tokenizer of --model (yanmo pretrain --tokenizer).",
        "{source}：教师模型 {teacher} 对该文本的切分与学生模型不同。\n标签标在词上，因此两者必须使用相同的分词器。\n"
        "请选用与 --model 使用同一分词器预训练的教师模型（yanmo pretrain --tokenizer）。",
    ),
}
