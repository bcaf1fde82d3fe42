"""Decoding: a decoder's next tokens, with a key/value cache; options, filters, beams, streams of text."""
