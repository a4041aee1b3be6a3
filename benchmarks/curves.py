"""Curves of the documents as small SVG files: points over a logarithmic or a named axis, one colour for each line."""
import math
import pathlib

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")


class Log:
    """Powers of ten between two values, which need not be powers themselves."""

    def __init__(self, low, high, text=lambda power: f"{10 ** power:g}"):
        self.low, self.high, self.text = math.log10(low), math.log10(high), text

    def share(self, value):
        return (math.log10(max(float(value), 10 ** self.low)) - self.low) / (self.high - self.low)

    def ticks(self):
        return [(self.share(10 ** power), self.text(power)) for power in range(math.ceil(self.low), math.floor(self.high) + 1)]


class Linear:
    def __init__(self, low, high, digits=3):
        self.low, self.high, self.digits = low, high, digits

    def share(self, value):
        return (float(value) - self.low) / (self.high - self.low)

    def ticks(self):
        return [(step / 4, f"{self.low + (self.high - self.low) * step / 4:.{self.digits}f}") for step in range(5)]


class Named:
    """A few values at equal distances."""

    def __init__(self, values):
        self.values = list(values)

    def share(self, value):
        return (self.values.index(value) + 0.0) / (len(self.values) - 1)

    def ticks(self):
        return [(self.share(value), str(value)) for value in self.values]


def curves(title, above, below, across, up, lines):
    """lines: [(label, [(x, y, note)])]; a note stands beside its point. The text of the SVG."""
    left, width, bottom, height = 70, 420, 280, 230
    x = lambda value: left + across.share(value) * width
    y = lambda value: bottom - up.share(value) * height
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 340" font-family="sans-serif" font-size="12">',
             f"<title>{title}</title>", '<rect width="640" height="340" fill="white"/>']
    for share, text in up.ticks():
        at = bottom - share * height
        parts.append(f'<line x1="{left}" x2="{left + width}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{text}</text>')
    for share, text in across.ticks():
        parts.append(f'<text x="{left + share * width:.1f}" y="{bottom + 20}" text-anchor="middle">{text}</text>')
    parts.append(f'<text x="{left + width / 2:.0f}" y="{bottom + 45}" text-anchor="middle">{below}</text>'
                 f'<text x="{left}" y="24">{above}</text>')
    for n, (label, points) in enumerate(lines):
        colour = COLOURS[n % len(COLOURS)]
        line = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{left + width + 15}" y="{60 + 20 * n}" fill="{colour}">{label}</text>')
        parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>'
                  + (f'<text x="{x(a) + 5:.1f}" y="{y(b) - 5 + 12 * n:.1f}" fill="{colour}" font-size="10">{note}</text>' if note else "")
                  for a, b, note in points]
    return "\n".join([*parts, "</svg>\n"])


def write(path, *chart):
    pathlib.Path(path).write_text(curves(*chart), encoding="utf-8")
