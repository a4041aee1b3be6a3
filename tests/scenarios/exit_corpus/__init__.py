"""Files that are to leave: honest outputs, and outputs with a leak. Standard library only, the same for a seed.

Written from the lists of what leaks and what does not, without a look at the rules of the scan. Half of the templates (by a hash of
their names) are the development half; the other half is held out: rules are never tuned on it.
"""
import random
import zlib

from . import honest_files, honest_tables, late, leaks_files, leaks_office, leaks_text, leaks_tables, registry  # noqa: F401


def held_out(name):
    return zlib.crc32(name.encode()) % 2 == 1


def batch(seed, count, leaky, half="all"):
    """Yields (template name, file name, bytes), `count` files spread evenly over the templates of that half."""
    templates = registry.LEAKS if leaky else registry.HONEST
    names = [n for n in sorted(templates) if half == "all" or held_out(n) == (half == "held-out")]
    for number in range(count):
        name = names[number % len(names)]
        rng = random.Random("%d-%s-%d" % (seed, name, number // len(names)))
        file_name, content = templates[name](rng)
        yield name, file_name, content if isinstance(content, bytes) else content.encode()
