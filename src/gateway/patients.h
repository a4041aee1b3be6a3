// What the files that are packed say about patients, as filters for those who may not see names (docs/linkage.md).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "formats/reader.h"
#include "identity/patient_filters.h"

namespace sekisho::gateway {

class Patients {
 public:
  using LeftOut = std::function<bool(const std::string& patient_number)>;
  // Nobody of whom `left_out` is true gets a filter.
  Patients(identity::FilterScheme scheme, ByteView key, LeftOut left_out);

  // A file as it travels, after the records of those who opted out are gone.
  Result<void> read(formats::Family family, std::string_view path, ByteView content);
  std::vector<identity::FilterFile> take(std::size_t most, bool blind) { return filters_.take(most, blind); }

 private:
  Result<void> drain();

  identity::PatientFilters filters_;
  LeftOut left_out_;
  records::RecordSet set_;
  std::map<formats::Family, std::unique_ptr<formats::Reader>> readers_;
};

}  // namespace sekisho::gateway
