// Hospitals over their codes: the chain of known code changes, and the fiscal years in which a code or its chain stands
// in the list of DPC hospitals.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "masters/master_file.h"

namespace sekisho::masters {

// Fiscal year (April to March) of a day, and its ends.
int fiscal_year(std::int32_t day);
std::int32_t fiscal_year_begin(int year);

// A known change of code.
struct CodeChange {
  std::string from, to, reason;
  std::int32_t day = kNoDay;
};

// What a master file says of hospitals, made once for many questions.
class Hospitals {
 public:
  explicit Hospitals(const MasterFile& file);
  // Where the chain of known changes leads, and every code of it.
  std::string newest(const std::string& code) const;
  std::vector<std::string> chain(const std::string& code) const;
  const std::vector<CodeChange>& changes() const { return changes_; }
  // Fiscal years for which a list of DPC hospitals is at hand.
  const std::vector<int>& list_years() const { return years_; }
  // Does the list of a year hold this code as a DPC hospital? Hospitals that prepare or only take part in the survey
  // stand in the same lists and do not count.
  bool listed(const CodeView& code, int year) const;
  // By fiscal year, over all codes of the chain; only years with a list.
  std::map<int, bool> dpc_years(const std::string& code) const;

 private:
  const MasterFile& file_;
  std::vector<CodeChange> changes_;
  std::multimap<std::string, std::size_t> next_, before_;
  std::vector<int> years_;
};

}  // namespace sekisho::masters
