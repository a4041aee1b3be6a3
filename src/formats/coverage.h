// What becomes of each field of a file, found by trying: every field is changed, one at a time and in several ways, the
// file is read again, and what is then different tells where the field goes - a column, the identity store, the vault,
// a check only, or nowhere but the raw file. No table of the readers is believed. docs/coverage.md is made of it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "formats/reader.h"

namespace sekisho::formats {

// What stands before the tables on the page.
extern const std::string_view kCoverageIntroduction;

class Coverage {
 public:
  // A file as a hospital has it. Unknown kinds of files are passed over.
  // Or a text (UTF-8, LF) of several such files, as tests/vectors/coverage has them: it begins with '#', lines with '#'
  // are remarks, and before each file stands a line "== PATH".
  void take(std::string_view path, ByteView content);

  // The tables of the page: one line for each record, in Markdown.
  std::string tables() const;

 private:
  struct Made;
  struct Fate {
    std::set<std::string> columns;  // table.column; a table alone: the field decides about its rows
    bool identity = false, vault = false, checked = false;
    void add(const Made& before, const Made& after);
  };
  using Fields = std::map<std::size_t, Fate>;  // by field, counted from 1
  struct Sample;

  void take_bundle(std::string_view text);
  void change_fields(const Sample& sample, std::size_t line, const Made& before, Fields& fates) const;
  static std::string row_of(const std::string& record, const Fields& fields);

  std::map<std::string, std::size_t> samples_;
  std::map<std::string, Fields> fates_;
};

}  // namespace sekisho::formats
