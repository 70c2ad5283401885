"""Everything derived from notes, citations and entries together; independent of Sphinx."""
