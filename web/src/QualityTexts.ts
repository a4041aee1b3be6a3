// Texts of the page of data quality; the Japanese table is the contract.
const ja = {
  heading: "データ品質",
  signIn: {
    heading: "サインイン",
    explain: "データ品質は、サインインした人にだけ表示されます。病院の利用者には自院の分だけが表示されます。",
    label: "サインイン用の一回限りの符号",
    button: "サインイン",
    failed: "この符号は使えません。使用済みか、期限が切れています。",
  },
  signOut: "サインアウト",
  manager: "データ管理者（全病院）",
  userOf: (hospital: string) => `${hospital} の利用者（自院のみ）`,
  hospital: "病院",
  none: "まだ品質レポートがありません。センターで sekisho quality を実行すると表示されます。",
  failed: "レポートを読み込めませんでした。",
  loading: "読み込み中",
  asOf: "基準日",
  accounting: "収支",
  balance: (records: string, loaded: string, superseded: string, quarantined: string) =>
    `入力 ${records} = 採用 ${loaded} + 置換え ${superseded} + 隔離 ${quarantined}`,
  balanced: "一致",
  unbalanced: "不一致",
  levels: { E: "重大", W: "注意", I: "参考" },
  levelsHeading: "所見",
  categories: { completeness: "完全性", conformance: "適合性", plausibility: "妥当性", timeliness: "適時性" } as Record<
    string,
    string
  >,
  heat: "月別の状況",
  heatExplain: "行は指標、列は月です。色が濃いほど、許容される割合に対して該当が多い月です。",
  heatKeys: ["該当なし", "許容の半分まで", "許容の範囲内", "許容を超過", "許容の2倍を超過"],
  noRows: "対象なし",
  measure: "指標",
  month: (month: string, count: string, of: string, share: string) => `${month}：${of} 件中 ${count} 件（${share}）`,
  trends: "所見の推移",
  trendsExplain: "破線は許容される割合です。",
  allowed: "許容",
  findings: "所見と対処",
  noFindings: "許容を超える指標はありません。",
  level: "水準",
  count: "該当 / 対象",
  share: "割合",
  example: "例の所在",
  standard: "標準仕様",
  cause: "考えられる原因",
  repair: "対処",
  place: (p: Place) => `包 ${p.package}・部 ${p.part}・ファイル ${p.ordinal}・行 ${p.sub}`,
};

export interface Place {
  package: number;
  part: number;
  ordinal: number;
  sub: number;
}

export type QualityTexts = typeof ja;

const en: QualityTexts = {
  heading: "Data quality",
  signIn: {
    heading: "Sign in",
    explain: "Data quality is shown to people who have signed in. A hospital's user sees that hospital alone.",
    label: "One-time token",
    button: "Sign in",
    failed: "This token does not work: it was used before or is too old.",
  },
  signOut: "Sign out",
  manager: "Data manager (all hospitals)",
  userOf: (hospital) => `User of ${hospital} (own data only)`,
  hospital: "Hospital",
  none: "There is no report yet. It appears when the centre runs sekisho quality.",
  failed: "The report could not be read.",
  loading: "Loading",
  asOf: "As of",
  accounting: "Accounting",
  balance: (records, loaded, superseded, quarantined) =>
    `input ${records} = loaded ${loaded} + superseded ${superseded} + quarantined ${quarantined}`,
  balanced: "adds up",
  unbalanced: "does not add up",
  levels: { E: "error", W: "warning", I: "note" },
  levelsHeading: "Findings",
  categories: {
    completeness: "Completeness",
    conformance: "Conformance",
    plausibility: "Plausibility",
    timeliness: "Timeliness",
  },
  heat: "Month by month",
  heatExplain: "Rows are measures, columns months. The darker, the more rows break the measure for what is allowed.",
  heatKeys: ["none", "up to half of what is allowed", "within what is allowed", "more than allowed", "more than twice"],
  noRows: "no rows",
  measure: "Measure",
  month: (month, count, of, share) => `${month}: ${count} of ${of} (${share})`,
  trends: "Findings over time",
  trendsExplain: "The broken line is the share that is allowed.",
  allowed: "allowed",
  findings: "Findings and repairs",
  noFindings: "No measure exceeds what is allowed.",
  level: "Level",
  count: "Count / of",
  share: "Share",
  example: "Example at",
  standard: "Standard",
  cause: "Likely cause",
  repair: "Repair",
  place: (p) => `package ${String(p.package)}, part ${String(p.part)}, file ${String(p.ordinal)}, row ${String(p.sub)}`,
};

export const qualityTexts = { ja, en };
