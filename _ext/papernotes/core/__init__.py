"""What a note, a paper and a problem are, and front matter; without Sphinx."""
