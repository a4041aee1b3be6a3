// Filters of patients, made of the identity records that a hospital's files hold: what a gateway sends where names may
// not travel. What one record leaves out another of the same patient may say.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "identity/filter_file.h"
#include "records/record_set.h"

namespace sekisho::identity {

// Whole names in both scripts, birth date, postcode, phone: no sex, which half of all people share and which a filter
// shows (docs/linkage.md, Attacks).
FilterScheme patient_scheme(Hardening hardening, const std::string& salt);

class PatientFilters {
 public:
  // `scheme`: of patient_scheme().
  PatientFilters(FilterScheme scheme, ByteView key);
  void add(const records::IdentityRecord& record);
  std::size_t patients() const { return patients_.size(); }
  // Files of at most `most` filters each, in order of patient number; afterwards nothing is left. With `blind` ids are
  // keyed hashes of the patient numbers. Who has no value that could be compared has no filter.
  std::vector<FilterFile> take(std::size_t most, bool blind);

 private:
  FilterScheme scheme_;
  Bytes key_;
  Salt salt_;
  std::map<std::string, std::vector<std::string>> patients_;  // normalised values, by field of the scheme
};

}  // namespace sekisho::identity
