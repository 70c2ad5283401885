"""BibTeX into entries, and entries into references and links; without Sphinx."""
