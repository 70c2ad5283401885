"""The files of a new site, which ``papernotes new`` and ``papernotes import`` write.

``templates/`` holds those that are the same in every language; the texts of the pages are in
``texts``, so that they are translated like the rest of what readers see.
"""
