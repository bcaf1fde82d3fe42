"""What the machine can do, measured at start-up: cores, memory, precision, rates."""
