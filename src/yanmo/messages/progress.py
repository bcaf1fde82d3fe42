"""Texts of the progress display."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "progress.training": ("Training", "训练"),
    "progress.status": (
        "step {step}  loss {loss}  {rate} tokens/s  {left} left",
        "第 {step} 步  损失 {loss}  {rate} 词元/秒  剩余 {left}",
    ),
    "progress.plain": ("{description}: {percent} %  {status}", "{description}：{percent} %  {status}"),
    "progress.evaluation": ("step {step}: held out: {metrics}", "第 {step} 步：验证：{metrics}"),
    "progress.evaluation_best": (
        "step {step}: held out: {metrics}  ★ best so far",
        "第 {step} 步：验证：{metrics}  ★ 目前最佳",
    ),
    "progress.metric": ("{name} {value}", "{name} {value}"),
    "progress.separator": (", ", "，"),
    "progress.not_finite": (
        "step {step}: the loss ({losses}) or the gradient norm ({norm}) is not finite; not stepped on",
        "第 {step} 步：损失（{losses}）或梯度范数（{norm}）为非有限值；该步未执行更新",
    ),
    "progress.warning": ("Warning: {message}", "警告：{message}"),
    "progress.characters": ("{count} characters", "{count} 字符"),
    "progress.characters_tokens": (
        "{characters} characters, {tokens} tokens",
        "{characters} 字符，{tokens} 词元",
    ),
    "progress.task": ("{description}: {counts}, {time}", "{description}：{counts}，{time}"),
    "progress.task_done": ("{description}: {counts}, done in {time}", "{description}：{counts}，用时 {time}"),
    "progress.task_time": ("{description}: done in {time}", "{description}：用时 {time}"),
}
