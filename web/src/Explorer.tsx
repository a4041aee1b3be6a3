import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import {
  type Description,
  type Judged,
  type Node,
  type Optimum,
  type Rows,
  sameLevels,
  type Saved,
  type Setting,
} from "./explorer";
import { Lattice } from "./ExplorerLattice";
import { BestLine, Figures, LevelPickers, Save, Settings, SideBySide } from "./ExplorerParts";
import { type ExplorerTexts, explorerTexts } from "./explorerTexts";
import { number, percent } from "./format";
import { ask, isRefusal, post } from "./review";
import { SignIn, takeToken } from "./SignIn";
import type { Language } from "./texts";
import "./explorer.css";

const rowsShown = 12;

const settingOf = (description: Description): Setting => ({
  ...(description.k === null ? {} : { k: description.k }),
  limit: description.limit,
  weights: Object.fromEntries(description.attributes.map(({ name, weight }) => [name, weight])),
});

// The newest answer counts: one that was asked for earlier and comes later is dropped.
function useNewest() {
  const asked = useRef(0);
  return useCallback(async <T,>(question: Promise<T>): Promise<T | null> => {
    const mine = ++asked.current;
    const answer = await question;
    return mine === asked.current ? answer : null;
  }, []);
}

function Bench({ description, text, language }: { description: Description; text: ExplorerTexts; language: Language }) {
  const { attributes, csrf } = description;
  const [setting, setSetting] = useState(() => settingOf(description));
  const [levels, setLevels] = useState(() => attributes.map(({ highest }) => highest));
  const [radius, setRadius] = useState(attributes.length <= 5 ? 2 : 1);
  const [follow, setFollow] = useState(true);
  const [judged, setJudged] = useState<Judged | null>(null);
  const [optimum, setOptimum] = useState<Optimum | null>(null);
  const [state, setState] = useState<"searching" | "found" | "impossible">("searching");
  const [rows, setRows] = useState<Rows | null>(null);
  const [from, setFrom] = useState(0);
  const [only, setOnly] = useState(false);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [note, setNote] = useState("");
  const newestJudged = useNewest();
  const newestOptimum = useNewest();
  const newestRows = useNewest();
  const following = useRef(follow);
  useEffect(() => {
    following.current = follow;
  }, [follow]);

  useEffect(() => {
    void newestJudged(post<Judged>("/api/v1/explorer/judge", { setting, levels, radius }, csrf)).then((answer) => {
      if (answer && !isRefusal(answer)) setJudged(answer);
    });
  }, [setting, levels, radius, csrf, newestJudged]);

  useEffect(() => {
    // A slider on its way is not worth a search.
    const timer = setTimeout(() => {
      void newestOptimum(post<Optimum>("/api/v1/explorer/optimum", { setting }, csrf)).then((answer) => {
        if (!answer) return;
        if (isRefusal(answer)) {
          setOptimum(null);
          setState("impossible");
          return;
        }
        setOptimum(answer);
        setState("found");
        if (following.current) setLevels(answer.levels);
      });
    }, 300);
    return () => {
      clearTimeout(timer);
    };
  }, [setting, csrf, newestOptimum]);

  useEffect(() => {
    const timer = setTimeout(() => {
      const body = { setting, levels, from, count: rowsShown, suppressed: only };
      void newestRows(post<Rows>("/api/v1/explorer/rows", body, csrf)).then((answer) => {
        if (answer && !isRefusal(answer)) setRows(answer);
      });
    }, 150);
    return () => {
      clearTimeout(timer);
    };
  }, [setting, levels, from, only, csrf, newestRows]);

  const describe = useCallback(
    (node: Node) =>
      [
        attributes.map(({ name }, i) => `${name} ${node.levels[i] ?? 0}`).join(", "),
        node.valid ? text.valid : text.invalid,
        ...(node.score === null ? [] : [`${text.score}: ${node.score.toPrecision(4)}`]),
        `${text.suppressed}: ${number(node.suppressed, language)} (${percent(node.suppressed / description.rows, language)})`,
      ].join("\n"),
    [attributes, description.rows, language, text],
  );
  const change = (next: Setting) => {
    setState("searching");
    setSetting(next);
  };
  const save = (name: string, fix: boolean) => {
    const body = { setting, levels: fix ? levels : null, name };
    void post<Saved>("/api/v1/explorer/save", body, csrf).then((answer) => {
      if (isRefusal(answer)) {
        setNote(text.failed + answer.message);
        return;
      }
      setSaved(answer);
      setNote(text.saved(answer.file));
    });
  };
  const best = optimum?.levels ?? null;
  const shared = { text, language };

  return (
    <>
      <div className="bench">
        <Settings
          description={description}
          setting={setting}
          change={change}
          reset={() => {
            change(settingOf(description));
          }}
          follow={follow}
          setFollow={setFollow}
          {...shared}
        />
        <section className="panel" aria-labelledby="explorer-lattice">
          <h2 id="explorer-lattice">
            {text.lattice}{" "}
            {judged && <small className="quiet">{text.took(number(Math.ceil(judged.milliseconds), language))}</small>}
          </h2>
          <BestLine
            optimum={optimum}
            chosen={best !== null && sameLevels(best, levels)}
            state={state}
            go={() => {
              if (best) setLevels(best);
            }}
            {...shared}
          />
          {judged && (
            <>
              <Figures node={judged} rows={description.rows} milliseconds={judged.milliseconds} {...shared} />
              <Lattice
                judged={judged}
                best={best}
                attributes={attributes}
                text={text}
                choose={setLevels}
                describe={describe}
              />
            </>
          )}
          <div className="row-tools">
            <label>
              {text.radius}{" "}
              <select
                value={radius}
                onChange={(event) => {
                  setRadius(Number(event.target.value));
                }}
              >
                {[1, 2].map((n) => (
                  <option key={n} value={n}>
                    {text.steps(n)}
                  </option>
                ))}
              </select>
            </label>
            <span className="quiet">{text.latticeNote}</span>
          </div>
          <h3>{text.levels}</h3>
          <LevelPickers attributes={attributes} levels={levels} choose={setLevels} {...shared} />
        </section>
      </div>
      <SideBySide
        rows={rows}
        only={only}
        setOnly={(value) => {
          setOnly(value);
          setFrom(0);
        }}
        first={() => {
          setFrom(0);
        }}
        more={() => {
          setFrom(rows?.next ?? 0);
        }}
        {...shared}
      />
      <Save save={save} saved={saved?.saved ?? description.saved} shown={saved?.text ?? ""} note={note} text={text} />
    </>
  );
}

type Stage = "asking" | "sign-in" | "refused" | "role" | "none" | "unreachable";

const stages: Record<string, Stage> = {
  "explorer.role": "role",
  "explorer.none": "none",
  "session.none": "sign-in",
  network: "unreachable",
};

export function Explorer({ language }: { language: Language }) {
  const text = explorerTexts[language];
  const [description, setDescription] = useState<Description | null>(null);
  const [stage, setStage] = useState<Stage>("asking");
  const [problem, setProblem] = useState("");

  const load = useCallback(async (token: string | null) => {
    if (token !== null) await post("/api/v1/session", { token });
    const answer = await ask<Description>("/api/v1/explorer");
    if (!isRefusal(answer)) {
      setDescription(answer);
      return;
    }
    setDescription(null);
    const next = stages[answer.code] ?? "unreachable";
    setProblem(answer.message);
    setStage(token !== null && next === "sign-in" ? "refused" : next);
  }, []);
  useEffect(() => {
    // The first answer decides what the page is.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void load(takeToken("explorer"));
  }, [load]);
  const leave = () => {
    void ask("/api/v1/session", { method: "DELETE" }).then(() => {
      setDescription(null);
      setStage("sign-in");
    });
  };
  const facts = useMemo(
    () =>
      description &&
      text.facts(number(description.rows, language), number(description.lattice, language), description.counts_persons),
    [description, language, text],
  );

  return (
    <section className="explorer" aria-labelledby="explorer-heading">
      <h2 id="explorer-heading">{text.heading}</h2>
      <p>{text.intro}</p>
      {description === null && (stage === "sign-in" || stage === "refused") && (
        <SignIn text={text.signIn} failed={stage === "refused"} onToken={(token) => void load(token)} />
      )}
      {description === null && stage === "none" && <p className="notice">{text.none}</p>}
      {description === null && stage === "unreachable" && <p className="notice">{problem || text.unreachable}</p>}
      {description === null && stage === "role" && (
        <p className="notice" role="alert">
          {text.refused}{" "}
          <button type="button" onClick={leave}>
            {text.signOut}
          </button>
        </p>
      )}
      {description !== null && (
        <>
          <p className="protected-head">
            <strong>{text.warning}</strong>
            <span data-testid="facts">{facts}</span>
            <button type="button" onClick={leave}>
              {text.signOut}
            </button>
          </p>
          <Bench description={description} text={text} language={language} />
        </>
      )}
    </section>
  );
}
