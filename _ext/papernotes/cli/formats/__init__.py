"""Read what other programs export as BibTeX entries: RIS, PubMed's nbib and CSL-JSON."""
