"""Files -> clean documents and labelled records: read, normalize, filter, deduplicate; memory stays flat."""
