// What a linkage run does: columns -> canonical fields -> rules. Read from TOML (specs/linkage).
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "identity/canonical.h"

namespace sekisho::linkage {

// Fields a column may be named for, in this order.
enum class Field : std::uint8_t {
  kRecordId,
  kFamilyKanji,
  kGivenKanji,
  kFamilyKana,
  kGivenKana,
  kKanjiName,
  kKanaName,
  kBirthDate,
  kSex,
  kPostcode,
  kAddress,
  kPhone,
  kInsurer,
  kSymbol,
  kNumber,
  kBranch,
  kCount
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kCount);
std::string_view name(Field field);  // "record_id" ...

struct Rule {
  std::string name;
  std::vector<Field> key;           // canonical fields that must agree; a record that lacks one has no key
  std::vector<Field> only_without;  // the rule is for records that lack all of these, and joins them to a sole person
  double probability = 1;           // that two records with this key are one person
};

struct Spec {
  std::array<std::string, kFieldCount> columns;  // by field; "": not given
  std::array<bool, kFieldCount> required{};      // named by the user: a file without the column is refused
  std::vector<Rule> rules;
  std::size_t max_block = 500;
  identity::CanonicalVersion canonical = identity::CanonicalVersion::kC1;  // form of the values in keys

  // Errors: toml.*, linkage.spec.
  static Result<Spec> load(const std::filesystem::path& file);
  // "record_id=ID,sex=SEX" over the columns of the spec. Error: usage.columns.
  Result<void> rename(std::string_view assignments);
};

}  // namespace sekisho::linkage
