// Identity records as a table that a model compares: each version of a registration is a row, what one source leaves
// out another may say, and what a version repeats stands once. Holds names: lives in memory only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "linkage/linker.h"
#include "linkage/model_spec.h"
#include "linkage/table.h"
#include "records/record_set.h"

namespace sekisho::linkage {

struct IdentityVersion {
  std::string reg, hospital;
  records::IdentityRecord record;
};

// Texts to codes of one column, from 1 in order of appearance; 0 is "".
class ColumnBuilder {
 public:
  ColumnBuilder() { code_of({}); }
  std::uint32_t code_of(std::string_view value);
  std::vector<std::uint32_t> codes;
  // Views of texts that the builder owns. No value can be added any more.
  std::vector<std::string_view> take_values() { return std::exchange(index_, {}).take_texts(); }

 private:
  TextIndex index_;
  Arena texts_;
};

// Rows of registrations, each a group of its own; those of one registration stand together, registrations in order of
// their names.
struct RegistrationRows {
  std::vector<std::string_view> names;  // by registration; their owner outlives the rows
  std::vector<std::uint32_t> first;     // by registration, and one more: its first row
  std::vector<std::uint32_t> reg_of;    // by row
  std::vector<bool> in_parts;           // by registration: family and given name are known apart
  Table table;

  std::size_t registrations() const { return names.size(); }
  std::uint32_t find(std::string_view name) const;  // UINT32_MAX: not here
  // What two registrations agree on is what their most similar versions do: who has changed the name had the old one.
  float weight(const Linker& linker, std::uint32_t a, std::uint32_t b) const;
  // The next row, of this registration; `name` stays. The table's own part is filled in otherwise.
  void add_row(std::string_view name, bool named_in_parts);
};

class VersionTable : public RegistrationRows {
 public:
  // Empty: add() and then finish().
  explicit VersionTable(const ModelSpec& spec);
  void expect(std::size_t registrations, std::size_t versions);  // so many will come: takes no more room than they need
  // `all` in order of registration, and of time within each. Keeps them for raw_values().
  VersionTable(const ModelSpec& spec, std::vector<IdentityVersion> all);
  // In order of registration, and of time within each. What the table does not compare is let go soon.
  void add(IdentityVersion version);
  void finish();
  // What the row says about each field of the spec, unchanged.
  std::vector<std::string> raw_values(const ModelSpec& spec, std::uint32_t row) const;

 private:
  void take_waiting();
  void drop_repeated();

  const ModelSpec& spec_;
  bool keep_records_ = false;
  std::vector<IdentityVersion> waiting_;   // not in the table yet
  std::vector<IdentityVersion> versions_;  // by row, where they are kept
  std::vector<ColumnBuilder> builders_;    // own the values
  Arena name_texts_;
};

}  // namespace sekisho::linkage
