// Stays: hip fracture with its chain of care, appendicitis and gallbladder, deliveries.
#include <algorithm>
#include <cmath>

#include "synth/courses.h"

namespace sekisho::synth {

void Planner::hip() {
  const Date fall =
      random_day(std::max(world_.begin, Date{person_.birth.days + 75 * 365}), Date{world_.end.days - 120});
  const int hospital = dpc_hospital(fall);
  const bool neck = random_.chance(0.45);
  Encounter encounter = visit(hospital, fall, "11");
  Diagnosis main = diagnosed("hip", neck ? "neck" : "trochanter", fall);
  main.modifier = random_.chance(0.5) ? "2056" : "2049";
  main.main = true;
  encounter.diagnoses.push_back(main);
  encounter.diagnoses.push_back(diagnosed("hip", "osteoporosis", fall));
  constexpr double kDelay[] = {0.12, 0.42, 0.67, 0.75, 0.84, 0.92};
  const double delay = random_.uniform();
  int wait = 0;
  while (wait < 6 && delay >= kDelay[wait])
    ++wait;
  const int days = std::max(wait + 5, static_cast<int>(random_.normal(24, 10)));
  encounter.last = Date{fall.days + days};
  Stay stay;
  stay.height = random_.normal(150, 7);
  stay.weight = random_.normal(47, 8);
  stay.ward = "4B";
  stay.room = "412";
  encounter.acts.push_back({&act("hip", "xray_digital"), fall, 1});
  if (random_.chance(0.93)) {
    const bool head = neck && random_.chance(0.65);
    stay.operation = &act("hip", head ? "hemiarthroplasty" : "osteosynthesis");
    stay.operation_day = Date{fall.days + wait};
    encounter.acts.push_back({stay.operation, stay.operation_day, 1});
    encounter.acts.push_back({&act("hip", "spinal_anaesthesia"), stay.operation_day, 1});
    // From June 2024 the group with value 02 is what 01 was before.
    const std::string_view group = encounter.last >= *Date::of(2024, 6, 1) ? "160800xx02xxxx" : "160800xx01xxxx";
    if (dpc_points(group, encounter.last)) stay.dpc = group;
    DrugOrder antibiotic;
    antibiotic.drug = &drug("hip", "cefazolin");
    antibiotic.kind = DrugKind::kDrip;
    antibiotic.day = stay.operation_day;
    antibiotic.times_per_day = 3;
    antibiotic.days = 2;
    encounter.drugs.push_back(antibiotic);
    for (int day = wait + 1; day <= days; ++day) {
      const Date on{fall.days + day};
      const std::string_view role = on >= *Date::of(2024, 6, 1) ? "rehab1_pt_2024_06" : "rehab1_to_2024_05";
      encounter.acts.push_back({&act("hip", role), on, 2 + static_cast<int>(random_.below(4))});
    }
  }
  if (random_.chance(0.20))
    encounter.diagnoses.push_back(
        diagnosed("hip", "delirium", Date{fall.days + 2 + static_cast<int>(random_.below(5))}));
  for (const int after : {0, wait + 1}) {
    LabOrder order = labs(Date{fall.days + after}, 7 * 60 + static_cast<int>(random_.below(60)), "術前後検査");
    for (const std::string_view key : {"wbc", "hb", "plt", "alb", "creatinine", "na", "k", "crp"})
      order.values.push_back(healthy_value(key));
    order.values[7].number = std::exp(random_.normal(std::log(after ? 6.0 : 1.0), 0.5));
    with_act(order, "all", "cbc");
    with_act(order, "all", "crp");
    with_act(order, "all", "judge_haematology");
    encounter.labs.push_back(std::move(order));
  }
  const double home = random_.uniform();
  const bool recovery = home >= 0.20 && home < 0.65;
  stay.discharge = home < 0.20 ? 1 : home < 0.75 ? 2 : home < 0.98 ? 5 : 20;
  if (home >= 0.65 && home < 0.75) stay.moved = Date{fall.days + std::max(1, days - 6)};
  encounter.stay = stay;
  const Date left = encounter.last;
  if (stay.discharge == 20) truth.died = left;
  add(std::move(encounter));
  // The recovery ward of another hospital goes on, under its own patient number.
  if (!recovery || world_.hospitals.size() < 2 || !in_run(left)) return;
  const int next = (hospital + 1) % static_cast<int>(world_.hospitals.size());
  Encounter rehabilitation = visit(next, left, "11");
  rehabilitation.minute = 14 * 60;
  rehabilitation.last = Date{left.days + 40 + static_cast<int>(random_.below(30))};
  rehabilitation.diagnoses.push_back(main);
  Stay second;
  second.emergency = false;
  second.route = 4;
  second.ward = "6R";
  for (Date day = left; day <= rehabilitation.last; day.days += 1)
    rehabilitation.acts.push_back(
        {&act("hip", day >= *Date::of(2024, 6, 1) ? "rehab1_pt_2024_06" : "rehab1_to_2024_05"), day, 4});
  rehabilitation.stay = second;
  add(std::move(rehabilitation));
}

void Planner::abdomen() {
  const Date day = random_day(world_.begin, Date{world_.end.days - 60});
  const int hospital = dpc_hospital(day);
  const bool appendix = random_.chance(0.6);
  Encounter encounter = visit(hospital, day, "10");
  const bool confirmed = random_.chance(0.6);
  LabOrder order = labs(day, encounter.minute + 15, "救急検査");
  order.values.push_back(value("crp", std::exp(random_.normal(std::log(confirmed ? 4.0 : 0.4), 0.8))));
  order.values.push_back(value("wbc", std::max(2.0, random_.normal(confirmed ? 13.5 : 8.0, 3))));
  for (const std::string_view key : {"hb", "plt", "ast", "alt", "tbil", "creatinine", "na", "k"})
    order.values.push_back(healthy_value(key));
  with_act(order, "all", "cbc");
  with_act(order, "all", "crp");
  with_act(order, "all", "judge_haematology");
  if (!confirmed) {
    // Sent home: the suspicion stays in the records.
    Diagnosis suspected = diagnosed("abd", "appendicitis_suspected", day);
    suspected.main = true;
    encounter.diagnoses.push_back(suspected);
    encounter.labs.push_back(std::move(order));
    bill(encounter, "abd", "ultrasound_abdomen");
    add(std::move(encounter));
    return;
  }
  encounter.labs.push_back(std::move(order));
  Diagnosis main = diagnosed("abd",
                             appendix              ? "appendicitis"
                             : random_.chance(0.5) ? "gallstone_cholecystitis"
                                                   : "gallstones",
                             day);
  main.main = true;
  encounter.diagnoses.push_back(main);
  Stay stay;
  stay.height = random_.normal(163, 9);
  stay.weight = random_.normal(60, 11);
  stay.ward = "5A";
  stay.room = "508";
  const bool operated = !appendix || random_.chance(0.75), keyhole = random_.chance(0.8);
  const int days = std::max(3, static_cast<int>(random_.normal(appendix ? 5 : 6, 2)));
  encounter.last = Date{day.days + days - 1};
  encounter.acts.push_back({&act("abd", "ct64"), day, 1});
  if (operated) {
    stay.operation =
        &act("abd", appendix ? (keyhole ? "appendectomy_lap" : "appendectomy_open") : "cholecystectomy_lap");
    stay.operation_day = Date{day.days + static_cast<int>(random_.below(2))};
    encounter.acts.push_back({stay.operation, stay.operation_day, 1});
    encounter.acts.push_back({&act("abd", "general_anaesthesia5"), stay.operation_day, 1});
  }
  const std::string_view group = !operated                       ? std::string_view{}
                                 : appendix                      ? (keyhole ? "060150xx03xxxx" : "")
                                 : main.disease->icd10 == "K802" ? "060330xx02xxxx"
                                                                 : "060335xx0200xx";
  if (!group.empty() && dpc_points(group, encounter.last)) stay.dpc = group;
  DrugOrder antibiotic;
  antibiotic.drug = &drug("abd", "cefmetazole");
  antibiotic.kind = DrugKind::kDrip;
  antibiotic.day = day;
  antibiotic.times_per_day = 2;
  antibiotic.days = std::min(days, 3);
  encounter.drugs.push_back(antibiotic);
  encounter.stay = stay;
  add(std::move(encounter));
}

// A delivery. Without complication it is self-paid, so that no claim shows it.
void Planner::birth() {
  Date day = random_day(world_.begin, Date{world_.end.days - 60});
  for (const Person& person : household_.persons)
    if (person.newborn) day = person.birth;
  const int hospital = dpc_hospital(day);
  const bool caesarean = random_.chance(0.22), emergency = caesarean && random_.chance(0.45);
  for (int before : {168, 84, 28}) {
    const Date on{day.days - before};
    if (!in_run(on)) continue;
    Encounter antenatal = visit(hospital, on, "24");
    antenatal.insured = false;
    add(std::move(antenatal));
  }
  Encounter encounter = visit(hospital, day, "24");
  encounter.last = Date{day.days + (caesarean ? 8 : 5)};
  encounter.insured = caesarean;
  Diagnosis main =
      diagnosed("birth", caesarean ? (emergency ? "arrest_of_labour" : "breech") : "spontaneous_not_claimable", day);
  main.main = true;
  encounter.diagnoses.push_back(main);
  Stay stay;
  stay.ward = "2M";
  stay.room = "205";
  stay.emergency = emergency;
  stay.height = random_.normal(158, 6);
  stay.weight = random_.normal(61, 7);
  if (caesarean) {
    stay.operation = &act("birth", emergency ? "caesarean_emergency" : "caesarean_elective");
    stay.operation_day = day;
    encounter.acts.push_back({stay.operation, day, 1});
    encounter.acts.push_back({&act("hip", "spinal_anaesthesia"), day, 1});
    if (!emergency && dpc_points("120180xx01xxxx", encounter.last)) stay.dpc = "120180xx01xxxx";
  }
  encounter.stay = stay;
  add(std::move(encounter));
}

// Born in the hospital: a patient without name and insurance, then the check of the first month under both.
void Planner::newborn() {
  const Date day = person_.birth;
  const int hospital = dpc_hospital(day);
  Encounter encounter = visit(hospital, day, "24");
  encounter.minute = 10 * 60 + static_cast<int>(random_.below(720));
  encounter.last = Date{day.days + 5};
  encounter.insured = false;
  Stay stay;
  stay.ward = "2N";
  stay.room = "211";
  stay.emergency = false;
  stay.route = 0;
  stay.birth_weight = static_cast<int>(std::clamp(random_.normal(person_.female ? 2940 : 3030, 420), 900.0, 4800.0));
  if (random_.chance(0.08)) {
    encounter.insured = true;
    Diagnosis jaundice = diagnosed("birth", "newborn_jaundice", Date{day.days + 3});
    jaundice.main = true;
    encounter.diagnoses.push_back(jaundice);
    encounter.acts.push_back({&act("birth", "phototherapy"), Date{day.days + 3}, 1});
    LabOrder order = labs(Date{day.days + 3}, 7 * 60, "生化学");
    order.values.push_back(value("tbil", random_.normal(16, 2)));
    with_act(order, "adr", "total_bilirubin");
    encounter.labs.push_back(std::move(order));
    if (dpc_points("140010x199x0xx", encounter.last)) stay.dpc = "140010x199x0xx";
  }
  encounter.stay = stay;
  add(std::move(encounter));
  const Date check{day.days + 28 + static_cast<int>(random_.below(6))};
  if (!in_run(check)) return;
  Encounter month = visit(hospital, check, "09");
  month.insured = false;
  add(std::move(month));
}

}  // namespace sekisho::synth
