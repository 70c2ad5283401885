"""What `papernotes check` and `papernotes linkcheck` look for in notes and entries."""
