"""Speed and memory, each beside a peer or a goal in the same run."""
