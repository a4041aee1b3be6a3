// The built-in laboratory items: one entry per JLAC10 code, all names of its test on each.
#include "codes/dictionary.h"

namespace sekisho::codes {
namespace {

struct LaboratoryRow {
  std::string_view codes, names, units;
  double low, high;
  std::string_view acts;
};

// clang-format off
constexpr LaboratoryRow kRows[] = {
#include "codes/laboratory.inc"
};
// clang-format on

std::vector<std::string> split(std::string_view list, char separator) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    if (end > 0) out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

std::vector<Entry> make_entries() {
  std::vector<Entry> out;
  for (const LaboratoryRow& row : kRows) {
    const std::vector<std::string> codes = split(row.codes, ' '), names = split(row.names, '|');
    for (std::size_t i = 0; i < codes.size(); ++i) {
      Entry entry;
      entry.kind = Kind::kLab;
      entry.system = "JC10";
      entry.code = codes[i];
      entry.name = names.front();
      entry.aliases.assign(names.begin() + 1, names.end());
      entry.units = split(row.units, '|');
      entry.specimen = codes[i].substr(9, 3);
      entry.acts = split(row.acts, ' ');
      entry.low = row.low;
      entry.high = row.high;
      entry.rank = static_cast<int>(i);
      out.push_back(std::move(entry));
    }
  }
  return out;
}

}  // namespace

std::span<const Entry> laboratory_entries() {
  static const std::vector<Entry> entries = make_entries();
  return entries;
}

}  // namespace sekisho::codes
