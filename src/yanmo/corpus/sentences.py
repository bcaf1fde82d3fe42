"""Where Chinese and English sentences begin and end, as spans of the original text.

One regular expression finds the places where a sentence could end: a run of terminators with the quotes and
brackets that close after it, or a line feed. Rules that look at a bounded neighbourhood then decide, so the
time is linear in the length of any text. The rules:

- Quotes and brackets that close after the full stop belong to the sentence: 他说：“好。” | 然后走了。
- Not where a comma or the like follows: “好！”，他说。 Nor inside a title: 《你好，再见！世界》。
- Nor before the words that say who spoke: “你去哪儿？”他问。 "Why?" she asked. 「そうですか。」と彼は言った。
  They end with a verb of speaking and 。or ，; where a colon came before the speech, they speak of the next one.
- An ellipsis ends a sentence unless it is a hesitation: 我……我不知道。 "Wait... what?"
- A full stop ends none after a title, an initial or a number of a list (Dr. Wu, J. K. Rowling, 1. Methods),
  inside a word or number (3.14, ３．１４, U.S., example.com). No sentence begins with a small letter in a text that
  uses capitals (Yahoo! is old), unless a capital comes second (iPhone).
- A line feed ends a sentence, but not where an English line was wrapped; a blank line always does.
"""

from __future__ import annotations

import re

from yanmo.corpus.abbreviations import BEFORE_NUMBER, BEFORE_YEAR, NEVER_LAST, SOMETIMES_LAST, STARTERS

_CANDIDATE = re.compile(r"\n|([.。！？!?…⋯｡．‼⁇⁈⁉؟۔।॥]+)([”“’」』）】》〉〕］)\]\"'»]*)")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_ENUMERATOR = re.compile(
    r"[(（\[]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,5}|[一二三四五六七八九十]{1,3})"
)
_GOES_ON = frozenset("，,、；;：:،؛。．.！!？?…⋯｡—–％%")
_QUOTES = frozenset("”“’」』\"'»")
_TITLE_CLOSERS = frozenset("》〉")
_BRACKETS = frozenset("）】〕］)]")
_STOPS = frozenset(".．")
_ELLIPSES = frozenset("…⋯")
_SPEECH = re.compile('["“「『]')
_WHO_SPOKE = re.compile(
    "(?!于是|然后|后来|接着|这时|此时|随后|最后|不过|但|可是|然而|因此|所以|同时|如果|虽然|当|没等|不等)"
    "[\u3400-\u9fffA-Za-z·]{0,12}?"
    "(?:(?:(?<![小学传听据])[说說]|(?<![学學疑顾顧访])[问問][你我他她]?|(?<![知街味渠难難报報轨通])道"
    "|[喊叫嚷吼骂罵叹嘆答讲講])着?(?=[。，！？,]|$)|(?:表示|介[绍紹]|指出|[补補]充|解[释釋])(?=。))"
)
# と is what tells a quotation; the rest are words that sentences begin with: とても, ところが, とにかく ...
_QUOTED = re.compile("と(?!ても|ころ|にかく|き|うとう|りあえず|もあれ|はいえ|もかく|もに)|って|などと")
_LONGEST_SPEECH = 500  # characters that are looked through for its beginning
_LONGEST_TITLE = 40
_LONGEST_TOKEN = 24
_WRAPPED_LINE = 50  # characters; a shorter line was not wrapped but ended


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The spans [start, end) of the sentences in `text`, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    start = _after_space(text, 0)
    line = counted = start
    quotes = 0  # ASCII quotation marks in text[start:counted]
    german = False  # whether a „ is open, so that “ closes it
    for match in _CANDIDATE.finditer(text):
        if match.start() < start:  # a line feed among white space that was skipped
            line = match.end()
            continue
        if match[1] is None:
            end = match.start()
            is_end = _line_ends(text, line, end)
            line = match.end()
        else:
            quotes += text.count('"', counted, match.end(1))
            opened, closed = (text.rfind(mark, counted, match.end(1)) for mark in "„“")
            german = opened > closed or (german and closed < 0)
            counted = match.end(1)
            end = _end_of_closers(match, quotes, german=german)
            is_end = _ends(text, start, match, end)
        if is_end:
            spans.append((start, _before_space(text, start, end)))
            start = _after_space(text, end)
            quotes, counted, line = 0, start, max(line, start)
    if start < len(text):
        spans.append((start, _before_space(text, start, len(text))))
    return spans


def _after_space(text: str, place: int) -> int:
    if not text[place : place + 1].isspace():
        return place
    found = _SPACE.match(text, place)
    assert found is not None
    return found.end()


def _before_space(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _end_of_closers(match: re.Match[str], quotes: int, *, german: bool) -> int:
    """The end of what closes; a `"` where none is open, before other than space, opens the next sentence.

    So does a “ where no „ is open.
    """
    end = match.end(1)
    for char in match[2]:
        if char == '"':
            if quotes % 2 == 0 and match.string[end + 1 : end + 2].strip():
                break
            quotes += 1
        elif char == "“":
            if not german:
                break
            german = False
        end += 1
    return end


def _ends(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Whether the sentence that began at `start` ends with this run of terminators and closers."""
    run, closers = match[1], text[match.end(1) : end]
    after = _after_space(text, end)
    if after == len(text):
        return True
    following = text[end]
    if following in _GOES_ON or text[after] in "，,、；;：:،؛":
        return False
    if following == "\n":
        return True
    if _in_title(text, start, match.start(), end):
        return False
    if closers and any(char in _TITLE_CLOSERS for char in closers):
        return False
    if closers and any(char in _BRACKETS for char in closers) and not any(char in "。｡.．" for char in run):
        return False
    if _QUOTES.intersection(closers) and _tells_who_spoke(text, match.start(), after):
        return False
    if run[0] in _ELLIPSES or (len(run) > 1 and all(char in _STOPS for char in run)):
        return _ellipsis_ends(text, match.start(), end, after, quoted=bool(closers))
    if run in "。！？｡" or any(char in "。！？｡" for char in run):
        return True
    spaced = after > end
    if not spaced and run in _STOPS and following.isdigit() and text[match.start() - 1].isdigit():
        return False  # ３．１４
    if not spaced and following.isascii() and following not in "\"'([{":
        return False  # 3.14, example.com/?q=1, U.S.
    if closers and _is_small(text, after) and _QUOTES.intersection(closers):
        return False  # "Really?" he asked.
    if run in _STOPS and (spaced or not following.isascii()):
        return _full_stop_ends(text, start, match.start(), after)
    return not _is_small(text, after) or text[start].islower()


def _in_title(text: str, start: int, place: int, end: int) -> bool:
    """Whether a title is open at `place`, and closes soon after `end` in the same line: 《你好！世界》."""
    opened = text.rfind("《", max(start, place - _LONGEST_TITLE), place)
    if opened < 0 or text.find("》", opened, end) >= 0:
        return False
    closed = text.find("》", end, end + _LONGEST_TITLE)
    return closed >= 0 and text.find("\n", end, closed) < 0


def _is_small(text: str, place: int) -> bool:
    """Whether no sentence begins here in a text that uses capitals: iPhone is a name."""
    return text[place].islower() and not text[place + 1 : place + 2].isupper()


def _tells_who_spoke(text: str, end: int, after: int) -> bool:
    """Whether the speech that ends at `end` is told of by what begins at `after`: he said."""
    if _QUOTED.match(text, after):
        return True
    if not _WHO_SPOKE.match(text, after):
        return False
    begin = max(0, end - _LONGEST_SPEECH)
    marks = [found.start() for found in _SPEECH.finditer(text, begin, end)]
    return not marks or text[max(0, marks[-1] - 1)] not in "：:"


def _ellipsis_ends(text: str, begin: int, end: int, after: int, *, quoted: bool) -> bool:
    """Whether an ellipsis ends the sentence rather than hesitates in it."""
    before = text[max(0, begin - 4) : begin]
    if text[after].islower() or (not quoted and begin > 0 and text[begin - 1] == text[after]):
        return False
    if before.isascii():
        said = _last_token(text, begin)
        return after > end and _next_word(text, after) != said.lower()
    return quoted or (len(before) == 4 and before.isalnum())


def _full_stop_ends(text: str, start: int, stop: int, after: int) -> bool:
    """Whether a single "." at `stop` ends the sentence, where the next one would begin at `after`."""
    if _ENUMERATOR.fullmatch(text, start, stop) and text[after] != "\n":
        return stop + 1 < after and "\n" in text[stop + 1 : after]
    token = _last_token(text, stop)
    lower = token.lower()
    following = text[after]
    if token in BEFORE_YEAR and (following.isdigit() or _next_word(text, after) in BEFORE_YEAR):
        return False
    if lower in NEVER_LAST:
        return lower in BEFORE_NUMBER and not following.isdigit()
    if lower in SOMETIMES_LAST or _DOTTED.fullmatch(token):
        return not following.isascii() or _starts_sentence(text, after) or following in "\"'“‘"
    if len(token) == 1 and token.isupper() and token.isascii():
        return _starts_sentence(text, after) or not following.isascii()
    return not _is_small(text, after) or text[start].islower()


def _last_token(text: str, stop: int) -> str:
    """The characters before `stop` back to white space, a quote, a bracket or a Chinese character."""
    begin = stop
    while begin > 0 and stop - begin < _LONGEST_TOKEN:
        char = text[begin - 1]
        chinese = not char.isascii() and (not char.isalpha() or "\u3400" <= char <= "\u9fff")
        if chinese or char in " \t\n\"'([{":
            break
        begin -= 1
    return text[begin:stop]


def _next_word(text: str, place: int) -> str:
    found = _WORD.match(text, place, place + _LONGEST_TOKEN)
    return found[0].lower() if found else ""


def _starts_sentence(text: str, place: int) -> bool:
    """Whether the word at `place` is one that sentences begin with, and no initial."""
    word = _next_word(text, place)
    return (
        text[place].isupper() and word in STARTERS and text[place + len(word) : place + len(word) + 1] != "."
    )


def _line_ends(text: str, line: int, end: int) -> bool:
    """Whether the line feed at `end` ends a sentence: not where a long English line was wrapped."""
    after = _after_space(text, end)
    if after == len(text) or end == 0 or text.count("\n", end, after) > 1:
        return True
    before, following = text[end - 1], text[after]
    if not before.isascii() or not following.isascii():
        return before not in "，、"
    if following.islower():
        return False
    return end - line < _WRAPPED_LINE or not (following.isalnum() and (before.isalnum() or before in ",;-"))
