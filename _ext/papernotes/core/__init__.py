"""Records, diagnostics, plain text and front matter; nothing here imports Sphinx."""
