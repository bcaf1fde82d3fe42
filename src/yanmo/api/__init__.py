"""One file per verb: what `yanmo.pretrain`, `yanmo.finetune`, `yanmo.load` and the command line call."""
