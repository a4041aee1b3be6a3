#include "linkage/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "core/csv.h"
#include "core/random.h"
#include "identity/canonical.h"
#include "identity/canonical_c2.h"
#include "linkage/birth.h"
#include "linkage/input.h"

namespace sekisho::linkage {
namespace {

using SteadyClock = std::chrono::steady_clock;
double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

constexpr std::size_t index(Field field) {
  return static_cast<std::size_t>(field);
}

// Distinct texts are canonicalised once: a million records hold some ten thousand names.
class Cache {
 public:
  explicit Cache(std::string (*function)(std::string_view)) : function_(function) {}
  std::string_view operator()(std::string_view text) {
    if (text.empty()) return {};
    const auto found = known_.find(text);
    if (found != known_.end()) return found->second;
    if (known_.size() > 1'000'000) known_.clear();
    return known_.emplace(std::string(text), function_(text)).first->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::string (*function_)(std::string_view);
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> known_;
};

std::string birth_text(std::string_view text) {
  records::IdentityRecord record;
  record.birth = parse_birth(text);
  return identity::canonicalise(record).birth;
}

// One field of IdentityRecord through its own canonical form.
template <std::string records::IdentityRecord::* raw, std::string identity::CanonicalIdentity::* form>
std::string one_field(std::string_view text) {
  records::IdentityRecord record;
  record.*raw = std::string(text);
  return identity::canonicalise(record).*form;
}

// Canonical values of one record, by field; views into caches or its own buffers.
class Canonicaliser {
 public:
  explicit Canonicaliser(identity::CanonicalVersion version) : version_(version) {}
  using Values = std::array<std::string_view, kFieldCount>;
  // Raw values in the same places.
  const Values& operator()(const Values& raw) {
    values_ = {};
    return version_ == identity::CanonicalVersion::kC2 ? by_c2(raw) : by_c1(raw);
  }

 private:
  // Fields of c2 tell of each other: kana come from a name in letters, a branch stands behind a number.
  const Values& by_c2(const Values& raw) {
    const auto text = [&](Field field) { return std::string(raw[index(field)]); };
    const auto whole = [&](Field part, Field name) { return text(part).empty() ? text(name) : text(part); };
    records::IdentityRecord record;
    record.family_kanji = whole(Field::kFamilyKanji, Field::kKanjiName), record.given_kanji = text(Field::kGivenKanji);
    record.family_kana = whole(Field::kFamilyKana, Field::kKanaName), record.given_kana = text(Field::kGivenKana);
    record.birth = parse_birth(raw[index(Field::kBirthDate)]), record.sex = text(Field::kSex);
    record.postcode = text(Field::kPostcode), record.phone = text(Field::kPhone);
    record.insurer = text(Field::kInsurer), record.symbol = text(Field::kSymbol);
    record.number = text(Field::kNumber), record.branch = text(Field::kBranch);
    identity_ = identity::canonicalise(record, version_);
    const auto put = [&](Field field, std::string_view value) { values_[index(field)] = value; };
    put(Field::kKanjiName, identity_.kanji), put(Field::kKanaName, identity_.kana);
    put(Field::kGivenKanji, identity_.given_kanji), put(Field::kGivenKana, identity_.given_kana);
    put(Field::kBirthDate, identity_.birth), put(Field::kSex, identity_.sex);
    put(Field::kPostcode, identity_.postcode), put(Field::kPhone, identity_.phone);
    put(Field::kInsurer, identity_.insurer), put(Field::kSymbol, identity_.symbol);
    put(Field::kNumber, identity_.number), put(Field::kBranch, identity_.branch);
    put(Field::kFamilyKanji, family_c2_(raw[index(Field::kFamilyKanji)]));
    put(Field::kFamilyKana, reading_c2_(raw[index(Field::kFamilyKana)]));
    put(Field::kAddress, address_c2_(raw[index(Field::kAddress)]));
    symbol_of_the_old();
    return values_;
  }

  const Values& by_c1(const Values& raw) {
    const auto raw_of = [&](Field field) { return raw[index(field)]; };
    name(raw_of(Field::kFamilyKanji), raw_of(Field::kGivenKanji), raw_of(Field::kKanjiName), kanji_, whole_kanji_,
         Field::kKanjiName, Field::kGivenKanji);
    name(raw_of(Field::kFamilyKana), raw_of(Field::kGivenKana), raw_of(Field::kKanaName), kana_, whole_kana_,
         Field::kKanaName, Field::kGivenKana);
    values_[index(Field::kFamilyKanji)] = kanji_(raw_of(Field::kFamilyKanji));
    values_[index(Field::kFamilyKana)] = kana_(raw_of(Field::kFamilyKana));
    values_[index(Field::kBirthDate)] = birth_(raw_of(Field::kBirthDate));
    values_[index(Field::kSex)] = sex_(raw_of(Field::kSex));
    values_[index(Field::kPostcode)] = postcode_(raw_of(Field::kPostcode));
    values_[index(Field::kInsurer)] = insurer_(raw_of(Field::kInsurer));
    values_[index(Field::kSymbol)] = symbol_(raw_of(Field::kSymbol));
    values_[index(Field::kNumber)] = number_(raw_of(Field::kNumber));
    values_[index(Field::kBranch)] = branch_(raw_of(Field::kBranch));
    values_[index(Field::kPhone)] = phone_(raw_of(Field::kPhone));
    symbol_of_the_old();
    return values_;
  }

  // The scheme of those over 75 has no symbol: see identity/keys.cpp.
  void symbol_of_the_old() {
    std::string_view& symbol = values_[index(Field::kSymbol)];
    if (symbol.empty() && values_[index(Field::kInsurer)].starts_with("39")) symbol = values_[index(Field::kInsurer)];
  }
  void name(std::string_view family, std::string_view given, std::string_view whole, Cache& part, std::string& joined,
            Field whole_field, Field given_field) {
    joined.clear();
    if (!whole.empty()) {
      joined = part(whole);
    } else if (!family.empty() || !given.empty()) {
      const std::string_view front = part(family), back = part(given);
      // A part with a lost character leaves no usable name.
      if (front.empty() == family.empty() && back.empty() == given.empty()) joined.append(front).append(back);
    }
    values_[index(whole_field)] = joined;
    if (!family.empty()) values_[index(given_field)] = part(given);
  }

  identity::CanonicalVersion version_;
  Values values_{};
  identity::CanonicalIdentity identity_;
  std::string whole_kanji_, whole_kana_;
  Cache family_c2_{identity::c2::canonical_kanji}, reading_c2_{identity::c2::canonical_kana},
      address_c2_{identity::c2::canonical_address};
  Cache kanji_{identity::canonical_kanji}, kana_{identity::canonical_kana}, birth_{birth_text},
      sex_{identity::canonical_sex}, postcode_{identity::canonical_postcode}, symbol_{identity::canonical_insurance},
      number_{identity::canonical_insurance},
      insurer_{one_field<&records::IdentityRecord::insurer, &identity::CanonicalIdentity::insurer>},
      branch_{one_field<&records::IdentityRecord::branch, &identity::CanonicalIdentity::branch>},
      phone_{one_field<&records::IdentityRecord::phone, &identity::CanonicalIdentity::phone>};
};

struct Input {
  std::vector<std::string> ids;
  std::vector<std::vector<KeyedNode>> keys;  // by rule
  std::vector<bool> any_key;
};

Result<std::array<int, kFieldCount>> find_columns(const Spec& spec, const std::vector<std::string_view>& header,
                                                  const std::string& file) {
  std::array<int, kFieldCount> columns;
  columns.fill(-1);
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    if (spec.columns[field].empty()) continue;
    const auto found = std::ranges::find(header, std::string_view(spec.columns[field]));
    if (found != header.end())
      columns[field] = static_cast<int>(found - header.begin());
    else if (spec.required[field])
      return fail("linkage.columns", fmt::format("there is no column '{}'", spec.columns[field]), {.file = file});
  }
  if (columns[index(Field::kRecordId)] < 0)
    return fail("linkage.columns", "no column holds the record id", {.file = file},
                "Name it: --columns record_id=COLUMN,...");
  return columns;
}

Result<void> read_one(const Spec& spec, const std::filesystem::path& path, std::uint64_t seed,
                      Canonicaliser& canonicaliser, Input& input, RunReport& report) {
  SEKISHO_TRY(const auto file, InputFile::open(path));
  SEKISHO_TRY(const auto columns, find_columns(spec, file->header(), file->name()));
  std::vector<std::string_view> fields, parts;
  while (true) {
    SEKISHO_TRY(const bool more, file->next(fields));
    if (!more) return {};
    Canonicaliser::Values raw{};
    for (std::size_t field = 0; field < kFieldCount; ++field)
      if (columns[field] >= 0) raw[field] = fields[static_cast<std::size_t>(columns[field])];
    const auto& values = canonicaliser(raw);
    const auto node = static_cast<std::uint32_t>(input.ids.size());
    input.ids.emplace_back(raw[index(Field::kRecordId)]);
    if (!raw[index(Field::kBirthDate)].empty() && values[index(Field::kBirthDate)].empty()) ++report.bad_dates;
    bool any = false;
    for (std::size_t r = 0; r < spec.rules.size(); ++r) {
      const Rule& rule = spec.rules[r];
      parts.clear();
      for (const Field field : rule.key)
        parts.push_back(values[index(field)]);
      if (std::ranges::any_of(parts, &std::string_view::empty)) continue;
      input.keys[r].push_back({key_of(parts, seed + r), node});
      if (rule.only_without.empty()) any = true;
    }
    input.any_key.push_back(any);
  }
}

// Names of components: numbered in the order of their smallest record id, so that shuffled input gives the same ids.
std::vector<std::uint32_t> number_persons(const std::vector<std::string>& ids, Components& components,
                                          RunReport& report) {
  std::vector<std::uint32_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order,
                    [&](std::uint32_t a, std::uint32_t b) { return ids[a] != ids[b] ? ids[a] < ids[b] : a < b; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (ids[order[i]].empty())
      ++report.missing_ids;
    else if (i > 0 && ids[order[i]] == ids[order[i - 1]])
      ++report.duplicate_ids;
  }
  std::vector<std::uint32_t> number(ids.size(), 0), size(ids.size(), 0), person(ids.size());
  std::uint32_t next = 0;
  for (const std::uint32_t node : order) {
    const std::uint32_t root = components.find(node);
    if (number[root] == 0) number[root] = ++next;
    person[node] = number[root];
    report.largest = std::max<std::size_t>(report.largest, ++size[root]);
  }
  report.persons = next;
  return person;
}

Result<void> write_output(const Spec& spec, const Input& input, const std::vector<std::uint32_t>& person,
                          const Components& components, const std::filesystem::path& output) {
  std::string text = "record_id,person_id,probability\n";
  text.reserve(input.ids.size() * 32);
  for (std::size_t node = 0; node < input.ids.size(); ++node) {
    double probability = components.evidence()[node] == 0 ? 1 : 0;
    for (std::size_t r = 0; r < spec.rules.size(); ++r)
      if ((components.evidence()[node] >> r & 1u) != 0) probability = std::max(probability, spec.rules[r].probability);
    append_csv(text, {input.ids[node], fmt::format("P{:012}", person[node]), fmt::format("{}", probability)});
  }
  return write_file_durable(output, text);
}

}  // namespace

Result<RunReport> run(const Spec& spec, const std::vector<std::filesystem::path>& inputs,
                      const std::filesystem::path& output) {
  RunReport report;
  auto begin = SteadyClock::now();
  std::uint64_t seed = 0;  // so that nobody can prepare values that collide
  system_random().fill({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  Input input;
  input.keys.resize(spec.rules.size());
  Canonicaliser canonicaliser(spec.canonical);
  for (const std::filesystem::path& path : inputs)
    SEKISHO_CHECK(read_one(spec, path, seed, canonicaliser, input, report));
  report.records = input.ids.size();
  report.seconds_read = seconds_since(begin);

  begin = SteadyClock::now();
  Components components(input.ids.size());
  // Rules for all records first, then those that need to know the persons; `call` is the bit in the evidence.
  std::vector<bool> loose(input.ids.size());
  for (std::size_t node = 0; node < loose.size(); ++node)
    loose[node] = !input.any_key[node];
  for (std::size_t r = 0; r < spec.rules.size(); ++r) {
    if (spec.rules[r].only_without.empty())
      components.unite_blocks(input.keys[r], spec.max_block, spec.rules[r].name);
    else
      components.unite_loose(input.keys[r], loose, spec.max_block, spec.rules[r].name);
    std::vector<KeyedNode>().swap(input.keys[r]);
    report.rules.emplace_back(spec.rules[r].name, 0);
    for (const std::uint32_t evidence : components.evidence())
      report.rules.back().second += evidence >> r & 1u;
  }
  report.without_key = static_cast<std::size_t>(std::ranges::count(loose, true));
  const std::vector<std::uint32_t> person = number_persons(input.ids, components, report);
  report.big_blocks = components.big_blocks();
  report.big_block_count = report.big_blocks.size();
  std::ranges::stable_sort(report.big_blocks, [](const auto& a, const auto& b) { return a.nodes > b.nodes; });
  if (report.big_blocks.size() > 20) report.big_blocks.resize(20);
  report.seconds_link = seconds_since(begin);

  begin = SteadyClock::now();
  SEKISHO_CHECK(write_output(spec, input, person, components, output));
  report.seconds_write = seconds_since(begin);
  return report;
}

Json RunReport::to_json() const {
  Json out{{"records", records},
           {"persons", persons},
           {"largest", largest},
           {"missing_ids", missing_ids},
           {"duplicate_ids", duplicate_ids},
           {"without_key", without_key},
           {"bad_dates", bad_dates},
           {"rules", Json::object()},
           {"big_blocks", big_block_count},
           {"biggest_blocks", Json::array()}};
  for (const auto& [rule, count] : rules)
    out["rules"][rule] = count;
  for (const BigBlock& block : big_blocks)
    out["biggest_blocks"].push_back({{"rule", block.rule}, {"records", block.nodes}});
  out["seconds"] = {{"read", seconds_read}, {"link", seconds_link}, {"write", seconds_write}};
  return out;
}

}  // namespace sekisho::linkage
