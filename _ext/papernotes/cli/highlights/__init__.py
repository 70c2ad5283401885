"""``papernotes highlights``: what is marked in papers, from Zotero and PDF files into notes."""
