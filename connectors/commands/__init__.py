"""The sub-commands of `sodan` that belong to the product itself, one file each."""
