// Reads members of a small JSON document strictly; the first thing that does not fit is kept and returned at the end,
// so that reading code is a list of members.
#pragma once

#include <initializer_list>
#include <string>

#include "core/clock.h"
#include "core/ids.h"
#include "core/json.h"
#include "crypto/digest.h"

namespace sekisho::transport {

// Parses JSON that must be in canonical form (sorted members, no blanks, each member once): one document has one
// spelling, so no two readers can understand the signed bytes differently.
Result<Json> parse_canonical(ByteView bytes, const char* code);

Json package_id_json(const PackageId& id);

class JsonReader {
 public:
  JsonReader(const Json& object, const char* code) : object_(object), code_(code) {}
  void only(std::initializer_list<const char*> members);  // exactly these
  std::string text(const char* member, std::size_t limit);
  std::uint64_t number(const char* member, std::uint64_t low, std::uint64_t high);
  bool boolean(const char* member);
  crypto::Digest digest(const char* member);  // 64 lower hex digits
  UtcTime time(const char* member);
  PackageId package_id(const char* member);
  Bytes base64(const char* member, std::size_t limit);
  const Json* array(const char* member, std::size_t limit);
  void refuse(const char* member);
  void adopt(const JsonReader& inner);
  const char* code() const { return code_; }
  Result<void> result() const;

 private:
  const Json* find(const char* member) const;
  const Json& object_;
  const char* code_;
  std::string refused_;
};

}  // namespace sekisho::transport
