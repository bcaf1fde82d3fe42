"""The folder of a run: what it was made from, where it stands, what came out."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml
from filelock import FileLock, Timeout

from yanmo import __version__
from yanmo.config import Config, build, digest, dump, read_yaml
from yanmo.errors import ConfigError, RunError, TrainingError, kind_of, reason_of
from yanmo.messages import text
from yanmo.metrics.finite import finite
from yanmo.training.durable import replacing

Schema = TypeVar("Schema", bound=Config)
REPORT = "report.html"
ERRORS = "errors.json"
LOCK = ".lock"
WEIGHTS = "model/model.safetensors"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class RunFolder:
    """config.yaml, machine.json, tokenizer/, data/, checkpoints/, metrics.jsonl, decisions.jsonl, model/, errors.json,
    report.html, results.json, manifest.json."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config_path = path / "config.yaml"
        self.checkpoints = path / "checkpoints"
        self.decisions = path / "decisions.jsonl"
        self.metrics = path / "metrics.jsonl"
        self.model = path / "model"
        self.tokenizer = path / "tokenizer"
        self.data = path / "data"
        self._manifest = path / "manifest.json"
        self._weights = path / WEIGHTS

    @staticmethod
    def start(path: Path, kind: str, config: Config) -> RunFolder:
        """Makes the folder, or accepts the one that the same configuration made.

        Errors: RunError when it belongs to another configuration, to something else, or cannot be written.
        """
        run = RunFolder(path)
        content = f"verb: {kind}\n{dump(config)}"
        try:
            if run.config_path.is_file():
                if run.verb != kind or not run.made_by(config):
                    before = run.config_path.read_text(encoding="utf-8")
                    raise RunError("run.other_configuration", path=path, changes=_changes(before, content))
                return run
            if path.is_dir() and any(not _is_unfinished(file) for file in path.iterdir()):
                raise RunError("run.not_a_run", path=path)
            path.mkdir(parents=True, exist_ok=True)
            replace_text(run.config_path, content)
        except OSError as error:
            raise RunError("run.cannot_write", path=path, reason=reason_of(error)) from None
        return run

    @staticmethod
    def open(path: Path) -> RunFolder:
        """A run that exists. Errors: RunError."""
        run = RunFolder(path)
        if not run.config_path.is_file():
            raise RunError("run.no_run", path=path)
        return run

    @property
    def verb(self) -> str:
        return str(read_yaml(self.config_path).get("verb", ""))

    def config(self, schema: type[Schema]) -> Schema:
        tree = read_yaml(self.config_path)
        tree.pop("verb", None)
        return build(schema, tree)

    def made_by(self, config: Config) -> bool:
        """Whether config.yaml says the same; settings that it does not name have their defaults."""
        try:
            return digest(self.config(type(config))) == digest(config)
        except ConfigError:
            return False

    @property
    def results(self) -> dict[str, Any] | None:
        """What came out, once the run is finished."""
        path = self.path / "results.json"
        if not path.is_file():
            return None
        values = read_object(path)
        if "metrics" in values:
            values["metrics"] = {name: float(value) for name, value in values["metrics"].items()}
        return values

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to do; a model that was removed is made again from the checkpoints."""
        return self.results is not None and (self.model / "config.json").is_file()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes into the folder meanwhile; a process that is killed lets go.

        Errors: RunError; TrainingError where what is done meanwhile finds the disk full.
        """
        lock = FileLock(self.path / LOCK, blocking=False)
        try:
            lock.acquire()
        except Timeout:
            raise RunError("run.in_use", path=self.path) from None
        except NotImplementedError:  # a file system without locks: there nobody is kept out
            pass
        except OSError as error:
            raise RunError("run.cannot_write", path=self.path, reason=reason_of(error)) from None
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise TrainingError("training.cannot_write", path=self.path, reason=reason_of(error)) from error
        finally:
            lock.release()

    def finish(self, results: Mapping[str, Any]) -> None:
        """Writes results.json: the run is done, and the same command again does nothing. The manifest gets the hash of
        the weights, by which damage is found.
        """
        if self._weights.is_file():  # a sweep has none of its own
            self._write_lineage(self._lineage | {"outputs": {WEIGHTS: sha256_of(self._weights)}})
        replace_text(self.path / "results.json", json.dumps(finite(results), ensure_ascii=False, indent=1))

    def require_whole(self) -> None:
        """Errors: RunError when the weights are not those that the finished run wrote."""
        if self.config_path.is_file() and self._weights.is_file():
            written = self._lineage.get("outputs", {}).get(WEIGHTS)
            if written is not None and written != sha256_of(self._weights):
                raise RunError("run.model_changed", path=self._weights, model=self.model)

    def write_errors(self, errors: Config | None) -> None:
        """Where the model goes wrong on dev, for the report; nothing where no single record is right or wrong."""
        if errors is not None:
            replace_text(self.path / ERRORS, errors.model_dump_json(exclude_defaults=True))

    def ensure_report(self) -> None:
        """Writes report.html of a finished run, unless it is there."""
        from yanmo.evaluation.report import write
        from yanmo.evaluation.run_report import run_report

        if not (self.path / REPORT).is_file():
            write(run_report(self.path), self.path / REPORT)

    def write_manifest(self, config: Config, inputs: Mapping[str, Any], machine: Mapping[str, Any]) -> None:
        """Lineage: the hash of every input, the configuration and the versions that made the run."""
        import torch

        values = {
            "yanmo": __version__,
            "torch": torch.__version__,
            "configuration_sha256": digest(config),
            "inputs": dict(inputs),
            "machine": dict(machine),
        }
        self._write_lineage(values)

    @property
    def inputs(self) -> dict[str, Any]:
        """The hashes that `write_manifest` wrote down; empty where there are none."""
        values: dict[str, Any] = self._lineage.get("inputs", {})
        return values

    @property
    def configuration_digest(self) -> str:
        """SHA-256 of the configuration that `write_manifest` got."""
        return str(self._lineage["configuration_sha256"])

    @property
    def _lineage(self) -> dict[str, Any]:
        if not self._manifest.is_file():
            return {}
        return read_object(self._manifest)

    def _write_lineage(self, values: Mapping[str, Any]) -> None:
        replace_text(self._manifest, json.dumps(values, ensure_ascii=False, indent=1))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object that a run wrote. Errors: RunError where it is none any more."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError(kind_of(values))
    except (OSError, ValueError) as error:
        raise RunError("run.broken_file", path=path, reason=reason_of(error)) from None
    return values


def _is_unfinished(file: Path) -> bool:
    """What `replace_text` leaves of a configuration where it is killed."""
    return file.is_file() and file.name.startswith(".config.yaml-")


def replace_text(path: Path, content: str) -> None:
    """Writes a file whole or not at all."""
    with replacing(path) as file:
        file.write(content.encode())


def _changes(before: str, after: str) -> str:
    """What each setting was and is, in the words of the configuration: `dev_file was null, is dev.jsonl`."""
    old, new = (_leaves(yaml.safe_load(content) or {}) for content in (before, after))
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return text("run.between").join(
        text("run.change", key=key, old=old.get(key, "–"), new=new.get(key, "–")) for key in changed
    )


def _leaves(tree: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """`train.seed` -> 3, as YAML writes it."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            found |= _leaves(value, f"{above}{key}.")
        else:
            found[f"{above}{key}"] = json.dumps(value, ensure_ascii=False).strip('"')
    return found
