import { type SyntheticEvent, useState } from "react";
import type { Attribute, Description, Node, Optimum, Rows, Setting } from "./explorer";
import type { ExplorerTexts } from "./explorerTexts";
import { number, percent } from "./format";
import type { Language } from "./texts";

interface Shared {
  text: ExplorerTexts;
  language: Language;
}

function Slider({
  label,
  value,
  shown,
  min,
  max,
  step,
  change,
}: {
  label: string;
  value: number;
  shown: string;
  min: number;
  max: number;
  step: number;
  change: (value: number) => void;
}) {
  return (
    <label className="slider">
      <span>
        {label} <b>{shown}</b>
      </span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        onChange={(event) => {
          change(Number(event.target.value));
        }}
      />
    </label>
  );
}

export function Settings({
  description,
  setting,
  change,
  reset,
  follow,
  setFollow,
  text,
  language,
}: Shared & {
  description: Description;
  setting: Setting;
  change: (setting: Setting) => void;
  reset: () => void;
  follow: boolean;
  setFollow: (follow: boolean) => void;
}) {
  return (
    <section className="panel settings" aria-labelledby="explorer-settings">
      <h2 id="explorer-settings">{text.settings}</h2>
      {setting.k !== undefined && (
        <Slider
          label={text.k}
          value={setting.k}
          shown={number(setting.k, language)}
          min={2}
          max={Math.max(50, (description.k ?? 0) * 2)}
          step={1}
          change={(k) => {
            change({ ...setting, k });
          }}
        />
      )}
      <Slider
        label={text.limit}
        value={setting.limit}
        shown={percent(setting.limit, language)}
        min={0}
        max={0.5}
        step={0.005}
        change={(limit) => {
          change({ ...setting, limit });
        }}
      />
      <h3>{text.weights}</h3>
      <p className="quiet">{text.weightsNote}</p>
      {description.attributes.map(({ name }) => (
        <Slider
          key={name}
          label={name}
          value={setting.weights[name] ?? 1}
          shown={(setting.weights[name] ?? 1).toFixed(1)}
          min={0}
          max={5}
          step={0.1}
          change={(weight) => {
            change({ ...setting, weights: { ...setting.weights, [name]: weight } });
          }}
        />
      ))}
      <label className="check">
        <input
          type="checkbox"
          checked={follow}
          onChange={(event) => {
            setFollow(event.target.checked);
          }}
        />
        {text.follow}
      </label>
      <button type="button" onClick={reset}>
        {text.reset}
      </button>
      <ul className="models quiet">
        {description.models.map((model) => (
          <li key={model}>{model}</li>
        ))}
      </ul>
    </section>
  );
}

export function Figures({
  node,
  rows,
  milliseconds,
  text,
  language,
}: Shared & { node: Node; rows: number; milliseconds: number }) {
  return (
    <dl className="figures" data-testid="figures" data-milliseconds={milliseconds}>
      <div className={node.valid ? "good" : "bad"}>
        <dt>{text.node}</dt>
        <dd data-testid="verdict">{node.valid ? text.valid : text.invalid}</dd>
      </div>
      <div>
        <dt>{text.score}</dt>
        <dd>{node.score === null ? "–" : node.score.toPrecision(4)}</dd>
      </div>
      <div>
        <dt>{text.suppressed}</dt>
        <dd>
          {number(node.suppressed, language)} <small>({percent(node.suppressed / rows, language)})</small>
        </dd>
      </div>
      <div>
        <dt>{text.classes}</dt>
        <dd>{number(node.classes, language)}</dd>
      </div>
      <div>
        <dt>{text.smallest}</dt>
        <dd>{number(node.smallest, language)}</dd>
      </div>
    </dl>
  );
}

export function BestLine({
  optimum,
  chosen,
  state,
  go,
  text,
  language,
}: Shared & {
  optimum: Optimum | null;
  chosen: boolean;
  state: "searching" | "found" | "impossible";
  go: () => void;
}) {
  return (
    <p className="best-line" role="status" data-testid="optimum" data-state={state}>
      <strong>★ {text.optimum}</strong> {state === "searching" && text.searching}
      {state === "impossible" && <span className="bad">{text.impossible}</span>}
      {state === "found" && optimum && (
        <>
          <code>{optimum.levels.join(" ")}</code> {optimum.score.toPrecision(4)}{" "}
          <span className="quiet">
            {text.optimumOf(number(Math.round(optimum.milliseconds), language), optimum.optimal)}
          </span>{" "}
          {chosen ? (
            <span className="quiet">{text.isOptimum}</span>
          ) : (
            <button type="button" onClick={go}>
              {text.toOptimum}
            </button>
          )}
        </>
      )}
    </p>
  );
}

export function LevelPickers({
  attributes,
  levels,
  choose,
  text,
  language,
}: Shared & { attributes: Attribute[]; levels: number[]; choose: (levels: number[]) => void }) {
  const step = (at: number, by: number) => {
    choose(levels.map((level, i) => (i === at ? level + by : level)));
  };
  return (
    <table className="pickers">
      <tbody>
        {attributes.map((attribute, at) => {
          const level = levels[at] ?? 0;
          const shown = attribute.levels[level];
          return (
            <tr key={attribute.name}>
              <th scope="row">{attribute.name}</th>
              <td className="stepper">
                <button
                  type="button"
                  aria-label={`${attribute.name}: ${text.finer}`}
                  disabled={level <= attribute.lowest}
                  onClick={() => {
                    step(at, -1);
                  }}
                >
                  −
                </button>
                <b>{level}</b>
                <button
                  type="button"
                  aria-label={`${attribute.name}: ${text.coarser}`}
                  disabled={level >= attribute.highest}
                  onClick={() => {
                    step(at, 1);
                  }}
                >
                  ＋
                </button>
              </td>
              <td>
                <span className="quiet">{text.values(number(shown?.labels, language))}</span>{" "}
                <span className="examples">
                  {shown?.examples.map((one) => (one === "" ? text.nothing : one)).join(text.between)}
                  {shown && shown.labels > shown.examples.length ? `${text.between}…` : ""}
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** An empty value is told, not left blank: nothing to see would look like a fault of the page. */
function Value({ value, text }: { value: string; text: ExplorerTexts }) {
  return value === "" ? <span className="nothing">{text.nothing}</span> : <>{value}</>;
}

export function SideBySide({
  rows,
  only,
  setOnly,
  first,
  more,
  text,
  language,
}: Shared & {
  rows: Rows | null;
  only: boolean;
  setOnly: (only: boolean) => void;
  first: () => void;
  more: () => void;
}) {
  return (
    <section className="panel" aria-labelledby="explorer-rows">
      <h2 id="explorer-rows">{text.beforeAfter}</h2>
      <div className="row-tools">
        <label className="check">
          <input
            type="checkbox"
            checked={only}
            onChange={(event) => {
              setOnly(event.target.checked);
            }}
          />
          {text.onlySuppressed}
        </label>
        <button type="button" onClick={first}>
          {text.first}
        </button>
        <button type="button" onClick={more} disabled={rows?.next == null}>
          {text.more}
        </button>
      </div>
      {rows?.rows.length === 0 && <p className="empty">{text.noRows}</p>}
      {rows && rows.rows.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={text.beforeAfter}>
          <table className="before-after" data-testid="rows">
            <thead>
              <tr>
                <th rowSpan={2}>{text.row}</th>
                <th colSpan={rows.columns.length}>{text.before}</th>
                <th colSpan={rows.columns.length} className="divide">
                  {text.after}
                </th>
              </tr>
              <tr>
                {rows.columns.map((column) => (
                  <th key={column}>{column}</th>
                ))}
                {rows.columns.map((column, i) => (
                  <th key={column} className={i === 0 ? "divide" : ""}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.rows.map((row) => (
                <tr key={row.number} className={row.after === null ? "dropped" : ""}>
                  <th scope="row">{number(row.number, language)}</th>
                  {row.before.map((value, i) => (
                    <td key={i}>
                      <Value value={value} text={text} />
                    </td>
                  ))}
                  {row.after === null ? (
                    <td colSpan={rows.columns.length} className="divide gone">
                      {text.dropped}
                    </td>
                  ) : (
                    row.after.map((value, i) => (
                      <td key={i} className={`${i === 0 ? "divide" : ""} ${value === row.before[i] ? "" : "changed"}`}>
                        <Value value={value} text={text} />
                      </td>
                    ))
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function Save({
  save,
  saved,
  shown,
  note,
  text,
}: {
  save: (name: string, fix: boolean) => void;
  saved: string[];
  shown: string;
  note: string;
  text: ExplorerTexts;
}) {
  const [name, setName] = useState("");
  const [fix, setFix] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save(name.trim(), fix);
  };
  return (
    <section className="panel save" aria-labelledby="explorer-save">
      <h2 id="explorer-save">{text.save}</h2>
      <p className="quiet">{text.saveNote}</p>
      <form onSubmit={submit}>
        <label>
          {text.name}
          <input
            value={name}
            required
            maxLength={40}
            pattern="[A-Za-z0-9_\-]+"
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={fix}
            onChange={(event) => {
              setFix(event.target.checked);
            }}
          />
          {text.fix}
        </label>
        <button type="submit">{text.saveButton}</button>
      </form>
      <p role="status" data-testid="save-note">
        {note}
      </p>
      {shown !== "" && <pre>{shown}</pre>}
      {saved.length > 0 && (
        <p className="quiet">
          {text.savedBefore}: {saved.join("、")}
        </p>
      )}
    </section>
  );
}
