"""What is published beside the pages: feed, catalogue, sitemap, redirects, pictures, metadata."""
