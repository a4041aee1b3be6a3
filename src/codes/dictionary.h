// The standard side: every code a local code may stand for, with its names, unit, specimen and validity. Filled from
// the published master files (folders as the ministry and the reimbursement services publish them), from a CSV of one's
// own (licensed lists: HOT, JLAC10/11, MEDIS), and from the built-in table of laboratory items.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "codes/name.h"
#include "core/json.h"
#include "core/result.h"

namespace sekisho::codes {

inline constexpr int kAlways = 99999999;  // dates are yyyymmdd, as in the masters

struct Entry {
  Kind kind = Kind::kDrug;
  std::string system;  // REC, PRICE12, YJ, HOT9, JC10, JC11, ICD10 ...
  std::string code;
  std::string name;
  std::vector<std::string> aliases;                        // kana, full and former names
  std::vector<std::pair<std::string, std::string>> codes;  // (system, code) of the same thing: PRICE12, ICD10, K ...
  std::vector<std::string> units;                          // first: the usual one
  std::string ingredient, maker;                           // drugs, from the price list
  std::string specimen;                                    // JLAC10 material of labs
  std::vector<std::string> acts;                           // receipt codes billed for a test
  double low = 0, high = 0;                                // reference interval in the first unit; both 0: none
  int from = 0, to = kAlways;                              // first and last day of validity; 0: unknown
  Form form = Form::kNone;                                 // from the master's form column
  int rank = 0;                                            // 0: the usual code of its test; later methods follow
  bool generic = false;                                    // 後発品
  bool chosen = false;                                     // （選）
};

struct Modifier {
  std::string code, name;
  std::u32string folded;
  bool suffix = false;
};

class Dictionary {
 public:
  // Published files and folders of them, CSVs of one's own; the built-in laboratory table is always there.
  // Errors: codes.dictionary (unreadable, nothing in it).
  static Result<Dictionary> load(std::span<const std::filesystem::path> paths);
  // Laboratory items only.
  static Dictionary built_in();

  std::span<const Entry> entries() const { return entries_; }
  std::span<const Modifier> modifiers() const { return modifiers_; }
  // By any of its codes; -1: unknown. Where several share a code, the first that is valid longest.
  int find(std::string_view system, std::string_view code) const;
  // All entries that carry the code in any system.
  std::span<const int> find_any(std::string_view code) const;
  int count(Kind kind) const;
  // Adds names that hospitals use for an entry (confirmed rows of code tables).
  void add_alias(int entry, std::string_view name);

  // Used by the loaders and tests.
  int add(Entry entry);
  void add_modifier(Modifier modifier);
  void finish();  // builds the lookup; call after the last add

 private:
  std::vector<Entry> entries_;
  std::vector<Modifier> modifiers_;
  std::unordered_map<std::string, std::vector<int>> by_code_;
};

// One file of a dictionary, packed or not (zst, gz, zip, tar, xlsx, xls): by its published name (y_, s_, t_, b_, z_,
// price_ ...), a CSV with a header kind,system,code,name,aliases,unit,specimen,from,to,codes,acts,low,high, or a list
// of laboratory tests known by the words of its header. Several in one pass: Loader.
class DictionaryLoader {
 public:
  Result<void> take(const std::filesystem::path& path);
  Result<void> take_master_file(const std::filesystem::path& path);           // of `sekisho masters import`
  Result<void> take_text(std::string_view file_name, std::string_view text);  // decoded or raw bytes
  Dictionary finish();

 private:
  struct Price {
    std::string ingredient, name, unit, maker;
    int first = 0, last = 0;
  };
  void take_master(char letter, std::string_view text, int date, std::string_view file);
  Result<void> take_price(std::string_view text, int date, std::string_view file);
  Result<void> take_csv(std::string_view text, std::string_view file);
  bool take_laboratory_list(std::string_view text, std::string_view file);  // false: it is none
  Entry& entry_of(Kind kind, std::string_view code);

  std::unordered_map<std::string, std::size_t> place_;  // of receipt codes in rows_
  std::vector<Entry> rows_;
  std::vector<Modifier> modifiers_;
  std::unordered_map<std::string, std::size_t> modifier_place_;
  std::unordered_map<std::string, Price> prices_;
};

std::span<const Entry> laboratory_entries();

// JLAC10 in parts; empty when the text has not that shape.
struct Jlac10 {
  std::string_view analyte, identification, material, method, result;
};
bool parse_jlac10(std::string_view code, Jlac10& out);
// "血清" -> "023"; digits stay; "" when unknown.
std::string specimen_code(std::string_view text);
// Two laboratory codes name the same test: analyte, identification, material and kind of result agree.
bool same_test(std::string_view a, std::string_view b);

}  // namespace sekisho::codes
