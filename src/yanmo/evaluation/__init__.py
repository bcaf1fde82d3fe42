"""What runs are worth: reports to read, and tests of whether a difference means anything."""
