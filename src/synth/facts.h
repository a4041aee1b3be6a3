// What happened to a patient in a hospital, before any system writes it down: the three families of files are derived
// from these facts, so that they agree where they overlap.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.h"
#include "synth/tables.h"

namespace sekisho::synth {

enum class DrugKind : int { kOral = 21, kAsNeeded = 22, kExternal = 23, kInjection = 31, kDrip = 33 };

struct DrugOrder {
  const Drug* drug = nullptr;
  DrugKind kind = DrugKind::kOral;
  double per_dose = 1;  // in the drug's unit
  int times_per_day = 1;
  int days = 1;
  std::string_view usage;  // JAMI usage code; empty: text only
  std::string_view usage_text;
  Date day;                // of the order
  bool cancelled = false;  // defect D07: ordered and taken back
  double per_day() const { return per_dose * times_per_day; }
  double total() const { return per_day() * days; }
};

// One result. Items without a JLAC10 row carry a local code.
struct LabValue {
  const LabItem* item = nullptr;
  std::string_view local_code, local_name;
  bool numeric = true;
  double number = 0;
  std::string text;
};

struct LabOrder {
  Date day;
  int minute = 0;  // of the day, of sampling
  std::string_view panel;
  std::vector<LabValue> values;
  std::vector<const Procedure*> acts;  // what the claim bills for it
};

struct ActDone {
  const Procedure* procedure = nullptr;
  Date day;
  int count = 1;
};

struct Diagnosis {
  const Disease* disease = nullptr;
  std::string_view modifier;  // prefix or suffix code beside the disease's own
  bool suspected = false;
  Date from;
  std::optional<Date> ended;
  char outcome = '1';  // receipts: 1 continuing, 2 cured, 3 died, 4 stopped
  bool main = false;
  bool chronic = false;  // stands in every later claim
  std::string text;      // of an uncoded disease
};

// Details of a stay.
struct Stay {
  std::string_view dpc;  // 14 characters; empty: no group known for the day
  std::string_view ward = "3A";
  std::string_view room = "301";
  bool emergency = true;
  int discharge = 1;  // SS-MIX2 table 0112 in spirit: 1 home, 2 hospital, 5 institution, 20 died
  int route = 1;      // DPC: 1 home, 4 other hospital, 0 born here
  const Procedure* operation = nullptr;
  Date operation_day;
  std::optional<Date> moved;  // to another ward
  int birth_weight = 0;       // grams, newborns
  double height = 0, weight = 0;
};

struct Encounter {
  int hospital = 0;
  Date day, last;       // equal for a visit
  int minute = 9 * 60;  // of the day
  std::string_view department = "01";
  std::vector<Diagnosis> diagnoses;
  std::vector<DrugOrder> drugs;
  std::vector<LabOrder> labs;
  std::vector<ActDone> acts;
  std::optional<Stay> stay;
  bool insured = true;  // false: self-paid, no claim
  char influenza = 0;   // T: an antiviral was given for influenza
};

// What is true of a woman with breast cancer, beside what her hospital's systems can show.
struct BreastTruth {
  int hospital = 0;
  std::string_view er, pgr, ihc, fish;  // "+", "-"; ihc "0" to "3"; empty: not done
  std::string_view hr, her2;            // truth: positive, negative
  bool in_house = true, determinable = true;
  std::string_view reason;  // why not: scanned, letter, no_fish, missing
};

// One person of the drug safety signal.
struct SignalTruth {
  std::string_view drug;    // benzbromarone, febuxostat, allopurinol
  bool confounded = false;  // fatty liver or alcohol
  Date start, stopped;
  std::optional<Date> event;
  int months_measured = 0;
};

struct PersonTruth {
  std::optional<BreastTruth> breast;
  std::optional<SignalTruth> signal;
  std::string_view rare;  // fabry, pnh, hae
  std::optional<Date> died;
};

}  // namespace sekisho::synth
