"""Tensors: attention, positions, embeddings, norms, layers and heads, knowing no batch and no loss."""
