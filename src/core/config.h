// Configuration files in TOML, checked against a schema at start: unknown or missing members and wrong types are errors
// with the line, so that a misspelt option never silently means its default.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sekisho {

enum class ConfigType { kText, kInteger, kBoolean, kTextList, kPath };  // kPath: relative to the file's folder

struct ConfigMember {
  std::string_view name;  // "receiver.port": tables are written with dots
  ConfigType type;
  bool required;
  std::string_view fallback;  // text form of the default: "", "8443", "true"
  std::string_view meaning;   // for --help and generated examples
};

class Config {
 public:
  // Errors: config.syntax, config.unknown, config.missing, config.type, each with the line.
  static Result<Config> load(const std::filesystem::path& file, const std::vector<ConfigMember>& schema);
  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  std::filesystem::path path(std::string_view name) const;  // empty when not given
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// One line of TOML for a text value, quoted and escaped.
std::string toml_line(std::string_view name, std::string_view value);
std::string toml_line(std::string_view name, std::int64_t value);

}  // namespace sekisho
