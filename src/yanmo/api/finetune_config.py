"""What decides a fine-tuning."""

from __future__ import annotations

from pydantic import Field, field_validator

from yanmo.config import Config
from yanmo.corpus.encoding import known_encoding
from yanmo.optim.optimizer import OptimConfig
from yanmo.optim.schedule import ScheduleConfig
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.distillation import TeacherConfig
from yanmo.tokenizers import TokenizerConfig
from yanmo.training.adaptation import AdaptConfig
from yanmo.training.trainer import TrainConfig


class FinetuneConfig(Config):
    """Everything that decides a fine-tuning run."""

    task: str
    """text_classification, token_classification, question_answering, multiple_choice, sentence_similarity,
    text_generation or translation; or a module with a task of one's own (my_package.my_task)."""
    model: str
    """A run, a Hugging Face directory or a hub id; for translation also an architecture, with random weights."""
    preset: str | None = None
    """The size of an architecture: tiny, mini (unset), small, medium, base."""
    tokenizer: TokenizerConfig | str | None = None
    """Of an architecture: how one is trained on the records (unset: unigram), or a run or directory that has one."""
    random_weights: bool = False
    """Keep only the model's size and tokenizer and start from random weights: the baseline without pre-training."""
    train_file: str
    """Labelled records to learn from: .jsonl, .csv, .tsv, .parquet, each also .gz."""
    dev_file: str | None = None
    """Records to choose the best step by; unset: a share of the training records is held back."""
    encoding: str = "auto"
    """Of those files; auto tells UTF-8, UTF-16 and UTF-32 with a byte order mark and GB18030 apart; or any encoding by
    name."""
    dev_share: float = Field(default=0.1, gt=0, lt=1)
    """That share."""
    max_length: int = Field(default=256, ge=16)
    """The longest sequence; at most what the model can hold."""
    dropout: float | None = Field(default=0.1, ge=0, lt=1)
    """Of hidden states; unset: as the model says."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of the target that goes to all classes."""
    settings: TaskConfig = TaskConfig()
    adapt: AdaptConfig = AdaptConfig()
    teacher: TeacherConfig | None = None
    """A bigger model to learn from, besides the labels."""
    train: TrainConfig = TrainConfig(budget="3ep", evaluations=6)
    optim: OptimConfig | None = None
    """Unset: AdamW at a rate that fits the width of the model."""
    schedule: ScheduleConfig = ScheduleConfig(name="linear", warmup=0.1)

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        return known_encoding(value)

    @property
    def unlabelled_file(self) -> str | None:
        """The texts that a teacher alone speaks of."""
        return None if self.teacher is None else self.teacher.unlabelled_file
