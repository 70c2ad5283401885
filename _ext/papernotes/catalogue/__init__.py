"""All that follows from notes, citations and entries together; without Sphinx."""
