"""``papernotes import``: convert the notes of other programs into a site."""
