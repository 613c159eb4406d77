"""What is known and how it is found: model, loading, text analysis, index, search."""
