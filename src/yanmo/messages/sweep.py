"""Texts of sweeps: several fine-tunings, of which dev chooses one setting."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "sweep.run": ("Run {number} of {total}: {name}", "第 {number} 次运行（共 {total} 次）：{name}"),
    "sweep.failed": (
        "{name} failed and is not chosen: {reason}",
        "{name} 训练失败，不参与选择：{reason}",
    ),
    "sweep.no_score": ("failed", "失败"),
    "sweep.column_runs": ("Seeds", "种子数"),
    "sweep.column_dev": ("{metric} on dev", "开发集{metric}"),
    "sweep.title": ("Settings (mean ± standard deviation over seeds)", "各组设置（多个种子的均值 ± 标准差）"),
    "sweep.tested": (
        "The chosen setting on test, over {count} runs",
        "所选设置在测试集上的得分（{count} 次运行）",
    ),
    "sweep.best": ("Best run", "最佳运行"),
    "sweep.no_axes": (
        "--sweep names no setting.\nSettings and their values: NAME=VALUE,VALUE.\n"
        "For example: `--sweep lr=1e-4,3e-4 seed=1,2,3`",
        "--sweep 没有给出任何设置。\n写法是 `名称=值,值`。\n例如：`--sweep lr=1e-4,3e-4 seed=1,2,3`",
    ),
    "sweep.no_values": (
        "--sweep gives “{key}” no value.\nOne value or more, with commas between them.\n"
        "For example: `--sweep {key}=VALUE,VALUE`",
        "--sweep 没有为“{key}”给出任何值。\n需要一个或多个值，以逗号分隔。\n例如：`--sweep {key}=值,值`",
    ),
    "sweep.no_profile": (
        "--profile is for one run, not for a sweep.\nA trace is that of a single training.\nLeave out --sweep or --profile.",
        "--profile 只用于单次运行，不用于 --sweep。\n性能记录只对应一次训练。\n请去掉 --sweep 或 --profile。",
    ),
    "sweep.test_alone": (
        "--test is given without --sweep.\nIt measures the setting that a sweep has chosen.\n"
        "Leave it out, and measure the finished run: yanmo evaluate {out} {test}",
        "给出了 --test，但没有 --sweep。\n它用于评估扫描所选出的设置。\n请去掉它，待运行完成后再评估：yanmo evaluate {out} {test}",
    ),
    "sweep.all_failed": (
        "Every setting of {path} has a run that failed.\nA setting is chosen when all its runs came to their end.\n"
        "Lower the learning rate, or give other settings in another folder.",
        "{path} 的每组设置都有失败的运行。\n只有全部运行都完成的设置才能被选中。\n请降低学习率，或换一个文件夹并改用其他设置。",
    ),
}
