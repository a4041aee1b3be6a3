import { percent } from "./format";
import { differing, type FieldRow, fieldRows, type PairDetail, type Waterfall } from "./review";
import { named, type ReviewTexts } from "./reviewTexts";
import type { Language } from "./texts";

const signs = { equal: "=", canonical: "≒", differs: "≠", missing: "–" } as const;

function Value({ text, other, mark }: { text: string; other: string; mark: FieldRow["mark"] }) {
  if (mark !== "differs" || text.length > 200) return <>{text === "" ? "–" : text}</>;
  return (
    <>
      {differing(text, other).map(({ character, differs }, at) =>
        differs ? <mark key={at}>{character}</mark> : <span key={at}>{character}</span>,
      )}
    </>
  );
}

export function SideBySide({ pair, text }: { pair: PairDetail; text: ReviewTexts }) {
  return (
    <table className="sides" data-testid="sides">
      <thead>
        <tr>
          <th scope="col">{text.field}</th>
          <th scope="col">{`${text.record} A`}</th>
          <th scope="col">{text.agreement}</th>
          <th scope="col">{`${text.record} B`}</th>
        </tr>
      </thead>
      <tbody>
        {fieldRows(pair).map(({ field, a, b, mark }) => (
          <tr key={field} className={mark} data-field={field}>
            <th scope="row">{named(text.fields, field)}</th>
            <td>
              <Value text={a} other={b} mark={mark} />
            </td>
            <td className="agreement">
              <span aria-hidden="true">{signs[mark]}</span> {text.marks[mark]}
            </td>
            <td>
              <Value text={b} other={a} mark={mark} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Step {
  name: string;
  what: string;
  bits: number;
}
interface Bar extends Step {
  before: number;
  after: number;
}

// Running sums: each bar begins where the one before it ended.
function barsOf(steps: Step[]): Bar[] {
  const bars: Bar[] = [];
  let sum = 0;
  for (const step of steps) {
    bars.push({ ...step, before: sum, after: sum + step.bits });
    sum += step.bits;
  }
  return bars;
}

function stepsOf(waterfall: Waterfall, text: ReviewTexts): Step[] {
  const steps = [{ name: text.prior, what: "", bits: waterfall.prior }];
  for (const one of waterfall.comparisons) {
    const rarity = one.holders > 0 ? ` · ${text.holders(one.holders)}` : "";
    steps.push({
      name: named(text.fields, one.name),
      what: named(text.levels, one.level) + rarity,
      bits: one.weight,
    });
  }
  steps.push({ name: text.household, what: "", bits: waterfall.household });
  if (waterfall.two_numbers !== undefined)
    steps.push({ name: text.two_numbers, what: "", bits: waterfall.two_numbers });
  return steps;
}

const signed = (bits: number) =>
  Math.abs(bits) < 0.05 ? "0.0" : `${bits < 0 ? "−" : "+"}${Math.abs(bits).toFixed(1)}`;

// The line is zero.
export function WaterfallChart({
  waterfall,
  text,
  language,
}: {
  waterfall: Waterfall;
  text: ReviewTexts;
  language: Language;
}) {
  const bars = barsOf(stepsOf(waterfall, text));
  const low = Math.min(0, ...bars.map((bar) => bar.after));
  const span = Math.max(Math.max(0, ...bars.map((bar) => bar.after)) - low, 1);
  const place = (bits: number) => ((bits - low) / span) * 100;
  return (
    <figure className="weights">
      <figcaption>
        {text.waterfall} <small>{text.waterfallHint}</small>
      </figcaption>
      <table data-testid="waterfall">
        <tbody>
          {bars.map((step) => {
            const begin = place(Math.min(step.before, step.after));
            const width = Math.max(place(Math.max(step.before, step.after)) - begin, 0.4);
            return (
              <tr key={step.name}>
                <th scope="row">{step.name}</th>
                <td className="what">{step.what}</td>
                <td className="bits">{signed(step.bits)}</td>
                <td className="bar" aria-hidden="true">
                  <svg viewBox="0 0 100 10" preserveAspectRatio="none" width="100%" height="14">
                    <line x1={place(0)} x2={place(0)} y1="0" y2="10" className="zero" />
                    <rect x={begin} y="1" width={width} height="8" className={step.bits < 0 ? "against" : "for"} />
                  </svg>
                </td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{text.total}</th>
            <td className="what">
              {text.probability} {percent(waterfall.probability, language, 2)}
            </td>
            <td className="bits">{signed(waterfall.weight)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </figure>
  );
}

export function Effect({ pair, text }: { pair: PairDetail; text: ReviewTexts }) {
  return (
    <p className="effect">
      A: {text.records(pair.records_a)} / B: {text.records(pair.records_b)} · {pair.joined ? text.joined : text.apart}
    </p>
  );
}
