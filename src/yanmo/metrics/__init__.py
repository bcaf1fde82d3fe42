"""Scores of predictions against gold labels: pure functions, one file per kind of label."""
