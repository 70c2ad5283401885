"""Markdown syntax beyond what MyST reads, and what authors take for syntax that it is not."""
