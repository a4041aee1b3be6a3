import { useEffect, useState } from "react";
import { Datasets, ExitChecks, Hospitals, Ledgers, Stages, Store } from "./Panels";
import { Explorer } from "./Explorer";
import { Flow } from "./Flow";
import { time } from "./format";
import { useStatus } from "./live";
import { useHashPage } from "./page";
import { Quality } from "./Quality";
import { Review } from "./Review";
import type { Status } from "./status";
import { type Language, languages, type Texts, texts } from "./texts";

const languageKey = "sekisho.language";

function savedLanguage(): Language {
  try {
    const saved = localStorage.getItem(languageKey);
    return languages.find((language) => language === saved) ?? "ja";
  } catch {
    return "ja"; // storage may be forbidden
  }
}

function useLanguage(): [Language, () => void] {
  const [language, setLanguage] = useState(savedLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `${texts[language].title} – ${texts[language].subtitle}`;
  }, [language]);
  const toggle = () => {
    const next = language === "ja" ? "en" : "ja";
    setLanguage(next);
    try {
      localStorage.setItem(languageKey, next);
    } catch {
      // The choice then lasts as long as the page.
    }
  };
  return [language, toggle];
}

// What a screen reader hears: stages as they begin and end, not every figure.
function Announcer({ status, text, language }: { status: Status | null; text: Texts; language: Language }) {
  const stages = status?.stages ?? [];
  const done = stages.length > 0 && stages.every((stage) => stage.state === "done");
  const lines = stages
    .filter((stage) => stage.state === "running" || stage.state === "failed")
    .map((stage) => {
      const label = (language === "ja" ? stage.label_ja : stage.label_en) ?? stage.name;
      return text.announce(label, text.stages.states[stage.state ?? "waiting"]);
    });
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="announcer">
      {done ? text.stages.allDone : lines.join(" ")}
    </p>
  );
}

// What the centre is doing, with live figures.
function Overview({ status, text, language }: { status: Status | null; text: Texts; language: Language }) {
  const shared = { status: status ?? {}, text, language };
  const empty = status !== null && Object.keys(status).length === 0;
  return (
    <>
      <p className="updated">
        {text.updated} <time dateTime={status?.updated}>{time(status?.updated, language)}</time>{" "}
        <span className="zone">{text.zone}</span>
      </p>
      {empty && <p className="notice">{text.waiting}</p>}
      <Announcer status={status} text={text} language={language} />
      <Flow {...shared} />
      <div className="columns">
        <Stages {...shared} />
        <div className="stack">
          <Hospitals {...shared} />
          <Store {...shared} />
          <Ledgers {...shared} />
        </div>
      </div>
      <div className="columns even">
        <Datasets {...shared} />
        <ExitChecks {...shared} />
      </div>
    </>
  );
}

export function App() {
  const [language, toggle] = useLanguage();
  const { status, connection } = useStatus();
  const text = texts[language];
  const page = useHashPage();

  return (
    <>
      <a className="skip" href="#main">
        {text.skip}
      </a>
      <header className="top">
        <div className="brand">
          <svg viewBox="0 0 32 32" width="40" height="40" aria-hidden="true">
            <rect width="32" height="32" rx="7" className="brand-ground" />
            <path d="M5 11h22M8 6.5h16M10 11v15M22 11v15" className="brand-gate" />
          </svg>
          <div>
            <h1>{text.title}</h1>
            <p>{text.subtitle}</p>
          </div>
        </div>
        <div className="tools">
          <span className={`connection ${connection}`} role="status">
            <span className="dot" aria-hidden="true" />
            {text.connection[connection]}
          </span>
          <button
            type="button"
            onClick={toggle}
            aria-label={`${text.switchTo} – ${text.switchLabel}`}
            data-testid="language"
          >
            <span lang={language === "ja" ? "en" : "ja"}>{text.switchTo}</span>
          </button>
        </div>
        <nav className="pages" aria-label={text.pages.label}>
          {(["", "quality", "review", "explorer"] as const).map((name) => (
            <a key={name} href={`#${name}`} aria-current={page === name ? "page" : undefined}>
              {text.pages[name === "" ? "overview" : name]}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {page === "quality" ? (
          <Quality language={language} />
        ) : page === "review" ? (
          <Review language={language} />
        ) : page === "explorer" ? (
          <Explorer language={language} />
        ) : (
          <Overview status={status} text={text} language={language} />
        )}
      </main>
      <footer>
        <p>{page === "review" ? text.footerReview : page === "explorer" ? text.footerExplorer : text.footer}</p>
        <p>
          <a href="/api/v1/openapi.json">{text.api}</a>
        </p>
      </footer>
    </>
  );
}
