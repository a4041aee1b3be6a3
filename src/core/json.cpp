#include "core/json.h"

#include "core/file.h"

namespace sekisho {

Result<Json> parse_json(std::string_view text, std::string_view file) {
  // The callback bounds the depth: deeply nested arrays would otherwise exhaust the stack in destructors.
  constexpr int kMaxDepth = 100;
  bool too_deep = false;
  const auto depth = [&](int level, nlohmann::detail::parse_event_t, Json&) {
    too_deep |= level > kMaxDepth;
    return level <= kMaxDepth;
  };
  try {
    Json value = Json::parse(text.begin(), text.end(), depth);
    if (too_deep) return fail("json.depth", "JSON is nested too deeply", {.file = std::string(file)});
    return value;
  } catch (const nlohmann::json::parse_error& e) {
    return fail("json.syntax", "not valid JSON",
                {.file = std::string(file), .byte = static_cast<std::int64_t>(e.byte)});
  } catch (const nlohmann::json::exception&) {
    return fail("json.syntax", "not valid JSON", {.file = std::string(file)});
  }
}

Result<Json> read_json(const std::filesystem::path& path) {
  SEKISHO_TRY(const Bytes bytes, read_file(path));
  return parse_json(as_text(bytes), path.string());
}

Result<std::string> json_string(const Json& object, const char* member, std::string_view file) {
  if (!object.is_object() || !object.contains(member) || !object[member].is_string())
    return fail("json.member", "a text member is missing or of another type",
                {.file = std::string(file), .part = member});
  return object[member].get<std::string>();
}

Result<std::int64_t> json_integer(const Json& object, const char* member, std::string_view file) {
  if (!object.is_object() || !object.contains(member) || !object[member].is_number_integer())
    return fail("json.member", "an integer member is missing or of another type",
                {.file = std::string(file), .part = member});
  return object[member].get<std::int64_t>();
}

}  // namespace sekisho
