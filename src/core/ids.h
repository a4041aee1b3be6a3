// Identifiers that must not be confused with each other or with plain text.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace sekisho {

// A strong string: HospitalId and BodyId do not convert into each other.
template <class Tag>
struct TextId {
  std::string text;
  auto operator<=>(const TextId&) const = default;
  bool empty() const { return text.empty(); }
};

using BodyId = TextId<struct BodyTag>;          // 認定事業者: [a-z0-9-]{1,32}
using HospitalId = TextId<struct HospitalTag>;  // stable id of a hospital at a body: [A-Za-z0-9-]{1,32}; institution
                                                // codes map to it by date
using PatientNumber =
    TextId<struct PatientTag>;  // as the hospital pads it; an identifier: only inside a hospital or the identity zone

// Both ids appear in paths and certificates: letters, digits and hyphens only.
bool is_valid_id(const std::string& text);

// A sealed package: unique for ever. Epochs rise when a gateway is restored; sequences count from 1 without a gap.
struct PackageId {
  BodyId body;
  HospitalId hospital;
  std::uint32_t epoch = 1;
  std::uint64_t sequence = 1;
  auto operator<=>(const PackageId&) const = default;
  std::string text() const;         // "body/H01/1/42": for messages and ledgers
  std::string within_body() const;  // "H01/1/42"
  std::string file_name() const;    // "body_H01_1_000042.skp"
};

}  // namespace sekisho
