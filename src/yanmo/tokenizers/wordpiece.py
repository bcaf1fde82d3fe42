"""WordPiece: BERT's tokenizer (Devlin et al. 2019, arXiv:1810.04805)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from tokenizers import Tokenizer as Backend
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers
from yanmo.tokenizers.config import TokenizerConfig
from yanmo.tokenizers.kind import TokenizerKind, check_maximum, check_minimum
from yanmo.tokenizers.sample import alphabet, draw
from yanmo.tokenizers.tokenizer import BERT_SPECIALS, Tokenizer, add_bert_specials

PREFIX = "##"


class WordPiece(TokenizerKind):
    """BERT's rules: control characters dropped, each Chinese character apart, words cut at punctuation.

    Every alphabet character that can stand inside a word is in the vocabulary in both forms (`x`, `##x`), so
    a word over the alphabet is never [UNK] unless it is longer than 100 characters.
    """

    sample_characters = 32_000_000

    def train(self, texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
        # composed, as `Tokenizer.encode` reads them
        composed = (unicodedata.normalize("NFC", text) for text in texts)
        sample = draw(composed, config.sample_characters or self.sample_characters)
        backend = bert_pipeline({}, lowercase=config.lowercase, strip_accents=config.strip_accents)
        letters = alphabet(
            sample,
            {raw: "".join(backend.normalizer.normalize_str(raw).split()) for raw, _ in sample.characters()},
            config.character_coverage,
        )
        # Both forms are given to the trainer beforehand: it would number the ## forms in the order of a hash
        # map with a random seed, and break ties between merges by those numbers.
        inside = [PREFIX + letter for letter in letters.characters if _can_continue(backend, letter)]
        first = [*BERT_SPECIALS, *letters.characters, *inside]
        check_minimum(config, len(first))
        trainer = trainers.WordPieceTrainer(
            vocab_size=config.vocab_size, min_frequency=config.min_frequency, show_progress=False,
            special_tokens=[*BERT_SPECIALS, *inside], initial_alphabet=letters.characters,
        )  # fmt: skip
        backend.train_from_iterator(letters.clean(sample.blocks), trainer)
        learned = sorted(backend.get_vocab().items(), key=lambda item: item[1])
        known = set(first)
        vocabulary = first + [piece for piece, _ in learned if piece not in known]
        check_maximum(config, len(vocabulary))
        ids = {piece: index for index, piece in enumerate(vocabulary)}
        backend = bert_pipeline(ids, lowercase=config.lowercase, strip_accents=config.strip_accents)
        add_bert_specials(backend)
        return Tokenizer(backend)


def bert_pipeline(
    vocabulary: dict[str, int], *, lowercase: bool, strip_accents: bool | None, chinese_apart: bool = True
) -> Backend:
    """BERT's normaliser, pre-tokenizer, model and decoder; no special tokens yet."""
    backend = Backend(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    backend.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=chinese_apart, strip_accents=strip_accents, lowercase=lowercase
    )
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix=PREFIX)
    return backend


def _can_continue(backend: Backend, letter: str) -> bool:
    """Whether a word may have `letter` after its beginning: not so for Chinese characters and punctuation."""
    return len(backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str("a" + letter))) == 1
