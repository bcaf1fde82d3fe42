"""Every number on the worked page of self-attention, computed again by `attention` from the page's inputs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor

from yanmo.layers.attention import Layout, attention

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ["X", "W_Q", "W_K", "W_V", "Q", "K", "V", "S", "A", "A V", "causal A"]  # the tables, in their order
INPUTS = NAMES[:4]


def tables(page: str) -> list[Tensor]:
    """The tables of numbers on a page, without the words that name their rows."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", page, flags=re.MULTILINE):
        rows = [
            [float(cell) for cell in line.strip("|\n ").split("|") if re.fullmatch(r"\s*-?[\d.]+\s*", cell)]
            for line in block.splitlines()[2:]
        ]
        if any(rows):
            found.append(torch.tensor(rows, dtype=torch.float64))
    return found


def computed(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """All other tables, and the numbers that the text quotes, from the first four."""
    query, key, value = (inputs["X"] @ inputs[name] for name in INPUTS[1:])
    everyone = torch.ones(1, 4, dtype=torch.int64)
    order = torch.arange(4).unsqueeze(0)
    causal = Layout(query_ids=everyone, key_ids=everyone, last_visible=order, key_positions=order)

    def attend(value: Tensor, layout: Layout | None = None) -> Tensor:
        return attention(query[None, None], key[None, None], value[None, None], layout)[0, 0]

    words = torch.eye(4, dtype=torch.float64)
    product = query @ key.T
    exponentials = (product[1] / 3**0.5).exp()
    return {
        "Q": query, "K": key, "V": value, "S": product / 3**0.5, "A": attend(words), "A V": attend(value),
        "causal A": attend(words, causal), "product": product[1, 2], "exponentials": exponentials,
        "sum": exponentials.sum(),
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_numbers(language: str) -> None:
    page = (DOCS / language / "self_attention.md").read_text(encoding="utf-8")
    given = dict(zip(NAMES, tables(page), strict=True))
    assert given["X"].unique(dim=0).shape == (4, 3), "four distinct vectors"
    expected = computed({name: given[name] for name in INPUTS})
    for name in NAMES[4:]:
        assert torch.equal(given[name], expected[name].round(decimals=4)), name

    text = re.sub(r"^\|.*$", "", page, flags=re.MULTILINE)
    quoted = {float(number) for number in re.findall(r"\d+\.\d{4}", text)}
    known = {round(float(number), 4) for tensor in expected.values() for number in tensor.flatten()}
    assert len(quoted) >= 6 and quoted <= known


@pytest.mark.parametrize("language", ["en", "zh"])
def test_code_prints_the_last_table(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / language / "self_attention.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    for block in code:
        exec(compile(block, f"{language}/self_attention.md", "exec"), {})
    printed = [float(number) for number in re.findall(r"\d+\.\d{4}", capsys.readouterr().out)]
    output = dict(zip(NAMES, tables(page), strict=True))["A V"]
    assert printed == pytest.approx(output.flatten().tolist(), abs=2e-4)


def test_both_pages_have_the_same_tables() -> None:
    english, chinese = (
        tables((DOCS / language / "self_attention.md").read_text(encoding="utf-8"))
        for language in ("en", "zh")
    )
    assert all(torch.equal(one, other) for one, other in zip(english, chinese, strict=True))


def test_identical_vectors_give_uniform_attention() -> None:
    same = torch.ones(1, 1, 4, 3) * 0.7
    assert torch.allclose(attention(same, same, torch.eye(4)[None, None]), torch.full((4, 4), 0.25))
