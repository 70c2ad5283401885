"""What the front page says of all its notes, above the list of them."""
