"""How weights move: parameter groups, AdamW, Muon, the learning-rate schedule."""
