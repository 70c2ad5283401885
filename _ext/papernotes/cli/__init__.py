"""The command line ``papernotes``: add papers, and check and update notes and bibliography.

A build does not import this package. Of this package, only ``building`` runs Sphinx and imports the
modules of a build. The rest uses Sphinx only to read ``conf.py`` and to list documents.
"""
