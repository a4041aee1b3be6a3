// The kinds of codes a master file holds, and the tables that describe the published files (specs/masters/*.csv): which
// file belongs to which series, and what each of its columns means. A new layout is a new row there, not code.
#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sekisho::masters {

enum class Kind : std::uint8_t {
  kDrug,             // 医薬品, 9 digits
  kProcedure,        // 診療行為, 9 digits
  kMaterial,         // 特定器材, 9 digits
  kComment,          // コメント, 8 + pattern + serial
  kDisease,          // 傷病名, 7 digits
  kModifier,         // 修飾語, 4 digits
  kWard,             // 病棟コード of the DPC data, 9 digits
  kCommentRule,      // procedure + comment that goes with it, 18 digits
  kPrice,            // 薬価基準収載医薬品コード, 12 characters
  kGeneric,          // the same code in the ministry's list of brand and generic
  kInstitution,      // prefecture 2 + institution 7
  kDpcHospital,      // institution code in the list of one fiscal year
  kInstitutionLink,  // old code + new code
  kHot,              // HOT13
  kMedisDisease,     // 病名管理番号
};
inline constexpr std::size_t kKinds = 15;

struct KindSpec {
  const char* name;     // stable: "drug"
  const char* ja;       // 医薬品
  const char* pattern;  // of its codes: # a digit, ? a digit or capital letter, | another shape, anything else itself
  const char* parts;    // what the parts of a full edition are that may be published apart: "" or regions, forms ...
};
const KindSpec& spec(Kind kind);
// The part of a full edition that covers a code, when editions of the kind may hold some parts only: the prefecture of
// an institution; oral, injected or other drugs of a price list (a file each); HOT9 or HOT13. Empty: all of it.
std::string_view scope_of(Kind kind, std::string_view code);
std::optional<Kind> kind_of(std::string_view name);
bool is_valid_code(Kind kind, std::string_view code);

// What a column does. The order is that of the names in kind.cpp.
enum class Role : std::uint8_t {
  kIgnore,      // lengths, change flags: nothing a reader of codes needs
  kClass,       // 変更区分
  kLetter,      // the letter of the master, checked
  kCode,        // the code
  kKey,         // a part of a code made of several columns
  kKey2,        // the same, padded with zeros to 2
  kKey6,        // to 6
  kPrefecture,  // name of the prefecture of an institution that a list names without its code
  kName,        // an attribute that a version shows first ...
  kKana,
  kUnit,
  kPrice,  // a number; written in its shortest form
  kGeneric,
  kDpc,
  kPriceCode,  // 12-character code of a drug
  kSuccessor,
  kText,      // any other attribute
  kVolatile,  // an attribute that changes without meaning (order of display): the newest value is kept, no version
  kChanged,   // day from which the row's content is valid
  kListed,    // first day of the code
  kEnd,       // last day, 99999999 while open
  kLimit,     // transition limit (経過措置), also in era form
};

struct Column {
  int position = -1;   // 0-based; -1: found by its header
  std::string header;  // as header_key() makes it
  std::string attribute;
  Role role = Role::kText;
};

// kAuto: full when it holds unchanged rows. kPart: always differential (a list of abolished codes).
enum class Mode : std::uint8_t { kAuto, kFull, kWeak, kPart };

struct Series {
  std::string name;
  Kind kind = Kind::kDrug;
  std::string pattern;
  std::regex file;
  std::string when;  // header that must (or, after !, must not) be in the first line
  Mode mode = Mode::kAuto;
  bool by_header = false;
  char letter = 0;
  std::vector<std::size_t> known_columns;
  std::size_t least_columns = 1;
  int rank = 1;        // 0: an extract that never overrules
  bool dated = false;  // its names carry the day or month of the edition
  std::vector<Column> columns;
};

class Layouts {
 public:
  // The tables that ship with the program. Errors name the table and the line.
  static Result<Layouts> built_in();
  static Result<Layouts> parse(std::string_view series_csv, std::string_view columns_csv);
  // Series whose file pattern fits this name (compressed suffixes and the folder do not count), and the day or month in
  // the name. Several may fit; their `when` decides.
  struct Match {
    const Series* series;
    std::string date;    // digits as they stand in the name; may be empty
    std::string region;  // prefecture (2 digits) of a list of one region
  };
  std::vector<Match> match(std::string_view file_name) const;
  // The last day or month that stands in a name whatever it says otherwise; "" when there is none.
  static std::string date_in(std::string_view file_name);
  std::span<const Series> series() const { return series_; }
  // Attribute names of a kind in the order of the table.
  const std::vector<std::string>& attributes(Kind kind) const { return attributes_[static_cast<std::size_t>(kind)]; }
  int attribute(Kind kind, std::string_view name) const;  // -1: none
  int attribute_of(Kind kind, Role role) const;           // the first column with this role; -1: none

 private:
  Result<void> add_series(std::string_view csv);
  Result<void> add_columns(std::string_view csv);
  void name_the_rest();
  std::vector<Series> series_;
  std::vector<std::string> attributes_[kKinds];
};

// A table of specs/masters by its name ("series.csv", "sets/influenza-antivirals.toml"); empty when there is none.
std::string_view built_in_table(std::string_view name);
std::vector<std::string_view> built_in_tables(std::string_view prefix);

}  // namespace sekisho::masters
