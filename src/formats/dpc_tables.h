// DPC電子点数表 as a hospital has it: for each edition the diagnosis groups with their texts, the last days of the
// three periods of stay, points a day, and when each row is valid. Read from sheets of text; reading workbooks and
// archives is the caller's. (reference: dpc section 9)
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.h"
#include "core/result.h"

namespace sekisho::formats::dpc {

struct Group {
  std::string code;  // 14 characters
  // 傷病名, 手術名, 手術・処置等１, 手術・処置等２, 定義副傷病, 重症度等
  std::array<std::string, 6> texts;
  std::array<std::optional<int>, 3> last_days;  // of periods I, II, III; none: paid by act (出来高)
  std::array<std::optional<int>, 3> points;     // a day, in each period
  Date from{}, to{};
  std::uint32_t edition = 0;  // number of the file
  std::int64_t line = 0;      // of its sheet
  bool bundled() const { return points[0].has_value(); }
};

// The sheets that are read, by a part of their names.
inline constexpr std::string_view kGroupSheet = "診断群分類点数表", kClassSheet = "分類名称",
                                  kCategorySheet = "ＭＤＣ名称";

class GroupTables {
 public:
  struct Edition {
    std::string file;
    Date from{};  // of most of its rows
    std::size_t groups = 0, classes = 0, categories = 0;
  };
  // Sheets of one file follow its begin_file(). `separator`: ',' (quotes accepted) or a tab. Sheets of other names are
  // passed over. Errors: dpc.table (no heading of such a sheet, or a row with a code or period that is none),
  // csv.quote.
  void begin_file(std::string file);
  Result<void> add_sheet(std::string_view name, std::string_view text, char separator);
  // After the last file: orders rows and tells editions. Error: dpc.table where no group was read.
  Result<void> finish();

  const std::vector<Edition>& editions() const { return editions_; }  // by first day
  const Edition* edition_on(Date day) const;                          // nullptr: before the first
  // The row of the day's edition that is valid on the day; nullptr: the edition has no such group then.
  const Group* find(std::string_view code, Date day) const;
  std::vector<const Group*> all(std::string_view code) const;   // of every edition, by first day
  const std::vector<Group>& groups() const { return groups_; }  // by code, then first day
  // "" where the edition of the day does not name it. Codes of six and of two characters.
  std::string_view class_name(std::string_view code, Date day) const;

 private:
  Result<void> add_groups(std::string_view text, char separator);
  Result<void> add_names(std::string_view text, char separator, bool categories);
  std::vector<Edition> editions_;
  std::vector<Group> groups_;
  std::map<std::pair<std::uint32_t, std::string>, std::string> names_;  // by edition and code
};

}  // namespace sekisho::formats::dpc
