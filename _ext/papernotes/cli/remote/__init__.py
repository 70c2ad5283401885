"""Ask arXiv and DOI registries about papers, politely."""
