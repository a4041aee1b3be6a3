#include "codes/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "codes/unit.h"

namespace sekisho::codes {
namespace {

constexpr CodeRule kRules[] = {
    {"CODE_SYSTEM_MISLABELLED", 'E',
     "the code has the shape of another system than its label says (a receipt code labelled HOT)",
     "コードの形が表示された体系と異なる（HOTと表示されたレセプトコードなど）"},
    {"CODE_SHAPE", 'E', "the code has not the shape of its system", "コードがその体系の形でない"},
    {"CODE_UNKNOWN", 'W', "no edition in hand holds the code", "手元のどの版にもないコード"},
    {"CODE_NOT_VALID", 'W', "the code was used outside its life", "有効期間外に使われたコード"},
    {"CODE_NAME_DISAGREES", 'W', "the local name says another thing than the code",
     "院内の名称がコードと別のものを示す"},
    {"CODE_SPECIMEN_MISMATCH", 'E', "the specimen is not the material part of the test code",
     "検体が検査コードの材料と異なる"},
    {"CODE_UNIT_MISMATCH", 'W', "the unit cannot be a unit of the code", "このコードの単位ではあり得ない単位"},
    {"CODE_VALUES_IMPLAUSIBLE", 'W', "the results are not those of this test in this unit",
     "この単位・この検査の結果ではない値"},
    {"CODE_FORM_MISMATCH", 'W', "the dosage form or strength of the name is not the code's",
     "名称の剤形または規格がコードと異なる"},
};

char level_of(std::string_view rule) {
  const auto at = std::ranges::find(kRules, rule, &CodeRule::name);
  return at == std::end(kRules) ? 'W' : at->level;
}

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The systems a code may belong to by its shape alone.
std::vector<std::string_view> shapes(std::string_view code) {
  std::vector<std::string_view> out;
  Jlac10 parts;
  // 15 characters lack the kind of result, 16 are cut: neither names one result.
  if (code.size() == 17 && parse_jlac10(code, parts)) out.push_back("JC10");
  if (code.size() == 17 && code[0] >= 'A' && code[0] <= 'Z') out.push_back("JC11");
  if (code.size() == 9 && digits(code) && std::string_view("1678").find(code[0]) != std::string_view::npos)
    out.push_back("REC");
  if (digits(code) && code.starts_with("1")) {
    if (code.size() == 7) out.push_back("HOT7");
    if (code.size() == 9) out.push_back("HOT9");
    if (code.size() == 11) out.push_back("HOT11");
    if (code.size() == 13) out.push_back("HOT13");
  }
  if (code.size() == 7 && digits(code)) out.push_back("REC");
  if (code.size() == 12 && digits(code.substr(0, 7)) && code[7] >= 'A' && code[7] <= 'Z' && digits(code.substr(8)))
    out.push_back("PRICE12"), out.push_back("YJ");
  if (code.size() == 8 && digits(code)) out.push_back("MEDIS_DIS");
  // K718-21: section, branch, item.
  if (code.size() >= 4 && code.size() <= 9 && code[0] == 'K' && digits(code.substr(1, 3)) &&
      code.find_first_not_of("0123456789-", 1) == std::string_view::npos)
    out.push_back("K");
  if (code.size() >= 3 && code.size() <= 6 && code[0] >= 'A' && code[0] <= 'Z' && digits(code.substr(1, 2)))
    out.push_back("ICD10"), out.push_back("K");
  return out;
}

struct SystemName {
  std::string_view label, system;
};
constexpr SystemName kSystems[] = {
    {"JC10", "JC10"},        {"JLAC10", "JC10"},  {"JC11", "JC11"},   {"JLAC11", "JC11"},
    {"HOT", "HOT9"},         {"HOT7", "HOT7"},    {"HOT07", "HOT7"},  {"HOT9", "HOT9"},
    {"HOT09", "HOT9"},       {"HOT11", "HOT11"},  {"HOT13", "HOT13"}, {"YJ", "YJ"},
    {"PRICE12", "PRICE12"},  {"MYAK", "PRICE12"}, {"REC", "REC"},     {"MEDIS_DIS", "MEDIS_DIS"},
    {"MDCDX2", "MEDIS_DIS"}, {"ICD10", "ICD10"},  {"I10", "ICD10"},   {"K", "K"},
};
std::string_view system_of(std::string_view label) {
  const auto at = std::ranges::find(kSystems, label, &SystemName::label);
  return at == std::end(kSystems) ? std::string_view() : at->system;
}

class Judge {
 public:
  Judge(const LocalItem& item, std::span<const Suggestion> suggestions, const Suggester& suggester,
        std::vector<CodeFinding>& out)
      : item_(item), suggestions_(suggestions), suggester_(suggester), dictionary_(suggester.dictionary()), out_(out) {}

  void run() {
    check_local_label();
    if (item_.std_code.empty()) return;
    const std::string_view system = system_of(item_.std_system);
    if (!shape_fits(system)) return;
    const auto found = dictionary_.find_any(item_.std_code);
    if (found.empty()) {
      if (known_system(system))
        add("CODE_UNKNOWN", fmt::format("{} stands in no edition in hand", item_.std_code));
      else
        check_specimen_by_code();
      return;
    }
    check_entry(found);
  }

 private:
  // The label of the "local" code names a standard system that the code cannot belong to: readers put a receipt code
  // labelled HOT9 there.
  void check_local_label() {
    const std::string_view system = system_of(item_.system);
    if (system.empty() || item_.variant || item_.code.empty()) return;
    const auto possible = shapes(item_.code);
    if (std::ranges::find(possible, system) != possible.end()) return;
    add("CODE_SYSTEM_MISLABELLED",
        fmt::format("{} labelled {}{}", item_.code, item_.system,
                    possible.empty() ? "" : fmt::format(", has the shape of {}", possible.front())));
  }

  bool shape_fits(std::string_view system) {
    if (system.empty()) return true;
    const auto possible = shapes(item_.std_code);
    const bool fits = std::ranges::find(possible, system) != possible.end();
    if (fits) return true;
    if (possible.empty() || (system == "JC10" && item_.std_code.size() > 12)) {
      add("CODE_SHAPE", fmt::format("{} characters, not a {} code", item_.std_code.size(), system));
      return false;
    }
    add("CODE_SYSTEM_MISLABELLED", fmt::format("labelled {}, has the shape of {}", item_.std_system, possible.front()));
    return true;
  }

  bool known_system(std::string_view system) const {
    // HOT and MEDIS lists are licensed: without the user's own file nothing is known about them. The built-in
    // laboratory table is no full list either.
    return (system == "REC" || system == "PRICE12") && dictionary_.count(Kind::kDrug) > 0;
  }

  void check_entry(std::span<const int> found) {
    // Several entries may share a 12-digit code: the one that fits best speaks.
    Suggestion best;
    for (const int entry : found) {
      const Suggestion judged = suggester_.judge(item_, entry);
      if (best.entry < 0 || judged.score > best.score) best = judged;
    }
    const Entry& entry = dictionary_.entries()[static_cast<std::size_t>(best.entry)];
    const Features& f = best.features;
    if (item_.last > 0 && entry.from > item_.last)
      add("CODE_NOT_VALID", fmt::format("valid from {}, last used {}", entry.from, item_.last));
    if (item_.first > 0 && entry.to < item_.first)
      add("CODE_NOT_VALID", fmt::format("ended {}, first used {}", entry.to, item_.first));
    if (entry.kind == Kind::kLab) {
      if (f[kSpecimen] <= -0.3F && !drawn_blood(entry))
        add("CODE_SPECIMEN_MISMATCH", fmt::format("specimen {} ({}), the code says {}", item_.specimen,
                                                  specimen_code(item_.specimen), entry.specimen));
      if (f[kUnit] <= -1)
        add("CODE_UNIT_MISMATCH", fmt::format("unit {}, usual is {}", item_.unit, entry.units.front()));
      else if (far_off(entry))
        add("CODE_VALUES_IMPLAUSIBLE",
            fmt::format("median {} {}, usual {}-{} {}", item_.values.middle, item_.unit, entry.low, entry.high,
                        entry.units.empty() ? "" : entry.units.front()));
      else if (const auto ratio = suggester_.ratio_to_others(item_, entry); ratio && far_from_others(*ratio, entry))
        add("CODE_VALUES_IMPLAUSIBLE",
            fmt::format("median {} {}, {:.3g} times that of other hospitals", item_.values.middle, item_.unit, *ratio));
    } else {
      if (f[kUnit] <= -1)
        add("CODE_UNIT_MISMATCH", fmt::format("unit {}, the code's is {}", item_.unit, entry.units.front()));
      if (entry.kind == Kind::kDrug &&
          ((f[kStem] >= 0.5F && (f[kForm] <= -0.9F || f[kStrength] <= -0.9F)) || sibling_fits(best)))
        add("CODE_FORM_MISMATCH", fmt::format("the code is {}", entry.name));
    }
    check_name(entry, best);
  }

  // What was drawn is blood, whatever was measured in it.
  bool drawn_blood(const Entry& entry) const {
    return item_.specimen.find("静脈血") != std::string::npos && entry.specimen >= "017" && entry.specimen <= "023";
  }

  // The same product in the form and strength of the name is another code: OD錠 for 錠, 2 L for 1.5 L.
  bool sibling_fits(const Suggestion& judged) const {
    if (suggestions_.empty() || suggestions_.front().entry == judged.entry) return false;
    const Suggestion& first = suggestions_.front();
    const Features &a = first.features, &b = judged.features;
    if (first.confidence < 0.8 || b[kStem] < 0.5F || a[kStem] < b[kStem]) return false;
    const bool form = a[kForm] >= 1 && b[kForm] <= -0.25F, strength = a[kStrength] >= 0.8F && b[kStrength] <= 0.2F;
    return (form || strength) && a[kForm] >= b[kForm] && a[kStrength] >= b[kStrength];
  }

  void check_name(const Entry& entry, const Suggestion& judged) {
    if (suggestions_.empty() || item_.name.empty()) return;
    const Suggestion& first = suggestions_.front();
    const Entry& other = dictionary_.entries()[static_cast<std::size_t>(first.entry)];
    if (first.entry == judged.entry || other.code == entry.code || same_test(other.code, entry.code)) return;
    if (other.kind != entry.kind) return;
    const double gap = first.score - judged.score;
    const bool close = judged.features[kStem] >= 0.6F || judged.features[kStemEqual] > 0;
    // Which code is right may be open and this one still wrong: nothing of the name stands in it.
    const bool foreign = judged.features[kStem] < 0.3F && judged.features[kCosine] < 0.3F &&
                         judged.features[kClaims] <= 0 && first.features[kStem] >= 0.6F && gap >= 6;
    if ((first.confidence < 0.8 && !foreign) || gap < 4 || close) return;
    add("CODE_NAME_DISAGREES", fmt::format("the code is {}", entry.name), other.code);
  }

  // Patients differ between hospitals, and tests with long tails (CRP, BNP) more than others; a unit differs by more.
  static bool far_from_others(double ratio, const Entry& entry) {
    const double tail = entry.low > 0 ? 8 : 30;
    return ratio > tail || ratio < 1 / tail;
  }

  // Sick people's results leave the interval; another unit leaves it by far more. Tests without a lower bound (CRP,
  // BNP) have long tails.
  bool far_off(const Entry& entry) const {
    if (item_.values.count < 1 || item_.values.middle <= 0 || entry.units.empty() || entry.high <= 0) return false;
    const double factor = item_.unit.empty() ? 0 : unit_factor(item_.unit, entry.units.front());
    if (factor == 0) return false;
    const double value = item_.values.middle * factor, tail = entry.low > 0 ? 4 : 200;
    return value > entry.high * tail || (entry.low > 0 && value < entry.low / tail);
  }

  // A test code that is in no table still tells its material.
  void check_specimen_by_code() {
    Jlac10 parts;
    if (!parse_jlac10(item_.std_code, parts) || item_.specimen.empty()) return;
    const std::string specimen = specimen_code(item_.specimen);
    if (!specimen.empty() && specimen != parts.material)
      add("CODE_SPECIMEN_MISMATCH",
          fmt::format("specimen {} ({}), the code says {}", item_.specimen, specimen, parts.material));
  }

  void add(std::string_view rule, std::string message, std::string better = {}) {
    if (better.empty() && !suggestions_.empty() && suggestions_.front().confidence >= 0.5) {
      const Entry& first = dictionary_.entries()[static_cast<std::size_t>(suggestions_.front().entry)];
      if (first.code != item_.std_code) better = first.code;
    }
    out_.push_back({item_.hospital, item_.system, item_.code, item_.name, std::string(rule), level_of(rule),
                    item_.std_system, item_.std_code, std::move(message), std::move(better), item_.count});
  }

  const LocalItem& item_;
  std::span<const Suggestion> suggestions_;
  const Suggester& suggester_;
  const Dictionary& dictionary_;
  std::vector<CodeFinding>& out_;
};

}  // namespace

std::span<const CodeRule> code_rules() {
  return kRules;
}

std::vector<CodeFinding> find_wrong_codes(std::span<const LocalItem> items,
                                          std::span<const std::vector<Suggestion>> suggestions,
                                          const Suggester& suggester) {
  std::vector<CodeFinding> out;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!items[i].std_code.empty() || !system_of(items[i].system).empty())
      Judge(items[i], suggestions[i], suggester, out).run();
  return out;
}

}  // namespace sekisho::codes
