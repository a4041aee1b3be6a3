#include "core/config.h"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "core/file.h"

namespace sekisho {
namespace {

std::int64_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

void flatten(const toml::table& table, const std::string& prefix, std::map<std::string, const toml::node*>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table())
      flatten(*inner, name + ".", out);
    else
      out[name] = &node;
  }
}

// The value's text form; nullopt when the type is another.
std::optional<std::vector<std::string>> values_of(const toml::node& node, ConfigType type) {
  switch (type) {
    case ConfigType::kText:
    case ConfigType::kPath:
      if (const auto* text = node.as_string()) return {{text->get()}};
      return std::nullopt;
    case ConfigType::kInteger:
      if (const auto* number = node.as_integer()) return {{std::to_string(number->get())}};
      return std::nullopt;
    case ConfigType::kBoolean:
      if (const auto* truth = node.as_boolean()) return {{truth->get() ? "true" : "false"}};
      return std::nullopt;
    case ConfigType::kTextList: {
      const auto* array = node.as_array();
      if (array == nullptr) return std::nullopt;
      std::vector<std::string> texts;
      for (const auto& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr) return std::nullopt;
        texts.push_back(text->get());
      }
      return texts;
    }
  }
  return std::nullopt;
}

std::string_view type_name(ConfigType type) {
  constexpr std::string_view kNames[] = {"a text", "an integer", "true or false", "a list of texts", "a path"};
  return kNames[static_cast<int>(type)];
}

}  // namespace

Result<Config> Config::load(const std::filesystem::path& file, const std::vector<ConfigMember>& schema) {
  SEKISHO_TRY(const std::string content, read_text(file, 1 << 20));
  const toml::parse_result parsed = toml::parse(content, file.string());
  if (!parsed)
    return fail("config.syntax", std::string(parsed.error().description()),
                {.file = file.string(), .line = static_cast<std::int64_t>(parsed.error().source().begin.line)});
  std::map<std::string, const toml::node*> given;
  flatten(parsed.table(), "", given);
  Config config;
  config.folder_ = std::filesystem::absolute(file).parent_path();
  for (const ConfigMember& member : schema) {
    const auto found = given.find(std::string(member.name));
    if (found == given.end()) {
      if (member.required)
        return fail("config.missing", fmt::format("'{}' is missing", member.name), {.file = file.string()},
                    fmt::format("It is {}: {}", type_name(member.type), member.meaning));
      std::vector<std::string> fallback;
      if (!member.fallback.empty()) fallback.emplace_back(member.fallback);
      config.values_[std::string(member.name)] = std::move(fallback);
      continue;
    }
    auto values = values_of(*found->second, member.type);
    if (!values)
      return fail("config.type", fmt::format("'{}' must be {}", member.name, type_name(member.type)),
                  {.file = file.string(), .line = line_of(*found->second)}, std::string(member.meaning));
    config.values_[std::string(member.name)] = std::move(*values);
    given.erase(found);
  }
  if (!given.empty())
    return fail("config.unknown", fmt::format("'{}' is not an option", given.begin()->first),
                {.file = file.string(), .line = line_of(*given.begin()->second)}, "Check the spelling against --help.");
  return config;
}

std::string Config::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? "" : found->second.front();
}

std::int64_t Config::integer(std::string_view name) const {
  const std::string value = text(name);
  return value.empty() ? 0 : std::stoll(value);
}

bool Config::boolean(std::string_view name) const {
  return text(name) == "true";
}

std::vector<std::string> Config::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::filesystem::path Config::path(std::string_view name) const {
  const std::string value = text(name);
  if (value.empty()) return {};
  return std::filesystem::path(value).is_absolute() ? std::filesystem::path(value) : folder_ / value;
}

std::string toml_line(std::string_view name, std::string_view value) {
  std::string out = fmt::format("{} = \"", name);
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"\n";
}

std::string toml_line(std::string_view name, std::int64_t value) {
  return fmt::format("{} = {}\n", name, value);
}

}  // namespace sekisho
