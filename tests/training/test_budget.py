"""Budgets: what is read, what is refused, the round trip, the cap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.config import Config, build
from yanmo.errors import ConfigError
from yanmo.training.budget import Budget, BudgetText, cap


@pytest.mark.parametrize(
    ("text", "budget", "shown"),
    [
        ("20m", Budget("time", 1200), "20m"),
        ("1h30m", Budget("time", 5400), "1h30m"),
        ("90s", Budget("time", 90), "1m30s"),
        ("1.5h", Budget("time", 5400), "1h30m"),
        ("0.5s", Budget("time", 0.5), "0.5s"),
        ("5Mtok", Budget("tokens", 5_000_000), "5Mtok"),
        ("1.5mtok", Budget("tokens", 1_500_000), "1500ktok"),
        ("500ktok", Budget("tokens", 500_000), "500ktok"),
        ("123tok", Budget("tokens", 123), "123tok"),
        ("３ep", Budget("epochs", 3), "3ep"),
        (" 3ep ", Budget("epochs", 3), "3ep"),
        ("0.5ep", Budget("epochs", 0.5), "0.5ep"),
        ("500steps", Budget("steps", 500), "500steps"),
        ("1step", Budget("steps", 1), "1steps"),
    ],
)
def test_reads_and_shows(text: str, budget: Budget, shown: str) -> None:
    assert Budget.parse(text) == budget
    assert str(budget) == shown


@pytest.mark.parametrize(
    "text",
    ["", "0", "20", "0m", "0steps", "0ep", "0tok", "-3ep", "1.5steps", "0.5tok", "20 minutes", "m", "h",
     "ep", "nan", "1e3steps", "30m1h", "infs", "5M", "20 m"],
)  # fmt: skip
def test_refuses_with_examples(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Budget.parse(text)
    assert "20m" in str(caught.value)
    assert str(caught.value).count("\n") == 2


@given(st.sampled_from(["time", "tokens", "epochs", "steps"]), st.integers(1, 10**9))
def test_round_trip(kind: str, thousandths: int) -> None:
    amount = thousandths / 1000 if kind in ("time", "epochs") else thousandths
    budget = Budget(kind, amount)
    assert Budget.parse(str(budget)) == budget


def test_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = Budget.parse("20m"), Budget.parse("2steps")
    monkeypatch.delenv("YANMO_TEST_BUDGET", raising=False)
    assert cap(long) == long
    monkeypatch.setenv("YANMO_TEST_BUDGET", "3steps")
    assert str(cap(long)) == "3steps"
    assert cap(short) == short


def test_a_configuration_holds_its_shortest_form() -> None:
    class Recipe(Config):
        budget: BudgetText = "20m"

    assert build(Recipe, {"budget": "90s"}).budget == "1m30s"
    for number in ("0", 20, 2.5):  # a number of what?
        with pytest.raises(ConfigError, match="20m"):
            build(Recipe, {"budget": number})
