"""A second set of files that are to leave, as strangers would bring them: what is said (payloads), times where it stands (leaks, honest),
and, where the programs researchers use are installed, files written by those (with_tools). Used to learn what files nobody has seen meet."""
import importlib.util
import random

from . import (eighth_honest, eighth_leaks, fifth, fourth_honest, fourth_leaks, honest, leaks_few, leaks_places, leaks_rows, ninth_honest,  # noqa: F401
               ninth_leaks_files, ninth_leaks_text, registry, tenth, second_honest, second_parts, second_rows, second_text, seventh_honest, seventh_leaks, sixth_honest, sixth_leaks, third)  # noqa: F401

TOOLS = ("openpyxl", "docx", "matplotlib", "reportlab", "PIL", "pandas", "PyPDF2", "numpy")
HAVE_TOOLS = all(importlib.util.find_spec(name) for name in TOOLS)
if HAVE_TOOLS:
    from . import with_tools  # noqa: F401


def batch(seed, count, leaky):
    """Yields (template, file name, bytes), `count` files spread evenly over the templates."""
    templates = registry.LEAKS if leaky else registry.HONEST
    names = sorted(templates)
    for number in range(count):
        name = names[number % len(names)]
        file_name, content = templates[name](random.Random("%d-%s-%d" % (seed, name, number // len(names))))
        yield name, file_name, content if isinstance(content, bytes) else content.encode()
