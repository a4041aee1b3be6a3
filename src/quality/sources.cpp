// The rows that measures speak of. Views q_TABLE hold the current rows of each table with hospital, period and place;
// q_person one row per patient; q_range and q_test what the thresholds say; q_now the day of the run.
#include <algorithm>

#include "quality/measures.h"

namespace sekisho::quality {
namespace {

constexpr SourceRow kSources[] = {
    {"person", "SELECT * FROM q_person"},
    {"lab",
     "SELECT l.*, g.low, g.high, g.unit AS usual FROM q_lab l LEFT JOIN q_range g ON left(l.std_code, 5) = "
     "g.analyte AND l.std_sys IN ('JC10', 'JC11') WHERE l.act = 'result'"},
    {"drug", "SELECT * FROM q_drug"},
    {"diagnosis", "SELECT * FROM q_diagnosis"},
    {"encounter", "SELECT * FROM q_encounter_event"},
    {"procedure", "SELECT * FROM q_procedure"},
    {"observation", "SELECT * FROM q_observation"},
    {"dpc", "SELECT * FROM q_dpc_case"},
    {"claim", "SELECT * FROM q_claim"},
    // Every dated fact beside the birth and death of its patient.
    {"event",
     "SELECT e.hospital, e.period, e.place, e.t, e.visit, p.birth, p.died, n.day AS today FROM ("
     "SELECT hospital, reg, period, place, t, kind IN ('reception', 'admission') AS visit FROM q_encounter_event WHERE "
     "coalesce(planned, 0) = 0 UNION ALL "
     "SELECT hospital, reg, period, place, t, false FROM q_diagnosis UNION ALL "
     "SELECT hospital, reg, period, place, t, false FROM q_drug WHERE act <> 'plan' UNION ALL "
     "SELECT hospital, reg, period, place, t, false FROM q_lab UNION ALL "
     "SELECT hospital, reg, period, place, t, false FROM q_procedure) e "
     "LEFT JOIN q_person p USING (hospital, reg) CROSS JOIN q_now n"},
    {"sex_diagnosis",
     "SELECT d.hospital, d.period, d.place, d.icd, p.sex, date_diff('year', p.birth, CAST(coalesce(d.onset, d.t) AS "
     "DATE)) AS "
     "age FROM q_diagnosis d JOIN q_person p USING (hospital, reg) "
     "WHERE d.icd IS NOT NULL AND p.sex IN ('M', 'F')"},
    {"sex_procedure",
     "SELECT d.hospital, d.period, d.place, d.k_code, p.sex FROM q_procedure d JOIN q_person p USING (hospital, reg) "
     "WHERE regexp_matches(d.k_code, '^K[0-9]{3}') AND p.sex IN ('M', 'F')"},
    {"sex_lab",
     "SELECT l.hospital, l.period, l.place, p.sex FROM q_lab l JOIN q_person p USING (hospital, reg) WHERE "
     "l.act = 'result' AND starts_with(l.std_code, '5D305') AND p.sex IN ('M', 'F')"},
    // Positive results beside the middle half of all results of the same test and unit at the hospital, as logarithms.
    {"lab_scale",
     "WITH x AS (SELECT hospital, period, place, coalesce(std_code, loc_code) AS code, coalesce(ucum, unit, '') AS u, "
     "ln(number) AS v FROM q_lab WHERE act = 'result' AND number > 0 AND coalesce(std_code, loc_code) IS NOT NULL), "
     "g AS (SELECT hospital, code, u, quantile_cont(v, [0.25, 0.5, 0.75]) AS q FROM x GROUP BY ALL HAVING count(*) >= "
     "50) SELECT x.hospital, x.period, x.place, abs(x.v - g.q[2]) AS off, g.q[3] - g.q[1] AS spread FROM x JOIN g "
     "USING (hospital, code, u)"},
    // Each numeric result and the unit that its test mostly has at the hospital.
    {"lab_unit",
     "WITH n AS (SELECT hospital, coalesce(std_code, loc_code) AS code, coalesce(ucum, unit) AS u, count(*) AS n FROM "
     "q_lab WHERE act = 'result' AND number IS NOT NULL AND unit IS NOT NULL GROUP BY ALL), g AS (SELECT hospital, "
     "code, "
     "arg_max(u, row(n, u)) AS most FROM n GROUP BY ALL HAVING sum(n) >= 20) SELECT l.hospital, l.period, l.place, "
     "coalesce(l.ucum, l.unit) AS u, g.most FROM q_lab l JOIN g ON l.hospital = g.hospital AND coalesce(l.std_code, "
     "l.loc_code) = g.code WHERE l.act = 'result' AND l.number IS NOT NULL AND l.unit IS NOT NULL"},
    // Doses beside those of the same drug in the same unit at the hospital, as logarithms.
    {"drug_scale",
     "WITH x AS (SELECT hospital, period, place, coalesce(std_code, loc_code) AS code, coalesce(dose_unit, total_unit, "
     "'') || CASE WHEN dose IS NOT NULL THEN '1' WHEN per_day IS NOT NULL THEN '2' ELSE '3' END AS u, "
     "ln(coalesce(dose, "
     "per_day, total)) AS v FROM q_drug WHERE act <> 'claim' AND coalesce(dose, per_day, total) > 0 AND "
     "coalesce(std_code, loc_code) IS NOT NULL), g AS (SELECT hospital, code, u, quantile_cont(v, [0.25, 0.5, 0.75]) "
     "AS "
     "q FROM x GROUP BY ALL HAVING count(*) >= 20) SELECT x.hospital, x.period, x.place, abs(x.v - g.q[2]) AS off, "
     "g.q[3] - g.q[1] AS spread FROM x JOIN g USING (hospital, code, u)"},
    {"encounter_twice",
     "SELECT hospital, period, max(place) AS place, count(*) - 1 AS again FROM q_encounter_event WHERE src = 'ssmix2' "
     "AND t IS NOT NULL AND coalesce(planned, 0) = 0 AND kind IN ('reception', 'admission', 'discharge') GROUP BY "
     "hospital, period, hash(reg, t, kind, coalesce(dept, ''), coalesce(visit, ''), coalesce(class, ''))"},
    {"diagnosis_twice",
     "SELECT hospital, period, max(place) AS place, count(*) - 1 AS again FROM q_diagnosis WHERE src = 'ssmix2' AND "
     "coalesce(std_code, icd, loc_code) IS NOT NULL GROUP BY hospital, period, hash(reg, coalesce(std_code, ''), "
     "coalesce(icd, ''), coalesce(loc_code, ''), coalesce(modifiers, ''), coalesce(onset, diagnosed, t), "
     "coalesce(role, ''), coalesce(dept, ''), coalesce(problem, ''))"},
    // Stays of one patient by their first day, and the last day of the stays that began before.
    {"form_stay",
     "SELECT hospital, period, place, admitted, max(discharged) OVER (PARTITION BY hospital, reg ORDER BY admitted "
     "RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING) AS before FROM (SELECT hospital, reg, "
     "min(period) AS period, min(place) AS place, admitted, max(discharged) AS discharged FROM q_dpc_case WHERE src = "
     "'ff1' AND admitted IS NOT NULL AND discharged IS NOT NULL GROUP BY hospital, reg, admitted)"},
    // Claims at hospitals whose storage is there too, and whether the storage knows the patient.
    {"claim_person",
     "SELECT c.hospital, c.period, c.place, k.reg AS known FROM q_claim c SEMI JOIN (SELECT hospital FROM "
     "q_encounter_event WHERE src = 'ssmix2') h USING (hospital) LEFT JOIN (SELECT DISTINCT hospital, reg FROM (SELECT "
     "hospital, reg FROM q_encounter_event WHERE src = 'ssmix2' UNION ALL SELECT hospital, reg FROM q_diagnosis WHERE "
     "src = 'ssmix2' UNION ALL SELECT hospital, reg FROM q_drug WHERE src = 'ssmix2' UNION ALL SELECT hospital, reg "
     "FROM q_lab WHERE src = 'ssmix2')) k ON c.hospital = k.hospital AND c.reg = k.reg"},
    // The last month of each family at a hospital beside that of all hospitals of the run.
    {"silence",
     "WITH rows AS (SELECT hospital, 'lab' AS family, period FROM q_lab UNION ALL SELECT hospital, 'encounter', period "
     "FROM q_encounter_event WHERE src = 'ssmix2' UNION ALL SELECT hospital, 'claim', period FROM q_claim), m AS "
     "(SELECT hospital, family, period, count(*) AS n FROM rows CROSS JOIN q_now WHERE period BETWEEN 199001 AND "
     "year(day) * 100 + month(day) GROUP BY ALL), h AS (SELECT hospital, family, max(period) AS last, median(n) AS "
     "usual "
     "FROM m GROUP BY ALL), o AS (SELECT family, quantile_disc(last, 0.5) AS newest FROM h GROUP BY ALL HAVING "
     "count(*) "
     "> 1) SELECT h.hospital, h.last AS period, CAST(NULL AS HUGEINT) AS place, h.usual, (o.newest // 100 - h.last // "
     "100) * 12 + o.newest % 100 - h.last % 100 AS months FROM h JOIN o USING (family)"},
    // At the centre: when a row's package was loaded. Rows of before the hospital's first package are its backlog.
    {"delay",
     "WITH began AS (SELECT hospital, min(loaded) AS began FROM q_package GROUP BY hospital) SELECT r.hospital, "
     "r.period, r.place, r.t, r.month, k.loaded FROM (SELECT hospital, period, place, package, t, CAST(NULL AS DATE) "
     "AS month FROM q_encounter_event WHERE src = 'ssmix2' AND coalesce(planned, 0) = 0 UNION ALL SELECT hospital, "
     "period, place, package, t, NULL FROM q_lab UNION ALL SELECT hospital, period, place, package, t, month FROM "
     "q_claim) r JOIN q_package k ON r.package = k.key JOIN began b ON r.hospital = b.hospital WHERE r.t >= b.began"},
    {"last_package",
     "SELECT hospital, 0 AS period, CAST(NULL AS HUGEINT) AS place, max(loaded) AS last, any_value(day) AS day FROM "
     "q_package CROSS JOIN q_now GROUP BY hospital"},
    {"claim_sum",
     "SELECT c.hospital, c.period, c.place, c.points, s.points AS summed FROM q_claim c JOIN ("
     "SELECT package, part, ordinal, claim_sub, sum(points * coalesce(count, 1)) AS points FROM q_claim_line "
     "WHERE src = 'rec_med' AND claim_sub IS NOT NULL GROUP BY ALL) s "
     "ON c.package = s.package AND c.part = s.part AND c.ordinal = s.ordinal AND c.sub = s.claim_sub "
     "WHERE c.src = 'rec_med' AND c.points IS NOT NULL AND s.points IS NOT NULL"},
    {"claim_line_claim",
     "SELECT l.hospital, l.period, l.place, c.sub AS claim FROM q_claim_line l LEFT JOIN q_claim c "
     "ON c.package = l.package AND c.part = l.part AND c.ordinal = l.ordinal AND c.sub = l.claim_sub "
     "WHERE starts_with(l.src, 'rec_')"},
    // The same fact twice: `again` counts the rows before it. Grouping by a 64-bit hash of the fact takes a third of
    // the time of grouping by its texts; two facts of ten million share one by a chance of 3 in a million.
    {"lab_twice",
     "SELECT hospital, period, max(place) AS place, count(*) - 1 AS again FROM q_lab WHERE act = 'result' AND "
     "t IS NOT NULL AND coalesce(std_code, loc_code) IS NOT NULL AND coalesce(raw, '') <> '' GROUP BY hospital, "
     "period, hash(reg, t, coalesce(std_code, ''), coalesce(loc_code, ''), raw, coalesce(specimen, ''))"},
    {"drug_twice",
     "SELECT hospital, period, max(place) AS place, count(*) - 1 AS again FROM q_drug WHERE src = 'ssmix2' AND "
     "t IS NOT NULL AND order_no IS NOT NULL AND coalesce(std_code, loc_code) IS NOT NULL GROUP BY hospital, period, "
     "hash(reg, t, act, order_no, coalesce(rp, ''), coalesce(std_code, ''), coalesce(loc_code, ''), "
     "coalesce(dose, per_day, total, 0), coalesce(component, ''))"},
    {"claim_twice",
     "SELECT hospital, period, max(place) AS place, count(*) - 1 AS again FROM q_claim WHERE src = 'rec_med' "
     "GROUP BY hospital, period, reg, coalesce(institution, ''), coalesce(type, ''), coalesce(payer_class, ''), "
     "coalesce(in_out, ''), coalesce(admitted, DATE '0001-01-01')"},
    // Actual admissions and discharges in their order: what comes next for the patient.
    {"stay",
     "SELECT hospital, period, place, kind, lead(kind) OVER (PARTITION BY hospital, reg ORDER BY t, place) AS next, "
     "lag(kind) OVER (PARTITION BY hospital, reg ORDER BY t, place) AS previous FROM q_encounter_event WHERE "
     "src = 'ssmix2' AND kind IN ('admission', 'discharge') AND coalesce(planned, 0) = 0 AND t IS NOT NULL"},
    // Months of a family at a hospital from its first to its last, with their rows, those of the month before, and the
    // median.
    {"month",
     "WITH rows AS (SELECT hospital, period, 'lab' AS family, count(*) AS n FROM q_lab WHERE period > 0 GROUP BY "
     "ALL UNION ALL SELECT hospital, period, 'encounter', count(*) FROM q_encounter_event WHERE src = 'ssmix2' AND "
     "period > 0 GROUP BY ALL UNION ALL SELECT hospital, period, 'drug', count(*) FROM q_drug WHERE src = 'ssmix2' "
     "AND period > 0 GROUP BY ALL UNION ALL SELECT hospital, period, 'claim', count(*) FROM q_claim WHERE period > "
     "0 GROUP BY ALL), span AS (SELECT hospital, family, greatest(min(period), 199001) AS first, "
     "least(max(period), any_value(year(day) * 100 + month(day))) AS last, median(n) AS usual FROM rows CROSS JOIN "
     "q_now GROUP BY ALL), months AS (SELECT hospital, family, usual, first, last, unnest(generate_series((first "
     "// 100) * 12 + first % 100 - 1, (last // 100) * 12 + last % 100 - 1)) AS m FROM span) SELECT months.hospital "
     "AS hospital, CAST((m // 12) * 100 + m % 12 + 1 AS INTEGER) AS period, CAST(NULL AS HUGEINT) AS place, usual, "
     "coalesce(n, 0) AS n, coalesce(lag(n) OVER (PARTITION BY months.hospital, months.family ORDER BY m), 0) AS "
     "before, first = (m // 12) * 100 + m % 12 + 1 OR last = (m // 12) * 100 + m % 12 + 1 AS edge FROM months LEFT "
     "JOIN rows ON rows.hospital = months.hospital AND rows.family = months.family AND rows.period = (m // 12) * "
     "100 + m % 12 + 1"},
    // Orders of patients with any drug claimed in that month, by their receipt codes: as sent, or the codes that a
    // master file has for a YJ, price or HOT code (q_drug_code). One of them claimed is enough.
    {"ordered_drug",
     "WITH b AS (SELECT hospital, reg, period, place, std_sys, std_code, loc_sys, loc_code, CASE WHEN std_sys = 'REC' "
     "THEN std_code WHEN contains(loc_sys, 'REC') THEN loc_code END AS code FROM q_drug WHERE act IN ('order', "
     "'perform') AND period > 0), o AS (SELECT hospital, reg, period, place, code FROM b WHERE code IS NOT NULL UNION "
     "ALL SELECT hospital, reg, period, place, d.rec FROM b JOIN q_drug_code d ON b.std_sys = d.system AND b.std_code "
     "= "
     "d.code WHERE b.code IS NULL UNION ALL SELECT hospital, reg, period, place, d.rec FROM b JOIN q_drug_code d ON "
     "b.loc_sys = d.system AND b.loc_code = d.code WHERE b.code IS NULL) SELECT o.hospital, o.period, o.place, "
     "max(c.code) AS claimed FROM o SEMI JOIN (SELECT hospital, reg, period FROM q_drug WHERE act = 'claim') m USING "
     "(hospital, reg, period) LEFT JOIN (SELECT DISTINCT hospital, reg, period, std_code AS code FROM q_drug WHERE act "
     "= 'claim' AND std_sys = 'REC') c ON o.hospital = c.hospital AND o.reg = c.reg AND o.period = c.period AND o.code "
     "= c.code GROUP BY o.hospital, o.period, o.place"},
    // ADT admissions of patients with any claim, and whether an inpatient claim of that month exists. Outside health
    // insurance, so that no claim is due: normal deliveries (O80), newborns in the month of their birth, and stays that
    // the patient himself, labour accident, traffic or other insurances pay (JHSD0001: OE, LI, TI, PS, PI).
    {"adt_admission",
     "SELECT a.hospital, a.period, a.place, c.period AS claimed FROM q_encounter_event a SEMI JOIN (SELECT hospital, "
     "reg FROM q_claim) k USING (hospital, reg) LEFT JOIN (SELECT DISTINCT hospital, reg, period FROM q_claim WHERE "
     "in_out = 'I') c ON a.hospital = c.hospital AND a.reg = c.reg AND a.period = c.period LEFT JOIN q_person p ON "
     "a.hospital = p.hospital AND a.reg = p.reg WHERE a.src = 'ssmix2' AND a.kind = 'admission' AND "
     "coalesce(a.planned, 0) = 0 AND a.period > 0 AND coalesce(p.birth < date_trunc('month', a.t), true) AND NOT "
     "EXISTS (SELECT 1 FROM q_diagnosis d WHERE d.hospital = a.hospital AND d.reg = a.reg AND starts_with(d.icd, "
     "'O80') AND abs(date_diff('day', coalesce(d.onset, d.t), a.t)) <= 14) AND NOT EXISTS (SELECT 1 FROM q_coverage v "
     "WHERE v.hospital = a.hospital AND v.reg = a.reg AND v.insurance_class IN ('OE', 'LI', 'TI', 'PS', 'PI') AND "
     "coalesce(v.valid_from <= CAST(a.t AS DATE), true) AND coalesce(v.valid_to >= CAST(a.t AS DATE), true))"},
    // Admissions as claims and DPC files write them, of patients with any ADT message, and whether ADT knows the day.
    {"other_admission",
     "SELECT o.hospital, o.period, o.place, o.src, e.day AS adt FROM (SELECT hospital, reg, period, place, src, "
     "admitted FROM q_claim WHERE in_out = 'I' AND admitted IS NOT NULL UNION ALL SELECT hospital, reg, period, place, "
     "src, admitted FROM q_dpc_case WHERE src IN ('ff1', 'd') AND admitted IS NOT NULL) o SEMI JOIN (SELECT hospital, "
     "reg FROM q_encounter_event WHERE src = 'ssmix2') k USING (hospital, reg) LEFT JOIN (SELECT DISTINCT hospital, "
     "reg, CAST(t AS DATE) AS day FROM q_encounter_event WHERE src = 'ssmix2' AND kind = 'admission' AND "
     "coalesce(planned, 0) = 0) e ON o.hospital = e.hospital AND o.reg = e.reg AND o.admitted = e.day"},
    // Claimed tests and whether a result of the same month or the next exists. A specimen made elsewhere is claimed by
    // 160178910 in the same month or the one before.
    {"claimed_test",
     "WITH claimed AS (SELECT p.hospital, p.reg, p.period, p.place, p.std_code, q.analyte, q.local, (p.period // 100) "
     "* 12 + p.period % 100 AS m FROM q_procedure p JOIN q_test q ON p.std_code = q.code WHERE p.act = 'claim' AND "
     "p.std_sys = 'REC' AND p.period > 0), "
     "result AS (SELECT DISTINCT hospital, reg, analyte, local, unnest([m, m - 1]) AS m FROM (SELECT hospital, reg, "
     "left(CASE WHEN std_sys IN ('JC10', 'JC11') THEN std_code END, 5) AS analyte, loc_code AS local, (period // 100) "
     "* 12 + period % 100 AS m FROM q_lab WHERE act = 'result' AND coalesce(raw, qualitative, '') <> '' OR number IS "
     "NOT NULL)) "
     "SELECT c.hospital, c.period, c.place, bool_or(a.m IS NOT NULL OR b.m IS NOT NULL) AS found FROM claimed c "
     "LEFT JOIN (SELECT DISTINCT hospital, reg, analyte, m FROM result) a ON c.hospital = a.hospital AND c.reg = a.reg "
     "AND c.analyte = a.analyte AND c.m = a.m LEFT JOIN (SELECT DISTINCT hospital, reg, local, m FROM result) b ON "
     "c.hospital = b.hospital AND c.reg = b.reg AND c.local = b.local AND c.m = b.m "
     "GROUP BY c.hospital, c.period, c.place"},
    // Patients whose HER2 was tested: the test is claimed, or a specimen made elsewhere of a patient with breast cancer
    // (the other hospital claims the test). Whether the coded results decide HER2 (IHC 2+ needs FISH).
    {"her2",
     "WITH act AS (SELECT hospital, reg, period, place, std_code FROM q_procedure WHERE act = 'claim' AND std_code IN "
     "('160173550', '160236350', '160178910')), cancer AS (SELECT DISTINCT hospital, reg FROM q_diagnosis WHERE "
     "starts_with(icd, 'C50') OR std_code IN ('1749008', '20072471')), tested AS (SELECT hospital, reg, min(period) AS "
     "period, min(place) AS place, bool_or(std_code = '160178910') AS elsewhere, bool_or(std_code <> '160178910') AS "
     "own FROM act GROUP BY hospital, reg), result AS (SELECT hospital, reg, bool_or(loc_code = 'HER2FISH' AND "
     "qualitative IN ('pos', 'neg', '1+')) AS fish, bool_or(loc_code = 'HER2IHC' AND (number IN (0, 1, 3) OR "
     "qualitative IN ('neg', '0', '1+', "
     "'3+'))) AS ihc FROM q_lab WHERE act = 'result' AND loc_code IN ('HER2FISH', 'HER2IHC') GROUP BY hospital, reg) "
     "SELECT t.hospital, t.period, t.place, t.elsewhere, coalesce(r.fish OR r.ihc, false) AS decided FROM tested t "
     "LEFT JOIN cancer c ON t.hospital = c.hospital AND t.reg = c.reg LEFT JOIN result r ON t.hospital = r.hospital "
     "AND t.reg = r.reg WHERE t.own OR c.reg IS NOT NULL"},
};

}  // namespace

std::span<const SourceRow> sources() {
  return kSources;
}

}  // namespace sekisho::quality
