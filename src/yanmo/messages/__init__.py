"""Every text that a user sees, once, in English and in Chinese.

One module per area holds `TEXTS`: key -> (English, Chinese). A key is `area.name`, and `area` is the module.
A text may hold `{fields}`; a list is written as the language writes lists. The text of an error has three lines: what was given, what is allowed, what to do.

The language is `YANMO_LANG` (`en` or `zh`), else that of the locale, else English.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import import_module

Texts = Mapping[str, tuple[str, str]]
LANGUAGES = ("en", "zh")
BETWEEN = {"en": ", ", "zh": "、"}  # the items of a list


def language() -> str:
    """`en` or `zh`: YANMO_LANG, else LC_ALL, LC_MESSAGES, LANG in the order of POSIX."""
    for name in ("YANMO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "").lower()
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def text(key: str, /, **values: object) -> str:
    """The text of `key` in the user's language, with its fields filled in. KeyError when there is none."""
    area = key.split(".", 1)[0]
    texts: Texts = import_module(f"yanmo.messages.{area}").TEXTS
    shown = {
        name: listed(value) if isinstance(value, list | tuple) else value for name, value in values.items()
    }
    return texts[key][LANGUAGES.index(language())].format(**shown)


def listed(items: Iterable[object]) -> str:
    """`a, b`, in Chinese `a、b`; a dash where there is nothing."""
    return BETWEEN[language()].join(map(str, items)) or "–"


def percent(share: float, digits: int = 1) -> str:
    """A share of the whole, 0 to 1, as everywhere in the texts: `71.9 %`."""
    return f"{100 * share:.{digits}f} %"
