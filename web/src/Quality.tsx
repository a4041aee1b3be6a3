import { useCallback, useEffect, useState } from "react";
import { number, percent } from "./format";
import { HeatMap, type Measure, Trends } from "./QualityCharts";
import { type Place, type QualityTexts, qualityTexts } from "./QualityTexts";
import { type Session, SignIn, takeToken } from "./SignIn";
import type { Language } from "./texts";
import "./quality.css";

type Level = "E" | "W" | "I";

interface Row {
  hospital: string;
  levels: Record<Level, number>;
}

interface Finding {
  measure: string;
  category: string;
  subcategory: string;
  level: Level;
  count: number;
  denominator: number;
  share: number;
  allowed: number;
  example: Place | null;
  section: string;
  title: Record<Language, string>;
  cause: Record<Language, string>;
  repair: Record<Language, string>;
}

interface Report {
  on: string;
  hospitals: string[];
  levels: Record<Level, number>;
  accounting: { records: number; loaded: number; superseded: number; quarantined: number; balanced: boolean };
  findings: Finding[];
  measures: Measure[];
}

const levels: Level[] = ["E", "W", "I"];

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(`/api/v1/${path}`, { cache: "no-store", ...init });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}

const begin = (token: string) => ask<Session>("session", { method: "POST", body: JSON.stringify({ token }) });

function Findings({ report, text, language }: { report: Report; text: QualityTexts; language: Language }) {
  if (report.findings.length === 0) return <p className="empty">{text.noFindings}</p>;
  const sorted = [...report.findings].sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={text.findings}>
      <table className="findings">
        <thead>
          <tr>
            <th scope="col">{text.level}</th>
            <th scope="col">{text.measure}</th>
            <th scope="col" className="figure">
              {text.count}
            </th>
            <th scope="col" className="figure">
              {text.share}
            </th>
            <th scope="col">{text.cause}</th>
            <th scope="col">{text.repair}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((f) => (
            <tr key={f.measure} data-finding={f.measure}>
              <td>
                <span className={`level ${f.level}`}>{text.levels[f.level]}</span>
              </td>
              <th scope="row">
                {f.title[language]}
                <span className="quiet">
                  {text.categories[f.category] ?? f.category}
                  {f.subcategory && ` / ${f.subcategory}`} · {f.section}
                </span>
              </th>
              <td className="figure">
                {number(f.count, language)} / {number(f.denominator, language)}
              </td>
              <td className="figure">
                {percent(f.share / 100, language, 2)}
                <span className="quiet">
                  {text.allowed} {percent(f.allowed / 100, language)}
                </span>
              </td>
              <td>
                {f.cause[language]}
                {f.example && (
                  <span className="quiet">
                    {text.example}: {text.place(f.example)}
                  </span>
                )}
              </td>
              <td>{f.repair[language]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ReportView({ report, text, language }: { report: Report; text: QualityTexts; language: Language }) {
  const a = report.accounting;
  const shared = { text, language };
  return (
    <>
      <section className="panel" aria-labelledby="quality-overview">
        <h2 id="quality-overview">{report.hospitals.join(", ")}</h2>
        <dl className="facts">
          <div>
            <dt>{text.asOf}</dt>
            <dd>{report.on}</dd>
          </div>
          <div>
            <dt>{text.levelsHeading}</dt>
            <dd>
              {levels.map((level) => `${text.levels[level]} ${number(report.levels[level], language)}`).join(" · ")}
            </dd>
          </div>
          <div>
            <dt>{text.accounting}</dt>
            <dd data-testid="accounting">
              {text.balance(
                number(a.records, language),
                number(a.loaded, language),
                number(a.superseded, language),
                number(a.quarantined, language),
              )}{" "}
              <span className={`badge ${a.balanced ? "pass" : "fail"}`}>
                {a.balanced ? text.balanced : text.unbalanced}
              </span>
            </dd>
          </div>
        </dl>
      </section>
      <section className="panel" aria-labelledby="quality-heat">
        <h2 id="quality-heat">{text.heat}</h2>
        <p className="quiet">{text.heatExplain}</p>
        <HeatMap measures={report.measures} {...shared} />
      </section>
      <section className="panel" aria-labelledby="quality-findings">
        <h2 id="quality-findings">{text.findings}</h2>
        <Findings report={report} {...shared} />
      </section>
      <section className="panel" aria-labelledby="quality-trends">
        <h2 id="quality-trends">{text.trends}</h2>
        <Trends measures={report.measures} {...shared} />
      </section>
    </>
  );
}

export function Quality({ language }: { language: Language }) {
  const text = qualityTexts[language];
  const [session, setSession] = useState<Session | null>(null);
  const [refused, setRefused] = useState(false);
  const [rows, setRows] = useState<Row[] | null>(null);
  const [chosen, setChosen] = useState("");
  const [report, setReport] = useState<Report | null>(null);
  const [failed, setFailed] = useState(false);

  const signIn = useCallback((token: string) => {
    setRefused(false);
    begin(token).then(setSession, () => {
      setRefused(true);
      setSession({ signed_in: false });
    });
  }, []);

  useEffect(() => {
    const token = takeToken("quality");
    const state = token === null ? ask<Session>("session") : begin(token);
    state.then(setSession, () => {
      setRefused(token !== null);
      setSession({ signed_in: false });
    });
  }, []);

  useEffect(() => {
    if (!session?.signed_in) return;
    ask<{ hospitals: Row[] }>("quality").then(
      (list) => {
        setRows(list.hospitals);
        setChosen((now) => now || (list.hospitals[0]?.hospital ?? ""));
      },
      () => {
        setFailed(true);
      },
    );
  }, [session]);

  useEffect(() => {
    if (!session?.signed_in || chosen === "") return;
    let stale = false;
    ask<Report>(`quality/${encodeURIComponent(chosen)}`).then(
      (fresh) => {
        if (!stale) setReport(fresh);
      },
      () => {
        if (!stale) setFailed(true);
      },
    );
    return () => {
      stale = true;
    };
  }, [session, chosen]);

  const signOut = () => {
    void ask<Session>("session", { method: "DELETE" }).then((state) => {
      setReport(null);
      setRows(null);
      setChosen("");
      setSession(state);
    });
  };

  if (session === null) return <p className="notice">{text.loading}</p>;
  if (!session.signed_in) return <SignIn text={text.signIn} failed={refused} onToken={signIn} />;
  return (
    <div className="quality">
      <div className="quality-head">
        <h2>{text.heading}</h2>
        {rows && rows.length > 1 && (
          <label>
            {text.hospital}{" "}
            <select
              value={chosen}
              onChange={(event) => {
                setChosen(event.target.value);
              }}
            >
              {rows.map((row) => (
                <option key={row.hospital}>{row.hospital}</option>
              ))}
            </select>
          </label>
        )}
        <span className="quiet" data-testid="holder">
          {session.role === "manager" ? text.manager : text.userOf(session.hospital ?? "")}
        </span>
        <button type="button" onClick={signOut}>
          {text.signOut}
        </button>
      </div>
      {failed && <p role="alert">{text.failed}</p>}
      {rows?.length === 0 && <p className="notice">{text.none}</p>}
      {report && <ReportView report={report} text={text} language={language} />}
    </div>
  );
}
