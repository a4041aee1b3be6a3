// Facts as a standardized storage of SS-MIX2 1.2: one HL7 v2.5 message a file, ISO-2022-JP, CR; older versions and
// deletions keep their files under flags 2 and 0.
#pragma once

#include <set>
#include <string>

#include "core/random.h"
#include "synth/facts.h"
#include "synth/output.h"
#include "synth/registration.h"

namespace sekisho::synth {

struct Planted {
  std::string_view defect;
  std::string where, detail;
};

class Ssmix2Writer {
 public:
  Ssmix2Writer(const World& world, const Registration& registration, StorageTree& tree, SeededRandom random);
  // Encounters in the order of time; finish() after the last.
  Result<void> write(const Encounter& encounter);
  Result<void> finish();
  std::uint64_t files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }
  std::vector<Planted> planted;

 private:
  struct Place {
    std::string_view type;  // "OML-11"
    std::string date;       // or "-"
    std::string order;      // 15 characters
    std::string_view department;
    Date day;  // of the transaction
    int minute = 0;
    char flag = '1';
  };
  std::string begin(const Place& place, std::string_view message, bool full_patient = false);
  Result<void> store(const Place& place, const std::string& message);
  std::string next_order();
  std::string patient_segment(Date day, bool full) const;
  std::string order_tail(const Encounter& encounter, const Place& place) const;
  Result<void> master(const Encounter& encounter);
  Result<void> reception(const Encounter& encounter);
  Result<void> diagnoses(const Encounter& encounter);
  std::string problem(const Diagnosis& diagnosis, std::string_view order, Date day, bool inpatient) const;
  Result<void> prescription(const Encounter& encounter);
  Result<void> injection(const Encounter& encounter, const DrugOrder& drug);
  Result<void> laboratory(const Encounter& encounter, const LabOrder& order);
  std::string result_segment(const LabValue& value, int index, Date day, const std::string& sampled,
                             std::string_view where);
  Result<void> stay(const Encounter& encounter);
  std::string drug_code(const Drug& drug, Date day);
  const World& world_;
  const Registration& registration_;
  StorageTree& tree_;
  SeededRandom random_;
  std::uint64_t files_ = 0, bytes_ = 0, order_ = 0;
  int version_ = -1;
  bool registered_ = false;
  std::string master_message_;
  Place master_place_;
  std::set<std::string> receptions_;
  std::string encoded_;
};

}  // namespace sekisho::synth
