import type { Language } from "./texts";

const locales: Record<Language, string> = { ja: "ja-JP", en: "en-GB" };

export function number(value: number | undefined, language: Language): string {
  return value === undefined ? "–" : new Intl.NumberFormat(locales[language]).format(value);
}

export function percent(value: number | undefined, language: Language, digits = 1): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return new Intl.NumberFormat(locales[language], {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export function bytes(value: number | undefined, language: Language): string {
  if (value === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

// Japanese local time, wherever the browser stands; the page names the zone beside it.
export function time(iso: string | undefined, language: Language): string {
  const date = new Date(iso ?? "");
  if (Number.isNaN(date.getTime())) return "–";
  return new Intl.DateTimeFormat(locales[language], {
    timeZone: "Asia/Tokyo",
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(date);
}
