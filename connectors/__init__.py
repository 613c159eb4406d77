"""Everything with I/O: storage, web, LINE, expert console, terminal, settings, and the assembly of it all."""
