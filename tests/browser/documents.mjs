// State documents as the main job writes them, at two moments.
const stages = [
  ["synth", "合成病院の作成", "Synthetic hospitals", "MB", 412, 9.1],
  ["setup", "認証局と設定", "Authority and set-up", "", 0, 0.4],
  ["seal", "封入と送信", "Sealing and sending", "packages", 24, 6.2],
  ["load", "開封と取込", "Opening and loading", "packages", 24, 21.7],
  ["link", "名寄せ", "Linkage", "registrations", 61234, 3.3],
  ["quality", "データ品質", "Data quality", "hospitals", 3, 28.8],
  ["dataset", "データセット", "Dataset", "rows", 21877, 5.1],
  ["table", "出口検査", "Exit check", "cells", 96, 1.2],
  ["verify", "台帳の検証", "Ledgers verified", "entries", 312, 0.3],
];

const hash = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

function stageList(running, share) {
  const at = stages.findIndex(([name]) => name === running);
  return stages.map(([name, label_ja, label_en, unit, total, seconds], index) => {
    const state = at < 0 || index < at ? "done" : index === at ? "running" : "waiting";
    const done = state === "done" ? total : state === "running" ? Math.round(total * share) : 0;
    return {
      name,
      label_ja,
      label_en,
      state,
      done,
      total,
      unit,
      seconds: state === "waiting" ? 0 : seconds,
      rate: state === "waiting" ? 0 : total / Math.max(seconds, 1),
    };
  });
}

function hospital(id, name, sealed, received, loaded, refused) {
  return { id, name, packages: { sealed, received, loaded, quarantined: 0, secured: loaded, refused } };
}

const ledgers = (entries) => [
  { name: "receiver", ok: true, entries, checkpoint: hash },
  { name: "centre", ok: true, entries: entries + 40, checkpoint: [...hash].reverse().join("") },
];

export const loading = {
  updated: "2026-11-21T15:04:05.678901Z",
  title: "sekisho",
  hospitals: [
    hospital("H01", "中央病院", 8, 8, 5, 0),
    hospital("H02", "東病院", 8, 7, 4, 0),
    hospital("H03", "西病院", 8, 6, 3, 1),
  ],
  store: {
    registrations: 30412,
    persons: 0,
    rows: 4120553,
    superseded: 1204,
    quarantined: 17,
    segments: 60,
    bytes: 214748364,
  },
  linkage: null,
  datasets: [],
  exit_checks: [],
  ledgers: ledgers(96),
  stages: stageList("load", 0.5),
};

export const finished = {
  ...loading,
  updated: "2026-11-21T15:05:30.000000Z",
  hospitals: [
    hospital("H01", "中央病院", 8, 8, 8, 0),
    hospital("H02", "東病院", 8, 8, 8, 0),
    hospital("H03", "西病院", 8, 8, 7, 1),
  ],
  store: {
    registrations: 61234,
    persons: 50118,
    rows: 9120553,
    superseded: 3204,
    quarantined: 31,
    segments: 144,
    bytes: 614748364,
  },
  linkage: { precision: 0.9987, recall: 0.9761 },
  datasets: [
    {
      id: "influenza-antivirals",
      label_ja: "インフルエンザ抗ウイルス薬",
      rows: 21877,
      eligible: 24102,
      k: 10,
      smallest_class: 10,
      audit: "passed",
    },
    { id: "breast-subtype", rows: 412, eligible: 455, k: 5, smallest_class: 6, audit: "passed" },
  ],
  exit_checks: [
    {
      id: "treated persons by season and drug",
      label_ja: "季節・薬剤別の治療人数",
      cells: 96,
      suppressed: 11,
      audit: "safe",
    },
  ],
  ledgers: ledgers(156),
  stages: stageList("none", 1),
};
