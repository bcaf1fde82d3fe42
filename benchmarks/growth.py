"""How cost grows: time and memory against the size of the corpus, the length of sequences, the network and the cores.

    python benchmarks/growth.py                                    small sizes, a few minutes
    python benchmarks/growth.py --megabytes 1 10 100 1000 2000 --lengths 128 512 2048 8192

Reading and tokenising is measured as in memory.py; training as `yanmo plan` measures it: real steps, each point in a
process of its own. The text is storyworld, joined into one long document so that every sequence is full. Tables and
plots stand in docs/results.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import memory
from conditions import RESULTS, conditions, sentence, table, warn_if_busy, write
from page import PAGE, put
from plot import Panel, svg

TEXT_MEGABYTES = 3.0  # that training steps are taken on
BATCH = 8192  # tokens, the same for every length
AXES = {  # what a section changes: the field of a row that says so, and its name on a plot
    "corpus size": ("megabytes", "MB of text"),
    "length": ("length", "tokens of a sequence"),
    "model size": ("parameters", "parameters"),
    "cores": ("cores", "cores"),
}


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cores = os.cpu_count() or 1
    parser.add_argument("--megabytes", nargs="*", type=float, default=[1.0, 4.0, 16.0])
    parser.add_argument("--lengths", nargs="*", type=int, default=[128, 256, 512, 1024])
    parser.add_argument("--presets", nargs="*", default=["tiny", "mini", "small"])
    parser.add_argument("--cores", nargs="*", type=int, default=sorted({1, cores}))
    parser.add_argument("--models", nargs="+", default=["bert", "gpt2"], choices=["bert", "gpt2"])
    parser.add_argument("--seconds", type=float, default=4.0, help="of training steps for each point")
    parser.add_argument("--out", default=str(RESULTS))
    parser.add_argument("--page", default=str(PAGE), help="that shows the plots, in figures/ beside it")
    parser.add_argument("--point", help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    if options.point:
        print(json.dumps(steps(json.loads(options.point))))
        return {}
    warn_if_busy()
    with tempfile.TemporaryDirectory() as folder:
        results = {"corpus size": reading(options, Path(folder))} if options.megabytes else {}
        memory.generate(Path(folder) / "long.txt", TEXT_MEGABYTES)
        for section, points in _points(options).items():
            if points:
                results[section] = training(points, Path(folder) / "long.txt", options.seconds)
    for section, result in results.items():
        write(Path(options.out), "growth", section, result, render)
    show(Path(options.page), json.loads((Path(options.out) / "growth.json").read_text(encoding="utf-8")))
    return results


def reading(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Time and memory of tokenizer and encoding for each size of the corpus, on one core."""
    result: dict[str, Any] = {"conditions": conditions(), "rows": []}
    for megabytes in options.megabytes:
        place = folder / f"{megabytes:g}"
        place.mkdir()
        size = memory.generate(place / "text.txt", megabytes)
        stages = memory.measure(place, 1)["stages"]
        result["rows"].append(
            {
                "point": f"{megabytes:g} MB",
                "megabytes": megabytes,
                "seconds": round(sum(stage["seconds"] for stage in stages.values()), 1),
                "rate": round(size / 1e6 / sum(stage["seconds"] for stage in stages.values()), 2),
                "peak_megabytes": max(stage["peak_megabytes"] for stage in stages.values()),
            }
        )
        print(result["rows"][-1], flush=True)
    return result


def _points(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Each section changes one thing of: 4 layers of width 256, length 128 (GPT: 256), one core."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for model in options.models:
        usual = {"model": model, "preset": "mini", "length": 128 if model == "bert" else 256, "cores": 1}
        sections[f"{model}: length"] = [{**usual, "length": length} for length in options.lengths]
        sections[f"{model}: model size"] = [{**usual, "preset": preset} for preset in options.presets]
        sections[f"{model}: cores"] = [{**usual, "cores": cores} for cores in options.cores]
    return sections


def training(points: Sequence[Mapping[str, Any]], corpus: Path, seconds: float) -> dict[str, Any]:
    """Tokens per second and peak memory of each point."""
    result: dict[str, Any] = {"conditions": conditions(), "rows": []}
    for point in points:
        given = json.dumps({**point, "corpus": str(corpus), "seconds": seconds})
        environment = {**os.environ, "OMP_NUM_THREADS": str(point["cores"])}
        done = subprocess.run(
            [sys.executable, __file__, "--point", given],
            env=environment, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout.splitlines()[-1])
        name = f"{point['model']} {point['preset']}, length {point['length']}, {point['cores']} cores"
        result["rows"].append({"point": name, "length": point["length"], "cores": point["cores"], **found})
        print(result["rows"][-1], flush=True)
    return result


def steps(point: Mapping[str, Any]) -> dict[str, Any]:
    """Real training steps in this process."""
    from yanmo.api import plan_machines
    from yanmo.api.plan import plan
    from yanmo.api.recipes import resolve_pretrain

    plan_machines.GLANCE, plan_machines.LOOK = 0.0, float(point["seconds"])
    flags = {"model": point["model"], "preset": point["preset"], "corpus": [point["corpus"]], "unit": "file",
             "max_length": point["length"], "budget": "1Mtok"}  # fmt: skip
    settings = [f"train.batch_tokens={BATCH}", f"max_positions={max(512, int(point['length']))}"]
    here = plan(resolve_pretrain(None, flags, settings)).here
    return {
        "parameters": here.parameters,
        "rate": round(here.tokens_per_second),
        "seconds": round(1e6 / here.tokens_per_second, 1),
        "peak_megabytes": round(here.memory_bytes / 2**20),
    }


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    page = "# How cost grows\n\nWritten by `benchmarks/growth.py`; what it measures is said there.\n"
    for section, result in results.items():
        reads = section == "corpus size"
        head = (
            ["", "seconds", "MB/s", "peak MB"]
            if reads
            else ["", "tokens/s", "seconds per million", "peak MB"]
        )
        names = ("seconds", "rate") if reads else ("rate", "seconds")
        rows = [
            [row["point"], *(f"{row[name]:,}" for name in names), f"{row['peak_megabytes']:,.0f}"]
            for row in result["rows"]
        ]
        page += f"\n## {section}\n\n{table(head, rows)}\n{sentence(result['conditions'])}.\n"
    return page


def show(page: Path, results: Mapping[str, Any]) -> None:
    """The plots, beside the page, and below them the tables."""
    folder = page.parent / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    content = ""
    for what, (field, label) in AXES.items():
        sections = {name: result for name, result in results.items() if name.split(": ")[-1] == what}
        if sections:
            plot = svg([_panel(sections, field, label, *measured) for measured in _measured(what)])
            file = folder / f"growth-{field}.svg"
            file.write_text(plot, encoding="utf-8")
            content += f"![{label}: time and memory](figures/{file.name})\n\n"
    tables = render(results).split("\n\n", 1)[1].replace("\n## ", "\n### ")
    put(page, "growth.py", "How cost grows", content + tables)


def _measured(what: str) -> Sequence[tuple[str, str, str]]:
    """Of each panel: title, unit, field of a row."""
    time = "time to read and tokenise" if what == "corpus size" else "time of a million tokens"
    return (time, "seconds", "seconds"), ("peak memory", "MB", "peak_megabytes")


def _panel(sections: Mapping[str, Any], x: str, label: str, title: str, unit: str, y: str) -> Panel:
    lines = {
        name.split(": ")[0]: [(row[x], row[y]) for row in result["rows"]] for name, result in sections.items()
    }
    return Panel(title=title, x_label=label, y_label=unit, lines=lines)


if __name__ == "__main__":
    main()
