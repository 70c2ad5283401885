"""Tables of notes: columns with their values, and the rows that ``{papers}`` asks for."""
