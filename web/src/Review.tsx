import { type SyntheticEvent, useCallback, useEffect, useMemo, useState } from "react";
import { percent } from "./format";
import {
  ask,
  isRefusal,
  type Opinion,
  opinions,
  type PairDetail,
  type PairState,
  post,
  type ReviewList,
} from "./review";
import { Effect, SideBySide, WaterfallChart } from "./ReviewPair";
import { reviewTexts, type ReviewTexts } from "./reviewTexts";
import "./review.css";
import type { Language } from "./texts";

const shortcuts: Record<string, Opinion> = { s: "same", d: "different", u: "unsure" };

function SignIn({ text, refused, enter }: { text: ReviewTexts; refused: boolean; enter: (secret: string) => void }) {
  const [secret, setSecret] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    enter(secret.trim());
    setSecret("");
  };
  return (
    <form className="panel sign-in" onSubmit={submit}>
      <h3>{text.signIn}</h3>
      <p>{text.role}</p>
      <label>
        {text.secret}
        <input
          type="password"
          autoComplete="off"
          value={secret}
          onChange={(event) => {
            setSecret(event.target.value);
          }}
        />
      </label>
      <button type="submit">{text.enter}</button>
      {refused && <p role="alert">{text.refused}</p>}
    </form>
  );
}

// What became of the last opinion; its words are chosen when they are shown, so that they follow the language.
type Note = PairState | "withdrawn" | { refused: string };

function noteText(note: Note, text: ReviewTexts): string {
  if (typeof note === "object") return `${text.failed} ${note.refused}`;
  return note === "withdrawn" ? text.withdrawn : text.noted[note];
}

// Opinions by key and by button; j and k move in the list. Keys typed into a field are left alone.
function useKeys(decide: (opinion: Opinion) => void, step: (by: number) => void) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || /^(INPUT|TEXTAREA)$/.test(target.tagName))
        return;
      const key = event.key.toLowerCase();
      const opinion = shortcuts[key];
      if (opinion) decide(opinion);
      else if (key === "j") step(1);
      else if (key === "k") step(-1);
    };
    window.addEventListener("keydown", pressed);
    return () => {
      window.removeEventListener("keydown", pressed);
    };
  }, [decide, step]);
}

function Desk({
  list,
  text,
  language,
  reload,
}: {
  list: ReviewList;
  text: ReviewTexts;
  language: Language;
  reload: () => Promise<void>;
}) {
  const rows = useMemo(() => [...list.pairs, ...list.decided], [list]);
  const [chosen, setChosen] = useState(rows[0]?.id ?? "");
  const [pair, setPair] = useState<PairDetail | null>(null);
  const [note, setNote] = useState<Note | null>(null);
  const at = Math.max(
    rows.findIndex((row) => row.id === chosen),
    0,
  );
  const id = rows[at]?.id ?? "";
  const decided = rows[at]?.state === "decided";

  useEffect(() => {
    let current = true;
    if (id !== "")
      void ask<PairDetail>(`/api/v1/review/${id}`).then((answer) => {
        if (current) setPair(isRefusal(answer) ? null : answer);
      });
    return () => {
      current = false;
    };
  }, [id]);

  const step = useCallback(
    (by: number) => {
      const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
      setChosen(next?.id ?? "");
    },
    [rows, at],
  );
  // Stays at the pair: who took the word back wants to see it again.
  const withdraw = () => {
    void post<object>(`/api/v1/review/${id}`, { opinion: "withdrawn" }, list.csrf).then(async (answer) => {
      setNote(isRefusal(answer) ? { refused: answer.message } : "withdrawn");
      setChosen(id);
      await reload();
    });
  };
  const decide = useCallback(
    (opinion: Opinion) => {
      // Only what is on the screen can be judged.
      if (pair?.id !== id || id === "" || decided) return;
      void post<{ state: PairState }>(`/api/v1/review/${id}`, { opinion }, list.csrf).then(async (answer) => {
        setNote(isRefusal(answer) ? { refused: answer.message } : answer.state);
        step(1);
        await reload();
      });
    },
    [id, pair, decided, list.csrf, step, reload],
  );
  useKeys(decide, step);

  if (rows.length === 0) return <p className="notice">{text.none}</p>;
  const mine = rows[at]?.mine ?? null;
  return (
    <div className="desk">
      <nav className="panel" aria-label={text.list}>
        <ol>
          {rows.map((row) => (
            <li key={row.id}>
              <button
                type="button"
                aria-current={row.id === id}
                data-pair={row.id}
                onClick={() => {
                  setChosen(row.id);
                }}
              >
                <span>{percent(row.probability, language)}</span> <small>{text.state[row.state]}</small>
                {row.mine && <small className="mine">{text.decide[row.mine]}</small>}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <section className="panel" aria-label={text.pair}>
        {pair?.id === id && (
          <>
            <SideBySide pair={pair} text={text} />
            <Effect pair={pair} text={text} />
            <div className="opinions">
              {opinions.map((opinion) => (
                <button
                  key={opinion}
                  type="button"
                  className={opinion}
                  aria-pressed={mine === opinion}
                  disabled={decided}
                  onClick={() => {
                    decide(opinion);
                  }}
                >
                  {text.decide[opinion]}
                </button>
              ))}
              {mine !== null && (
                <button type="button" data-testid="withdraw" onClick={withdraw}>
                  {text.withdraw}
                </button>
              )}
              <small>{decided ? text.decidedHint : text.keys}</small>
            </div>
            <WaterfallChart waterfall={pair.waterfall} text={text} language={language} />
          </>
        )}
        <p role="status" data-testid="note">
          {note !== null && noteText(note, text)}
        </p>
      </section>
    </div>
  );
}

type Stage = "asking" | "sign-in" | "refused" | "none" | "unreachable";

export function Review({ language }: { language: Language }) {
  const text = reviewTexts[language];
  const [list, setList] = useState<ReviewList | null>(null);
  const [stage, setStage] = useState<Stage>("asking");

  const load = useCallback(async (afterSecret = false) => {
    const answer = await ask<ReviewList>("/api/v1/review");
    if (!isRefusal(answer)) {
      setList(answer);
      return;
    }
    setList(null);
    if (answer.code === "review.none") setStage("none");
    else if (answer.code === "network") setStage("unreachable");
    else setStage(afterSecret ? "refused" : "sign-in");
  }, []);
  useEffect(() => {
    // The first answer decides what the page is.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void load();
  }, [load]);
  const reload = useCallback(() => load(), [load]);
  const enter = (secret: string) => {
    void post("/api/v1/session", { token: secret }).then(() => load(true));
  };
  const leave = () => {
    void ask("/api/v1/session", { method: "DELETE" }).then(() => {
      setList(null);
      setStage("sign-in");
    });
  };

  return (
    <section className="review" aria-labelledby="review-heading">
      <h2 id="review-heading">{text.heading}</h2>
      <p>{text.intro}</p>
      {list === null && (stage === "sign-in" || stage === "refused") && (
        <SignIn text={text} refused={stage === "refused"} enter={enter} />
      )}
      {list === null && stage === "none" && <p className="notice">{text.none}</p>}
      {list === null && stage === "unreachable" && <p className="notice">{text.unreachable}</p>}
      {list !== null && (
        <>
          <p className="protected-head">
            <strong>{text.warning}</strong>
            <span>
              {text.person}: {list.person}
            </span>
            <span data-testid="waiting">
              {text.waiting}: {list.pairs.length}
            </span>
            <span>{text.counts(list.counts.same, list.counts.different, list.counts.third)}</span>
            <button type="button" onClick={leave}>
              {text.signOut}
            </button>
          </p>
          <Desk list={list} text={text} language={language} reload={reload} />
        </>
      )}
    </section>
  );
}
