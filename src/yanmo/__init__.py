"""Yanmo 研墨: plain text and a time budget in, your own pre-trained language model out."""

__version__ = "0.1.0"
