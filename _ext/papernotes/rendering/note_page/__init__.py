"""What stands around the text of a note on its page: its header, its neighbours, who cites it."""
