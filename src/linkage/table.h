// Records as columns of codes: each field has a dictionary of its distinct normalised values, so that a value is
// parsed, counted and compared once however many records hold it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "linkage/model_spec.h"

namespace sekisho::linkage {

inline constexpr int kThreads = 2;  // of a linkage; what comes out does not depend on it

// Texts that live as long as the arena.
class Arena {
 public:
  std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0, size_ = 0;
};

// text -> number, numbers from 0 in order of appearance.
class TextIndex {
 public:
  // The number of `text`; `fresh` tells that it is new: then the text must outlive the index.
  std::uint32_t add(std::string_view text, bool& fresh);
  std::string_view text(std::uint32_t number) const { return texts_[number]; }
  void replace(std::uint32_t number, std::string_view same_text) { texts_[number] = same_text; }
  std::size_t size() const { return texts_.size(); }
  std::vector<std::string_view> take_texts() { return std::move(texts_); }  // by number; nothing else is left

 private:
  void grow();
  std::vector<std::uint64_t> slots_;  // upper half of the hash, and number + 1; 0: empty
  std::vector<std::string_view> texts_;
};

struct Column {
  bool present = false;                                      // some file has it
  std::vector<std::uint32_t> codes;                          // by record; 0: missing
  std::vector<std::string_view> values{std::string_view()};  // by code
  std::vector<std::uint32_t> counts{0};                      // by code: records that hold it
};

struct Table {
  // Bits of evidence of a word of a field, where the table is a part of something larger; else they are counted here.
  std::function<double(std::size_t field, std::string_view word)> word_bits;
  std::size_t rows = 0;
  std::vector<std::string_view> ids;
  std::vector<Column> columns;  // by field of the spec
  std::size_t bad_dates = 0, ragged_rows = 0;
  std::vector<std::uint32_t> group;                 // by record: its group of records that agree in all fields
  std::vector<std::uint32_t> first_of;              // by group: one of its records
  std::vector<std::uint32_t> size_of;               // by group
  std::vector<std::unique_ptr<std::string>> texts;  // of the files; views point into them
  std::vector<Arena> arenas;                        // of the values
  Arena arena;
};

// Names of a field that are known from elsewhere, with how many have each: they tell where names without a blank are
// cut.
using NameVisitor = std::function<void(std::string_view name, std::uint32_t holders)>;
using KnownNames = std::function<void(std::size_t field, const NameVisitor& visit)>;

// Reads the files (UTF-8, CP932, EUC-JP; .gz too), finds the columns of the fields. With several files each is a source
// of its own where no column says so. Errors: linkage.columns, csv.*.
Result<Table> read_table(const ModelSpec& spec, const std::vector<std::filesystem::path>& files,
                         const KnownNames& known = {});

// What the files say, unchanged, by row (in order of the files) and field; "" where a field has no column of its own.
// Rows that are not there are empty. Errors as read_table.
using RawRows = std::map<std::uint32_t, std::vector<std::string>>;
Result<RawRows> read_rows(const ModelSpec& spec, const std::vector<std::filesystem::path>& files,
                          const std::set<std::uint32_t>& rows);

// A name in kana that stands where kanji are expected is its reading too: fills in readings that are missing.
void fill_readings(const ModelSpec& spec, Table& table);
// True for text of kana alone; false for "".
bool written_in_kana(std::string_view text);

// Gathers records that agree in all fields into groups and keeps columns by group from then on. Rows of `single`
// (ascending) are groups of their own.
void group_records(Table& table, const std::vector<std::uint32_t>& single = {});

}  // namespace sekisho::linkage
