#include "codes/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "codes/dictionary.h"
#include "core/csv.h"

namespace sekisho::codes {
namespace {

constexpr std::array<std::string_view, 4> kStatusNames = {"suggested", "confirmed_by_one", "confirmed_by_two",
                                                          "rejected"};

constexpr db::Migration kSchema[] = {
    {1,
     "CREATE TABLE code_mapping (version INTEGER PRIMARY KEY, hospital TEXT NOT NULL, kind TEXT NOT NULL, local_system "
     "TEXT "
     "NOT NULL, local_code TEXT NOT NULL, local_name TEXT NOT NULL, std_system TEXT NOT NULL, std_code TEXT NOT NULL, "
     "std_name TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL, status TEXT NOT NULL, place "
     "INTEGER "
     "NOT NULL, confidence DOUBLE PRECISION NOT NULL, evidence TEXT NOT NULL, made_by TEXT NOT NULL, reason TEXT NOT "
     "NULL, "
     "made_at TEXT NOT NULL);\n"
     "CREATE INDEX code_mapping_key ON code_mapping (hospital, kind, local_system, local_code);\n"
     "CREATE TRIGGER code_mapping_keep BEFORE UPDATE ON code_mapping BEGIN SELECT RAISE(ABORT, 'versions are never "
     "changed'); END;\n"
     "CREATE TRIGGER code_mapping_hold BEFORE DELETE ON code_mapping BEGIN SELECT RAISE(ABORT, 'versions are never "
     "removed'); END"},
    // INSERT OR REPLACE removes a row without asking the trigger above.
    {2,
     "CREATE TRIGGER code_mapping_new BEFORE INSERT ON code_mapping WHEN EXISTS (SELECT 1 FROM code_mapping WHERE "
     "version = NEW.version) BEGIN SELECT RAISE(ABORT, 'versions are never replaced'); END"}};

std::string key_of(const Mapping& m) {
  return fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", m.hospital, static_cast<int>(m.kind), m.local_system,
                     m.local_code, m.std_system, m.std_code, m.valid_from);
}

bool same_state(const Mapping& a, const Mapping& b) {
  return a.status == b.status && a.valid_to == b.valid_to && a.rank == b.rank && a.local_name == b.local_name &&
         a.std_name == b.std_name && a.evidence == b.evidence && std::abs(a.confidence - b.confidence) < 1e-9 &&
         a.reason == b.reason;
}

bool confirmed(const Mapping& m) {
  return m.status == Status::kConfirmedByOne || m.status == Status::kConfirmedByTwo;
}

bool overlap(const Mapping& a, const Mapping& b) {
  return a.valid_from <= b.valid_to && b.valid_from <= a.valid_to;
}

// Whether a decision's key means this mapping; system and first day may be left open.
bool named_by(const Mapping& key, const Mapping& m) {
  return m.kind == key.kind && m.local_system == key.local_system && m.std_code == key.std_code &&
         (key.std_system.empty() || m.std_system == key.std_system) &&
         (key.valid_from == 0 || m.valid_from == key.valid_from);
}

// Two confirmed standard codes for one local code on one day.
bool conflicting(const Mapping& known, const Mapping& m) {
  return confirmed(known) && overlap(known, m) && (known.std_code != m.std_code || known.std_system != m.std_system);
}
Error conflict(const Mapping& m, const Mapping& known) {
  return Error{"codes.conflict",
               fmt::format("{} is confirmed as {} for the same period", m.local_code, known.std_code),
               {},
               "Reject that mapping first, or end its period."};
}

// "Sato", " sato" and "ＳＡＴＯ" are one person.
bool same_person(std::string_view a, std::string_view b) {
  return squeeze(fold(a)) == squeeze(fold(b));
}

std::string local_key(std::string_view hospital, Kind kind, std::string_view system, std::string_view code) {
  return fmt::format("{}\x1f{}\x1f{}\x1f{}", hospital, static_cast<int>(kind), system, code);
}

}  // namespace

std::string_view name(Status status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

bool parse_status(std::string_view text, Status& status) {
  const auto at = std::ranges::find(kStatusNames, text);
  if (at == kStatusNames.end()) return false;
  status = static_cast<Status>(at - kStatusNames.begin());
  return true;
}

Result<CodeTable> CodeTable::open(const std::filesystem::path& file, bool reading) {
  SEKISHO_TRY(auto database, db::Database::open_sqlite(file, reading));
  if (!reading) SEKISHO_CHECK(database->migrate("codes", kSchema));
  return CodeTable(std::move(database));
}

namespace {

std::vector<Mapping> read_all(soci::session& session, const MappingFilter& filter) {
  std::string sql =
      "SELECT version, hospital, kind, local_system, local_code, local_name, std_system, std_code, std_name, "
      "valid_from, "
      "valid_to, status, place, confidence, evidence, made_by, reason, made_at FROM code_mapping WHERE 1 = 1";
  if (!filter.hospital.empty()) sql += " AND hospital = :hospital";
  if (!filter.local_code.empty()) sql += " AND local_code = :code";
  sql += " ORDER BY version";
  soci::row row;
  soci::statement statement(session);
  if (!filter.hospital.empty()) statement.exchange(soci::use(filter.hospital, "hospital"));
  if (!filter.local_code.empty()) statement.exchange(soci::use(filter.local_code, "code"));
  statement.exchange(soci::into(row));
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  statement.execute(false);
  std::vector<Mapping> out;
  const auto integer = [&](std::size_t column) -> std::int64_t {
    switch (row.get_properties(column).get_data_type()) {
      case soci::dt_integer:
        return row.get<int>(column);
      case soci::dt_long_long:
        return row.get<long long>(column);
      default:
        return 0;
    }
  };
  while (statement.fetch()) {
    Mapping m;
    m.version = integer(0);
    m.hospital = row.get<std::string>(1);
    (void)parse_kind(row.get<std::string>(2), m.kind);
    m.local_system = row.get<std::string>(3);
    m.local_code = row.get<std::string>(4);
    m.local_name = row.get<std::string>(5);
    m.std_system = row.get<std::string>(6);
    m.std_code = row.get<std::string>(7);
    m.std_name = row.get<std::string>(8);
    m.valid_from = static_cast<int>(integer(9));
    m.valid_to = static_cast<int>(integer(10));
    (void)parse_status(row.get<std::string>(11), m.status);
    m.rank = static_cast<int>(integer(12));
    m.confidence = row.get<double>(13);
    m.evidence = row.get<std::string>(14);
    m.by = row.get<std::string>(15);
    m.reason = row.get<std::string>(16);
    m.at = row.get<std::string>(17);
    out.push_back(std::move(m));
  }
  return out;
}

// The last version of each key, in the order in which the keys first came.
std::vector<Mapping> last_versions(std::vector<Mapping> all) {
  std::unordered_map<std::string, std::size_t> place;
  std::vector<Mapping> out;
  for (Mapping& m : all) {
    const auto [at, fresh] = place.try_emplace(key_of(m), out.size());
    if (fresh)
      out.push_back(std::move(m));
    else
      out[at->second] = std::move(m);
  }
  return out;
}

void insert(soci::session& session, const Mapping& m, const std::string& now) {
  const std::string kind(name(m.kind)), status(name(m.status));
  session << "INSERT INTO code_mapping (hospital, kind, local_system, local_code, local_name, std_system, std_code, "
             "std_name, valid_from, valid_to, status, place, confidence, evidence, made_by, reason, made_at) VALUES "
             "(:hospital, :kind, :ls, :lc, :ln, :ss, :sc, :sn, :vf, :vt, :status, :place, :confidence, :evidence, :by, "
             ":reason, :at)",
      soci::use(m.hospital, "hospital"), soci::use(kind, "kind"), soci::use(m.local_system, "ls"),
      soci::use(m.local_code, "lc"), soci::use(m.local_name, "ln"), soci::use(m.std_system, "ss"),
      soci::use(m.std_code, "sc"), soci::use(m.std_name, "sn"), soci::use(m.valid_from, "vf"),
      soci::use(m.valid_to, "vt"), soci::use(status, "status"), soci::use(m.rank, "place"),
      soci::use(m.confidence, "confidence"), soci::use(m.evidence, "evidence"), soci::use(m.by, "by"),
      soci::use(m.reason, "reason"), soci::use(now, "at");
}

}  // namespace

Result<AppendReport> CodeTable::append(std::span<const Mapping> mappings, const Clock& clock) {
  AppendReport report;
  SEKISHO_CHECK(database_->transaction("write code mappings", [&](soci::session& session) -> Result<void> {
    report = {};
    const std::string now = clock.now().iso();
    std::unordered_map<std::string, Mapping> present;
    std::unordered_map<std::string, std::vector<std::string>> standards;  // of a local code: keys in `present`
    const auto take = [&](const Mapping& m) {
      const std::string key = key_of(m);
      if (present.insert_or_assign(key, m).second)
        standards[local_key(m.hospital, m.kind, m.local_system, m.local_code)].push_back(key);
    };
    for (const Mapping& m : read_all(session, {}))
      take(m);
    for (const Mapping& m : mappings) {
      const auto at = present.find(key_of(m));
      if (at != present.end() &&
          (same_state(at->second, m) || (m.status == Status::kSuggested && at->second.status != Status::kSuggested)))
        continue;
      if (confirmed(m)) {
        const Mapping* other = nullptr;
        for (const std::string& key : standards[local_key(m.hospital, m.kind, m.local_system, m.local_code)])
          if (const Mapping& known = present.at(key); key != key_of(m) && conflicting(known, m)) other = &known;
        if (other != nullptr) {
          report.refused.emplace_back(m.local_code, conflict(m, *other).describe());
          continue;
        }
      }
      insert(session, m, m.at.empty() ? now : m.at);
      take(m);
      ++report.written;
    }
    return {};
  }));
  return report;
}

Result<Mapping> CodeTable::confirm(const Mapping& key, std::string_view by, const Clock& clock, Period period) {
  Mapping out;
  SEKISHO_CHECK(database_->transaction("confirm a code mapping", [&](soci::session& session) -> Result<void> {
    const auto all = last_versions(read_all(session, {.hospital = key.hospital, .local_code = key.local_code}));
    const Mapping* found = nullptr;
    for (const Mapping& m : all)
      if (named_by(key, m) && (found == nullptr || period.from == 0 || found->valid_from != period.from)) found = &m;
    out = found != nullptr ? *found : key;
    const bool moved =
        (period.from > 0 && period.from != out.valid_from) || (period.to > 0 && period.to != out.valid_to);
    if (moved && confirmed(out) && period.from > 0 && period.from != out.valid_from)
      return fail("codes.period", fmt::format("{} is confirmed from another day on", out.local_code), {},
                  "Reject that mapping first; its end alone can be moved.");
    if (period.from > 0) out.valid_from = period.from;
    if (period.to > 0) out.valid_to = period.to;
    if (out.valid_to < out.valid_from) return fail("codes.period", "the period ends before it begins");
    for (const Mapping& m : all)
      if (m.kind == out.kind && m.local_system == out.local_system && key_of(m) != key_of(out) && conflicting(m, out))
        return std::unexpected(conflict(out, m));
    // Another period is another statement: it needs both persons again.
    if (moved) out.status = Status::kSuggested;
    if (out.status == Status::kConfirmedByTwo) return {};
    if (out.status == Status::kConfirmedByOne && same_person(out.by, by))
      return fail("codes.same_reviewer", fmt::format("{} was confirmed by the same person", out.local_code), {},
                  "The second confirmation must come from another person.");
    out.status = out.status == Status::kConfirmedByOne ? Status::kConfirmedByTwo : Status::kConfirmedByOne;
    out.by = by;
    out.reason.clear();
    out.at = clock.now().iso();
    insert(session, out, out.at);
    return {};
  }));
  return out;
}

Result<Mapping> CodeTable::reject(const Mapping& key, std::string_view by, std::string_view reason,
                                  const Clock& clock) {
  Mapping out;
  SEKISHO_CHECK(database_->transaction("reject a code mapping", [&](soci::session& session) -> Result<void> {
    bool found = false;
    for (const Mapping& m : last_versions(read_all(session, {.hospital = key.hospital, .local_code = key.local_code})))
      if (named_by(key, m)) out = m, found = true;
    if (!found)
      return fail("codes.unknown_mapping", fmt::format("no mapping of {} to {}", key.local_code, key.std_code));
    out.status = Status::kRejected;
    out.by = by;
    out.reason = reason;
    out.at = clock.now().iso();
    insert(session, out, out.at);
    return {};
  }));
  return out;
}

Result<std::vector<Mapping>> CodeTable::list(const MappingFilter& filter) const {
  std::vector<Mapping> out;
  SEKISHO_CHECK(database_->run("read code mappings", [&](soci::session& session) {
    out = read_all(session, filter);
    if (!filter.history) out = last_versions(std::move(out));
    std::erase_if(out, [&](const Mapping& m) {
      return (filter.status && m.status != *filter.status) || (filter.kind && m.kind != *filter.kind) ||
             (filter.on > 0 && (m.valid_from > filter.on || m.valid_to < filter.on));
    });
  }));
  return out;
}

CodeReader::CodeReader(std::span<const Mapping> mappings, const Options& options) {
  for (const Mapping& m : mappings) {
    if (m.status == Status::kRejected) continue;
    if (m.status < options.at_least) continue;
    if (m.status == Status::kSuggested && (m.rank != 1 || m.confidence < options.confidence)) continue;
    mappings_.push_back(m);
  }
  std::ranges::stable_sort(mappings_, [](const Mapping& a, const Mapping& b) {
    if (a.status != b.status) return a.status > b.status;
    return a.version > b.version;
  });
  for (std::size_t i = 0; i < mappings_.size(); ++i) {
    const Mapping& m = mappings_[i];
    by_code_[local_key(m.hospital, m.kind, m.local_system, m.local_code)].push_back(i);
  }
}

const Mapping* CodeReader::find(std::string_view hospital, Kind kind, std::string_view local_system,
                                std::string_view local_code, int day) const {
  const auto at = by_code_.find(local_key(hospital, kind, local_system, local_code));
  if (at == by_code_.end()) return nullptr;
  const int from = day, to = day == 0 ? kAlways : day;
  for (const std::size_t i : at->second)
    if (mappings_[i].valid_from <= from && to <= mappings_[i].valid_to) return &mappings_[i];
  return nullptr;
}

namespace {
constexpr std::string_view kColumns[] = {"hospital",   "kind",     "local_system", "local_code", "local_name",
                                         "std_system", "std_code", "std_name",     "valid_from", "valid_to",
                                         "status",     "rank",     "confidence",   "evidence",   "by",
                                         "reason",     "at",       "version"};
}  // namespace

void write_mappings(std::span<const Mapping> mappings, std::string& out) {
  append_csv(out, std::span<const std::string_view>(kColumns));
  for (const Mapping& m : mappings)
    append_csv(out, {m.hospital, name(m.kind), m.local_system, m.local_code, m.local_name, m.std_system, m.std_code,
                     m.std_name, m.valid_from == 0 ? "" : std::to_string(m.valid_from), std::to_string(m.valid_to),
                     name(m.status), std::to_string(m.rank), fmt::format("{:.4f}", m.confidence), m.evidence, m.by,
                     m.reason, m.at, m.version == 0 ? "" : std::to_string(m.version)});
}

Result<std::vector<Mapping>> read_mappings(std::string_view text, std::string_view file) {
  SEKISHO_TRY(const CsvTable table, read_csv(text, ',', file));
  std::array<int, std::size(kColumns)> place;
  for (std::size_t i = 0; i < place.size(); ++i)
    place[i] = table.column(kColumns[i]);
  for (const std::size_t required : {1U, 3U, 5U, 6U})
    if (place[required] < 0)
      return fail("codes.table_csv", fmt::format("has no column {}", kColumns[required]), {.file = std::string(file)},
                  "Columns as `sekisho codes export` writes them.");
  std::vector<Mapping> out;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto get = [&](std::size_t c) -> std::string {
      return place[c] < 0 ? std::string() : table.rows[r][static_cast<std::size_t>(place[c])];
    };
    const auto bad = [&](std::string_view column) {
      return fail("codes.table_csv", fmt::format("unknown value in {}", column),
                  {.file = std::string(file), .line = table.lines[r], .part = std::string(column)});
    };
    const auto integer = [&](std::size_t c, int otherwise) {
      const std::string value = get(c);
      int number = otherwise;
      std::from_chars(value.data(), value.data() + value.size(), number);
      return number;
    };
    Mapping m;
    m.hospital = get(0);
    if (!parse_kind(get(1), m.kind)) return bad("kind");
    m.local_system = get(2);
    m.local_code = get(3);
    m.local_name = get(4);
    m.std_system = get(5);
    m.std_code = get(6);
    m.std_name = get(7);
    m.valid_from = integer(8, 0);
    m.valid_to = integer(9, 99999999);
    if (m.valid_to < m.valid_from) return bad("valid_to");
    if (const std::string status = get(10); !status.empty() && !parse_status(status, m.status)) return bad("status");
    m.rank = integer(11, 1);
    const std::string confidence = get(12);
    std::from_chars(confidence.data(), confidence.data() + confidence.size(), m.confidence);
    m.evidence = get(13);
    m.by = get(14);
    m.reason = get(15);
    m.at = get(16);
    out.push_back(std::move(m));
  }
  return out;
}

}  // namespace sekisho::codes
