"""The checks of notes and entries that ``papernotes check`` and ``linkcheck`` make."""
