"""The command line ``papernotes``: add papers, and check and update notes and bibliography.

A build does not import this package, and this package does not import the modules of a build. It
uses Sphinx only to read ``conf.py`` and to list documents.
"""
