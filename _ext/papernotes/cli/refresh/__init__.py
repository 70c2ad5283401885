"""``papernotes refresh``: what became of the papers in the bibliography."""
