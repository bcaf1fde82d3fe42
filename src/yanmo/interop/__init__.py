"""Formats that everything else loads."""
