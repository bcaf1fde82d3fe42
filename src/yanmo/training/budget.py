"""How much training: a time, tokens, epochs or steps."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from yanmo.errors import ConfigError

Kind = Literal["time", "tokens", "epochs", "steps"]

NUMBER = r"(\d{1,12}(?:\.\d{1,3})?)"
TIME = re.compile(rf"(?=.)(?:{NUMBER}h)?(?:{NUMBER}m)?(?:{NUMBER}s)?")
COUNT = re.compile(rf"{NUMBER}(ktok|mtok|gtok|tok|ep|steps?)")
TOKENS = {"tok": 1, "ktok": 1_000, "mtok": 1_000_000, "gtok": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of seconds (time), tokens, epochs or steps, above zero. `str()` is what `parse` reads."""

    kind: Kind
    amount: float

    @staticmethod
    def parse(given: str) -> Budget:
        """Reads `90s 20m 1h30m`, `500ktok 5Mtok`, `0.5ep 3ep`, `500steps`. Errors: ConfigError."""
        if match := TIME.fullmatch(given.strip()):  # in lower case alone: 5M is not five minutes
            hours, minutes, seconds = (float(part or 0) for part in match.groups())
            budget = Budget("time", round(hours * 3600 + minutes * 60 + seconds, 3))
        elif match := COUNT.fullmatch(given.strip().lower()):
            number, unit = float(match[1]), match[2]
            if unit in TOKENS:
                budget = Budget("tokens", round(number * TOKENS[unit], 3))
            else:
                budget = Budget("epochs" if unit == "ep" else "steps", number)
        else:
            raise ConfigError("training.bad_budget", given=given)
        whole = budget.kind in ("time", "epochs") or budget.amount == int(budget.amount)
        if budget.amount <= 0 or not whole:
            raise ConfigError("training.bad_budget", given=given)
        return budget

    def __str__(self) -> str:
        """The shortest form: `1h30m`, `5Mtok`, `3ep`, `500steps`."""
        if self.kind == "tokens":
            unit = next(unit for unit in ("Mtok", "ktok", "tok") if self.amount % TOKENS[unit.lower()] == 0)
            return f"{int(self.amount) // TOKENS[unit.lower()]}{unit}"
        if self.kind == "time" and self.amount == int(self.amount):
            minutes, seconds = divmod(int(self.amount), 60)
            hours, minutes = divmod(minutes, 60)
            return "".join(
                f"{part}{unit}" for part, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if part
            )
        number = f"{self.amount:.3f}".rstrip("0").rstrip(".")
        return number + {"time": "s", "epochs": "ep", "steps": "steps"}[self.kind]


def cap(budget: Budget) -> Budget:
    """The budget, or `YANMO_TEST_BUDGET` in its place where that is set: every run is then short.

    Put the result into the resolved configuration, so that a capped run says so.
    """
    limit = os.environ.get("YANMO_TEST_BUDGET")
    if not limit:
        return budget
    most = Budget.parse(limit)
    return budget if budget.kind == most.kind and budget.amount <= most.amount else most


def _text(given: object) -> object:
    """A bare number becomes text, so that the message says what a budget looks like and not what type it is."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _shortest(given: str) -> str:
    return str(Budget.parse(given))


BudgetText = Annotated[str, BeforeValidator(_text), AfterValidator(_shortest)]  # a configuration's field
