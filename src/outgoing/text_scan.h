// Searches decoded texts: tables as tables, programs as programs, JSON as JSON, everything else line by line. Private
// to the scan.
#pragma once

#include <functional>
#include <string_view>

#include "outgoing/outputs.h"

namespace sekisho::outgoing {

class DatasetFilter;
class PseudonymList;

// What a scan knows besides the file; all of it may be absent.
struct Knowledge {
  OutputPolicy policy;
  const DatasetFilter* dataset = nullptr;
  const PseudonymList* pseudonyms = nullptr;
  const std::map<std::string, Description>* descriptions = nullptr;  // by the file's name
  const Description* description(std::string_view file_name) const;
};

class TextScan {
 public:
  // `bytes_inside` is called for files that were written in letters inside a text.
  using Bytes = std::function<void(std::string_view content, const std::string& place, Findings& findings)>;
  TextScan(const Knowledge& knowledge, Bytes bytes_inside)
      : knowledge_(knowledge), bytes_inside_(std::move(bytes_inside)) {}
  void scan(std::string_view text, std::string_view file_name, int depth, Findings& findings) const;

 private:
  void table(const Sheet& sheet, std::string_view file_name, Findings& findings) const;
  void fields(const Sheet& sheet, Findings& findings) const;
  bool json(std::string_view text, std::string_view file_name, int depth, Findings& findings) const;
  void lines(std::string_view text, std::string_view file_name, Findings& findings) const;
  void embedded(std::string_view text, std::string_view file_name, int depth, Findings& findings) const;

  const Knowledge& knowledge_;
  Bytes bytes_inside_;
};

}  // namespace sekisho::outgoing
