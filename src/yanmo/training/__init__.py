"""The training loop and what keeps it exact: budget, decisions, checkpoints, one Trainer for all tasks."""
