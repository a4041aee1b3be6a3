#include "synth/courses.h"

#include <algorithm>
#include <cmath>

namespace sekisho::synth {
namespace {

constexpr std::uint64_t kCourseStream = 4ULL << 60;
constexpr std::string_view kUsages[] = {"", "1011000400000000", "1012040400000000", "1013044400000000"};
constexpr std::string_view kUsageTexts[] = {"", "内服・経口・１日１回朝食後", "内服・経口・１日２回朝夕食後",
                                            "内服・経口・１日３回朝昼夕食後"};

}  // namespace

Planner::Planner(const World& world, const Household& household, const Person& person)
    : world_(world),
      household_(household),
      person_(person),
      random_(world.options.seed, kCourseStream | household.number << 4 | static_cast<std::uint64_t>(person.member)) {}

void Planner::plan() {
  if (person_.member == 0) switch (household_.cast.course) {
      case Course::kBreast:
        breast();
        break;
      case Course::kRare:
        rare();
        break;
      case Course::kDiabetes:
        diabetes();
        break;
      case Course::kHypertension:
        hypertension();
        break;
      case Course::kHip:
        hip();
        break;
      case Course::kAbdomen:
        abdomen();
        break;
      case Course::kBirth:
        birth();
        break;
      case Course::kSignal:
        signal();
        break;
      case Course::kNone:
        break;
    }
  if (person_.newborn) newborn();
  if (person_.marked || !random_.chance(world_.preset.healthy_only)) influenza();
  const double visits = world_.preset.healthy_visits;
  for (Date year = world_.begin; year < world_.end; year.days += 365)
    if (random_.chance(visits)) healthy(random_day(year, Date{year.days + 365}));
  if (encounters.empty()) healthy(random_day(world_.begin, world_.end));
  tidy();
}

// Nobody is a patient after death, nor an outpatient while in bed.
void Planner::tidy() {
  const auto impossible = [&](const Encounter& encounter) {
    if (truth.died && encounter.day > *truth.died) return true;
    return std::ranges::any_of(encounters, [&](const Encounter& other) {
      return &other != &encounter && other.stay && encounter.day >= other.day && encounter.day <= other.last &&
             !encounter.stay;
    });
  };
  std::vector<Encounter> kept;
  for (const Encounter& encounter : encounters)
    if (!impossible(encounter)) kept.push_back(encounter);
  encounters = std::move(kept);
}

double Planner::weight_kg(Date day) const {
  const double years = (day.days - person_.birth.days) / 365.25;
  if (years < 1) return 4 + 5 * years;
  if (years < 14) return 7.5 + 2.6 * years;
  return person_.female ? 52 : 64;
}

int Planner::main_hospital(Date day) const {
  const int area = at(person_.addresses, day).area;
  int near = 0;
  for (const Hospital& hospital : world_.hospitals)
    near += hospital.home_area == area;
  if (near == 0) return static_cast<int>((household_.number + area) % world_.hospitals.size());
  int wanted = static_cast<int>(household_.number % near);
  for (std::size_t i = 0; i < world_.hospitals.size(); ++i)
    if (world_.hospitals[i].home_area == area && wanted-- == 0) return static_cast<int>(i);
  return 0;
}

int Planner::some_hospital(Date day) {
  if (random_.chance(world_.preset.second_hospital)) return static_cast<int>(random_.below(world_.hospitals.size()));
  return main_hospital(day);
}

int Planner::dpc_hospital(Date day) {
  const int main = main_hospital(day);
  if (world_.hospitals[main].dpc) return main;
  for (std::size_t i = 0; i < world_.hospitals.size(); ++i)
    if (world_.hospitals[i].dpc) return static_cast<int>(i);
  return main;
}

// A day on which the person lives; the last of the range when it is empty.
Date Planner::random_day(Date from, Date to) {
  from = std::max({from, world_.begin, Date{person_.birth.days + 30}});
  to = std::min(to, world_.end);
  if (from >= to) return Date{to.days - 1};
  return Date{from.days + static_cast<int>(random_.below(to.days - from.days))};
}

Encounter Planner::visit(int hospital, Date day, std::string_view department) {
  Encounter encounter;
  encounter.hospital = hospital;
  encounter.day = encounter.last = day;
  encounter.minute = 8 * 60 + 30 + static_cast<int>(random_.below(480));
  encounter.department = department;
  return encounter;
}

Encounter& Planner::add(Encounter encounter) {
  return encounters.emplace_back(std::move(encounter));
}

LabValue Planner::value(std::string_view key, double number) {
  LabValue value;
  value.item = &lab(key);
  value.number = number;
  return value;
}

LabValue Planner::healthy_value(std::string_view key) {
  const LabItem& item = lab(key);
  const double mean = person_.female ? item.mean_f : item.mean_m, sd = person_.female ? item.sd_f : item.sd_m;
  return value(key, std::max(mean * 0.3, random_.normal(mean, sd)));
}

LabOrder Planner::labs(Date day, int minute, std::string_view panel) {
  LabOrder order;
  order.day = day;
  order.minute = minute;
  order.panel = panel;
  return order;
}

void Planner::with_act(LabOrder& order, std::string_view course, std::string_view role) {
  order.acts.push_back(&act(course, role));
}

void Planner::bill(Encounter& encounter, std::string_view course, std::string_view role, int count) {
  encounter.acts.push_back({&act(course, role), encounter.day, count});
}

DrugOrder Planner::oral(const Drug& drug, Date day, double per_dose, int times, int days) {
  DrugOrder order;
  order.drug = &drug;
  order.day = day;
  order.per_dose = per_dose;
  order.times_per_day = times;
  order.days = days;
  order.usage = kUsages[std::min(times, 3)];
  order.usage_text = kUsageTexts[std::min(times, 3)];
  return order;
}

Diagnosis Planner::diagnosed(std::string_view course, std::string_view role, Date from) {
  Diagnosis diagnosis;
  diagnosis.disease = &disease(course, role);
  diagnosis.from = from;
  diagnosis.modifier = diagnosis.disease->modifier;
  if (diagnosis.modifier == "8002") {
    diagnosis.suspected = true;
    diagnosis.modifier = {};
  }
  return diagnosis;
}

// One visit for something small: the denominator of everything else.
void Planner::healthy(Date day) {
  if (!in_run(day) || day < person_.birth) return;
  struct Small {
    std::string_view role, department, drug;
    double per_dose;
    int times, days;
  };
  constexpr Small kSmall[] = {
      {"cold", "01", "carbocisteine", 1, 3, 5},       {"gastroenteritis", "01", "acetaminophen", 2, 2, 3},
      {"low_back_pain", "11", "loxoprofen", 1, 3, 7}, {"ankle_sprain", "11", "loxoprofen", 1, 3, 3},
      {"urticaria", "19", "antihistamine", 1, 2, 14}, {"allergic_rhinitis", "27", "antihistamine", 1, 2, 14},
      {"bronchitis", "01", "carbocisteine", 1, 3, 7}, {"cut", "10", "acetaminophen", 2, 2, 3}};
  const Small* small = &kSmall[random_.below(std::size(kSmall))];
  Encounter encounter = visit(some_hospital(day), day, age(day) < 15 ? "09" : small->department);
  const bool pollen = day.month() >= 2 && day.month() <= 4 && random_.chance(0.3);
  Diagnosis diagnosis = diagnosed("healthy", pollen ? "hay_fever" : small->role, day);
  if (pollen) small = &kSmall[5];
  if (world_.options.defects && random_.chance(0.02)) {
    diagnosis = diagnosed("healthy", "uncoded", day);
    diagnosis.text = "倦怠感";
  }
  diagnosis.main = true;
  encounter.diagnoses.push_back(diagnosis);
  if (age(day) >= 6 && random_.chance(0.8))
    encounter.drugs.push_back(oral(drug("healthy", small->drug), day, small->per_dose, small->times, small->days));
  add(std::move(encounter));
}

}  // namespace sekisho::synth
