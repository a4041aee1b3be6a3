import type { ReactNode } from "react";
import { bytes, number, percent } from "./format";
import { type Audit, labelOf, packagesOf, packageSteps, type Stage, type Status, verdictOf } from "./status";
import type { Language, Texts } from "./texts";

export interface PanelProps {
  status: Status;
  text: Texts;
  language: Language;
}

function Panel({ id, heading, children }: { id: string; heading: string; children: ReactNode }) {
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {children}
    </section>
  );
}

function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Badge({ audit, text }: { audit: Audit | undefined; text: Texts }) {
  const verdict = verdictOf(audit);
  const words = verdict === "unknown" && typeof audit === "string" && audit !== "" ? audit : text.verdicts[verdict];
  return <span className={`badge ${verdict}`}>{words}</span>;
}

function StageRow({ stage, text, language }: { stage: Stage; text: Texts; language: Language }) {
  const state = stage.state ?? "waiting";
  const label = (language === "ja" ? stage.label_ja : stage.label_en) ?? stage.name;
  const counted = (stage.total ?? 0) > 0;
  const unit = (stage.unit && text.stages.units[stage.unit]) || stage.unit || "";
  const amount = counted ? `${number(stage.done, language)} / ${number(stage.total, language)} ${unit}` : "";
  // A rate below one a second says nothing that the time beside it does not.
  const rate = typeof stage.rate === "number" && stage.rate >= 1 ? round(stage.rate) : undefined;
  const speed = !rate
    ? typeof stage.rate === "string"
      ? stage.rate
      : ""
    : `${number(rate, language)} ${unit}/${text.stages.seconds}`;
  const seconds = stage.seconds ? `${number(round(stage.seconds), language)} ${text.stages.seconds}` : "";
  // Without a total there is nothing to measure: a bar that only says "working".
  const value = counted ? Math.min(stage.done ?? 0, stage.total ?? 0) : state === "done" ? 1 : 0;
  const bar = state === "running" && !counted ? {} : { value, max: counted ? stage.total : 1 };
  return (
    <li className={`stage ${state}`} data-stage={stage.name}>
      <div className="stage-head">
        <span className="mark" aria-hidden="true" />
        <span className="stage-name">{label}</span>
        <span className="stage-state">{text.stages.states[state]}</span>
      </div>
      <progress aria-label={label} {...bar} />
      <p className="stage-figures">
        <span>{amount}</span>
        <span>{[speed, seconds].filter(Boolean).join(" · ")}</span>
      </p>
    </li>
  );
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}

export function Stages({ status, text, language }: PanelProps) {
  const stages = status.stages ?? [];
  return (
    <Panel id="stages" heading={text.stages.heading}>
      {stages.length === 0 ? (
        <Empty>{text.stages.none}</Empty>
      ) : (
        <ol className="stages">
          {stages.map((stage) => (
            <StageRow key={stage.name} stage={stage} text={text} language={language} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

export function Hospitals({ status, text, language }: PanelProps) {
  const hospitals = status.hospitals ?? [];
  const name = text.hospitals;
  const alert = (step: string, count: number) =>
    (step === "refused" || step === "quarantined") && count > 0 ? "alert" : undefined;
  return (
    <Panel id="hospitals" heading={name.heading}>
      {hospitals.length === 0 ? (
        <Empty>{name.none}</Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-labelledby="hospitals">
          <table>
            <thead>
              <tr>
                <th scope="col">{name.name}</th>
                {packageSteps.map((step) => (
                  <th scope="col" key={step} className="figure">
                    {name.steps[step]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {hospitals.map((hospital) => (
                <tr key={hospital.id} data-hospital={hospital.id}>
                  <th scope="row">
                    {hospital.name ?? hospital.id}
                    {hospital.name && hospital.name !== hospital.id && <span className="id">{hospital.id}</span>}
                  </th>
                  {packageSteps.map((step) => (
                    <td key={step} className={`figure ${alert(step, hospital.packages?.[step] ?? 0) ?? ""}`}>
                      {number(hospital.packages?.[step], language)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">{name.total}</th>
                {packageSteps.map((step) => (
                  <td key={step} className="figure">
                    {number(packagesOf(status, step), language)}
                  </td>
                ))}
              </tr>
            </tfoot>
          </table>
        </div>
      )}
    </Panel>
  );
}

export function Store({ status, text, language }: PanelProps) {
  const { store, linkage } = status;
  const name = text.store;
  const rows: [string, ReactNode][] = [
    [name.rows, number(store?.rows, language)],
    [name.superseded, number(store?.superseded, language)],
    [name.quarantined, number(store?.quarantined, language)],
    [name.segments, number(store?.segments, language)],
    [name.bytes, bytes(store?.bytes, language)],
  ];
  if (linkage) {
    rows.push([name.precision, percent(linkage.precision, language, 2)]);
    rows.push([name.recall, percent(linkage.recall, language, 2)]);
  }
  return (
    <Panel id="store" heading={name.heading}>
      <Facts rows={rows} />
    </Panel>
  );
}

export function Datasets({ status, text, language }: PanelProps) {
  const datasets = status.datasets ?? [];
  const name = text.datasets;
  return (
    <Panel id="datasets" heading={name.heading}>
      {datasets.length === 0 && <Empty>{name.none}</Empty>}
      <div className="cards">
        {datasets.map((dataset) => (
          <article className="card" key={dataset.id} aria-label={labelOf(dataset, language)}>
            <h3>
              {labelOf(dataset, language)} <Badge audit={dataset.audit} text={text} />
            </h3>
            <p className="lead">
              <span className="big">{number(dataset.rows, language)}</span> {name.rows}
            </p>
            {dataset.reason && <p className="empty">{dataset.reason}</p>}
            <Facts
              rows={[
                [name.eligible, number(dataset.eligible, language)],
                [name.kept, dataset.eligible ? percent((dataset.rows ?? 0) / dataset.eligible, language) : "–"],
                [name.k, number(dataset.k, language)],
                [name.smallest, number(dataset.smallest_class, language)],
              ]}
            />
          </article>
        ))}
      </div>
    </Panel>
  );
}

export function ExitChecks({ status, text, language }: PanelProps) {
  const checks = status.exit_checks ?? [];
  const name = text.exits;
  return (
    <Panel id="exits" heading={name.heading}>
      {checks.length === 0 && <Empty>{name.none}</Empty>}
      <div className="cards">
        {checks.map((check) => (
          <article className="card" key={check.id} aria-label={labelOf(check, language)}>
            <h3>
              {labelOf(check, language)} <Badge audit={check.audit} text={text} />
            </h3>
            <p className="lead">
              <span className="big">{number(check.suppressed, language)}</span> / {number(check.cells, language)}{" "}
              {name.suppressedOf}
            </p>
          </article>
        ))}
      </div>
    </Panel>
  );
}

// "b5bb 9d80 …": groups of eight are compared by eye more easily than 64 digits.
function grouped(hash: string): string {
  return hash.match(/.{1,8}/g)?.join(" ") ?? "";
}

export function Ledgers({ status, text, language }: PanelProps) {
  const ledgers = status.ledgers ?? [];
  const name = text.ledgers;
  return (
    <Panel id="ledgers" heading={name.heading}>
      {ledgers.length === 0 ? (
        <Empty>{name.none}</Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-labelledby="ledgers">
          <table>
            <thead>
              <tr>
                <th scope="col">{name.name}</th>
                <th scope="col">{name.state}</th>
                <th scope="col" className="figure">
                  {name.entries}
                </th>
                <th scope="col">{name.checkpoint}</th>
              </tr>
            </thead>
            <tbody>
              {ledgers.map((ledger) => (
                <tr key={ledger.name}>
                  <th scope="row">{name.names[ledger.name] ?? ledger.name}</th>
                  <td>
                    <span className={`badge ${ledger.ok === undefined ? "unknown" : ledger.ok ? "pass" : "fail"}`}>
                      {ledger.ok === undefined ? text.verdicts.unknown : ledger.ok ? name.ok : name.bad}
                    </span>
                  </td>
                  <td className="figure">{number(ledger.entries, language)}</td>
                  <td className="wrap">
                    <code className="hash">{grouped(ledger.checkpoint ?? "") || "–"}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
