#!/usr/bin/env python3
"""Reliability of the confidences as a small SVG: bench_codes_plot.py OUT.svg LABEL=EVALUATE.json ...
(EVALUATE.json as `sekisho codes evaluate --json` prints it). Areas of circles go with the number of codes."""
import json, math, sys

COLOURS = ('#1b6ca8', '#c05621', '#2f855a')


def main():
    side, edge = 320, 44
    at = lambda x, y: (edge + x * side, edge / 2 + (1 - y) * side)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 2 * edge} {side + 2 * edge}" font-family="sans-serif" font-size="11">',
           f'<title>Confidence of first suggestions and share that is right</title>',
           '<rect width="100%" height="100%" fill="#fff"/>']
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
        x, y = at(tick, 0)
        out.append(f'<path d="M{x:.0f} {y:.0f}v-{side}" stroke="#ddd"/><text x="{x:.0f}" y="{y + 14:.0f}" text-anchor="middle">{tick:g}</text>')
        x, y = at(0, tick)
        out.append(f'<path d="M{x:.0f} {y:.0f}h{side}" stroke="#ddd"/><text x="{x - 6:.0f}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>')
    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    out.append(f'<path d="M{x0:.0f} {y0:.0f}L{x1:.0f} {y1:.0f}" stroke="#888" stroke-dasharray="4 3"/>')
    for number, argument in enumerate(sys.argv[2:]):
        label, path = argument.split('=', 1)
        bins = [b for b in json.load(open(path))['calibration'] if b['items']]
        colour = COLOURS[number % len(COLOURS)]
        points = [at(b['confidence'], b['right']) for b in bins]
        out.append(f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}" fill="none" stroke="{colour}"/>')
        for (x, y), b in zip(points, bins):
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(2, 1.1 * math.log2(b["items"])):.1f}" fill="{colour}" fill-opacity=".6"/>')
        out.append(f'<text x="{edge + side - 6}" y="{edge / 2 + side - 30 + 15 * number:.0f}" text-anchor="end" fill="{colour}">{label}</text>')
    out.append(f'<text x="{edge + side / 2}" y="{side + edge * 1.4:.0f}" text-anchor="middle">mean confidence</text>')
    out.append(f'<text transform="translate(12 {edge / 2 + side / 2}) rotate(-90)" text-anchor="middle">share right</text></svg>')
    open(sys.argv[1], 'w', encoding='utf-8').write('\n'.join(out) + '\n')


if __name__ == '__main__':
    main()
