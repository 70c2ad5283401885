"""``papernotes citations``: which papers of the bibliography cite each other, and what all cite."""
