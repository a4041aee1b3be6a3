#include "transport/json_reader.h"

#include <cstring>

#include "ledger/ledger.h"

namespace sekisho::transport {

Result<Json> parse_canonical(ByteView bytes, const char* code) {
  auto json = parse_json(as_text(bytes));
  if (!json) return fail(code, "the document is not valid JSON", {.byte = json.error().place.byte});
  if (ledger::canonical(*json) != as_text(bytes))
    return fail(code, "the document is not in canonical form (sorted members, no blanks)");
  return *std::move(json);
}

Json package_id_json(const PackageId& id) {
  return Json{{"body", id.body.text}, {"epoch", id.epoch}, {"hospital", id.hospital.text}, {"sequence", id.sequence}};
}

const Json* JsonReader::find(const char* member) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(member);
  return found == object_.end() ? nullptr : &*found;
}

void JsonReader::refuse(const char* member) {
  if (refused_.empty()) refused_ = member;
}

void JsonReader::adopt(const JsonReader& inner) {
  if (!inner.refused_.empty()) refuse(inner.refused_.c_str());
}

Result<void> JsonReader::result() const {
  if (refused_.empty()) return {};
  return fail(code_, "a member is missing, unknown or of another form", {.part = refused_});
}

void JsonReader::only(std::initializer_list<const char*> members) {
  if (!object_.is_object() || object_.size() != members.size()) refuse("(members)");
  for (const char* member : members)
    if (find(member) == nullptr) refuse(member);
}

std::string JsonReader::text(const char* member, std::size_t limit) {
  const Json* value = find(member);
  if (value != nullptr && value->is_string() && value->get_ref<const std::string&>().size() <= limit)
    return value->get<std::string>();
  refuse(member);
  return {};
}

std::uint64_t JsonReader::number(const char* member, std::uint64_t low, std::uint64_t high) {
  const Json* value = find(member);
  if (value != nullptr && value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    if (number >= low && number <= high) return number;
  }
  refuse(member);
  return low;
}

bool JsonReader::boolean(const char* member) {
  const Json* value = find(member);
  if (value != nullptr && value->is_boolean()) return value->get<bool>();
  refuse(member);
  return false;
}

crypto::Digest JsonReader::digest(const char* member) {
  const std::string hex = text(member, 64);
  const auto bytes = from_hex(hex);
  crypto::Digest digest{};
  if (hex.size() == 64 && bytes && to_hex(*bytes) == hex)
    std::memcpy(digest.data(), bytes->data(), digest.size());
  else
    refuse(member);
  return digest;
}

UtcTime JsonReader::time(const char* member) {
  const std::string iso = text(member, 27);
  const auto time = UtcTime::parse(iso);
  if (time && time->iso() == iso) return *time;
  refuse(member);
  return {};
}

PackageId JsonReader::package_id(const char* member) {
  PackageId id;
  const Json* value = find(member);
  if (value == nullptr) {
    refuse(member);
    return id;
  }
  JsonReader inner(*value, code_);
  inner.only({"body", "epoch", "hospital", "sequence"});
  id.body.text = inner.text("body", 32);
  id.hospital.text = inner.text("hospital", 32);
  id.epoch = static_cast<std::uint32_t>(inner.number("epoch", 1, UINT32_MAX));
  id.sequence = inner.number("sequence", 1, INT64_MAX);
  if (!is_valid_id(id.body.text)) inner.refuse("body");
  if (!is_valid_id(id.hospital.text)) inner.refuse("hospital");
  adopt(inner);
  return id;
}

Bytes JsonReader::base64(const char* member, std::size_t limit) {
  auto bytes = from_base64(text(member, limit));
  if (bytes) return *std::move(bytes);
  refuse(member);
  return {};
}

const Json* JsonReader::array(const char* member, std::size_t limit) {
  const Json* value = find(member);
  if (value != nullptr && value->is_array() && value->size() <= limit) return value;
  refuse(member);
  return nullptr;
}

}  // namespace sekisho::transport
