"""A corpus becomes two stores without a text in common, however it is interrupted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from multiprocessing import active_children
from pathlib import Path

import pytest

from yanmo.corpus.document import Document
from yanmo.data import encode as encode_module
from yanmo.data import prepare as module
from yanmo.data.prepare import Stores, is_prepared, open_stores, prepare
from yanmo.data.store import TokenStore
from yanmo.errors import TrainingError
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

WORDS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, Path]:
    folder = tmp_path_factory.mktemp("tokenizer")
    trained = train([WORDS] * 3, TokenizerConfig(vocab_size=37, character_coverage=1))
    trained.save(folder)
    return trained, folder


def texts(count: int) -> list[str]:
    """All different."""
    return [
        "".join(WORDS[(number // len(WORDS) ** place) % len(WORDS)] for place in range(3))
        for number in range(count)
    ]


@pytest.fixture
def run(tokenizer: tuple[Tokenizer, Path], tmp_path: Path) -> Callable[..., Stores]:
    def run(
        contents: Sequence[str],
        *,
        share: float = 0.0,
        workers: int = 1,
        name: str = "data",
        on_progress: Callable[[int, int], None] = lambda characters, tokens: None,
    ) -> Stores:
        return prepare(
            tmp_path / name,
            [Document(text=one, id=str(place), source="test:1") for place, one in enumerate(contents)],
            tokenizer[0],
            tokenizer_folder=tokenizer[1],
            held_out_share=share,
            lineage={},
            workers=workers,
            on_progress=on_progress,
        )

    return run


def contents(store: TokenStore | None, tokenizer: Tokenizer) -> list[str]:
    if store is None:
        return []
    edges = store.documents.tolist()
    return [tokenizer.decode(store.read(start, end)).replace(" ", "") for start, end in pairwise(edges)]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 0.5])
@pytest.mark.parametrize("count", [1, 2, 3, 400])
def test_every_text_on_one_side(
    run: Callable[..., Stores], tokenizer: tuple[Tokenizer, Path], share: float, count: int
) -> None:
    stores = run(texts(count), share=share)
    train_side = contents(stores.train, tokenizer[0])
    held_out = contents(stores.held_out, tokenizer[0])
    assert sorted(train_side + held_out) == sorted(texts(count))
    assert not set(train_side) & set(held_out)
    assert train_side
    assert (stores.held_out is None) == (share == 0 or count == 1)
    if count == 400 and share:
        assert abs(len(held_out) / count - share) < 0.08


@pytest.mark.parametrize("number", range(30))
def test_a_single_document_is_trained_on_whatever_its_hash_says(
    run: Callable[..., Stores], number: int
) -> None:
    stores = run([texts(30)[number]], share=0.5)
    assert stores.held_out is None
    assert stores.train.num_documents == 1


def test_copies_stay_together(
    run: Callable[..., Stores], tokenizer: tuple[Tokenizer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the first is the only one so far, and when the held-out part is full."""
    monkeypatch.setattr(module, "HELD_OUT_TOKENS", 20)
    for seed in range(10):
        some = texts(40)[seed:]
        stores = run([*some, *some, some[0]], share=0.5, name=f"data{seed}")
        train_side = set(contents(stores.train, tokenizer[0]))
        held_out = set(contents(stores.held_out, tokenizer[0]))
        assert not train_side & held_out
        assert train_side | held_out == set(some)


def test_the_held_out_part_does_not_depend_on_the_order(
    run: Callable[..., Stores], tokenizer: tuple[Tokenizer, Path]
) -> None:
    one = run(texts(200), share=0.1, name="a")
    other = run(texts(200)[::-1], share=0.1, name="b")
    assert set(contents(one.held_out, tokenizer[0])) == set(contents(other.held_out, tokenizer[0]))


def test_processes_build_the_same_stores(run: Callable[..., Stores], monkeypatch: pytest.MonkeyPatch) -> None:
    alone = run(texts(2000), share=0.1, name="alone")
    monkeypatch.setattr(encode_module, "SMALL", 1000)
    monkeypatch.setattr(encode_module, "CHUNK_CHARACTERS", 500)
    together = run(texts(2000), share=0.1, workers=2, name="together")
    assert together.train.digest == alone.train.digest
    assert together.held_out is not None
    assert alone.held_out is not None
    assert together.held_out.digest == alone.held_out.digest


def test_stopped_in_between_and_started_again(
    run: Callable[..., Stores], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode_module, "SMALL", 1000)
    monkeypatch.setattr(encode_module, "CHUNK_CHARACTERS", 500)

    class Stopped(Exception):
        pass

    def stop(characters: int, tokens: int) -> None:
        if tokens > 2000:
            raise Stopped

    whole = run(texts(2000), share=0.1, name="whole")
    for workers in (1, 2):
        with pytest.raises(Stopped):
            run(texts(2000), share=0.1, workers=workers, on_progress=stop)
        assert not is_prepared(tmp_path / "data")
    assert active_children() == []
    assert run(texts(2000), share=0.1).train.digest == whole.train.digest
    assert open_stores(tmp_path / "data", verify=True).train.digest == whole.train.digest


def test_a_killed_worker_is_an_error_and_no_hang(
    run: Callable[..., Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode_module, "SMALL", 1000)
    monkeypatch.setattr(encode_module, "CHUNK_CHARACTERS", 200)

    def kill(characters: int, tokens: int) -> None:
        for process in active_children():
            os.kill(process.pid or 0, signal.SIGKILL)

    with pytest.raises(TrainingError) as error:
        run(texts(5000), workers=2, on_progress=kill)
    assert error.value.key == "data.worker_killed"


SCRIPT = """
import sys
from pathlib import Path
from yanmo.corpus.document import Document
from yanmo.data import encode
from yanmo.data.prepare import prepare
from yanmo.tokenizers import Tokenizer
from yanmo.training.interrupt import interruptible

encode.SMALL = encode.CHUNK_CHARACTERS = 200
folder, tokenizer = map(Path, sys.argv[1:3])
print("started", flush=True)

def documents():
    number = 0
    while number < int(sys.argv[3]):
        number += 1
        yield Document(text="天地玄黄" * 20, id="", source="")

def stop_if_asked(characters, tokens):
    if interrupt:
        sys.exit(75)

with interruptible() as interrupt:
    stores = prepare(folder, documents(), Tokenizer.load(tokenizer), tokenizer_folder=tokenizer,
                     held_out_share=0.0, lineage={}, workers=2, on_progress=stop_if_asked)
print(stores.train.num_documents, flush=True)
"""


def test_a_script_without_a_main_guard(tokenizer: tuple[Tokenizer, Path], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(tmp_path / "data"), str(tokenizer[1]), "50"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["started", "50"]  # once: the workers do not run the script


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the processes in /proc")
def test_a_killed_parent_leaves_no_worker(tokenizer: tuple[Tokenizer, Path], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(tmp_path / "data"), str(tokenizer[1]), "1000000000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        workers: list[int] = []
        deadline = time.monotonic() + 60
        while len(workers) < 3 and time.monotonic() < deadline:  # two workers and the resource tracker
            time.sleep(0.1)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
            workers = [int(one) for one in children.split()]
        assert len(workers) >= 3
        process.kill()
    deadline = time.monotonic() + 30
    while any(_runs(one) for one in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [one for one in workers if _runs(one)] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_stops_it_in_order(
    tokenizer: tuple[Tokenizer, Path], tmp_path: Path, number: signal.Signals
) -> None:
    """As Ctrl-C in a terminal does: it reaches the workers too."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(tmp_path / "data"), str(tokenizer[1]), "1000000000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        index = tmp_path / "data" / "train"
        deadline = time.monotonic() + 60
        while not index.is_dir() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(2)
        os.killpg(process.pid, number)
        assert process.wait(timeout=60) == 75
    assert not is_prepared(tmp_path / "data")


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
