import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.errors import RunError
from yanmo.evaluation.chart import Series, thin, ticks
from yanmo.evaluation.report import Curves, Example, Examples, Facts, Report, Table, render, write

HOSTILE = "<script>alert('研墨')</script>\"&<b>"
VOID = {"meta", "line", "path"}


class Page(HTMLParser):
    """Checks that tags nest; keeps the names, attributes and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def report(words: str = "words") -> Report:
    points = tuple((float(step), 5.0 / step) for step in range(1, 30))
    line = Series(name=words, points=points)
    return Report(
        title=words,
        subtitle=words,
        highlights=((words, words),),
        sections=(
            Curves(title=words, series=(line,), x_label=words, y_label=words, note=words),
            Table(title=words, columns=(words, "n"), rows=((words, 1.5), (words, None)), note=words),
            Examples(title=words, items=(Example(given=words, result=words, note=words),)),
            Facts(title=words, pairs=((words, words),)),
        ),
    )  # fmt: skip


def test_texts_cannot_become_markup() -> None:
    page = Page(render(report(HOSTILE)))
    assert not {"script", "b"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert page.texts.count(HOSTILE) >= 12


def test_nothing_is_asked_of_the_network() -> None:
    source = render(report())
    page = Page(source)
    assert not {"script", "img", "link", "iframe", "image", "use", "object"} & set(page.tags)
    assert not {"src", "href", "xlink:href", "srcset"} & {name for name, _ in page.attributes}
    assert (
        "url(" not in source and "@import" not in source and "http:" not in source and "https:" not in source
    )
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


@pytest.mark.parametrize(("language", "attribute"), [("en", "en"), ("zh", "zh-Hans")])
def test_language_of_the_page(monkeypatch: pytest.MonkeyPatch, language: str, attribute: str) -> None:
    monkeypatch.setenv("YANMO_LANG", language)
    page = Page(render(report()))
    assert ("lang", attribute) in page.attributes
    assert any(("研墨" if language == "zh" else "Made by Yanmo") in text for text in page.texts)


def chart(*series: Series) -> str:
    return render(
        Report(title="t", sections=(Curves(title="c", series=series, x_label="x", y_label="y"),))
    ).partition("<main>")[2]


def test_what_is_not_finite_breaks_the_line_and_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    points = tuple((float(x), math.nan if x == 5 else float(x)) for x in range(10))
    page = chart(Series(name="loss", points=points))
    path = re.search(r'class="line line-0" d="([^"]*)"', page)
    assert path is not None and path.group(1).count("M") == 2
    assert "not finite (NaN or infinite): 1" in page
    assert "nan" not in path.group(1)
    assert "not finite (NaN or infinite): 3" in chart(Series(name="loss", points=((1.0, math.inf),) * 3))
    assert "Nothing was recorded" in chart(Series(name="loss", points=()))


def test_every_line_stays_within_its_frame() -> None:
    main = Series(name="smooth", points=tuple((float(x), 1.0 + x % 3) for x in range(2000)))
    spiky = Series(
        name="each", points=tuple((float(x), 1e9 if x == 7 else 2.0) for x in range(2000)), faint=True
    )
    page = chart(spiky, main)
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', page).groups())  # type: ignore[union-attr]
    for path in re.findall(r' d="([^"]*)"', page):
        for x, y in re.findall(r"[ML](\S+?) ([\d.-]+)", path):
            assert 0 <= float(x) <= width and 0 <= float(y) <= height
        assert path.count("L") <= 1000


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_ticks_cover_the_data_in_few_round_steps(low: float, size: float) -> None:
    found = ticks(low, low + size)
    spread = max(abs(low), abs(low + size), 1e-300)
    assert found[0] <= low + 1e-9 * spread and found[-1] >= low + size - 1e-9 * spread
    assert 2 <= len(found) <= 12
    assert list(found) == sorted(set(found))


@given(st.lists(st.floats(-100, 100) | st.just(math.nan), min_size=1, max_size=1500))
def test_thinning_keeps_the_mean_and_loses_no_gap(values: list[float]) -> None:
    points = [(float(place), value) for place, value in enumerate(values)]
    thinned = thin(points, 100)
    assert sum(map(math.isnan, values)) == sum(math.isnan(y) for _, y in thinned)
    assert sum(not math.isnan(y) for _, y in thinned) <= 100
    assert [x for x, _ in thinned] == sorted(x for x, _ in thinned)


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    table = Table(
        title="t", columns=("task", "score", "mixed"), rows=(("a", "91.20 ± 0.30", "x"), ("b", None, 2))
    )
    page = render(Report(title="r", sections=(table,)))
    assert '<th class="number">score</th>' in page
    assert "<th>task</th>" in page and "<th>mixed</th>" in page
    assert '<td class="number">–</td>' in page


def test_write(tmp_path: Path) -> None:
    write(report(), tmp_path / "deep" / "report.html")
    assert (tmp_path / "deep" / "report.html").read_text(encoding="utf-8") == render(report())
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="file"):
        write(report(), tmp_path / "file" / "report.html")
