import { number, percent } from "./format";
import type { QualityTexts } from "./QualityTexts";
import type { Language } from "./texts";

export interface Period {
  period: string; // YYYY-MM; "" for undated rows
  count: number;
  denominator: number;
  share: number; // per cent
  finding: boolean;
}

export interface Measure {
  measure: string;
  category: string;
  title: { en: string; ja: string };
  allowed: number; // per cent
  finding: boolean;
  periods: Period[];
}

interface ChartProps {
  measures: Measure[];
  text: QualityTexts;
  language: Language;
}

const shownMonths = 36;

const monthNumber = (period: string) => Number(period.slice(0, 4)) * 12 + Number(period.slice(5)) - 1;
const monthText = (month: number) => `${String(Math.floor(month / 12))}-${String((month % 12) + 1).padStart(2, "0")}`;

// The newest months that any measure has rows of, without holes.
function monthsOf(measures: Measure[]): string[] {
  const dated = measures.flatMap((m) => m.periods.map((p) => p.period)).filter((p) => p >= "1990-01");
  if (dated.length === 0) return [];
  const numbers = dated.map(monthNumber);
  const last = numbers.reduce((a, b) => Math.max(a, b));
  const first = Math.max(
    numbers.reduce((a, b) => Math.min(a, b)),
    last - shownMonths + 1,
  );
  return Array.from({ length: last - first + 1 }, (_, i) => monthText(first + i));
}

// 0 none, 1 and 2 allowed, 3 and 4 not.
function heatOf(cell: Period, allowed: number): number {
  if (cell.count === 0) return 0;
  if (cell.finding) return cell.share > 2 * allowed ? 4 : 3;
  return cell.share > allowed / 2 ? 2 : 1;
}

export function HeatMap({ measures, text, language }: ChartProps) {
  const rows = measures.filter((m) => m.periods.some((p) => p.count > 0 && p.period !== ""));
  const months = monthsOf(rows);
  if (rows.length === 0) return <p className="empty">{text.noFindings}</p>;
  return (
    <>
      <ul className="heat-keys">
        {text.heatKeys.map((key, i) => (
          <li key={key}>
            <span className={`heat h${String(i)}`} aria-hidden="true" /> {key}
          </li>
        ))}
      </ul>
      <div className="scroll" tabIndex={0} role="region" aria-label={text.heat}>
        <table className="heat-map" data-testid="heat-map">
          <thead>
            <tr>
              <th scope="col">{text.measure}</th>
              {months.map((month, i) => (
                <th scope="col" key={month}>
                  <span className="visually-hidden">{month}</span>
                  <span aria-hidden="true">{i === 0 || month.endsWith("-01") ? month.slice(0, 4) : ""}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((m) => {
              const byMonth = new Map(m.periods.map((p) => [p.period, p]));
              return (
                <tr key={m.measure} data-measure={m.measure}>
                  <th scope="row">{m.title[language]}</th>
                  {months.map((month) => {
                    const cell = byMonth.get(month);
                    const words = cell
                      ? text.month(
                          month,
                          number(cell.count, language),
                          number(cell.denominator, language),
                          percent(cell.share / 100, language),
                        )
                      : `${month}: ${text.noRows}`;
                    return (
                      <td
                        key={month}
                        className={cell ? `heat h${String(heatOf(cell, m.allowed))}` : "heat"}
                        title={words}
                      >
                        <span className="visually-hidden">{words}</span>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

const width = 420;
const height = 120;
const left = 46;
const bottom = 20;

function Trend({ measure, text, language }: { measure: Measure; text: QualityTexts; language: Language }) {
  const months = monthsOf([measure]);
  const byMonth = new Map(measure.periods.map((p) => [p.period, p]));
  const top = Math.min(100, 1.15 * Math.max(measure.allowed, ...measure.periods.map((p) => p.share), 0.1));
  const x = (i: number) => left + ((width - left - 8) * (i + 0.5)) / months.length;
  const y = (share: number) => 8 + (height - bottom - 8) * (1 - Math.min(share, top) / top);
  // A month without rows breaks the line.
  let path = "";
  let open = false;
  months.forEach((month, i) => {
    const cell = byMonth.get(month);
    if (cell) path += `${open ? "L" : "M"}${x(i).toFixed(1)} ${y(cell.share).toFixed(1)}`;
    open = cell !== undefined;
  });
  const title = measure.title[language];
  return (
    <figure className="trend" data-trend={measure.measure}>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${String(width)} ${String(height)}`} role="img" aria-label={`${title}: ${text.trends}`}>
        <line x1={left} x2={width - 8} y1={height - bottom} y2={height - bottom} className="axis" />
        <text x={left - 5} y={14} textAnchor="end">
          {percent(top / 100, language)}
        </text>
        <text x={left - 5} y={height - bottom + 4} textAnchor="end">
          0
        </text>
        <text x={left} y={height - 5}>
          {months[0]}
        </text>
        <text x={width - 8} y={height - 5} textAnchor="end">
          {months[months.length - 1]}
        </text>
        <line x1={left} x2={width - 8} y1={y(measure.allowed)} y2={y(measure.allowed)} className="allowed" />
        <path d={path} className="line" />
        {months.map((month, i) => {
          const cell = byMonth.get(month);
          return (
            cell && (
              <circle
                key={month}
                cx={x(i)}
                cy={y(cell.share)}
                r={cell.finding ? 3.2 : 2}
                className={cell.finding ? "bad" : ""}
              >
                <title>
                  {text.month(
                    month,
                    number(cell.count, language),
                    number(cell.denominator, language),
                    percent(cell.share / 100, language),
                  )}
                </title>
              </circle>
            )
          );
        })}
      </svg>
    </figure>
  );
}

export function Trends({ measures, text, language }: ChartProps) {
  const shown = measures.filter((m) => m.finding && monthsOf([m]).length > 1);
  if (shown.length === 0) return <p className="empty">{text.noFindings}</p>;
  return (
    <>
      <p className="quiet">{text.trendsExplain}</p>
      <div className="trends">
        {shown.map((m) => (
          <Trend key={m.measure} measure={m} text={text} language={language} />
        ))}
      </div>
    </>
  );
}
