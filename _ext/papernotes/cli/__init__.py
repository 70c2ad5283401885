"""The command line: papers in, a bibliography kept clean.

A build does not import it, and it does not import what builds: of Sphinx it knows ``conf.py``.
"""
