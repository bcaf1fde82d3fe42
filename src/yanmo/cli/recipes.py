"""`yanmo recipes`."""

from __future__ import annotations

import sys

from yanmo.cli.options import Json
from yanmo.cli.screen import print_json, print_line, print_pairs
from yanmo.messages import text


def recipes(name: str | None = None, /, *, json: Json = False) -> None:
    from yanmo.api.recipe_files import VERBS, find, shipped
    from yanmo.config import read_yaml

    if name is not None:
        recipe = find(name)
        if json:
            config = read_yaml(recipe.path)
            print_json({"name": recipe.name, "verb": recipe.verb, "config": config})
        else:
            sys.stdout.write(recipe.content)
        return
    found = shipped()
    if json:
        rows = [{"name": item.name, "verb": item.verb, "summary": item.summary} for item in found]
        print_json({"recipes": rows})
        return
    for verb in VERBS:
        print_pairs([(item.name, item.summary) for item in found if item.verb == verb], title=f"yanmo {verb}")
        print_line("")
    print_line(text("cli.recipes_hint"))
