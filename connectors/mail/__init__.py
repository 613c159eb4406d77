"""E-mail: what experts write, to visitors who left an address and are not at the page."""
