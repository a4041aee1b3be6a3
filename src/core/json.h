// JSON: nlohmann's library with the order of keys kept, so that the same content is the same bytes.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/result.h"

namespace sekisho {

using Json = nlohmann::ordered_json;

// Parses without exceptions; errors carry the byte offset.
Result<Json> parse_json(std::string_view text, std::string_view file = {});
Result<Json> read_json(const std::filesystem::path& path);

// Members of an object with clear errors ("recipients.json: member 'version' is missing or not an integer").
Result<std::string> json_string(const Json& object, const char* member, std::string_view file = {});
Result<std::int64_t> json_integer(const Json& object, const char* member, std::string_view file = {});

}  // namespace sekisho
