#include "gateway/patients.h"

namespace sekisho::gateway {

Patients::Patients(identity::FilterScheme scheme, ByteView key, LeftOut left_out)
    : filters_(std::move(scheme), key), left_out_(std::move(left_out)) {
  for (const formats::Family family : {formats::Family::kSsmix2, formats::Family::kReceipt, formats::Family::kDpc})
    readers_[family] = formats::make_reader(family, set_, [this](records::RecordSet&) { return drain(); });
}

Result<void> Patients::drain() {
  for (const records::IdentityRecord& identity : set_.identities())
    if (!left_out_(identity.patient_number)) filters_.add(identity);
  set_.clear();
  return {};
}

Result<void> Patients::read(formats::Family family, std::string_view path, ByteView content) {
  const auto reader = readers_.find(family);
  if (reader == readers_.end()) return {};
  reader->second->begin({.path = path});
  SEKISHO_CHECK(reader->second->feed(content));
  SEKISHO_CHECK(reader->second->finish());
  return drain();
}

}  // namespace sekisho::gateway
