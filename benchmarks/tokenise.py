"""Tokenising a corpus on all cores beside `datasets.map(num_proc=...)` with Hugging Face's fast tokenizer.

    python benchmarks/tokenise.py                         100 MB of generated stories, one document a line
    python benchmarks/tokenise.py --corpus texts/*.txt    other text

Both sides begin with a file of text and end with ids on disk: Yanmo with its token store (documents cleaned, duplicates
dropped, sentence and word starts found), the peer with its Arrow files. Both load the same tokenizer. The ids of every
document are compared once.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import speed_text
from conditions import RESULTS, conditions, warn_if_busy, write
from memory import generate
from turns import Contender, section, take_turns

from yanmo.corpus.read import CorpusConfig, read_corpus


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    warn_if_busy()
    for kind in options.tokenizers:
        result = _measure(options, kind)
        name = f"{kind}, {result['megabytes']:g} MB"
        write(Path(options.out), "tokenise", name, result, render)
        print(section(name, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--megabytes", type=float, default=100.0, help="of generated stories")
    add("--corpus", nargs="+", help="text files, one document a line, instead of the stories")
    add("--tokenizers", nargs="+", default=["wordpiece", "byte_bpe"])
    add("--vocabulary", type=int, default=16_000)
    add("--workers", type=int, default=os.cpu_count() or 1)
    add("--rounds", type=int, default=5)
    add("--without-peers", action="store_true")
    add("--out", default=str(RESULTS))
    return parser


def _measure(options: argparse.Namespace, kind: str) -> dict[str, Any]:
    where = conditions()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = _text(folder / "text.txt", options)
        corpus = CorpusConfig(paths=(str(folder / "text.txt"),), unit="line")
        what = speed_text.Kind(name=kind, length=0, tokenizer=kind)
        speed_text.tokenizer_for(corpus, what, options.vocabulary).save(folder / "tokenizer")
        work = {"data": name, "workers": options.workers}
        contenders = [Contender(name="Yanmo, token store", script="tokenise_yanmo.py", work=work)]
        if not options.without_peers and find_spec("datasets") and find_spec("transformers"):
            peer = f"datasets.map(num_proc={options.workers}), fast tokenizer"
            contenders.insert(0, Contender(name=peer, script="tokenise_datasets.py", work=work))
        found = take_turns(contenders, folder, rounds=options.rounds)
        digests = [
            json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.digests.json"))
        ]
    same = (
        "" if len(digests) < 2 else f"{_equal(*digests)} of {len(digests[0]):,} documents have the same ids. "
    )
    note = f"{size / 1e6:.0f} MB of text, one document a line, {kind}, {options.workers} workers. {same}"
    return {"conditions": where, "unit": "MB", "megabytes": round(size / 1e6), "note": note.strip(), **found}


def _equal(ours: Mapping[str, int], theirs: Mapping[str, int]) -> str:
    return f"{sum(theirs.get(text) == ids for text, ids in ours.items()):,}"


def _text(path: Path, options: argparse.Namespace) -> int:
    """One document a line, no two equal, clean: what is dropped on one side would be missing on the other."""
    if not options.corpus:
        return generate(path, options.megabytes)
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for document in read_corpus(CorpusConfig(paths=tuple(options.corpus))):
            line = " ".join(document.text.split()) + "\n"
            file.write(line)
            size += len(line.encode())
            if size >= options.megabytes * 1e6:
                break
    return size


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Speed of tokenising a corpus\n\nWritten by `benchmarks/tokenise.py`.\n"
    return intro + "".join("\n" + section(name, result) for name, result in results.items())


if __name__ == "__main__":
    main()
