"""Read BibTeX files, and format their entries; nothing here imports Sphinx."""
