"""One named architecture per file: `models/bert.py` *is* "bert"."""

NOT_MEMBERS = frozenset({"backbone", "cache", "learner", "names"})
