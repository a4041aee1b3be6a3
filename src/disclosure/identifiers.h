// Identifiers of persons and institutions, found in any text by their form: check digits, dates to the day, surnames,
// telephone numbers. What a scan found is kept as rule, place and count; the identifier itself is never repeated.
// Private to the scan.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "disclosure/scan.h"

namespace sekisho::disclosure {

// What was found, each rule once for each place with the number of hits.
class Findings {
 public:
  void add(std::string_view rule, std::string_view where, std::string_view message);
  void add(const std::vector<ScanFinding>& others, std::string_view inside);
  std::vector<ScanFinding> list() const;

 private:
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::uint64_t>> found_;
};

// Unicode NFKC: ０, ㍼ and ﾔﾏﾀﾞ hide from no rule.
std::string fold_forms(std::string_view text);
std::string lower(std::string_view text);  // ASCII letters only

// Searches folded text. `birth_column`: the place is said to hold births, so that any full date counts as one.
void scan_identifiers(std::string_view text, std::string_view where, bool birth_column, Findings& findings);

// A whole field that reads as a name: surname, blank, given name, in kanji or katakana.
bool is_full_name(std::string_view folded);
// Two to five characters that begin with a surname: a name if most of a column looks like this.
bool may_be_name(std::string_view folded);

}  // namespace sekisho::disclosure
