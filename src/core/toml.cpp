#include "core/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "core/file.h"

namespace sekisho {
namespace {

Json convert(const toml::node& node, const std::string& pointer, TomlDocument& document) {
  document.lines[pointer] = static_cast<std::int64_t>(node.source().begin.line);
  if (const toml::table* table = node.as_table()) {
    Json out = Json::object();
    // In the order of the file, not of toml++'s map: what a person wrote first comes first.
    std::vector<std::pair<toml::source_position, std::string>> order;
    for (const auto& [key, value] : *table)
      order.emplace_back(key.source().begin, std::string(key.str()));
    std::ranges::sort(order, [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [position, key] : order)
      out[key] = convert(*table->get(key), pointer + "/" + key, document);
    return out;
  }
  if (const toml::array* array = node.as_array()) {
    Json out = Json::array();
    for (std::size_t i = 0; i < array->size(); ++i)
      out.push_back(convert(*array->get(i), fmt::format("{}/{}", pointer, i), document));
    return out;
  }
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_boolean()) return value->get();
  std::ostringstream text;
  if (const auto* value = node.as_date()) text << value->get();
  if (const auto* value = node.as_time()) text << value->get();
  if (const auto* value = node.as_date_time()) text << value->get();
  return text.str();
}

}  // namespace

Result<TomlTable> TomlTable::parse(std::string_view text, const std::string& file) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed)
    return fail("toml.syntax", std::string(parsed.error().description()),
                {.file = file, .line = static_cast<std::int64_t>(parsed.error().source().begin.line)});
  const auto document = std::make_shared<TomlDocument>();
  document->file = file;
  document->value = convert(parsed.table(), "", *document);
  return TomlTable(document, &document->value, "");
}

Result<TomlTable> TomlTable::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string content, read_text(file, 16 << 20));
  return parse(content, file.string());
}

std::unexpected<Error> TomlTable::error(std::string_view code, std::string message, std::string_view member) const {
  std::string pointer = pointer_;
  if (!member.empty()) pointer += "/" + std::string(member);
  auto line = document_->lines.find(pointer);
  if (line == document_->lines.end()) line = document_->lines.find(pointer_);
  return fail(std::string(code), std::move(message),
              {.file = document_->file, .line = line == document_->lines.end() ? -1 : line->second});
}

Result<void> TomlTable::only(std::initializer_list<std::string_view> allowed) const {
  for (const auto& [key, value] : value_->items())
    if (std::ranges::find(allowed, key) == allowed.end())
      return error("toml.unknown", fmt::format("'{}' is not known here", key), key);
  return {};
}

bool TomlTable::has(std::string_view member) const {
  return value_->contains(member);
}

Result<const Json*> TomlTable::find(std::string_view member) const {
  const auto found = value_->find(member);
  if (found == value_->end()) return error("toml.missing", fmt::format("'{}' is missing", member));
  return &*found;
}

Result<std::string> TomlTable::text(std::string_view member) const {
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_string()) return error("toml.type", fmt::format("'{}' must be a text", member), member);
  return value->get<std::string>();
}

Result<std::string> TomlTable::text(std::string_view member, std::string_view fallback) const {
  return has(member) ? text(member) : std::string(fallback);
}

Result<std::int64_t> TomlTable::integer(std::string_view member) const {
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_number_integer()) return error("toml.type", fmt::format("'{}' must be an integer", member), member);
  return value->get<std::int64_t>();
}

Result<std::int64_t> TomlTable::integer(std::string_view member, std::int64_t fallback) const {
  return has(member) ? integer(member) : fallback;
}

Result<double> TomlTable::number(std::string_view member, double fallback) const {
  if (!has(member)) return fallback;
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_number()) return error("toml.type", fmt::format("'{}' must be a number", member), member);
  return value->get<double>();
}

Result<bool> TomlTable::boolean(std::string_view member, bool fallback) const {
  if (!has(member)) return fallback;
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_boolean()) return error("toml.type", fmt::format("'{}' must be true or false", member), member);
  return value->get<bool>();
}

Result<std::vector<std::string>> TomlTable::texts(std::string_view member) const {
  std::vector<std::string> out;
  if (!has(member)) return out;
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_array()) return error("toml.type", fmt::format("'{}' must be a list of texts", member), member);
  for (const Json& item : *value) {
    if (!item.is_string()) return error("toml.type", fmt::format("'{}' must be a list of texts", member), member);
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<TomlTable> TomlTable::table(std::string_view member) const {
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_object()) return error("toml.type", fmt::format("'{}' must be a table", member), member);
  return TomlTable(document_, value, pointer_ + "/" + std::string(member));
}

Result<std::vector<TomlTable>> TomlTable::tables(std::string_view member) const {
  std::vector<TomlTable> out;
  if (!has(member)) return out;
  SEKISHO_TRY(const Json* const value, find(member));
  if (!value->is_array()) return error("toml.type", fmt::format("[[{}]] must be a list of tables", member), member);
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& item = (*value)[i];
    if (!item.is_object()) return error("toml.type", fmt::format("[[{}]] must be a list of tables", member), member);
    out.push_back(TomlTable(document_, &item, fmt::format("{}/{}/{}", pointer_, member, i)));
  }
  return out;
}

std::vector<std::string> TomlTable::members() const {
  std::vector<std::string> out;
  for (const auto& [key, value] : value_->items())
    out.push_back(key);
  return out;
}

}  // namespace sekisho
