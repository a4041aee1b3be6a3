// Influenza by season: real weekly curves, each season's antivirals under the codes that were in force.
#include <algorithm>
#include <array>
#include <cmath>

#include "synth/courses.h"

namespace sekisho::synth {
namespace {

constexpr double kMeanWeight = 320;  // cases per sentinel of an ordinary season
constexpr double kTypeA = 0.81, kTreated = 0.90, kNegativeTreated = 0.05, kSecondEpisode = 0.02, kCancelled = 0.04;

// How much likelier than the average a person of an age falls ill (age shares of influenza patients).
double age_factor(int age) {
  struct Band {
    int below;
    double factor;
  };
  constexpr Band kBands[] = {{5, 1.8}, {10, 2.6}, {15, 2.0}, {20, 1.3}, {40, 0.9}, {60, 0.75}, {70, 0.6}, {200, 0.5}};
  return std::ranges::find_if(kBands, [&](const Band& band) { return age < band.below; })->factor;
}

enum Choice { kCapsule, kCapsuleGeneric, kDrySyrup, kZanamivir, kLaninamivir, kPeramivir, kBaloxavir, kChoices };

}  // namespace

void Planner::influenza() {
  for (std::size_t i = 0; i < seasons().size(); ++i) {
    const int year = 2012 + static_cast<int>(i);
    const Date first = season_start(year);
    if (first >= world_.end) break;
    const Date middle{first.days + 140};
    if (middle < Date{person_.birth.days + 180}) continue;
    const double chance = world_.preset.influenza_rate * age_factor(age(middle)) * seasons()[i].weight / kMeanWeight;
    if (!random_.chance(person_.marked ? 0.9 : std::min(0.95, chance))) continue;
    const auto curve = weekly_curve(year);
    double total = 0;
    for (const double cases : curve)
      total += cases;
    double draw = random_.uniform() * total;
    int week = 0;
    while (week < 52 && draw >= curve[week])
      draw -= curve[week++];
    // The first seasons have no table in hand: the mean curve, shifted.
    const int shift = year < 2015 ? (year % 3 - 1) * 14 : 0;
    const Date day{first.days + week * 7 + static_cast<int>(random_.below(7)) + shift};
    if (!in_run(day) || season_of(day) != seasons()[i].name) continue;
    influenza_episode(day, some_hospital(day), false);
    if (!random_.chance(kSecondEpisode)) continue;
    const Date again{day.days + 30 + static_cast<int>(random_.below(30))};
    if (in_run(again) && season_of(again) == seasons()[i].name)
      influenza_episode(again, static_cast<int>(random_.below(world_.hospitals.size())), true);
  }
}

void Planner::influenza_episode(Date day, int hospital, bool second) {
  const bool negative = random_.chance(world_.preset.negative_share);
  const bool type_a = !second && random_.chance(kTypeA);
  Encounter encounter = visit(hospital, day, age(day) < 15 ? "09" : "01");
  LabOrder order = labs(day, encounter.minute + 10, "インフルエンザ抗原");
  const auto antigen = [&](std::string_view code, std::string_view name, bool positive) {
    LabValue result;
    result.local_code = code;
    result.local_name = name;
    result.numeric = false;
    result.text = positive ? "  +" : "  -";
    order.values.push_back(result);
  };
  antigen("FLUA", "インフルエンザＡ型抗原", !negative && type_a);
  antigen("FLUB", "インフルエンザＢ型抗原", !negative && !type_a);
  const bool pandemic = day >= *Date::of(2021, 1, 1) && day < *Date::of(2024, 1, 1) && random_.chance(0.5);
  with_act(order, "flu", "swab");
  with_act(order, "flu", pandemic ? "antigen_covid_flu" : "antigen_test");
  with_act(order, "all", "judge_immunology");
  encounter.labs.push_back(std::move(order));
  Diagnosis diagnosis = diagnosed("flu", negative ? "suspected" : type_a ? "typeA" : "typeB", day);
  diagnosis.main = true;
  if (random_.chance(0.25)) {
    diagnosis.ended = Date{day.days + 7 + static_cast<int>(random_.below(8))};
    diagnosis.outcome = '2';
  }
  encounter.diagnoses.push_back(diagnosis);
  if (person_.marked || random_.chance(negative ? kNegativeTreated : kTreated)) {
    DrugOrder given;
    given.drug = &antiviral(day, given);
    encounter.drugs.push_back(given);
    encounter.influenza = 'T';
    if (given.kind == DrugKind::kDrip) bill(encounter, "flu", "drip_outpatient");
    if (world_.options.defects && given.kind != DrugKind::kDrip && random_.chance(kCancelled)) {
      // Ordered, taken back, ordered otherwise: only the second was given.
      DrugOrder first = oral(drug("flu", "oseltamivir_brand"), day, 1, 2, 5);
      first.cancelled = true;
      encounter.drugs.push_back(first);
    }
  }
  if (age(day) >= 6 && random_.chance(0.15)) {
    DrugOrder antipyretic = oral(drug("flu", "antipyretic"), day, 2, 1, 3);
    antipyretic.kind = DrugKind::kAsNeeded;
    antipyretic.usage = {};
    antipyretic.usage_text = "疼痛時・発熱時";
    encounter.drugs.push_back(antipyretic);
  }
  add(std::move(encounter));
}

// Chooses by the shares of the season and fills dose and days.
const Drug& Planner::antiviral(Date day, DrugOrder& order) {
  const Season& season = seasons()[day >= season_start(day.year()) ? day.year() - 2012 : day.year() - 2013];
  std::array<double, kChoices> shares;
  std::copy(std::begin(season.shares), std::end(season.shares), shares.begin());
  const int years = age(day);
  const bool child = years < 10;
  for (const Choice capsule : {kCapsule, kCapsuleGeneric})
    shares[capsule] *= child ? 0.25 : 1.3;
  shares[kDrySyrup] *= child ? 2.6 : 0.05;
  if (years < 5) shares[kZanamivir] = shares[kBaloxavir] = 0;
  // Marketed on 2018-03-14: the season's share falls on its last weeks.
  if (day < *Date::of(2018, 3, 14))
    shares[kBaloxavir] = 0;
  else if (season.name == "2017/18")
    shares[kBaloxavir] *= 8;
  double total = 0;
  for (const double share : shares)
    total += share;
  double draw = random_.uniform() * total;
  int choice = 0;
  while (choice + 1 < kChoices && draw >= shares[choice])
    draw -= shares[choice++];
  while (shares[choice] == 0)
    --choice;
  const double kg = weight_kg(day);
  order = oral(drug("flu", "oseltamivir_brand"), day, 1, 2, 5);
  switch (choice) {
    case kCapsule:
      return drug("flu", "oseltamivir_brand");
    case kCapsuleGeneric:
      if (day >= *Date::of(2023, 12, 8) && random_.chance(0.3)) return drug("flu", "oseltamivir_generic_tab");
      return drug("flu", "oseltamivir_generic");
    case kDrySyrup: {
      order.per_dose = std::round(std::min(kg * 2, 75.0) / 30 * 10) / 10;  // 3 %: 30 mg in a gram
      const double generic =
          season.shares[kCapsuleGeneric] / (season.shares[kCapsule] + season.shares[kCapsuleGeneric]);
      return drug("flu", random_.chance(generic) ? "oseltamivir_generic_ds" : "oseltamivir_brand_ds");
    }
    case kZanamivir:
      order.kind = DrugKind::kExternal;
      order.per_dose = 2;
      order.usage = {};
      order.usage_text = "１日２回吸入";
      return drug("flu", "zanamivir");
    case kLaninamivir:
      order.kind = DrugKind::kExternal;
      order.times_per_day = order.days = 1;
      order.usage = {};
      order.usage_text = "単回吸入";
      order.per_dose = years < 10 ? 1 : 2;
      if (years < 5 && day >= *Date::of(2019, 10, 1)) return drug("flu", "laninamivir_susp");
      return drug("flu", "laninamivir");
    case kPeramivir: {
      order.kind = DrugKind::kDrip;
      order.times_per_day = order.days = 1;
      order.usage = {};
      order.usage_text = "点滴静注";
      const bool old_code = day <= *Date::of(2013, 3, 31);
      if (years < 15) {
        order.per_dose = std::max(1.0, std::ceil(std::min(kg * 10, 300.0) / 150));
        return drug("flu", old_code ? "peramivir_vial_old" : "peramivir_vial");
      }
      return drug("flu", old_code ? "peramivir_bag_old" : "peramivir_bag");
    }
    default:
      order.times_per_day = order.days = 1;
      order.usage = "1011000400000000";
      order.usage_text = "単回経口";
      order.per_dose = kg < 40 ? 1 : 2;
      return drug("flu", kg < 20 ? "baloxavir10" : "baloxavir20");
  }
}

}  // namespace sekisho::synth
