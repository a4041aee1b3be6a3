// TOML documents with tables and lists of any depth, read member by member with clear errors: unknown members, missing
// ones and wrong types name the line. Flat configuration files have core/config.h.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace sekisho {

struct TomlDocument {
  std::string file;
  Json value;                                 // dates become text in their TOML form
  std::map<std::string, std::int64_t> lines;  // by JSON pointer: "/attribute/2/name"
};

// One table of a document. Copies share the document.
class TomlTable {
 public:
  // Errors: toml.syntax.
  static Result<TomlTable> parse(std::string_view text, const std::string& file);
  static Result<TomlTable> load(const std::filesystem::path& file);

  // Fails with toml.unknown when the table has a member that is not named.
  Result<void> only(std::initializer_list<std::string_view> members) const;
  bool has(std::string_view member) const;
  // Errors: toml.missing, toml.type.
  Result<std::string> text(std::string_view member) const;
  Result<std::string> text(std::string_view member, std::string_view fallback) const;
  Result<std::int64_t> integer(std::string_view member) const;
  Result<std::int64_t> integer(std::string_view member, std::int64_t fallback) const;
  Result<double> number(std::string_view member, double fallback) const;  // integers too
  Result<bool> boolean(std::string_view member, bool fallback) const;
  Result<std::vector<std::string>> texts(std::string_view member) const;  // empty when absent
  Result<TomlTable> table(std::string_view member) const;
  Result<std::vector<TomlTable>> tables(std::string_view member) const;  // list of tables; empty when absent
  std::vector<std::string> members() const;
  const Json& json() const { return *value_; }
  // An error at a member (or at the table, when `member` is empty).
  std::unexpected<Error> error(std::string_view code, std::string message, std::string_view member = {}) const;

 private:
  TomlTable(std::shared_ptr<const TomlDocument> document, const Json* value, std::string pointer)
      : document_(std::move(document)), value_(value), pointer_(std::move(pointer)) {}
  Result<const Json*> find(std::string_view member) const;
  std::shared_ptr<const TomlDocument> document_;
  const Json* value_;
  std::string pointer_;
};

}  // namespace sekisho
