"""``papernotes build``, ``check`` and ``serve``: run Sphinx on a site."""
