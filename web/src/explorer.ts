// The explorer of the anonymization as the portal's API tells it (src/portal/explorer.h).
export interface Level {
  labels: number;
  examples: string[];
}
export interface Attribute {
  name: string;
  weight: number;
  lowest: number;
  highest: number;
  levels: Level[];
}
export interface Description {
  csrf: string;
  rows: number;
  counts_persons: boolean;
  metric: string;
  k: number | null;
  limit: number;
  lattice: number;
  attributes: Attribute[];
  models: string[];
  saved: string[];
}
export interface Node {
  levels: number[];
  valid: boolean;
  suppressed: number;
  classes: number;
  smallest: number;
  score: number | null;
}
export interface Judged extends Node {
  around: Node[];
  edges: [number, number][];
  milliseconds: number;
}
export interface Optimum {
  levels: number[];
  score: number;
  optimal: boolean;
  suppressed: number;
  classes: number;
  smallest: number;
  milliseconds: number;
}
export interface Row {
  number: number;
  before: string[];
  after: string[] | null;
}
export interface Rows {
  columns: string[];
  rows: Row[];
  total: number;
  next: number | null;
}
export interface Setting {
  k?: number;
  limit: number;
  weights: Record<string, number>;
}
export interface Saved {
  file: string;
  text: string;
  saved: string[];
}

export const sameLevels = (a: number[], b: number[]) => a.length === b.length && a.every((level, i) => level === b[i]);
export const sum = (levels: number[]) => levels.reduce((all, level) => all + level, 0);
