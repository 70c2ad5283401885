"""Writing to BibTeX files that people keep, in the style that each file has."""
