// The state document of the portal's API (src/portal/status.h). Any member may be missing.
export interface Packages {
  sealed?: number;
  received?: number;
  loaded?: number;
  quarantined?: number;
  secured?: number;
  refused?: number;
}
export interface Hospital {
  id: string;
  name?: string;
  packages?: Packages;
}
export interface Store {
  registrations?: number;
  persons?: number;
  rows?: number;
  superseded?: number;
  quarantined?: number;
  segments?: number;
  bytes?: number;
}
export interface Linkage {
  precision?: number;
  recall?: number;
  f1?: number;
}
export type Audit = boolean | string | { ok?: boolean };
export interface Dataset {
  id: string;
  label_ja?: string;
  label_en?: string;
  rows?: number;
  eligible?: number;
  k?: number;
  smallest_class?: number;
  reason?: string; // why there are no rows
  audit?: Audit;
}
export interface ExitCheck {
  id: string;
  label_ja?: string;
  label_en?: string;
  cells?: number;
  suppressed?: number;
  audit?: Audit;
}
export interface Ledger {
  name: string;
  ok?: boolean;
  entries?: number;
  checkpoint?: string;
}
export type StageState = "waiting" | "running" | "done" | "failed";
export interface Stage {
  name: string;
  label_ja?: string;
  label_en?: string;
  state?: StageState;
  done?: number;
  total?: number;
  unit?: string;
  seconds?: number;
  rate?: number | string;
}
export interface Status {
  updated?: string;
  title?: string;
  hospitals?: Hospital[];
  store?: Store;
  linkage?: Linkage | null;
  datasets?: Dataset[];
  exit_checks?: ExitCheck[];
  ledgers?: Ledger[];
  stages?: Stage[];
}

export const packageSteps = ["sealed", "received", "loaded", "secured", "quarantined", "refused"] as const;
export type PackageStep = (typeof packageSteps)[number];

export function packagesOf(status: Status, step: PackageStep): number {
  return (status.hospitals ?? []).reduce((sum, hospital) => sum + (hospital.packages?.[step] ?? 0), 0);
}

// The name in the page's language, where the document gives one.
export function labelOf(item: { id: string; label_ja?: string; label_en?: string }, language: "ja" | "en"): string {
  return (language === "ja" ? item.label_ja : item.label_en) ?? item.id;
}

export function sumOf<T>(list: T[] | undefined, member: (item: T) => number | undefined): number {
  return (list ?? []).reduce((sum, item) => sum + (member(item) ?? 0), 0);
}

export type Verdict = "pass" | "fail" | "unknown";

const verdicts: Record<string, Verdict> = {
  pass: "pass",
  passed: "pass",
  ok: "pass",
  clean: "pass",
  safe: "pass",
  true: "pass",
  fail: "fail",
  failed: "fail",
  unsafe: "fail",
  violated: "fail",
  false: "fail",
};

// What an audit came to. Words that are not known are shown as they are, never as a pass.
export function verdictOf(audit: Audit | undefined): Verdict {
  if (typeof audit === "boolean") return audit ? "pass" : "fail";
  if (typeof audit === "object") return audit.ok === undefined ? "unknown" : audit.ok ? "pass" : "fail";
  return verdicts[(audit ?? "").toLowerCase()] ?? "unknown";
}
