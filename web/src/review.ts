// The review of open pairs as the portal's API tells it (src/portal/review.h).
export const opinions = ["same", "different", "unsure"] as const;
export type Opinion = (typeof opinions)[number];
export type PairState = "open" | "third" | "decided";

export interface ReviewRow {
  id: string;
  probability: number;
  weight: number;
  state: PairState;
  mine: Opinion | null;
}
export interface ReviewCounts {
  pairs: number;
  untouched: number;
  one_vote: number;
  third: number;
  same: number;
  different: number;
}
export interface ReviewList {
  person: string;
  csrf: string;
  counts: ReviewCounts;
  pairs: ReviewRow[];
  decided: ReviewRow[]; // with the help of this person
}
interface FieldValues {
  field: string;
  a: string;
  b: string;
}
export interface Comparison {
  name: string;
  level: string;
  weight: number;
  holders: number;
  values: FieldValues[];
}
export interface Waterfall {
  prior: number;
  comparisons: Comparison[];
  household: number;
  two_numbers?: number;
  weight: number;
  probability: number;
}
export interface PairDetail extends ReviewRow {
  a: string;
  b: string;
  joined: boolean;
  records_a: number;
  records_b: number;
  record_a: Record<string, string>;
  record_b: Record<string, string>;
  waterfall: Waterfall;
}
export interface Refusal {
  code: string;
  message: string;
}

export async function ask<T>(path: string, init?: RequestInit): Promise<T | Refusal> {
  try {
    const answer = await fetch(path, { cache: "no-store", ...init });
    return (await answer.json()) as T | Refusal;
  } catch {
    return { code: "network", message: "" };
  }
}

export function post<T>(path: string, body: object, csrf = ""): Promise<T | Refusal> {
  return ask<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Sekisho-Csrf": csrf },
    body: JSON.stringify(body),
  });
}

export function isRefusal(answer: object): answer is Refusal {
  return "code" in answer && "message" in answer;
}

// How two values of a field agree: letter for letter, in their canonical form, not at all, or one is missing.
export type FieldMark = "equal" | "canonical" | "differs" | "missing";
export interface FieldRow {
  field: string;
  a: string;
  b: string;
  mark: FieldMark;
}

export function fieldRows(pair: PairDetail): FieldRow[] {
  const canonical = new Map(
    pair.waterfall.comparisons.flatMap((one) => one.values.map((value) => [value.field, value])),
  );
  const names = [...new Set([...Object.keys(pair.record_a), ...Object.keys(pair.record_b)])];
  return names
    .filter((field) => field !== "record_id")
    .map((field) => {
      const a = pair.record_a[field] ?? "";
      const b = pair.record_b[field] ?? "";
      const forms = canonical.get(field);
      const alike = forms !== undefined && forms.a !== "" && forms.a === forms.b;
      const mark = a === "" || b === "" ? "missing" : a === b ? "equal" : alike ? "canonical" : "differs";
      return { field, a, b, mark };
    });
}

const charactersOf = (text: string) => Array.from(new Intl.Segmenter("ja").segment(text), (piece) => piece.segment);

// Which characters of `text` are not in a longest common subsequence with `other`.
export function differing(text: string, other: string): { character: string; differs: boolean }[] {
  const a = charactersOf(text);
  const b = charactersOf(other);
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  const length = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; --i)
    for (let j = b.length - 1; j >= 0; --j)
      longest[i * width + j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
  let j = 0;
  return a.map((character, i) => {
    while (j < b.length && character !== b[j] && length(i, j + 1) > length(i + 1, j)) ++j;
    const differs = j >= b.length || character !== b[j];
    if (!differs) ++j;
    return { character, differs };
  });
}
