from yanmo.api.compare import compare as compare
from yanmo.api.evaluate import evaluate as evaluate
from yanmo.api.predict import load as load
from yanmo.api.verbs import finetune as finetune
from yanmo.api.verbs import pretrain as pretrain
from yanmo.layers.transformer_layer import TransformerLayer as TransformerLayer

__version__: str
