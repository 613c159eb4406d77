"""Japanese text analysis: one piece of code for the index and for what users write."""
