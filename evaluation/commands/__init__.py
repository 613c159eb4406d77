"""The sub-commands of `sodan` that measure."""
