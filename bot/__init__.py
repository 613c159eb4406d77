"""The conversation: engine, policy, replies and ports. Pure: no I/O, no clock, no randomness."""
