import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.corpus.sentences import split_sentences

CASES = """
他说：“今天天气很好。” | 然后走了。
他说：“我不知道。 | 我真的不知道。” | 她没说话。
“你好吗？”她问。 | “很好！”，他说。
“你去哪儿？”他问。 | “回家。”妈妈轻声说，“太晚了。” | 他走了。
“你好。” | “再见。” | 他说：“走吧。” | 然后他走了。
他说：“走吧。” | 她说，明天再走。 | “走……”老人又叹道。
“走吧！” | 他笑了。 | “看什么？” | 他爱看小说。 | “去哪儿？” | 他不知道。
“好。” | 他又说：“我去。” | “走！” | 于是他说，他也去。
「你好嗎？」她問。 | 「很好。」他對我說，「謝謝。」
「そうですか。」と彼は言った。 | 「はい。」と、彼女は答えた。 | 「ええ。」 | とても静かだった。
我……我不知道。 | 他想了很久…… | 最后还是去了。
《你好，李焕英！》很好看。 | 我看了《怎么办？》。
书名《你好！世界》很好。 | 价格是３．５元，共３，４５６．７８元。 | 《没有关上！ | 然后。
今天是2020.5.1，温度3.14度。 | 明天呢？！ | 不知道……
他来了（真的！）所以我走了。 | （他走了。） | 我们也走了。
他问:"走吗?" | 我说:"走。" | 然后走了。
“走吧……”
一、你好。 | 二、再见。
Mr. Smith met Dr. Wu in the U.S. Army base. | He paid $3.14 for it, e.g. a pen. | See Fig. 3 for more.
He lives in the U.S. | The weather is fine. | J. K. Rowling wrote it. | It was 5 p.m. when he left.
"Really?" he asked. | "Yes." | She left. | "I know," he said.
He said "hi." | "Bye." they said.
She said, “Go.” | Then she left.
Closed elsewhere." | He went. | It ends."
他走了。 | "我知道。"她说。
Yahoo! is a company. | Jeopardy! is on. | Who? | Me! what?
I love you. | iPhone sales rose. | eBay fell! | mRNA is short.
„Komm!“ rief er. | „Warum?“ | „Darum.“ | Er ging. | „Ja. | Nein.“ | Ende.
He said “no.” | “Why?” she asked. | “Go!” | “Now!”
هل أنت بخير؟ | نعم. | «لماذا؟»، سأل.
‘Stop!’ he cried. | ‘Why?’ | ‘Because.’
Wait... what? | He left... | Then she came. | I... I don't know.
Visit https://a.b.com/c?d=e.html. | It works. | Go to example.com/?q=1 now! | OK?
1. Methods are here. | We go.
He said no. | They left. | No. 5 is alive.
Apple Inc. announced it. | Sold to Apple Inc. | The end.
Dr. A. B. Chen, Ph.D., came. | (See Sec. 2.) | Then we left.
Al Bo (b. 1950), from Rome (d. c. 2000), died. | We chose plan b. | It was good.
He's 5 ft. tall, vs. 6 ft. for me.
OMG!!! | Really?? yes.
look at that . | do you want it ? | oh yes .
i went home. | then i slept.
我喜欢Python。 | 真的吗? | 是的!
他是Dr. Wu的学生。 | 价格是￥3.50。
你好
""".strip().splitlines()


@pytest.mark.parametrize("marked", CASES)
def test_sentences(marked: str) -> None:
    wanted = marked.split(" | ")
    space = "" if any(char >= "\u4e00" for char in marked) else " "
    text = space.join(wanted)
    assert [text[start:end] for start, end in split_sentences(text)] == wanted


def test_line_feeds() -> None:
    wrapped = (
        "This is a long line of English text that an editor wrapped\nat its end. And more.\n\nA new paragraph"
    )
    assert [wrapped[a:b] for a, b in split_sentences(wrapped)] == [
        "This is a long line of English text that an editor wrapped\nat its end.",
        "And more.",
        "A new paragraph",
    ]
    titled = "标题\n  正文第一句。\n\n第二句！"
    assert [titled[a:b] for a, b in split_sentences(titled)] == ["标题", "正文第一句。", "第二句！"]


@pytest.mark.parametrize("text", ["", "   \n\n "])
def test_nothing_has_no_sentences(text: str) -> None:
    assert split_sentences(text) == []


@given(st.text(st.sampled_from("„说とaB1 .。!？…\n“”\"'（)》，你好Mr")))
def test_spans_are_ordered_trimmed_and_lose_nothing(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        ". ",
        "a.",
        ".\n",
        '."',
        '."a',
        "。”",
        "… ",
        "A. ",
        "。”他说，",
        "。”说",
        "!“",
        "„a.“",
        ".)",
        " ",
        "a\n",
        '"a. b',
    ],
)
def test_time_is_linear(unit: str) -> None:
    started = time.process_time()
    split_sentences(unit * (500_000 // len(unit)))
    assert time.process_time() - started < 5  # 0.1 to 1 s here; quadratic rules would need minutes
