// Identifiers of persons and institutions, found in any text by their form: check digits, dates to the day, names,
// addresses, telephone numbers. What a scan found is kept as rule, place and count; the identifier itself is never
// repeated. Private to the scan.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outgoing/scan.h"

namespace sekisho::outgoing {

// What was found, each rule once for each place with the number of hits.
class Findings {
 public:
  void add(std::string_view rule, std::string_view where, std::string_view message);
  void add(const std::vector<ScanFinding>& others, std::string_view inside);
  std::uint64_t count(std::string_view rule, std::string_view where) const;
  void drop(std::string_view rule, std::string_view where);
  std::vector<ScanFinding> list() const;

 private:
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::uint64_t>> found_;
};

// Unicode NFKC without characters that show nothing: ０, ㍼, ﾔﾏﾀﾞ and joiners hide from no rule.
std::string fold_forms(std::string_view text);
std::string lower(std::string_view text);  // ASCII letters only
std::size_t code_points(std::string_view text);
// One of the words stands somewhere in the text.
bool mentions(std::string_view text, std::initializer_list<std::string_view> words);
// Invisible characters in number: 0 none, 1 a few (emoji, typesetting), 2 a message.
int invisible_characters(std::string_view text);

// Searches folded text. `birth_column`: the place is said to hold births, so that any full date counts as one.
// `column`: the text is one field of a table, judged together with its column.
struct IdentifierContext {
  bool birth_column = false, column = false, file_name = false;
  bool contact = false;    // an institution or an author is spoken of, and no patient
  bool published = false;  // a list of literature
};
void scan_identifiers(std::string_view text, std::string_view where, IdentifierContext context, Findings& findings);

}  // namespace sekisho::outgoing
