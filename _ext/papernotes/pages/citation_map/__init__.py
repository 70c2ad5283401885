"""The pages of citation maps: where works stand, how they are drawn, and the same in words."""
