// Long courses: type 2 diabetes, hypertension with dyslipidaemia, a drug safety signal, rare diseases.
#include <algorithm>
#include <array>
#include <cmath>

#include "synth/courses.h"

namespace sekisho::synth {
namespace {

// A share of the choices that holds from a year on.
struct YearShare {
  int year;
  double share;
};
double share_in(std::span<const YearShare> shares, int year) {
  for (std::size_t i = 1; i < shares.size(); ++i)
    if (year < shares[i].year) {
      const YearShare &a = shares[i - 1], &b = shares[i];
      return a.share + (b.share - a.share) * std::max(0, year - a.year) / (b.year - a.year);
    }
  return shares.back().share;
}

double egfr_of(double creatinine, int age, bool female) {
  return 194 * std::pow(creatinine, -1.094) * std::pow(age, -0.287) * (female ? 0.739 : 1);
}
double creatinine_of(double egfr, int age, bool female) {
  return std::pow(egfr / (194 * std::pow(age, -0.287) * (female ? 0.739 : 1)), -1 / 1.094);
}

}  // namespace

void Planner::diabetes() {
  struct Choice {
    std::string_view role;
    double effect, per_dose;
    int times;
    std::array<YearShare, 4> shares;
    int from;
  };
  // First drugs by year, and the fall of HbA1c in six months (assumptions of the scenario reference).
  constexpr Choice kChoices[] = {
      {"dpp4_sitagliptin", 0.7, 1, 1, {{{2013, 50}, {2016, 58}, {2020, 54}, {2024, 40}}}, 2012},
      {"metformin_brand", 1.0, 2, 2, {{{2013, 20}, {2016, 18}, {2020, 20}, {2024, 24}}}, 2012},
      {"sglt2_empagliflozin", 0.7, 1, 1, {{{2013, 0}, {2016, 6}, {2020, 14}, {2024, 24}}}, 2015},
      {"sulfonylurea", 1.0, 1, 1, {{{2013, 16}, {2016, 7}, {2020, 3}, {2024, 2}}}, 2012},
      {"insulin_basal", 1.5, 0.07, 1, {{{2013, 7}, {2016, 6}, {2020, 6}, {2024, 5}}}, 2012}};
  Date day = random_day(world_.begin, Date{world_.begin.days + 365});
  const int hospital = some_hospital(day);
  double hba1c = std::max(6.5, random_.normal(8.2, 1.4)), egfr = std::clamp(random_.normal(78, 14), 25.0, 115.0);
  const double slope = random_.normal(-1.2, 1.0);
  const Choice* choice = nullptr;
  double draw = random_.uniform() * 93;
  for (const Choice& c : kChoices) {
    choice = &c;
    const double share = day.year() >= c.from ? share_in(c.shares, day.year()) : 0;
    if (draw < share) break;
    draw -= share;
  }
  const double target = std::max(5.8, hba1c - random_.normal(choice->effect, 0.5));
  const bool sglt2 = choice->role == "sglt2_empagliflozin";
  const double stretch = 1 / world_.preset.chronic_visits;
  for (int n = 0; in_run(day) && n < 400; ++n) {
    const double years = (day.days - world_.begin.days) / 365.25;
    const double level = n == 0 ? hba1c : target + 0.1 * years + (hba1c - target) * std::exp(-n / 2.0);
    const double now = std::max(8.0, egfr + (slope + (sglt2 ? 1.3 : 0)) * years - (sglt2 && n > 0 ? 4 : 0));
    Encounter encounter = visit(hospital, day, "73");
    LabOrder order = labs(day, encounter.minute - 20, "生化学・血液");
    const bool jds = day < *Date::of(2013, 4, 1);
    const double measured = random_.normal(level, 0.15);
    order.values.push_back(value(jds ? "hba1c_jds" : "hba1c", jds ? (measured - 0.25) / 1.02 : measured));
    order.values.push_back(value("glucose", std::max(70.0, random_.normal(28.7 * level - 46.7, 18))));
    with_act(order, "dm", "hba1c");
    with_act(order, "dm", "glucose");
    with_act(order, "all", "venepuncture");
    with_act(order, "all", "judge_biochem1");
    if (n % 3 == 0) {
      const double creatinine = creatinine_of(now, age(day), person_.female) * random_.normal(1, 0.05);
      order.values.push_back(value("creatinine", creatinine));
      order.values.push_back(value("egfr", egfr_of(creatinine, age(day), person_.female)));
      order.values.push_back(healthy_value("k"));
      order.values.push_back(healthy_value("alp"));
      with_act(order, "dm", "creatinine");
      with_act(order, "dm", "potassium");
      with_act(order, "adr", "alp");
    }
    encounter.labs.push_back(std::move(order));
    Diagnosis diagnosis = diagnosed("dm", n == 0 ? "suspected" : now < 30 ? "nephropathy_st4" : "main", day);
    diagnosis.main = true;
    diagnosis.chronic = n > 0;
    if (n < 2) encounter.diagnoses.push_back(diagnosis);
    if (n > 0) {
      const Drug& first = drug("dm", choice->role);
      DrugOrder given = oral(first, day, choice->per_dose, choice->times, 28);
      if (first.form == 4) {
        given.kind = DrugKind::kExternal;
        given.usage = {};
        given.usage_text = "自己注射";
      }
      encounter.drugs.push_back(given);
    }
    add(std::move(encounter));
    const double gap = random_.chance(0.5) ? 28 : random_.chance(0.4) ? 42 : 56;
    day.days += static_cast<int>(gap * stretch) - 4 + static_cast<int>(random_.below(9));
    if (random_.chance(0.08 * gap * stretch / 365)) break;
  }
}

void Planner::hypertension() {
  constexpr std::array<YearShare, 4> kGeneric = {{{2013, 45}, {2018, 72}, {2021, 82}, {2024, 90}}};
  Date day = random_day(world_.begin, Date{world_.begin.days + 700});
  const int hospital = some_hospital(day);
  const bool lipid = random_.chance(0.5);
  const double inclination = random_.uniform() * 100;  // takes the generic once its share has reached this
  const double ldl = random_.normal(158, 20), stretch = 1 / world_.preset.chronic_visits;
  int last_lab = INT32_MIN / 2;
  for (int n = 0; in_run(day) && n < 400; ++n) {
    Encounter encounter = visit(hospital, day, "01");
    const bool generic = inclination < share_in(kGeneric, day.year());
    const bool chosen_brand = !generic && day >= *Date::of(2024, 10, 1);
    const int days = random_.chance(0.45) ? 28 : random_.chance(0.73) ? 56 : 84;
    encounter.drugs.push_back(oral(drug("htn", generic        ? "amlodipine_generic"
                                               : chosen_brand ? "amlodipine_brand_selected"
                                                              : "amlodipine_brand"),
                                   day, 1, 1, days));
    if (lipid && n > 0)
      encounter.drugs.push_back(
          oral(drug("htn", generic ? "atorvastatin_generic" : "atorvastatin_brand"), day, 1, 1, days));
    if (n == 0) {
      Diagnosis main = diagnosed("htn", "hypertension", day);
      main.main = main.chronic = true;
      encounter.diagnoses.push_back(main);
      if (lipid) encounter.diagnoses.push_back(diagnosed("htn", "dyslipidaemia", day));
    }
    if (day.days - last_lab > 170) {
      last_lab = day.days;
      LabOrder order = labs(day, encounter.minute - 20, "脂質・肝機能");
      order.values.push_back(value("ldl", std::max(40.0, random_.normal(lipid && n > 0 ? ldl * 0.65 : ldl, 10))));
      for (const std::string_view key : {"hdl", "tg", "creatinine", "ast", "alt"})
        order.values.push_back(healthy_value(key));
      with_act(order, "htn", "ldl");
      with_act(order, "htn", "hdl");
      with_act(order, "htn", "tg");
      with_act(order, "adr", "ast");
      with_act(order, "adr", "alt");
      with_act(order, "all", "judge_biochem1");
      encounter.labs.push_back(std::move(order));
    }
    add(std::move(encounter));
    day.days += static_cast<int>(days * stretch) - 3 + static_cast<int>(random_.below(7));
    if (random_.chance(0.06 * days * stretch / 365)) break;
  }
}

// New users of drugs that lower uric acid; one of them harms the liver in its first six months. All sizes are invented.
void Planner::signal() {
  constexpr double kBaseHazard = 0.0012, kConfounded = 2.5, kEarly = 3.0, kDropout = 0.04;
  constexpr int kMonth = 30, kMonths = 24;
  SignalTruth result;
  result.confounded = random_.chance(0.3);
  double benzbromarone = 0.30;
  if (result.confounded) benzbromarone = 0.30 * 0.5 / (0.70 + 0.30 * 0.5);
  const bool exposed = random_.chance(benzbromarone);
  result.drug = exposed ? "benzbromarone" : random_.chance(0.64) ? "febuxostat" : "allopurinol";
  const Drug& given = drug("adr", exposed                       ? "benzbromarone_generic"
                                  : result.drug == "febuxostat" ? "febuxostat20_brand"
                                                                : "allopurinol");
  const Date start = random_day(Date{world_.begin.days + 200}, Date{world_.end.days - 400});
  result.start = result.stopped = start;
  const int hospital = some_hospital(start);
  const double upper = person_.female ? 23 : 42;
  for (int month = 0; month < kMonths; ++month) {
    const Date day{start.days + month * kMonth + static_cast<int>(random_.below(5))};
    if (!in_run(day)) break;
    result.stopped = day;
    Encounter encounter = visit(hospital, day, "01");
    encounter.drugs.push_back(oral(given, day, 1, 1, 28));
    if (month == 0) {
      Diagnosis main = diagnosed("adr", "hyperuricaemia", day);
      main.main = main.chronic = true;
      encounter.diagnoses.push_back(main);
      if (result.confounded)
        encounter.diagnoses.push_back(diagnosed("adr", random_.chance(0.6) ? "fatty_liver" : "alcohol", day));
    }
    const bool event = month > 0 && random_.chance(kBaseHazard * (result.confounded ? kConfounded : 1) *
                                                   (exposed && month <= 6 ? kEarly : 1));
    if (event) {
      result.event = day;
      constexpr std::string_view kCoded[] = {"event_dili", "event_suspected", "nonspecific"};
      const double code = random_.uniform();
      if (code < 0.85)
        encounter.diagnoses.push_back(diagnosed("adr", kCoded[code < 0.35 ? 0 : code < 0.60 ? 1 : 2], day));
    }
    if (random_.chance(exposed ? 0.85 : 0.40)) {
      ++result.months_measured;
      LabOrder order = labs(day, encounter.minute - 20, "肝機能");
      const double peak = upper * std::exp(random_.normal(std::log(5.0), 0.4));
      order.values.push_back(event ? value("alt", std::max(peak, upper * 3.05)) : healthy_value("alt"));
      order.values.push_back(event ? value("ast", peak * 0.8) : healthy_value("ast"));
      order.values.push_back(healthy_value("ggt"));
      order.values.push_back(value("uric_acid", std::max(3.0, random_.normal(month == 0 ? 8.3 : 6.0, 0.7))));
      for (const std::string_view role : {"alt", "ast", "ggt", "uric_acid"})
        with_act(order, "adr", role);
      with_act(order, "all", "judge_biochem1");
      encounter.labs.push_back(std::move(order));
    }
    add(std::move(encounter));
    if ((event && random_.chance(0.8)) || random_.chance(kDropout)) break;
  }
  truth.signal = result;
}

// Seven, four and two patients over the hospitals: counts that may never be shown.
void Planner::rare() {
  const std::uint64_t index = household_.cast.index;
  truth.rare = index < 7 ? "fabry" : index < 11 ? "pnh" : "hae";
  const int hospital = static_cast<int>(index % world_.hospitals.size());
  Date day = random_day(Date{world_.end.days - 900}, Date{world_.end.days - 700});
  for (int n = 0; in_run(day) && n < 24; ++n, day.days += 28) {
    Encounter encounter = visit(hospital, day, "01");
    if (n == 0) {
      Diagnosis main = diagnosed("rare", truth.rare, day);
      main.main = main.chronic = true;
      encounter.diagnoses.push_back(main);
    }
    DrugOrder order;
    const bool later = day >= *Date::of(2024, 4, 1);
    order.drug = &drug("rare", truth.rare == "fabry" ? "agalsidase_b"
                               : truth.rare == "pnh" ? (later ? "ravulizumab_hi" : "eculizumab")
                                                     : "icatibant");
    order.kind = truth.rare == "hae" ? DrugKind::kInjection : DrugKind::kDrip;
    order.day = day;
    order.per_dose = truth.rare == "hae" ? 1 : 2;
    order.usage_text = "点滴静注";
    encounter.drugs.push_back(order);
    bill(encounter, "rare", truth.rare == "hae" ? "sc_injection" : "drip_infusion");
    add(std::move(encounter));
  }
}

}  // namespace sekisho::synth
