"""Texts of reading and writing Hugging Face directories."""

from yanmo.messages import Texts

TEXTS: Texts = {
    "interop.no_model": (
        "“{source}” cannot be read as a model: {reason}.\n"
        "A model is a Hugging Face directory, or a hub id such as google-bert/bert-base-chinese.\n"
        "Check the spelling; without a network, give a directory.",
        "无法将“{source}”作为模型读取：{reason}。\n"
        "模型应为 Hugging Face 目录，或 google-bert/bert-base-chinese 这样的 Hub 名称。\n"
        "请检查拼写；没有网络时，请给出本地目录。",
    ),
    "interop.no_such_folder": ("there is no such directory", "没有这个目录"),
    "interop.no_network": ("it is not here, and the hub cannot be reached", "本地没有，也连接不上 Hub"),
    "interop.no_hub": (
        "it is not here, and could not be had from the hub ({words})",
        "本地没有，也无法从 Hub 取得（{words}）",
    ),
    "interop.reason_weights": ("it is no whole .safetensors file", "它不是完整的 .safetensors 文件"),
    "interop.no_config": (
        "{folder} has no config.json.\n"
        "A model directory holds config.json, model.safetensors and a tokenizer.\n"
        "Give the directory that holds them; in a run it is “model”.",
        "{folder} 中没有 config.json。\n模型目录应包含 config.json、model.safetensors 和分词器文件。\n"
        "请给出包含它们的目录；在运行目录中，它名为“model”。",
    ),
    "interop.broken_file": (
        "{path} cannot be read: {reason}.\nIt must be as Hugging Face writes it.\n"
        "Save or download the model again.",
        "无法读取 {path}：{reason}。\n它必须符合 Hugging Face 写出的格式。\n请重新保存或下载该模型。",
    ),
    "interop.unknown_type": (
        "{path} describes a model of type “{given}”.\nSupported types: {known}.\n"
        "Choose a model of one of them.",
        "{path} 描述的模型类型是“{given}”。\n支持的类型：{known}。\n请选用其中一种类型的模型。",
    ),
    "interop.unsupported_option": (
        "{path} sets {key} to {given}.\nSupported: {needed}.\nChoose a model that was trained so.",
        "{path} 将 {key} 设为 {given}。\n支持的取值：{needed}。\n请选用以该设置训练的模型。",
    ),
    "interop.unsupported_class": (
        "{path} is of class {given}.\nClasses that can be used as they are: {known}.\n"
        "Fine-tune it: then only its backbone is taken.",
        "{path} 的类是 {given}。\n可以直接使用的类：{known}。\n请对它进行微调：那样只会取用其主干网络。",
    ),
    "interop.only_pickle": (
        "{folder} holds its weights as a pickle (.bin) only.\n"
        "Pickles can run code when they are read, so only .safetensors is.\n"
        "Convert it where you trust the source: load it with transformers and call save_pretrained.",
        "{folder} 中的权重只有 pickle 格式（.bin）。\n读取 pickle 可能会执行代码，因此只接受 .safetensors。\n"
        "如果您信任其来源，请用 transformers 加载后调用 save_pretrained 进行转换。",
    ),
    "interop.no_weights": (
        "{folder} holds no weights.\n"
        "Needed: model.safetensors, or model.safetensors.index.json with its parts.\n"
        "Save or download the model again.",
        "{folder} 中没有权重文件。\n需要 model.safetensors，或 model.safetensors.index.json 及其各个分片。\n"
        "请重新保存或下载该模型。",
    ),
    "interop.wrong_shape": (
        "The tensor {name} has the shape {given}.\nBy config.json it must be {needed}.\n"
        "The two files are of different models: save or download it again.",
        "张量 {name} 的形状是 {given}。\n按照 config.json，应为 {needed}。\n"
        "这两个文件不属于同一个模型：请重新保存或下载。",
    ),
    "interop.missing_tensors": (
        "The weights lack {count} tensors of the network that config.json describes: {names} ...\n"
        "In their place would stand random values.\n"
        "The two files are of different models, or one is damaged: save or download it again.",
        "权重文件缺少 config.json 所描述网络的 {count} 个张量：{names} ……\n这些位置只能是随机值。\n"
        "这两个文件不属于同一个模型，或其中之一已损坏：请重新保存或下载。",
    ),
    "interop.tokenizer_too_big": (
        "The tokenizer in {folder} has {given} entries.\nThe model has vectors for {rows}.\n"
        "Use the tokenizer that the model was trained with.",
        "{folder} 中的分词器有 {given} 个词条。\n该模型只有 {rows} 个词向量。\n"
        "请使用训练该模型时所用的分词器。",
    ),
    "interop.card": (
        "# {name}\n\n"
        "A model of {layers} layers x {hidden_size}, {parameters} parameters, trained with Yanmo.\n"
        "Labels: {labels}\n\n```python\nfrom transformers import AutoTokenizer, {name}\n\n"
        'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")\n'
        'model = {name}.from_pretrained("path/to/this/folder")\n```',
        "# {name}\n\n由 Yanmo（研墨）训练的模型：{layers} 层 x {hidden_size} 维，共 {parameters} 个参数。\n"
        "标签：{labels}\n\n```python\nfrom transformers import AutoTokenizer, {name}\n\n"
        'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")\n'
        'model = {name}.from_pretrained("path/to/this/folder")\n```',
    ),
}
