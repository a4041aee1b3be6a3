#include "linkage/ndb.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/csv.h"
#include "core/file.h"
#include "crypto/digest.h"
#include "identity/named_columns.h"
#include "linkage/fields.h"
#include "linkage/input.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

enum TextPlace : std::size_t {
  kId,
  kInsurer,
  kSymbol,
  kNumber,
  kKanji,
  kFamilyKanji,
  kGivenKanji,
  kKana,
  kFamilyKana,
  kGivenKana,
  kBirth,
  kSex,
  kMonth,
  kOutcome,
  kPersonal,
  kPlaces
};
struct Known {
  std::string_view name;
  std::vector<std::string_view> columns;
};
const std::array<Known, kPlaces>& known_places() {
  static const std::array<Known, kPlaces> known{{
      {"record_id", {"record_id", "rec_id", "id"}},
      {"insurer", {"insurer", "insurer_no", "insurer_number"}},
      {"symbol", {"symbol", "insurance_symbol"}},
      {"number", {"number", "insurance_number"}},
      {"name", {"name", "kanji_name", "name_kanji"}},
      {"family_kanji", {"family_kanji", "sei_kanji"}},
      {"given_kanji", {"given_kanji", "mei_kanji"}},
      {"kana_name", {"kana_name", "name_kana"}},
      {"family_kana", {"family_kana", "sei_kana"}},
      {"given_kana", {"given_kana", "mei_kana"}},
      {"birth_date", {"birth_date", "dob", "date_of_birth"}},
      {"sex", {"sex", "gender"}},
      {"claim_month", {"claim_month", "service_month", "month", "visit_year"}},
      {"outcome", {"outcome", "tenki"}},
      {"personal_number", {"personal_number", "individual_number"}},
  }};
  return known;
}

Result<std::array<std::string, kPlaces>> named_columns(std::string_view text) {
  std::array<std::string, kPlaces> out;
  for (const auto& [one, name, column] : identity::named_columns(text)) {
    if (one.empty()) continue;
    const auto found = std::ranges::find(known_places(), name, &Known::name);
    if (found == known_places().end() || !column)
      return fail("usage.columns", fmt::format("'{}' does not name a field and a column", one), {},
                  "--columns insurer=COLUMN,symbol=COLUMN,...");
    out[static_cast<std::size_t>(found - known_places().begin())] = *column;
  }
  return out;
}

Result<std::array<int, kPlaces>> find_places(const std::array<std::string, kPlaces>& named,
                                             const std::vector<std::string_view>& header, const std::string& file) {
  std::array<int, kPlaces> at;
  at.fill(-1);
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const auto look = [&](std::string_view column) {
      for (std::size_t i = 0; i < header.size() && at[place] < 0; ++i)
        if (strip(header[i]) == column) at[place] = static_cast<int>(i);
    };
    if (!named[place].empty()) {
      look(named[place]);
      if (at[place] < 0)
        return fail("linkage.columns", fmt::format("there is no column '{}'", named[place]), {.file = file});
    } else {
      for (const std::string_view column : known_places()[place].columns)
        look(column);
    }
  }
  for (const TextPlace place : {kId, kBirth, kSex})
    if (at[place] < 0)
      return fail("linkage.columns", fmt::format("no column holds the {}", known_places()[place].name), {.file = file},
                  fmt::format("Name it: --columns {}=COLUMN,...", known_places()[place].name));
  return at;
}

// Death among the outcomes of claims (3 in the medical and DPC forms) and as files write it.
bool is_death(std::string_view outcome) {
  return outcome == "3" || outcome == "死亡" || outcome == "death" || outcome == "died" || outcome == "dead";
}

std::string month_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits.push_back(c);
  return digits.size() == 4 || digits.size() >= 6 ? digits.substr(0, 6) : std::string();
}

NdbRecord identify(const std::array<std::string_view, kPlaces>& cell, ByteView key) {
  NdbRecord record;
  record.id = cell[kId];
  const auto canonical = [&](FieldType type, TextPlace place) { return normalise(type, cell[place]); };
  const std::string birth = canonical(FieldType::kDate, kBirth), sex = canonical(FieldType::kSex, kSex);
  record.sex = sex;
  record.birth_month = birth.substr(0, 6);
  record.month = month_of(cell[kMonth]);
  record.died = is_death(cell[kOutcome]);

  // As written: the scheme of those over 75 has no symbol.
  if (!cell[kInsurer].empty() && !cell[kNumber].empty())
    record.id1 = ndb_hash(key, "ID1", {cell[kInsurer], cell[kNumber], cell[kBirth], cell[kSex], "|", cell[kSymbol]});
  const std::string insurer = canonical(FieldType::kInsurer, kInsurer),
                    number = canonical(FieldType::kInsurance, kNumber),
                    symbol = canonical(FieldType::kInsurance, kSymbol);
  record.id1n = ndb_hash(key, "ID1N", {insurer, number, birth, sex, "|", symbol});
  std::string name(cell[kKanji]);
  if (name.empty() && !cell[kFamilyKanji].empty()) name = fmt::format("{}　{}", cell[kFamilyKanji], cell[kGivenKanji]);
  if (name.empty()) name = cell[kKana];
  if (name.empty() && !cell[kFamilyKana].empty()) name = fmt::format("{}　{}", cell[kFamilyKana], cell[kGivenKana]);
  record.id2 = ndb_hash(key, "ID2", {name, cell[kBirth], cell[kSex]});
  // Where payers had none, claims carry nothing or a 9.
  if (cell[kPersonal] != "9") record.id5 = ndb_hash(key, "ID5", {cell[kPersonal]});
  return record;
}

}  // namespace

std::string ndb_hash(ByteView key, std::string_view kind, const std::vector<std::string_view>& parts) {
  std::string message(kind);
  message.push_back('\x1f');
  bool must = true;  // parts behind "|" may be missing
  for (const std::string_view part : parts) {
    if (part == "|") {
      must = false;
      continue;
    }
    if (part.empty() && must) return {};
    message.append(part).push_back('\x1f');
  }
  return to_hex(ByteView(crypto::hmac_sha256(key, as_bytes(message))).first(16));
}

void chain_id0(std::vector<NdbRecord>& records) {
  std::vector<std::size_t> order(records.size()), parent;
  std::vector<std::string> death;  // month, by person
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const NdbRecord &x = records[a], &y = records[b];
    return std::tie(x.month, x.id, x.id1, x.id2) < std::tie(y.month, y.id, y.id1, y.id2);
  });
  const auto root = [&](std::size_t person) {
    while (parent[person] != person)
      person = parent[person] = parent[parent[person]];
    return person;
  };
  std::unordered_map<std::string_view, std::size_t> by_id1, by_id2;
  constexpr std::size_t kNobody = SIZE_MAX;
  const auto holder = [&](const auto& known, const std::string& id, const NdbRecord& record) {
    const auto found = id.empty() ? known.end() : known.find(id);
    if (found == known.end()) return kNobody;
    const std::size_t person = root(found->second);
    const bool over = !death[person].empty() && (record.month > death[person] || record.month.empty());
    return over ? kNobody : person;
  };
  std::vector<std::size_t> person_of(records.size());
  for (const std::size_t at : order) {
    const NdbRecord& record = records[at];
    std::size_t a = holder(by_id1, record.id1, record), b = holder(by_id2, record.id2, record);
    std::size_t person = a != kNobody ? a : b;
    if (person == kNobody) {
      person = parent.size();
      parent.push_back(person);
      death.emplace_back();
    } else if (a != kNobody && b != kNobody && a != b) {
      const bool impossible = !death[a].empty() && !death[b].empty() && death[a] != death[b];
      if (!impossible) {
        person = std::min(a, b);
        if (death[person].empty()) death[person] = death[std::max(a, b)];
        parent[std::max(a, b)] = person;
      }
    }
    if (record.died && death[person].empty()) death[person] = record.month;
    if (!record.id1.empty()) by_id1[record.id1] = person;
    if (!record.id2.empty()) by_id2[record.id2] = person;
    person_of[at] = person;
  }
  std::unordered_map<std::size_t, std::size_t> number;
  for (const std::size_t at : order)
    records[at].person = number.try_emplace(root(person_of[at]), number.size() + 1).first->second;
}

namespace {

Result<void> read_records(const fs::path& input, const std::array<std::string, kPlaces>& named, ByteView key,
                          std::vector<NdbRecord>& records, NdbReport& report) {
  SEKISHO_TRY(const auto rows, InputFile::open(input));
  SEKISHO_TRY(const auto at, find_places(named, rows->header(), rows->name()));
  std::vector<std::string_view> cells;
  while (true) {
    SEKISHO_TRY(const bool more, rows->next(cells));
    if (!more) return {};
    std::array<std::string_view, kPlaces> cell{};
    for (std::size_t place = 0; place < kPlaces; ++place)
      if (at[place] >= 0) cell[place] = strip(cells[static_cast<std::size_t>(at[place])]);
    records.push_back(identify(cell, key));
    report.missing_ids += cell[kId].empty();
    report.bad_dates += !cell[kBirth].empty() && records.back().birth_month.empty();
  }
}

template <class Of>
NdbCount count(std::string name, const std::vector<NdbRecord>& records, Of of) {
  NdbCount out{.name = std::move(name)};
  std::set<std::string> all, men, women;
  for (const NdbRecord& record : records) {
    const std::string id = of(record);
    if (id.empty()) continue;
    ++out.filled;
    all.insert(id);
    if (record.sex == "M") men.insert(id);
    if (record.sex == "F") women.insert(id);
  }
  out.distinct = all.size(), out.men = men.size(), out.women = women.size();
  return out;
}

// Keys that hold more than one value.
template <class Key, class Value>
std::size_t with_several(const std::vector<NdbRecord>& records, Key key, Value value) {
  std::map<std::string, std::string> first;
  std::set<std::string> several;
  for (const NdbRecord& record : records) {
    const std::string k = key(record), v = value(record);
    if (k.empty() || v.empty()) continue;
    const auto [at, fresh] = first.try_emplace(k, v);
    if (!fresh && at->second != v) several.insert(k);
  }
  return several.size();
}

std::string id0(const NdbRecord& record) {
  return fmt::format("ID0-{:010}", record.person);
}
std::string id0n(const NdbRecord& record) {
  return record.id5.empty() ? id0(record) : record.id5;
}

}  // namespace

Result<NdbReport> report_ndb(const std::vector<fs::path>& inputs, std::string_view columns, ByteView key,
                             const fs::path& output) {
  SEKISHO_TRY(const auto named, named_columns(columns));
  NdbReport report;
  std::vector<NdbRecord> records;
  for (const fs::path& input : inputs)
    SEKISHO_CHECK(read_records(input, named, key, records, report));
  chain_id0(records);
  report.records = records.size();
  report.identifiers = {count("id1", records, [](const NdbRecord& r) { return r.id1; }),
                        count("id1n", records, [](const NdbRecord& r) { return r.id1n; }),
                        count("id2", records, [](const NdbRecord& r) { return r.id2; }),
                        count("id0", records, id0),
                        count("id5", records, [](const NdbRecord& r) { return r.id5; }),
                        count("id0n", records, id0n)};
  report.id1_changes = with_several(records, id0, [](const NdbRecord& r) { return r.id1; });
  report.id2_changes = with_several(records, id0, [](const NdbRecord& r) { return r.id2; });
  report.deaths = static_cast<std::size_t>(std::ranges::count(records, true, &NdbRecord::died));
  report.id5_conflicts = with_several(
      records, [](const NdbRecord& r) { return r.id5; },
      [](const NdbRecord& r) { return r.sex.empty() || r.birth_month.empty() ? "" : r.sex + r.birth_month; });
  report.id5_differs = with_several(
      records, [](const NdbRecord& r) { return r.id1n.empty() || r.id2.empty() ? "" : r.id1n + r.id2; },
      [](const NdbRecord& r) { return r.id5; });
  std::string text = "record_id,id1,id1n,id2,id0,id5,id0n\n";
  for (const NdbRecord& record : records)
    append_csv(text, {record.id, record.id1, record.id1n, record.id2, id0(record), record.id5, id0n(record)});
  SEKISHO_CHECK(write_file_durable(output, text));
  return report;
}

Json NdbReport::to_json() const {
  Json out{
      {"records", records}, {"missing_ids", missing_ids}, {"bad_dates", bad_dates}, {"identifiers", Json::object()}};
  for (const NdbCount& one : identifiers)
    out["identifiers"][one.name] = {
        {"filled", one.filled}, {"distinct", one.distinct}, {"men", one.men}, {"women", one.women}};
  out["id1_changes"] = id1_changes;
  out["id2_changes"] = id2_changes;
  out["deaths"] = deaths;
  out["id5_conflicts"] = id5_conflicts;
  out["id5_differs"] = id5_differs;
  return out;
}

}  // namespace sekisho::linkage
