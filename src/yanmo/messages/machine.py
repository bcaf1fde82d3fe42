"""Texts about the machine, for `yanmo doctor` and the head of a run."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "machine.cores": ("Cores", "核心数"),
    "machine.memory": ("Memory", "内存"),
    "machine.accelerator": ("Accelerator", "加速器"),
    "machine.fp32": ("float32 products, one core", "float32 矩阵乘（单核）"),
    "machine.fp32_medium": ("float32 products, “medium”, one core", "float32 矩阵乘（“medium”，单核）"),
    "machine.bf16": ("bfloat16 products, one core", "bfloat16 矩阵乘（单核）"),
    "machine.gpu_highest": ("float32 products, GPU", "float32 矩阵乘（GPU）"),
    "machine.gpu_high": ("TF32 products, GPU (not used)", "TF32 矩阵乘（GPU，不采用）"),
    "machine.gpu_bf16": ("bfloat16 products, GPU", "bfloat16 矩阵乘（GPU）"),
    "machine.precision": ("Precision used", "采用的精度"),
    "machine.matmul": ("float32 setting used", "采用的 float32 设置"),
    "machine.threads": ("Threads used", "采用的线程数"),
    "machine.warn_bf16": (
        "bf16 was asked for, and this machine is no faster in it than in fp32, perhaps far slower: see `yanmo doctor`.",
        "您指定了 bf16，但本机用 bf16 并不比 fp32 快，甚至可能慢得多：请看 `yanmo doctor`。",
    ),
    "machine.no_gpu": (
        "This run was started on a GPU ({path}: device cuda); here torch {torch} finds none.\n"
        "A run goes on where it began: on a GPU of the same kind.\n"
        "Resume where a GPU is visible (`yanmo doctor` shows it), or start a new run in another folder.",
        "本次运行是在 GPU 上启动的（{path}：device 为 cuda），而此处 torch {torch} 未找到 GPU。\n"
        "运行只能在与启动时同型号的 GPU 上继续。\n"
        "请在能看到 GPU 的环境中恢复（可用 `yanmo doctor` 查看），或换一个文件夹重新开始。",
    ),
    "machine.none": ("none", "无"),
    "machine.gigabytes": ("{value} GB", "{value} GB"),
    "machine.rate": ("{value} GFLOP/s", "{value} GFLOP/s"),
    "machine.rate_and_error": (
        "{value} GFLOP/s, relative error {error}",
        "{value} GFLOP/s，相对误差 {error}",
    ),
}
