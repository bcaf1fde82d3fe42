"""Words that carry grammar more than content: classical baselines drop them, a language model needs them."""

from __future__ import annotations

import re

from yanmo.errors import MissingExtra

_ENGLISH = """
a about above after again against all also am an and any are as at be because been before being
below between both but by can could did do does doing down during each few for from further had has
have having he her here hers herself him himself his how i if in into is it its itself just me more
most my myself no nor not now of off on once only or other our ours ourselves out over own same she
should so some such than that the their theirs them themselves then there these they this those
through to too under until up very was we were what when where which while who whom why will with
would you your yours yourself yourselves
"""
ENGLISH = frozenset(_ENGLISH.split())
# don't, it's, they'd've: what stands before is a stop word, or one of those that lose a letter or only negate.
_CONTRACTION = re.compile("(.+?)(?:n't|'(?:s|re|ve|ll|d|m))+")
_BEFORE_NOT = frozenset(["ca", "wo", "sha", "ai", "must", "might", "need", "dare", "ought"])
_CHINESE = """
的 了 着 过 地 得 之 者 所 们 是 在 有 和 与 及 或 而 且 但 但是 并 并且 而且 以及 还有 还是 或者
不过 然而 可是 却 则 就 才 都 也 还 又 再 很 太 更 最 非常 十分 比较 我 你 您 他 她 它 我们 你们
他们 她们 它们 咱们 自己 这 那 哪 这个 那个 哪个 这些 那些 这里 那里 哪里 这样 那样 这种 那种 这么 那么 怎么
怎样 怎么样 为什么 什么 谁 何 某 各 每 个 些 吗 呢 吧 啊 呀 哦 嘛 啦 哎 嗯 把 被 给 让 使 对 对于 关于 由 由于 从 自
自从 到 向 往 于 以 以便 为 为了 因 因为 因此 所以 如 如果 若 虽 虽然 只 只是 只有 只要 不但 不仅
除了 通过 根据 按照 等 等等 此 其 其中 其他 该 本 上 下 中 里 时 时候 一 一个 一些 一样 会 能 可
可以 要 将 已 已经 曾 正在 没 没有 不 无 不会 不能
不要 是否 是不是
"""
_TRADITIONAL = str.maketrans(
    "们个这与于从为会则却吗给关对将并无时样根据没虽让该谁过还里着么经种较仅",
    "們個這與於從為會則卻嗎給關對將並無時樣根據沒雖讓該誰過還裡著麼經種較僅",
)
_ALSO = str.maketrans("為裡", "爲裏")
CHINESE = frozenset(
    form
    for word in _CHINESE.split()
    for form in (word, word.translate(_TRADITIONAL), word.translate(_TRADITIONAL).translate(_ALSO))
)
_ENGLISH_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_CHINESE_RUN = re.compile("[\u3400-\u9fff]+")
_SPACES = re.compile(" {2,}")


def drop_stop_words(text: str) -> str:
    """`text` without its stop words; each leaves a space, so that its neighbours never grow into a new word.

    Errors: MissingExtra when there is Chinese to cut into words and rjieba is not installed.
    """
    text = _ENGLISH_WORD.sub(lambda match: " " if _is_english(match[0]) else match[0], text)
    if _CHINESE_RUN.search(text):
        text = _CHINESE_RUN.sub(lambda match: _without_chinese(match[0]), text)
    return _SPACES.sub(" ", text).strip()


def _is_english(word: str) -> bool:
    word = word.lower().replace("’", "'")
    if word in ENGLISH:
        return True
    found = _CONTRACTION.fullmatch(word)
    return found is not None and (found[1] in ENGLISH or found[1] in _BEFORE_NOT)


def _is_chinese(word: str) -> bool:
    """The segmenter joins 是 to what stands beside it: 这是, 就是, 是因为."""
    return word in CHINESE or word.removesuffix("是") in CHINESE or word.removeprefix("是") in CHINESE


def _without_chinese(run: str) -> str:
    try:
        import rjieba
    except ImportError:
        raise MissingExtra("errors.missing_extra", package="rjieba", extra="zh") from None
    words: list[str] = rjieba.cut(run)
    return "".join(" " if _is_chinese(word) else word for word in words)
