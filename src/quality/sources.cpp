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
     "SELECT e.hospital, e.period, e.place, e.t, p.birth, p.died, n.day AS today FROM ("
     "SELECT hospital, reg, period, place, t FROM q_encounter_event WHERE coalesce(planned, 0) = 0 UNION ALL "
     "SELECT hospital, reg, period, place, t FROM q_diagnosis UNION ALL "
     "SELECT hospital, reg, period, place, t FROM q_drug WHERE act <> 'plan' UNION ALL "
     "SELECT hospital, reg, period, place, t FROM q_lab UNION ALL "
     "SELECT hospital, reg, period, place, t FROM q_procedure) e "
     "LEFT JOIN q_person p USING (hospital, reg) CROSS JOIN q_now n"},
    {"sex_diagnosis",
     "SELECT d.hospital, d.period, d.place, d.icd, p.sex FROM q_diagnosis d JOIN q_person p USING (hospital, reg) "
     "WHERE d.icd IS NOT NULL AND p.sex IN ('M', 'F')"},
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
     "period, hash(reg, t, coalesce(std_code, ''), coalesce(loc_code, ''), raw, coalesce(specimen, ''), "
     "coalesce(order_no, ''))"},
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
    // Months of a family at a hospital from its first to its last, with their rows and the median.
    {"month",
     "WITH rows AS (SELECT hospital, period, 'lab' AS family, count(*) AS n FROM q_lab WHERE period > 0 GROUP BY ALL "
     "UNION ALL SELECT hospital, period, 'encounter', count(*) FROM q_encounter_event WHERE src = 'ssmix2' AND "
     "period > 0 GROUP BY ALL UNION ALL SELECT hospital, period, 'drug', count(*) FROM q_drug WHERE src = 'ssmix2' "
     "AND period > 0 GROUP BY ALL UNION ALL SELECT hospital, period, 'claim', count(*) FROM q_claim WHERE period > 0 "
     "GROUP BY ALL), "
     "span AS (SELECT hospital, family, greatest(min(period), 199001) AS first, least(max(period), "
     "any_value(year(day) * 100 + month(day))) AS last, median(n) AS usual FROM rows CROSS JOIN q_now GROUP BY ALL), "
     "months AS (SELECT hospital, family, usual, unnest(generate_series((first // 100) * 12 + first % 100 - 1, "
     "(last // 100) * 12 + last % 100 - 1)) AS m FROM span) "
     "SELECT months.hospital AS hospital, CAST((m // 12) * 100 + m % 12 + 1 AS INTEGER) AS period, CAST(NULL AS "
     "HUGEINT) AS place, "
     "usual, coalesce(n, 0) AS n FROM months LEFT JOIN rows ON rows.hospital = months.hospital AND rows.family = "
     "months.family AND rows.period = (m // 12) * 100 + m % 12 + 1"},
    // Orders whose receipt code is known, of patients with any drug claimed in that month.
    {"ordered_drug",
     "SELECT o.hospital, o.period, o.place, c.code AS claimed FROM (SELECT hospital, reg, period, place, CASE WHEN "
     "std_sys = 'REC' THEN std_code WHEN contains(loc_sys, 'REC') THEN loc_code END AS code FROM q_drug WHERE "
     "act IN ('order', 'perform') AND period > 0) o SEMI JOIN (SELECT hospital, reg, period FROM q_drug WHERE "
     "act = 'claim') m USING (hospital, reg, period) LEFT JOIN (SELECT DISTINCT hospital, reg, period, std_code AS "
     "code FROM q_drug WHERE act = 'claim' AND std_sys = 'REC') c ON o.hospital = c.hospital AND o.reg = c.reg AND "
     "o.period = c.period AND o.code = c.code WHERE o.code IS NOT NULL"},
    // ADT admissions of patients with any claim, and whether an inpatient claim of that month exists.
    {"adt_admission",
     "SELECT a.hospital, a.period, a.place, c.period AS claimed FROM q_encounter_event a SEMI JOIN (SELECT hospital, "
     "reg FROM q_claim) k USING (hospital, reg) LEFT JOIN (SELECT DISTINCT hospital, reg, period FROM q_claim WHERE "
     "in_out = 'I') c ON a.hospital = c.hospital AND a.reg = c.reg AND a.period = c.period WHERE a.src = 'ssmix2' AND "
     "a.kind = 'admission' AND coalesce(a.planned, 0) = 0 AND a.period > 0"},
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
     "qualitative IN ('pos', 'neg', '1+')) AS fish, bool_or(loc_code = 'HER2IHC' AND qualitative IN ('neg', '0', '1+', "
     "'3+')) AS ihc FROM q_lab WHERE act = 'result' AND loc_code IN ('HER2FISH', 'HER2IHC') GROUP BY hospital, reg) "
     "SELECT t.hospital, t.period, t.place, t.elsewhere, coalesce(r.fish OR r.ihc, false) AS decided FROM tested t "
     "LEFT JOIN cancer c ON t.hospital = c.hospital AND t.reg = c.reg LEFT JOIN result r ON t.hospital = r.hospital "
     "AND t.reg = r.reg WHERE t.own OR c.reg IS NOT NULL"},
};

}  // namespace

std::span<const SourceRow> sources() {
  return kSources;
}

}  // namespace sekisho::quality
