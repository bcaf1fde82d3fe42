"""Texts of the quickstart."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "quickstart.title": ("Yanmo quickstart", "研墨快速上手"),
    "quickstart.subtitle": ("The whole story in {time}", "全程用时 {time}"),
    "quickstart.pretrain_bert": (
        "1  Pre-training BERT: masked LM + next-sentence prediction + bag of words, on Chinese and English stories",
        "1  预训练 BERT：掩码语言模型 + 下一句预测 + 词袋，语料为中英文故事",
    ),
    "quickstart.pretrain_gpt2": (
        "2  Pre-training GPT: causal LM, on the same stories",
        "2  预训练 GPT：因果语言模型，语料相同",
    ),
    "quickstart.pretrain_transformer": (
        "3  Pre-training an encoder–decoder: denoising, on the same stories",
        "3  预训练编码器–解码器：去噪，语料相同",
    ),
    "quickstart.finetune": ("4  Fine-tuning: {task}, {start}", "4  微调：{task}，{start}"),
    "quickstart.text_classification": (
        "text classification (topic of a wish, {few} labels)",
        "文本分类（愿望的主题，{few} 个标注）",
    ),
    "quickstart.token_classification": ("named entities", "命名实体识别"),
    "quickstart.question_answering": ("question answering", "阅读理解问答"),
    "quickstart.sentence_similarity": ("sentence similarity ({few} labels)", "句子相似度（{few} 个标注）"),
    "quickstart.text_generation": ("telling a story on request", "按要求讲故事"),
    "quickstart.translation": ("translation, English to Chinese", "英译中"),
    "quickstart.with": ("with pre-training", "有预训练"),
    "quickstart.without": ("without", "无预训练"),
    "quickstart.table": ("What pre-training buys", "预训练带来了什么"),
    "quickstart.task": ("task", "任务"),
    "quickstart.metric": ("metric", "指标"),
    "quickstart.table_note": (
        "The same network, the same time for fine-tuning, {train} training stories where no number is given, {test} test stories that share "
        "no plot with them ({pairs} sentences of theirs to translate); the best of two evaluations on these. Minutes of training: small numbers are normal.",
        "同一网络、同样的微调时间，未注明数量的用 {train} 篇训练故事，{test} 篇情节不与之重复的测试故事（翻译用其中 {pairs} 句）；取其上两次评估中较好的一次。只训练了几分钟，数值偏低属正常。",
    ),
    "quickstart.too_short": (
        "Pre-training has minutes here, and on a slow or busy machine reads too little in them to help everywhere. "
        "`yanmo quickstart --minutes 20 --out runs/longer` gives it more.",
        "这里的预训练只有几分钟；机器较慢或正忙时，读到的文本太少，未必处处有益。"
        "可用 `yanmo quickstart --minutes 20 --out runs/longer` 给它更多时间。",
    ),
    "quickstart.fills": ("Fill-mask (BERT)", "填空（BERT）"),
    "quickstart.continuations": ("Generated (GPT)", "生成（GPT）"),
}
