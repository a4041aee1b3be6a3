// Breast cancer: receptor tests of which some were done elsewhere or can not be read, surgery, drugs by subtype.
#include <algorithm>

#include "synth/courses.h"

namespace sekisho::synth {
namespace {

// Patients and how many of them have a subtype that can be told, by hospital and by where the tests were done: the
// margins were published, their joint split is an assumption that meets all of them.
struct Cell {
  int hospital;
  bool in_house;
  int patients, determinable;
};
constexpr Cell kCells[] = {{0, true, 103, 88}, {0, false, 10, 5},   {1, true, 357, 290},
                           {1, false, 64, 30}, {2, true, 314, 249}, {2, false, 82, 37}};
constexpr std::uint64_t kPatients = 930;

}  // namespace

void Planner::breast() {
  BreastTruth result;
  auto position = static_cast<int>(household_.cast.index * kPatients / household_.cast.count);
  for (const Cell& cell : kCells) {
    if (position < cell.patients) {
      result.hospital = cell.hospital % static_cast<int>(world_.hospitals.size());
      result.in_house = cell.in_house;
      result.determinable = position < cell.determinable;
      break;
    }
    position -= cell.patients;
  }
  // True subtype: 70 % HR+ HER2-, 10 % HR+ HER2+, 8 % HR- HER2+, 12 % neither.
  const double subtype = random_.uniform();
  const bool hr = subtype < 0.80, her2 = subtype >= 0.70 && subtype < 0.88;
  result.hr = hr ? "positive" : "negative";
  result.her2 = her2 ? "positive" : "negative";
  result.er = hr && random_.chance(0.96) ? "+" : "-";
  result.pgr = hr && (result.er == "-" || random_.chance(0.85)) ? "+" : "-";
  bool equivocal = random_.chance(her2 ? 4.0 / 18 : 16.0 / 82);
  if (!result.determinable) {
    const double reason = random_.uniform();
    if (!result.in_house)
      result.reason = reason < 0.75 ? "letter" : "scanned";
    else
      result.reason = reason < 0.50 ? "scanned" : reason < 0.77 ? "no_fish" : "missing";
    if (result.reason == "no_fish") equivocal = true;
  }
  result.ihc = equivocal ? "2" : her2 ? "3" : random_.chance(0.5) ? "0" : "1";
  if (equivocal && result.reason != "no_fish") result.fish = her2 ? "+" : "-";
  const Date first = random_day(Date{world_.begin.days + 30}, Date{world_.end.days - 500});
  Encounter suspicion = visit(result.hospital, first, "82");
  Diagnosis suspected = diagnosed("bc", "suspected", first);
  suspected.main = true;
  suspected.ended = Date{first.days + 21};
  suspected.outcome = '4';
  suspicion.diagnoses.push_back(suspected);
  bill(suspicion, "bc", "mammography");
  bill(suspicion, "bc", "mammography_reading");
  bill(suspicion, "bc", "ultrasound_other");
  add(std::move(suspicion));
  const Date biopsy{first.days + 3 + static_cast<int>(random_.below(12))};
  breast_pathology(result, biopsy);
  breast_treatment(result, Date{biopsy.days + 21 + static_cast<int>(random_.below(40))});
  if (result.reason == "letter") result.er = result.pgr = result.ihc = result.fish = {};
  truth.breast = result;
}

void Planner::breast_pathology(BreastTruth& result, Date day) {
  Encounter encounter = visit(result.hospital, day, "82");
  Diagnosis main = diagnosed("bc", "main", day);
  main.main = main.chronic = true;
  encounter.diagnoses.push_back(main);
  if (result.in_house) {
    bill(encounter, "bc", "needle_biopsy");
    for (const std::string_view role : {"histology", "histology_diagnosis", "er_ihc", "pgr_ihc", "her2_ihc"})
      bill(encounter, "bc", role);
    if (!result.fish.empty()) bill(encounter, "bc", "her2_fish_with_ihc");
  } else {
    bill(encounter, "bc", "histology_outside_specimen");
  }
  if (result.reason != "letter") {
    // Receptors have no standard code: the pathology system's own.
    LabOrder order = labs(day, encounter.minute + 40, "乳癌受容体検査");
    const auto receptor = [&](std::string_view code, std::string_view name, std::string text) {
      LabValue value;
      value.local_code = code;
      value.local_name = name;
      value.numeric = false;
      value.text = result.reason == "scanned" ? "別紙参照" : std::move(text);
      order.values.push_back(value);
    };
    const bool missing_her2 = result.reason == "missing" && random_.chance(0.5),
               missing_hr = result.reason == "missing" && !missing_her2;
    if (missing_hr) result.er = result.pgr = {};
    if (missing_her2) result.ihc = result.fish = {};
    if (!result.er.empty()) receptor("ER", "エストロゲン受容体", "  " + std::string(result.er));
    if (!result.pgr.empty()) receptor("PGR", "プロゲステロン受容体", "  " + std::string(result.pgr));
    if (!result.ihc.empty())
      receptor("HER2IHC", "HER2タンパク(IHC)", result.ihc == "0" ? "0" : " " + std::string(result.ihc) + " +");
    if (!result.fish.empty()) receptor("HER2FISH", "HER2遺伝子(FISH)", "  " + std::string(result.fish));
    encounter.labs.push_back(std::move(order));
  }
  add(std::move(encounter));
}

void Planner::breast_treatment(const BreastTruth& result, Date surgery) {
  const bool operated = random_.chance(0.93);
  if (operated) {
    Encounter stay = visit(result.hospital, surgery, "82");
    const bool partial = random_.chance(0.42);
    const int days = partial ? 4 + static_cast<int>(random_.below(3)) : 7 + static_cast<int>(random_.below(4));
    stay.last = Date{surgery.days + days - 1};
    stay.minute = 10 * 60;
    Diagnosis main = diagnosed("bc", "main", surgery);
    main.main = true;
    stay.diagnoses.push_back(main);
    Stay detail;
    detail.emergency = false;
    const std::string_view group = partial ? "090010xx02xxxx" : "090010xx010xxx";
    if (dpc_points(group, stay.last)) detail.dpc = group;
    detail.operation = &act("bc", partial ? "surgery_partial" : "surgery_total");
    detail.operation_day = Date{surgery.days + 1};
    detail.height = random_.normal(156, 6);
    detail.weight = random_.normal(54, 8);
    stay.acts.push_back({detail.operation, detail.operation_day, 1});
    stay.acts.push_back({&act("abd", "general_anaesthesia5"), detail.operation_day, 1});
    DrugOrder antibiotic;
    antibiotic.drug = &drug("hip", "cefazolin");
    antibiotic.kind = DrugKind::kDrip;
    antibiotic.day = detail.operation_day;
    antibiotic.times_per_day = 2;
    stay.drugs.push_back(antibiotic);
    stay.stay = detail;
    add(std::move(stay));
  }
  // Endocrine treatment when receptors are positive: tamoxifen before the menopause, an aromatase inhibitor after it.
  Date day{surgery.days + 35};
  const bool young = age(day) < 51;
  if (result.hr == "positive")
    for (int n = 0; n < 4 && in_run(day); ++n, day.days += 84) {
      Encounter encounter = visit(result.hospital, day, "82");
      const bool generic = day >= *Date::of(2016, 4, 1) && random_.chance(0.6);
      encounter.drugs.push_back(oral(drug("bc", young     ? (generic ? "tamoxifen_generic" : "tamoxifen_brand")
                                                : generic ? "anastrozole_generic"
                                                          : "anastrozole_brand"),
                                     day, 1, 1, 84));
      add(std::move(encounter));
    }
  if (result.her2 != "positive" || !random_.chance(0.85)) return;
  day = Date{surgery.days + 42};
  for (int n = 0; n < 6 && in_run(day); ++n, day.days += 21) {
    Encounter encounter = visit(result.hospital, day, "82");
    DrugOrder order;
    const double biosimilar = day < *Date::of(2018, 8, 1)   ? 0
                              : day < *Date::of(2021, 1, 1) ? 0.25
                              : day < *Date::of(2024, 1, 1) ? 0.55
                                                            : 0.75;
    order.drug = &drug("bc", random_.chance(biosimilar)     ? "trastuzumab_bs150"
                             : day >= *Date::of(2023, 4, 1) ? "trastuzumab150"
                                                            : "trastuzumab150_old");
    order.kind = DrugKind::kDrip;
    order.day = day;
    order.per_dose = n == 0 ? 3 : 2;
    order.usage_text = "点滴静注";
    encounter.drugs.push_back(order);
    if (day >= *Date::of(2024, 6, 1))
      bill(encounter, "bc", n < 3 ? "chemo_outpatient_2024_first3" : "chemo_outpatient_2024_4plus");
    else
      bill(encounter, "bc", day >= *Date::of(2022, 4, 1) ? "chemo_outpatient_2022" : "chemo_addition_to_2022");
    add(std::move(encounter));
  }
}

}  // namespace sekisho::synth
