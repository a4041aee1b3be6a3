import type { KeyboardEvent } from "react";
import { type Attribute, type Judged, type Node, sameLevels, sum } from "./explorer";
import type { ExplorerTexts } from "./explorerTexts";

const rowHeight = 96;
const labelWidth = 62;
const dotWidth = 24;

interface Placed {
  node: Node;
  x: number;
  y: number;
}

// One row for each sum of levels, the coarsest on top; in a row by the levels themselves, so that lines cross little.
function place(nodes: Node[], width: number): Placed[] {
  const top = Math.max(...nodes.map((node) => sum(node.levels)));
  const rows = new Map<number, number[]>();
  nodes.forEach((node, at) => {
    const row = top - sum(node.levels);
    rows.set(row, [...(rows.get(row) ?? []), at]);
  });
  const placed: Placed[] = [];
  for (const [row, members] of rows) {
    const order = (a: number, b: number) => {
      const one = nodes[a]?.levels ?? [];
      const other = nodes[b]?.levels ?? [];
      const at = one.findIndex((level, i) => level !== other[i]);
      return (other[at] ?? 0) - (one[at] ?? 0);
    };
    [...members].sort(order).forEach((at, i) => {
      const node = nodes[at];
      if (node) placed[at] = { node, x: (width * (i + 0.5)) / members.length, y: rowHeight * (row + 0.5) };
    });
  }
  return placed;
}

function shade(node: Node, least: number, most: number): number {
  if (node.score === null) return 0;
  return most > least ? 1 - (0.75 * (node.score - least)) / (most - least) : 1;
}

function NodeMark({
  at,
  wide,
  shareOfBest,
  chosen,
  best,
  label,
  choose,
}: {
  at: Placed;
  wide: boolean;
  shareOfBest: number;
  chosen: boolean;
  best: boolean;
  label: string;
  choose: () => void;
}) {
  const width = wide ? labelWidth - 8 : dotWidth - 6;
  const height = wide ? 34 : dotWidth - 6;
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return (
    <g
      className={`lattice-node ${at.node.valid ? "valid" : "invalid"} ${chosen ? "chosen" : ""} ${best ? "best" : ""}`}
      transform={`translate(${at.x} ${at.y})`}
      role="button"
      tabIndex={0}
      aria-label={label}
      aria-pressed={chosen}
      data-levels={at.node.levels.join("-")}
      onClick={choose}
      onKeyDown={pressed}
    >
      <title>{label}</title>
      <rect
        x={-width / 2}
        y={-height / 2}
        width={width}
        height={height}
        rx={wide ? 8 : height / 2}
        className="ground"
      />
      <rect
        x={-width / 2}
        y={-height / 2}
        width={width}
        height={height}
        rx={wide ? 8 : height / 2}
        className="fill"
        fillOpacity={at.node.valid ? shareOfBest : 0}
      />
      {wide && (
        <text className={shareOfBest > 0.6 ? "on-dark" : ""} dy="0.35em">
          {at.node.levels.join(" ")}
        </text>
      )}
      {best && (
        <text className="star" dy={wide ? -height / 2 - 5 : -height / 2 - 3}>
          ★
        </text>
      )}
    </g>
  );
}

export function Lattice({
  judged,
  best,
  attributes,
  text,
  choose,
  describe,
}: {
  judged: Judged;
  best: number[] | null;
  attributes: Attribute[];
  text: ExplorerTexts;
  choose: (levels: number[]) => void;
  describe: (node: Node) => string;
}) {
  const nodes: Node[] = [judged, ...judged.around];
  const counts = new Map<number, number>();
  for (const node of nodes) counts.set(sum(node.levels), (counts.get(sum(node.levels)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const wide = most <= 14;
  const width = Math.max(most * (wide ? Math.max(labelWidth, attributes.length * 11) : dotWidth), 320);
  const height = counts.size * rowHeight;
  const placed = place(nodes, width);
  const scores = nodes.flatMap((node) => (node.score === null ? [] : [node.score]));
  const least = Math.min(...scores);
  const worst = Math.max(...scores);
  return (
    <>
      <div className="lattice-scroll" tabIndex={0} role="region" aria-label={text.lattice}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          style={{ minWidth: Math.min(width, 620), maxWidth: Math.max(width, 620) }}
          data-testid="lattice"
        >
          {judged.edges.map(([low, high]) => {
            const from = placed[low];
            const to = placed[high];
            if (!from || !to) return null;
            return (
              <line
                key={`${low}-${high}`}
                className={low === 0 || high === 0 ? "edge near" : "edge"}
                x1={from.x}
                y1={from.y}
                x2={to.x}
                y2={to.y}
              />
            );
          })}
          {placed.map((at) => (
            <NodeMark
              key={at.node.levels.join("-")}
              at={at}
              wide={wide}
              shareOfBest={shade(at.node, least, worst)}
              chosen={sameLevels(at.node.levels, judged.levels)}
              best={best !== null && sameLevels(at.node.levels, best)}
              label={describe(at.node)}
              choose={() => {
                choose(at.node.levels);
              }}
            />
          ))}
        </svg>
      </div>
      <p className="legend quiet">
        <span>
          <i className="swatch valid" aria-hidden="true" />
          {text.legendValid}
        </span>
        <span>
          <i className="swatch invalid" aria-hidden="true" />
          {text.legendInvalid}
        </span>
        <span>
          <i className="swatch chosen" aria-hidden="true" />
          {text.legendChosen}
        </span>
        <span>★ {text.legendBest}</span>
      </p>
    </>
  );
}
