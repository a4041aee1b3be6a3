#include "masters/hospital.h"

#include <algorithm>
#include <array>
#include <set>

namespace sekisho::masters {
namespace {

// 病院類型 of hospitals that stand in the lists without being paid by DPC.
constexpr std::array<std::string_view, 2> kNotDpc{"準備", "出来高"};

}  // namespace

int fiscal_year(std::int32_t day) {
  const Date date{day};
  return date.month() >= 4 ? date.year() : date.year() - 1;
}

std::int32_t fiscal_year_begin(int year) {
  return Date::of(year, 4, 1)->days;
}

Hospitals::Hospitals(const MasterFile& file) : file_(file) {
  for (const CodeRecord& record : file.codes(Kind::kInstitutionLink)) {
    const CodeView view = file.view(record);
    if (view.code().size() != 18 || view.versions().empty()) continue;
    const VersionRecord& version = *view.version_on(kOpen);
    changes_.push_back({std::string(view.code().substr(0, 9)), std::string(view.code().substr(9)),
                        std::string(view.attribute(version, "reason")), version.from});
  }
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    next_.emplace(changes_[i].from, i);
    before_.emplace(changes_[i].to, i);
  }
  std::set<int> years;
  for (const FileRecord& one : file.files())
    if (one.kind == static_cast<std::uint32_t>(Kind::kDpcHospital)) years.insert(fiscal_year(one.edition));
  years_.assign(years.begin(), years.end());
}

std::string Hospitals::newest(const std::string& code) const {
  std::set<std::string> visited;
  std::string at = code;
  while (visited.insert(at).second) {
    const auto [first, last] = next_.equal_range(at);
    if (first == last) break;
    at = changes_[std::prev(last)->second].to;
  }
  return at;
}

std::vector<std::string> Hospitals::chain(const std::string& code) const {
  std::vector<std::string> out{code};
  for (std::size_t i = 0; i < out.size() && out.size() < 100; ++i)
    for (const auto* map : {&next_, &before_}) {
      const auto [first, last] = map->equal_range(out[i]);
      for (auto it = first; it != last; ++it) {
        const CodeChange& change = changes_[it->second];
        const std::string& other = map == &next_ ? change.to : change.from;
        if (std::ranges::find(out, other) == out.end()) out.push_back(other);
      }
    }
  return out;
}

bool Hospitals::listed(const CodeView& code, int year) const {
  const std::int32_t day = fiscal_year_begin(year);
  if (code.lives().empty()) return false;
  if (day < code.lives().front().from || day > code.lives().back().last_seen) return false;
  // A list is complete for its year: between two sights the hospital had left.
  std::int32_t left = kOpen;
  for (const EventRecord& event : code.events()) {
    if (event.type == static_cast<std::uint32_t>(EventType::kAbsent)) left = event.day;
    if (event.type == static_cast<std::uint32_t>(EventType::kReappeared) && left < day && day < event.day) return false;
  }
  const VersionRecord* version = code.version_on(day);
  const std::string_view group = version == nullptr ? "" : code.attribute(*version, "group");
  return std::ranges::none_of(kNotDpc, [&](std::string_view mark) { return group.find(mark) != group.npos; });
}

std::map<int, bool> Hospitals::dpc_years(const std::string& code) const {
  std::map<int, bool> out;
  const std::vector<std::string> codes = chain(code);
  for (const int year : years_)
    out[year] = std::ranges::any_of(codes, [&](const std::string& one) {
      const auto view = file_.find(Kind::kDpcHospital, one);
      return view && listed(*view, year);
    });
  return out;
}

}  // namespace sekisho::masters
