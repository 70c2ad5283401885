"""Write to BibTeX files that people maintain, in the style of each file."""
