// Courses of disease: what brings a person to which hospital and what is done there. All draws come from the person's
// own stream.
#pragma once

#include <vector>

#include "synth/facts.h"
#include "synth/people.h"
#include "synth/world.h"

namespace sekisho::synth {

class Planner {
 public:
  Planner(const World& world, const Household& household, const Person& person);
  // Everything that happens to the person in the run, in no particular order.
  void plan();
  std::vector<Encounter> encounters;
  PersonTruth truth;

 private:
  // --- what all courses share ---
  int age(Date day) const { return age_on(person_.birth, day); }
  double weight_kg(Date day) const;
  int main_hospital(Date day) const;
  int some_hospital(Date day);
  int dpc_hospital(Date day);
  bool in_run(Date day) const { return day >= world_.begin && day < world_.end; }
  Date random_day(Date from, Date to);
  Encounter visit(int hospital, Date day, std::string_view department);
  Encounter& add(Encounter encounter);
  int ward_minute();
  LabValue value(std::string_view key, double number);
  LabValue healthy_value(std::string_view key);
  LabOrder labs(Date day, int minute, std::string_view panel);
  void with_act(LabOrder& order, std::string_view course, std::string_view role);
  void bill(Encounter& encounter, std::string_view course, std::string_view role, int count = 1);
  DrugOrder oral(const Drug& drug, Date day, double per_dose, int times, int days);
  Diagnosis diagnosed(std::string_view course, std::string_view role, Date from);
  // --- courses ---
  void influenza();
  void influenza_episode(Date day, int hospital, bool second);
  const Drug& antiviral(Date day, DrugOrder& order);
  void healthy(Date day);
  void diabetes();
  void hypertension();
  void signal();
  void rare();
  void breast();
  void breast_pathology(BreastTruth& result, Date day);
  void breast_treatment(const BreastTruth& result, Date surgery);
  void hip();
  void abdomen();
  void birth();
  void newborn();
  void tidy();

  const World& world_;
  const Household& household_;
  const Person& person_;
  SeededRandom random_;
};

}  // namespace sekisho::synth
