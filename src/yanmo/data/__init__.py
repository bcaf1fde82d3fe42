"""Ids -> packed batches: token store, sampler, packing, batch."""
