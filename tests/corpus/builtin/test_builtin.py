from itertools import islice

import pytest

from yanmo.corpus.builtin import BUILTIN_NAMES, builtin_documents, builtin_version
from yanmo.corpus.builtin.python_docs import prose
from yanmo.corpus.document import Document
from yanmo.errors import InputError


@pytest.mark.parametrize("name", BUILTIN_NAMES)
def test_every_name_gives_documents(name: str) -> None:
    documents = list(islice(builtin_documents(name), 20))
    assert len({document.id for document in documents}) == 20
    assert all(isinstance(document, Document) and len(document.text) > 30 for document in documents)
    assert builtin_version(name)


def test_a_size_after_the_name() -> None:
    assert len(list(builtin_documents("storyworld:zh:7"))) == 7
    assert len(list(builtin_documents("storyworld:7"))) == 14
    assert builtin_version("storyworld:zh:7") != builtin_version("storyworld:zh")


@pytest.mark.parametrize("name", ["storyworld:fr", "python_docs:3", "storyworld:0", "storyworld:zh:x", ""])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        builtin_documents(name)
    assert len(str(caught.value).splitlines()) == 3 and "storyworld:zh" in str(caught.value)
    with pytest.raises(InputError):
        builtin_version(name)


def test_prose_leaves_out_code_and_tables() -> None:
    text = """Return the mean of the given numbers, or zero.

    >>> mean([1, 2, 3])
    2

    +-----+-----+
    | one | two |
    +-----+-----+

    x = [y for y in z if y]
    return x + f(y)

    It takes as long as it takes to read
    all of the numbers once.

    See foo().
    """
    assert prose(text) == [
        "Return the mean of the given numbers, or zero.",
        "It takes as long as it takes to read all of the numbers once.",
    ]


def test_python_docs_is_prose_in_a_fixed_order() -> None:
    documents = list(builtin_documents("python_docs"))
    assert sum(len(document.text) for document in documents) > 300_000
    assert len({document.id for document in documents}) == len(documents)
    assert max(len(document.text) for document in documents) < 6000
    assert list(islice(builtin_documents("python_docs"), 50)) == documents[:50]
    assert not any(">>>" in document.text for document in documents)
    assert documents[-1].source.startswith("pydoc_data.topics:")
