#include "formats/ssmix2_path.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>

#include "core/date.h"

namespace sekisho::formats {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_care_date(std::string_view text) {
  return text == "-" || Date::parse_compact(text).has_value();
}

// A patient number as it may stand in a folder's name.
bool is_patient(std::string_view text) {
  return text.size() >= 6 && text.size() <= 30 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
         });
}

// The last components of a path; the first element is the last component. Most paths are asked for six only.
struct Components {
  std::array<std::string_view, 16> part;  // from the end: part[0] is the file
  std::size_t count = 0;
  std::string_view rest;  // what was not taken apart yet

  void take(std::size_t limit) {
    while (count < limit && !rest.empty()) {
      const auto* const slash = static_cast<const char*>(memrchr(rest.data(), '/', rest.size()));
      const std::size_t begin = slash == nullptr ? 0 : static_cast<std::size_t>(slash - rest.data()) + 1;
      const std::string_view name = rest.substr(begin);
      if (!name.empty() && name != ".") part[count++] = name;
      rest = rest.substr(0, begin == 0 ? 0 : begin - 1);
    }
  }
};

// Four parts from the right (order, time, department, flag), three from the left; `minimum` 6 allows a name without
// department, as published samples of the extended storage have it.
bool split_name(Ssmix2Path& p, std::size_t minimum) {
  constexpr std::size_t kMost = 32;
  std::size_t begins[kMost + 1];  // of each part, and one behind the last bar
  std::size_t count = 0;
  begins[0] = 0;
  for (std::size_t at = 0; at < p.name.size() && count + 1 < kMost; ++at)
    if (p.name[at] == '_') begins[++count] = at + 1;
  begins[++count] = p.name.size() + 1;
  if (count < minimum) return false;
  const auto part = [&](std::size_t i) { return p.name.substr(begins[i], begins[i + 1] - begins[i] - 1); };
  p.name_patient = part(0);
  p.name_date = part(1);
  const std::string_view flag = part(count - 1);
  if (flag.size() == 1 && flag[0] >= '0' && flag[0] <= '2') p.flag = flag[0];
  std::size_t last = count - 2;
  if (count >= 7) p.department = part(last--);
  p.time = part(last--);
  p.order = part(last--);
  p.name_type = last >= 2 ? p.name.substr(begins[2], begins[last + 1] - begins[2] - 1) : std::string_view{};
  const bool seven = minimum == 6 || count == 7;
  return seven && last >= 2 && p.flag != 0 && !p.name_patient.empty() && is_care_date(p.name_date) &&
         !p.name_type.empty() && !p.order.empty() && all_digits(p.time);
}

bool is_data_type(std::string_view text) {
  if (text == "OMD") return true;
  const auto dash = text.find('-');
  return dash != std::string_view::npos && dash == 3 && all_digits(text.substr(dash + 1)) && text.size() <= 6 &&
         std::ranges::all_of(text.substr(0, 3), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void split_extension(Ssmix2Path& p, std::string_view file) {
  const auto dot = file.rfind('.');
  p.name = file.substr(0, dot);
  p.extension = dot == std::string_view::npos ? std::string_view{} : file.substr(dot);
}

// Is part[i + 2], part[i + 1], part[i] = level 1, level 2, patient?
bool is_patient_folder(const Components& c, std::size_t i) {
  return i + 2 < c.count && c.part[i + 2].size() == 3 && c.part[i + 1].size() == 3 && is_patient(c.part[i]);
}

bool folders_agree(const Ssmix2Path& p, bool extended) {
  const auto same = [](std::string_view folder, std::string_view part) { return folder.empty() || folder == part; };
  const bool levels =
      p.level1.empty() || (p.patient.starts_with(p.level1) && p.patient.substr(3).starts_with(p.level2));
  const bool type =
      extended ? p.data_type.starts_with(p.name_type.substr(0, p.name_type.find('^'))) : same(p.data_type, p.name_type);
  // A number of fewer than six characters has no place in folders of three and three.
  return p.name_patient.size() >= 6 && levels && same(p.patient, p.name_patient) && same(p.care_date, p.name_date) &&
         type;
}

bool parse_extended(Ssmix2Path& p, const Components& c) {
  // part: ... level1 level2 patient date type content document...
  for (std::size_t content = 1; content + 5 < c.count; ++content) {
    const std::size_t type = content + 1, date = content + 2, patient = content + 3;
    if (!is_patient_folder(c, patient) || !is_care_date(c.part[date]) || is_data_type(c.part[type])) continue;
    p.kind = StorageKind::kExtended;
    p.level1 = c.part[patient + 2];
    p.level2 = c.part[patient + 1];
    p.patient = c.part[patient];
    p.care_date = c.part[date];
    p.data_type = c.part[type];
    p.name = c.part[content];
    const char* from = c.part[content - 1].data();
    p.document = {from, static_cast<std::size_t>(c.part[0].data() + c.part[0].size() - from)};
    const auto dot = p.document.rfind('.');
    p.extension = dot == std::string_view::npos ? std::string_view{} : p.document.substr(dot);
    p.parts_valid = split_name(p, 6);
    p.folders_agree = folders_agree(p, true);
    return true;
  }
  return false;
}

}  // namespace

Ssmix2Path parse_ssmix2_path(std::string_view path) {
  Ssmix2Path p;
  Components c{.part = {}, .rest = path};
  c.take(6);
  if (c.count == 0) return p;
  const bool in_place = is_patient_folder(c, 3) && is_care_date(c.part[2]);
  if (!in_place) c.take(c.part.size());
  if (!in_place && parse_extended(p, c)) return p;
  split_extension(p, c.part[0]);
  p.parts_valid = split_name(p, 7);
  if (in_place) {
    p.data_type = c.part[1];
    p.care_date = c.part[2];
    p.patient = c.part[3];
    p.level2 = c.part[4];
    p.level1 = c.part[5];
  } else {
    if (c.count > 1 && is_data_type(c.part[1])) p.data_type = c.part[1];
    if (c.count > 2 && !p.data_type.empty() && is_care_date(c.part[2])) p.care_date = c.part[2];
    if (c.count > 3 && !p.care_date.empty() && is_patient(c.part[3])) p.patient = c.part[3];
    if (!(p.parts_valid && is_data_type(p.name_type))) return Ssmix2Path{};
  }
  p.kind = StorageKind::kStandardized;
  if (p.parts_valid) p.folders_agree = folders_agree(p, false);
  return p;
}

namespace {

struct Version {
  std::string_view time;
  char flag;
  std::size_t index;  // of the path given
  bool deletion;
};

class NameChecker {
 public:
  NameChecker(const std::vector<std::string>& paths, const std::vector<FileFacts>& facts)
      : paths_(paths), facts_(facts) {}

  std::vector<NameFinding> run() {
    sort_out();
    for (auto& [key, versions] : keys_)
      check_key(versions);
    check_stays();
    check_content_folders();
    return std::move(findings_);
  }

  // All but the greatest occurrence time of several current versions.
  std::vector<bool> superseded() {
    sort_out();
    std::vector<bool> out(paths_.size());
    for (auto& [key, versions] : keys_) {
      sort(versions);
      const Version* last = nullptr;
      for (const Version& v : versions) {
        if (v.flag != '1') continue;
        if (last != nullptr) out[last->index] = true;
        last = &v;
      }
    }
    return out;
  }

 private:
  void find(std::string rule, char level, std::size_t index) {
    findings_.push_back({std::move(rule), level, paths_[index]});
  }

  void sort_out() {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const Ssmix2Path p = parse_ssmix2_path(paths_[i]);
      if (p.kind == StorageKind::kNone || !p.parts_valid || !p.folders_agree) continue;
      if (p.kind == StorageKind::kExtended && p.flag == '1') add_to_folder(p, i);
      if (p.kind == StorageKind::kExtended && p.document.find('/') != std::string_view::npos) continue;
      std::string key;
      for (const std::string_view part : {p.name_patient, p.name_date, p.name_type, p.order})
        (key += part) += '_';
      if (p.kind == StorageKind::kExtended) (key += p.document);
      const bool deletion = i < facts_.size() && facts_[i].deletion;
      keys_[key].push_back({p.time, p.flag, i, deletion});
      if (p.flag == '1' && p.name_type == "ADT-22") stays_[p.name_date][0].push_back(i);
      if (p.flag == '1' && p.name_type == "ADT-52") stays_[p.name_date][1].push_back(i);
    }
  }

  void sort(std::vector<Version>& versions) const {
    std::ranges::sort(versions, [&](const Version& a, const Version& b) {
      return std::tie(a.time, a.flag, paths_[a.index]) < std::tie(b.time, b.flag, paths_[b.index]);
    });
  }

  void check_key(std::vector<Version>& versions) {
    sort(versions);
    const auto current = std::ranges::count(versions, '1', &Version::flag);
    if (current > 1)
      for (const Version& v : versions)
        if (v.flag == '1') find("MULTIPLE_CURRENT", 'E', v.index);
    if (current == 0) find("NO_CURRENT", 'I', versions.back().index);
    // Sites of the 1.2c rules rename what is superseded to 0: a later current version without a deletion between proves
    // it. Where no message was read, two of flag 0 in a row may be an order and its deletion.
    bool current_later = false, deleted_later = false;
    for (std::size_t i = versions.size(); i-- > 0;) {
      const Version& v = versions[i];
      const bool pair = facts_.empty() && i + 1 < versions.size() && versions[i + 1].flag == '0';
      if (v.flag == '0' && current_later && !deleted_later && !v.deletion && !pair)
        find("FLAG_0_HISTORY", 'W', v.index);
      current_later |= v.flag == '1';
      deleted_later |= v.deletion || pair;
    }
  }

  // --- content folders of the extended storage ---

  struct Folder {
    bool main = false;
    std::size_t first = 0;
  };
  void add_to_folder(const Ssmix2Path& p, std::size_t i) {
    const std::string_view folder(paths_[i].data(), static_cast<std::size_t>(p.document.data() - paths_[i].data()));
    Folder& f = folders_.try_emplace(folder, Folder{false, i}).first->second;
    using Kind = FileFacts::Kind;
    const bool read = i < facts_.size();
    f.main |= read ? facts_[i].kind != Kind::kAttachment && facts_[i].kind != Kind::kOther
                   : p.extension == ".xml" || p.extension == ".hl7";
  }
  // A version is whole with a main document and every file that it names.
  void check_content_folders() {
    for (const auto& [folder, f] : folders_)
      if (!f.main) find("MAIN_DOCUMENT_MISSING", 'W', f.first);
    std::set<std::string_view> known;
    for (std::size_t i = 0; i < facts_.size() && i < paths_.size(); ++i) {
      if (facts_[i].references.empty()) continue;
      if (known.empty()) known.insert(paths_.begin(), paths_.end());
      const std::string folder = paths_[i].substr(0, paths_[i].rfind('/') + 1);
      for (std::string_view name : facts_[i].references) {
        if (name.starts_with("./")) name.remove_prefix(2);
        if (!known.contains(folder + std::string(name))) {
          find("ATTACHMENT_MISSING", 'W', i);
          break;
        }
      }
    }
  }

  // A stay that began before the storage did says so in its discharge.
  bool began_before(const std::vector<std::size_t>& discharges, std::string_view day) const {
    return std::ranges::all_of(discharges, [&](std::size_t i) {
      return i < facts_.size() && !facts_[i].admitted.empty() && facts_[i].admitted <= day;
    });
  }

  // Stays by the days of current admissions and discharges. On one day any order of the two is possible.
  void check_stays() {
    enum { kUnknown, kIn, kOut } state = kUnknown;
    for (auto day = stays_.begin(); day != stays_.end(); ++day) {
      const auto& [in, out] = day->second;
      const bool overlapping = in.size() > 1 || (state == kIn && !in.empty() && out.empty());
      // A discharge before the only admissions known, of a stay that nothing is known of.
      const bool first_later =
          state == kUnknown && in.empty() && !facts_.empty() && !began_before(out, day->first) &&
          std::any_of(std::next(day), stays_.end(), [](const auto& d) { return !d.second[0].empty(); });
      const bool early = (state == kOut && in.empty() && !out.empty()) || out.size() > in.size() + 1 || first_later;
      if (overlapping || early) find("ADMISSION_SEQUENCE", 'W', overlapping ? in.back() : out.back());
      if (in.empty() != out.empty())
        state = in.empty() ? kOut : kIn;
      else if (state != kIn)  // admitted and discharged on one day; from within a stay the patient returned
        state = kOut;
    }
  }

  const std::vector<std::string>& paths_;
  const std::vector<FileFacts>& facts_;
  std::map<std::string, std::vector<Version>> keys_;
  std::map<std::string_view, std::array<std::vector<std::size_t>, 2>> stays_;
  std::map<std::string_view, Folder> folders_;
  std::vector<NameFinding> findings_;
};

}  // namespace

std::vector<NameFinding> check_patient_names(const std::vector<std::string>& paths,
                                             const std::vector<FileFacts>& facts) {
  return NameChecker(paths, facts).run();
}

std::vector<bool> superseded_by_name(const std::vector<std::string>& paths) {
  return NameChecker(paths, {}).superseded();
}

}  // namespace sekisho::formats
