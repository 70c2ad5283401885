"""What arXiv and DOI registries answer, asked politely."""
