"""docs/results.md: each benchmark that shows something there owns the part between its two marks."""

from __future__ import annotations

from pathlib import Path

from conditions import ROOT

PAGE = ROOT / "docs" / "results.md"


def put(page: Path, script: str, heading: str, content: str) -> None:
    """Puts the content between the marks of a script, below the heading where it is new; the rest stays as it is."""
    begin, end = f"<!-- begin: benchmarks/{script} -->", f"<!-- end: benchmarks/{script} -->"
    block = f"{begin}\n{content}{end}\n"
    before = page.read_text(encoding="utf-8") if page.is_file() else "# Results\n\n"
    if begin in before and end in before:
        start, rest = before.split(begin, 1)
        block = start + block + rest.split(end, 1)[1].lstrip("\n")
    else:
        block = f"{before.rstrip()}\n\n## {heading}\n\n{block}"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(block, encoding="utf-8")
