"""``papernotes build`` and ``papernotes serve``: run Sphinx on a site."""
