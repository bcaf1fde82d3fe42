"""Memory of reading and tokenising a large corpus: the most that the whole tree of processes held at once.

    python benchmarks/memory.py                    1,000 MB of generated stories
    python benchmarks/memory.py --megabytes 30

The text goes through what `yanmo pretrain` does before it trains: clean, deduplicate, learn a tokenizer, encode on
all cores, write the token store. The sum over processes counts pages that they share once for each of them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from conditions import RESULTS, conditions, sentence, table, warn_if_busy, write

GOAL = 1000.0  # MB of memory
STORIES = 4000  # of text that is varied and repeated
INTERVAL = 0.05  # seconds between two looks at the processes
PAGE = os.sysconf("SC_PAGE_SIZE")


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=1000.0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", default=str(RESULTS))
    parser.add_argument("--encode", nargs=2, metavar=("FOLDER", "WORKERS"), help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    if options.encode:
        encode(Path(options.encode[0]), int(options.encode[1]))
        return {}
    warn_if_busy()
    with tempfile.TemporaryDirectory() as folder:
        size = generate(Path(folder) / "text.txt", options.megabytes)
        result = {"conditions": conditions(), "workers": options.workers, "megabytes": round(size / 1e6, 1)}
        result |= measure(Path(folder), options.workers)
    for stage in result["stages"].values():
        stage["megabytes_per_second"] = round(size / 1e6 / stage["seconds"], 2)
    name = f"{options.megabytes:g} MB, {options.workers} workers"
    write(Path(options.out), "memory", name, result, render)
    print(_section(name, result))
    return result


def generate(path: Path, megabytes: float) -> int:
    """One document a line: stories of both languages, each with a number, so that no two are equal."""
    from yanmo.corpus.builtin import builtin_documents

    stories = [" ".join(document.text.split()) for document in builtin_documents(f"storyworld:{STORIES}")]
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for number in itertools.count():
            left = stories[number % len(stories)]
            right = stories[number * 7919 % len(stories)]
            size += _line(file, f"{number} {left} {right}")
            if size >= megabytes * 1e6:
                return size
    raise AssertionError("counting never ends")


def measure(folder: Path, workers: int) -> dict[str, Any]:
    """Runs `encode` in its own process; seconds of each stage and the most memory of it and its workers."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--encode", str(folder), str(workers)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    watch = Watch(process.pid)
    stages: dict[str, dict[str, float]] = {}
    began = time.monotonic()
    for line in process.stdout:
        now = time.monotonic()
        stages[line.strip()] = {
            "seconds": round(now - began, 2),
            "peak_megabytes": round(watch.take() / 1e6, 1),
        }
        began = now
    watch.stop()
    if process.wait():
        raise SystemExit(process.returncode)
    del stages["start"]
    tokens = json.loads((folder / "data" / "train" / "index.json").read_text(encoding="utf-8"))["tokens"]
    return {"stages": stages, "tokens": tokens}


class Watch:
    """A thread that remembers the most memory that a process and its children held."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def take(self) -> int:
        """Bytes at the highest since the last call."""
        peak, self._peak = self._peak, 0
        return peak

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(INTERVAL):
            self._peak = max(self._peak, resident(self._process))


def resident(root: int) -> int:
    """Bytes of memory of a process and of all that it started."""
    parents: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
        pages[int(entry.name)] = int(fields[21])
    waiting, total = [root], 0
    while waiting:
        process = waiting.pop()
        total += pages.get(process, 0) * PAGE
        waiting += parents.get(process, [])
    return total


def encode(folder: Path, workers: int) -> None:
    """Learns a tokenizer and writes the token store, as pre-training does; a line on stdout ends each stage."""
    import yanmo.api.pretrain  # noqa: F401  # what is in memory in a real run
    from yanmo.corpus.read import CorpusConfig, read_corpus
    from yanmo.data.prepare import prepare
    from yanmo.tokenizers import TokenizerConfig, train

    print("start", flush=True)
    config = CorpusConfig(paths=(str(folder / "text.txt"),), unit="line")
    tokenizer = train(_texts(config), TokenizerConfig())
    tokenizer.save(folder / "tokenizer")
    print("tokenizer", flush=True)
    prepare(
        folder / "data",
        read_corpus(config),
        tokenizer,
        tokenizer_folder=folder / "tokenizer",
        held_out_share=0.01,
        lineage={},
        workers=workers,
    )
    print("encode", flush=True)


def render(results: dict[str, Any]) -> str:
    """The page of all results."""
    intro = "# Memory of reading and tokenising\n\nWritten by `benchmarks/memory.py`.\n"
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def _section(name: str, result: dict[str, Any]) -> str:
    lines = [
        [stage, f"{of['seconds']:.1f}", f"{of['megabytes_per_second']:.1f}", f"{of['peak_megabytes']:.0f}"]
        for stage, of in result["stages"].items()
    ]
    return (
        f"## {name}\n\n{table(['stage', 'seconds', 'MB/s', 'peak MB'], lines)}\n"
        f"Goal: under {GOAL:g} MB in all processes together. {result['megabytes']:g} MB of text gave "
        f"{result['tokens']:,} tokens. {sentence(result['conditions'])}.\n"
    )


def _texts(config: Any) -> Iterator[str]:
    from yanmo.corpus.read import read_corpus

    return (document.text for document in read_corpus(config))


def _line(file: TextIO, text: str) -> int:
    file.write(text + "\n")
    return len(text.encode()) + 1


if __name__ == "__main__":
    main()
