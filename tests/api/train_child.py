"""Trains on request in a process that can be killed: reads `{"argv": [...]} ` or `{"config": {...}, "out": ...}`.

It imports everything once and then forks a child for each line of its input, so a kill costs a second and not ten.
It tells in lines what the child does: `pid N`, `stage`, `step N`, `saving`, `exit CODE`.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import torch

import yanmo.api.finetune
import yanmo.cli.app  # noqa: F401
from yanmo.api import compute
from yanmo.api.pretrain import pretrain
from yanmo.api.pretrain_config import PretrainConfig
from yanmo.api.reporter import Advance, Reporter
from yanmo.cli import main
from yanmo.config import build
from yanmo.errors import YanmoError
from yanmo.machine.probe import Settings
from yanmo.training import checkpoint, saver
from yanmo.training.hooks import StepReport


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


class Telling(Reporter):
    @contextmanager
    def stage(self, description: str) -> Iterator[Advance]:
        say("stage")
        yield lambda characters, tokens: time.sleep(0.002)

    def on_step(self, report: StepReport) -> None:
        say(f"step {report.step}")


def prepare_for_tests() -> None:
    """No probe, a save after every step, and word of it; nothing of this changes a result."""
    settings = Settings(precision="fp32", matmul="highest", threads=1)
    compute.choose_now = lambda *_: compute.Compute(device="cpu", settings=settings)
    saver.MOST_TIME = 1e9
    write = checkpoint._write

    def telling(*arguments: object) -> None:
        say("saving")
        write(*arguments)  # type: ignore[arg-type]

    checkpoint._write = telling


def work(request: dict[str, object]) -> NoReturn:
    code = 1
    try:
        torch.set_num_threads(1)
        if "argv" in request:
            main_out = os.open(os.devnull, os.O_WRONLY)
            sys.stdout = os.fdopen(main_out, "w")
            code = main(list(request["argv"]))  # type: ignore[call-overload]
        else:
            config = build(PretrainConfig, request["config"])  # type: ignore[arg-type]
            pretrain(config, str(request["out"]), reporter=Telling())
            code = 0
    except YanmoError as error:
        os.write(2, f"{error}\n".encode())
        code = error.exit_code
    finally:
        os._exit(code)


def serve() -> None:
    prepare_for_tests()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(json.loads(line))
        say(f"pid {child}")
        _, status = os.waitpid(child, 0)
        say(f"exit {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    serve()
