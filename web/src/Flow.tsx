import { number } from "./format";
import type { PanelProps } from "./Panels";
import { packagesOf, type Status, sumOf } from "./status";
import type { Language, Texts } from "./texts";
import "./flow.css";

// The picture's grid: eight stations on one road, four zones with a gate between, the ledger underneath. Units of the
// viewBox.
const width = 1190;
const height = 362;
const station = { first: 14, width: 114, top: 44, height: 138 };
const gap = 22; // between stations of one zone
const gateGap = 54; // where a border lies
const edge = 13; // from a zone's edge to its first station
const road = station.top + station.height / 2;
const ledgerTop = 278;

interface Station {
  id: string;
  label: string;
  value: number | undefined;
  unit: string;
  note?: string | undefined;
  alert?: string | undefined;
  // Stages (by name) during which something moves on the road that leads here.
  stages: string[];
}

function plural(count: number, words: string, language: Language): string | undefined {
  return count > 0 ? `${words} ${number(count, language)}` : undefined;
}

function stationsOf(status: Status, text: Texts, language: Language): Station[] {
  const t = text.flow;
  const refused = packagesOf(status, "refused");
  const held = packagesOf(status, "quarantined");
  const suppressed = sumOf(status.exit_checks, (check) => check.suppressed);
  const rows = sumOf(status.datasets, (dataset) => dataset.rows);
  const { store } = status;
  return [
    { id: "hospitals", label: t.hospitals, value: status.hospitals?.length, unit: t.hospitalsUnit, stages: [] },
    {
      id: "sealed",
      label: t.sealed,
      value: packagesOf(status, "sealed"),
      unit: t.packagesUnit,
      note: t.sealedNote,
      stages: ["seal", "pack"],
    },
    {
      id: "received",
      label: t.received,
      value: packagesOf(status, "received"),
      unit: t.packagesUnit,
      note: t.receivedNote,
      alert: plural(refused, t.refused, language),
      stages: ["seal", "send"],
    },
    {
      id: "loaded",
      label: t.loaded,
      value: packagesOf(status, "loaded"),
      unit: t.packagesUnit,
      note: plural(store?.quarantined ?? 0, t.recordsQuarantined, language),
      alert: plural(held, t.quarantined, language),
      stages: ["load", "intake"],
    },
    {
      id: "registrations",
      label: t.registrations,
      value: store?.registrations,
      unit: t.registrationsUnit,
      stages: ["load", "intake"],
    },
    { id: "persons", label: t.persons, value: store?.persons, unit: t.personsUnit, stages: ["link"] },
    {
      id: "datasets",
      label: t.datasets,
      value: status.datasets?.length,
      unit: t.datasetsUnit,
      note: rows > 0 ? `${number(rows, language)} ${t.datasetRows}` : undefined,
      stages: ["dataset", "release"],
    },
    {
      id: "exits",
      label: t.exits,
      value: status.exit_checks?.length,
      unit: t.exitsUnit,
      note: plural(suppressed, t.suppressed, language),
      stages: ["table", "exit"],
    },
  ];
}

// Zones by the first and last station in them; a gate stands before every zone but the first.
const zones = [
  { id: "hospital", from: 0, to: 1 },
  { id: "outer", from: 2, to: 2 },
  { id: "core", from: 3, to: 6 },
  { id: "exit", from: 7, to: 7 },
] as const;

const gapBefore = (index: number) => (zones.some((zone) => zone.from === index) ? gateGap : gap);

function leftOf(index: number): number {
  let x = station.first;
  for (let at = 1; at <= index; ++at) x += station.width + gapBefore(at);
  return x;
}

// Simple line drawings, 24 x 24.
const icons: Record<string, string> = {
  hospitals: "M4 21V6l8-4 8 4v15M2 21h20M12 8v6M9 11h6M10 21v-4h4v4",
  sealed: "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4M12 15v2.5",
  received: "M3 13h5l2 3h4l2-3h5M3 13v7h18v-7M12 2v8M8.5 6.8 12 10l3.5-3.2",
  loaded: "M4 6c0-2 16-2 16 0s-16 2-16 0v12c0 2 16 2 16 0V6M4 12c0 2 16 2 16 0",
  registrations: "M4 3h16v18H4zM8 8h8M8 12h8M8 16h5",
  persons:
    "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c0-9 14-9 14 0M16 4a3.6 3.6 0 0 1 0 7M18.5 14.5c2.5 1 3.5 3.5 3.5 6.5",
  datasets: "M3 4h18v16H3zM3 9.5h18M3 14.800h18M9.5 4v16",
  exits: "M3 6.5h18M6 3h12M7.5 6.5V21M16.5 6.5V21M10.5 14l1.200 1.600 2.300-3",
};

function Zone({ zone, label }: { zone: (typeof zones)[number]; label: string }) {
  const x = leftOf(zone.from) - edge;
  const end = leftOf(zone.to) + station.width + edge;
  return (
    <g className={`zone ${zone.id}`}>
      <rect x={x} y={1} width={end - x} height={236} rx={12} />
      <text x={x + 14} y={27}>
        {label}
      </text>
    </g>
  );
}

// The barrier between two zones, and the line down to the ledger: what crosses has been recorded.
function Gate({ before, moving }: { before: number; moving: boolean }) {
  const x = leftOf(before) - gateGap / 2;
  return (
    <g className={moving ? "gate moving" : "gate"}>
      <path className="to-ledger" d={`M${x} ${road + 24}V${ledgerTop}`} />
      <circle cx={x} cy={ledgerTop} r={4} />
      <path
        className="posts"
        d={`M${x - 11} ${road - 21}h22M${x - 14} ${road - 29}h28M${x - 8} ${road - 21}v43M${x + 8} ${road - 21}v43`}
      />
    </g>
  );
}

function Road({ to, moving }: { to: number; moving: boolean }) {
  const end = leftOf(to);
  const start = end - gapBefore(to);
  return (
    <g className={moving ? "road moving" : "road"}>
      <path d={`M${start} ${road}H${end - 5}`} />
      <path className="head" d={`M${end - 8} ${road - 5}l7 5-7 5z`} />
    </g>
  );
}

function StationBox({
  item,
  index,
  moving,
  language,
}: {
  item: Station;
  index: number;
  moving: boolean;
  language: Language;
}) {
  const x = leftOf(index);
  const middle = x + station.width / 2;
  const figure = number(item.value, language);
  const size = figure.length > 9 ? 19 : figure.length > 6 ? 23 : 29;
  return (
    <g className={moving ? "station moving" : "station"} data-station={item.id}>
      <rect x={x} y={station.top} width={station.width} height={station.height} rx={10} />
      <path className="icon" d={icons[item.id]} transform={`translate(${middle - 12} ${station.top + 12})`} />
      <text className="name" x={middle} y={station.top + 58}>
        {item.label}
      </text>
      <text className="value" key={figure} x={middle} y={station.top + 95} fontSize={size}>
        {figure}
      </text>
      <text className="unit" x={middle} y={station.top + 119}>
        {item.unit}
      </text>
      {item.note && (
        <text className="note" x={middle} y={station.top + station.height + 20}>
          {item.note}
        </text>
      )}
      {item.alert && (
        <text className="alert" x={middle} y={station.top + station.height + (item.note ? 40 : 20)}>
          {item.alert}
        </text>
      )}
    </g>
  );
}

function LedgerBand({ status, text, language }: PanelProps) {
  const ledgers = status.ledgers ?? [];
  const entries = number(ledgers.length ? sumOf(ledgers, (ledger) => ledger.entries) : undefined, language);
  const broken = ledgers.some((ledger) => ledger.ok === false);
  const left = leftOf(0) - edge;
  const right = leftOf(7) + station.width + edge;
  const links = Array.from({ length: 15 }, (_, index) => left + 478 + index * 46);
  return (
    <g className={broken ? "ledger broken" : "ledger"} data-station="ledger">
      <rect x={left} y={ledgerTop} width={right - left} height={74} rx={12} />
      <text className="name" x={left + 20} y={ledgerTop + 32}>
        {text.flow.ledger}
      </text>
      <text className="note" x={left + 20} y={ledgerTop + 55}>
        {text.flow.ledgerNote}
      </text>
      <text className="value" key={entries} x={left + 350} y={ledgerTop + 46}>
        {entries}
      </text>
      <text className="unit" x={left + 358} y={ledgerTop + 46}>
        {text.flow.entries}
      </text>
      {links.map((x) => (
        <g key={x} className="link">
          <rect x={x} y={ledgerTop + 27} width={28} height={20} rx={4} />
          <path d={`M${x + 28} ${ledgerTop + 37}h18`} />
        </g>
      ))}
    </g>
  );
}

export function Flow({ status, text, language }: PanelProps) {
  const stations = stationsOf(status, text, language);
  const running = (status.stages ?? []).filter((stage) => stage.state === "running").map((stage) => stage.name);
  const moving = (item: Station | undefined) => item?.stages.some((name) => running.includes(name)) ?? false;
  const summary = stations
    .map((item) =>
      [`${item.label} ${number(item.value, language)} ${item.unit}`, item.note, item.alert].filter(Boolean).join(", "),
    )
    .join(language === "ja" ? "、" : "; ");
  return (
    <section className="panel flow" aria-labelledby="flow">
      <h2 id="flow">{text.flow.heading}</h2>
      <div className="scroll" tabIndex={0} role="group" aria-labelledby="flow">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby="flow-title flow-summary">
          <title id="flow-title">{text.flow.picture}</title>
          <desc id="flow-summary">{summary}</desc>
          {zones.map((zone) => (
            <Zone key={zone.id} zone={zone} label={text.flow.zones[zone.id]} />
          ))}
          <LedgerBand status={status} text={text} language={language} />
          {zones.slice(1).map((zone) => (
            <Gate key={zone.id} before={zone.from} moving={moving(stations[zone.from])} />
          ))}
          {stations.slice(1).map((item, index) => (
            <Road key={item.id} to={index + 1} moving={moving(item)} />
          ))}
          {stations.map((item, index) => (
            <StationBox key={item.id} item={item} index={index} moving={moving(item)} language={language} />
          ))}
        </svg>
      </div>
    </section>
  );
}
