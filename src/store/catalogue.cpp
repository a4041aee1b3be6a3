#include "store/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"

namespace sekisho::store {
namespace {

constexpr db::Migration kSchema[] = {
    {1, R"sql(
CREATE TABLE package(number bigint PRIMARY KEY, body text NOT NULL, hospital text NOT NULL, epoch bigint NOT NULL,
  sequence bigint NOT NULL, manifest_hash text NOT NULL, loaded bigint NOT NULL, counts text NOT NULL,
  facts text NOT NULL, UNIQUE(body, hospital, epoch, sequence));
CREATE TABLE registration(reg text PRIMARY KEY, hospital text NOT NULL, scope text NOT NULL);
CREATE TABLE segment(hash text PRIMARY KEY, table_name text NOT NULL, hospital text NOT NULL, family text NOT NULL,
  year bigint NOT NULL, row_count bigint NOT NULL, bytes bigint NOT NULL, bitmap text NOT NULL,
  superseded bigint NOT NULL, package_min bigint NOT NULL, package_max bigint NOT NULL);
CREATE TABLE sealed(hash text PRIMARY KEY, kind text NOT NULL, hospital text NOT NULL, items bigint NOT NULL,
  bytes bigint NOT NULL);
CREATE TABLE quarantine(package bigint NOT NULL, part bigint NOT NULL, ordinal bigint NOT NULL, line bigint NOT NULL,
  rule text NOT NULL, reason text NOT NULL, bytes bigint NOT NULL, records bigint NOT NULL);
CREATE TABLE replacement(old_hash text PRIMARY KEY, new_hash text NOT NULL);
CREATE TABLE snapshot(id text PRIMARY KEY, document text NOT NULL);
CREATE TABLE linkage_event(number bigint PRIMARY KEY, time bigint NOT NULL, reg text NOT NULL, person text NOT NULL,
  method text NOT NULL, weight double precision NOT NULL);
CREATE TABLE linkage_state(number bigint PRIMARY KEY, map_hash text NOT NULL);
)sql"},
    {2, R"sql(
ALTER TABLE sealed ADD COLUMN canonical text NOT NULL DEFAULT '';
UPDATE sealed SET canonical = 'c1' WHERE kind = 'keys';
)sql"},
};

long long as_integer(std::uint64_t value) {
  return static_cast<long long>(value);
}

}  // namespace

Result<std::unique_ptr<Catalogue>> Catalogue::open(const StoreOptions& options, bool reading) {
  std::error_code ignored;
  const auto file = options.folder / "catalogue.db";
  if (reading && options.database.empty() && !std::filesystem::exists(file, ignored))
    return fail("store.absent", "there is no store here", {.file = options.folder.string()});
  SEKISHO_TRY(auto database, options.database.empty() ? db::Database::open_sqlite(file)
                                                      : db::Database::open_postgresql(options.database));
  if (!reading) SEKISHO_CHECK(database->migrate("store", kSchema));
  std::unique_ptr<Catalogue> catalogue(new Catalogue(std::move(database)));
  if (reading) {
    SEKISHO_TRY(const long long step, catalogue->count("SELECT coalesce(max(number), 0) FROM migration WHERE "
                                                       "component = 'store'"));
    catalogue->versioned_ = step >= 2;
  }
  return catalogue;
}

Result<std::vector<PackageState>> Catalogue::packages() {
  std::vector<PackageState> out;
  Result<void> parsed;
  SEKISHO_CHECK(database_->run("reading packages", [&](soci::session& s) {
    long long number = 0, epoch = 0, sequence = 0, loaded = 0;
    std::string body, hospital, hash, counts;
    soci::statement rows =
        (s.prepare << "SELECT number, body, hospital, epoch, sequence, manifest_hash, loaded, counts FROM package "
                      "ORDER BY number",
         soci::into(number), soci::into(body), soci::into(hospital), soci::into(epoch), soci::into(sequence),
         soci::into(hash), soci::into(loaded), soci::into(counts));
    rows.execute();
    while (rows.fetch()) {
      PackageState row;
      row.number = number;
      row.id = {{body}, {hospital}, static_cast<std::uint32_t>(epoch), static_cast<std::uint64_t>(sequence)};
      row.manifest_hash = hash;
      row.loaded = {loaded};
      const auto json = parse_json(counts, "catalogue");
      if (json)
        row.counts = counts_of(*json);
      else if (parsed)
        parsed = std::unexpected(json.error());
      out.push_back(std::move(row));
    }
  }));
  if (!parsed) return std::unexpected(parsed.error());
  return out;
}

Result<Json> Catalogue::facts(std::int64_t number) {
  std::string text;
  const long long n = number;
  SEKISHO_CHECK(database_->run("reading a package", [&](soci::session& s) {
    s << "SELECT facts FROM package WHERE number = :n", soci::use(n), soci::into(text);
  }));
  return parse_json(text, "catalogue");
}

Result<void> Catalogue::exclusively(std::string_view what, const std::function<Result<void>(soci::session&)>& work) {
  return database_->transaction(what, [&](soci::session& s) -> Result<void> {
    // SQLite takes its one write lock with the first statement that could write.
    if (database_->dialect() == db::Dialect::kSqlite)
      s << "UPDATE snapshot SET document = document WHERE id = ''";
    else
      s << "LOCK TABLE segment, snapshot, linkage_state IN SHARE ROW EXCLUSIVE MODE";
    return work(s);
  });
}

Result<std::vector<SegmentRow>> Catalogue::segments() {
  std::vector<SegmentRow> out;
  SEKISHO_CHECK(database_->run("reading segments", [&](soci::session& s) {
    std::string hash, table, hospital, family, bitmap;
    long long year = 0, rows = 0, bytes = 0, superseded = 0, first = 0, last = 0;
    soci::statement all =
        (s.prepare << "SELECT hash, table_name, hospital, family, year, row_count, bytes, bitmap, superseded, "
                      "package_min, package_max FROM segment ORDER BY table_name, hospital, family, year, hash",
         soci::into(hash), soci::into(table), soci::into(hospital), soci::into(family), soci::into(year),
         soci::into(rows), soci::into(bytes), soci::into(bitmap), soci::into(superseded), soci::into(first),
         soci::into(last));
    all.execute();
    while (all.fetch())
      out.push_back({{hash, table, hospital, family, static_cast<int>(year), static_cast<std::uint64_t>(rows),
                      static_cast<std::uint64_t>(bytes), bitmap},
                     first,
                     last,
                     static_cast<std::uint64_t>(superseded)});
  }));
  return out;
}

Result<std::vector<SealedRow>> Catalogue::sealed() {
  std::vector<SealedRow> out;
  SEKISHO_CHECK(database_->run("reading sealed files", [&](soci::session& s) {
    std::string hash, kind, hospital, canonical;
    long long items = 0, bytes = 0;
    const std::string version = versioned_ ? "canonical" : "CASE WHEN kind = 'keys' THEN 'c1' ELSE '' END";
    soci::statement all =
        (s.prepare << "SELECT hash, kind, hospital, items, bytes, " + version + " FROM sealed ORDER BY kind, hash",
         soci::into(hash), soci::into(kind), soci::into(hospital), soci::into(items), soci::into(bytes),
         soci::into(canonical));
    all.execute();
    while (all.fetch())
      out.push_back(
          {hash, kind, hospital, static_cast<std::uint64_t>(items), static_cast<std::uint64_t>(bytes), canonical});
  }));
  return out;
}

Result<std::vector<QuarantineRow>> Catalogue::quarantine() {
  std::vector<QuarantineRow> out;
  SEKISHO_CHECK(database_->run("reading the quarantine", [&](soci::session& s) {
    long long package = 0, part = 0, ordinal = 0, line = 0, bytes = 0, records = 0;
    std::string rule, reason;
    soci::statement all =
        (s.prepare << "SELECT package, part, ordinal, line, rule, reason, bytes, records FROM quarantine "
                      "ORDER BY package, part, ordinal, line, rule",
         soci::into(package), soci::into(part), soci::into(ordinal), soci::into(line), soci::into(rule),
         soci::into(reason), soci::into(bytes), soci::into(records));
    all.execute();
    while (all.fetch())
      out.push_back({package,
                     {rule, reason, static_cast<std::int32_t>(part), static_cast<std::int32_t>(ordinal), line,
                      static_cast<std::uint64_t>(bytes), static_cast<std::uint64_t>(records)}});
  }));
  return out;
}

Result<std::unordered_map<std::string, RegistrationState>> Catalogue::registrations() {
  std::unordered_map<std::string, RegistrationState> out;
  SEKISHO_CHECK(database_->run("reading registrations", [&](soci::session& s) {
    std::string reg, hospital, scope;
    soci::statement all = (s.prepare << "SELECT reg, hospital, scope FROM registration", soci::into(reg),
                           soci::into(hospital), soci::into(scope));
    all.execute();
    while (all.fetch())
      out[reg] = {hospital, scope};
  }));
  return out;
}

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<Pairs> read_pairs(db::Database& database, const std::string& sql) {
  Pairs out;
  SEKISHO_CHECK(database.run("reading the catalogue", [&](soci::session& s) {
    std::string first, second;
    soci::statement all = (s.prepare << sql, soci::into(first), soci::into(second));
    all.execute();
    while (all.fetch())
      out.emplace_back(first, second);
  }));
  return out;
}

}  // namespace

Result<Pairs> Catalogue::withdrawn() {
  return read_pairs(*database_, "SELECT reg, scope FROM registration WHERE scope <> '' ORDER BY reg");
}

Result<std::unordered_map<std::string, std::string>> Catalogue::replacements() {
  SEKISHO_TRY(const Pairs pairs, read_pairs(*database_, "SELECT old_hash, new_hash FROM replacement"));
  return std::unordered_map<std::string, std::string>(pairs.begin(), pairs.end());
}

Result<Pairs> Catalogue::snapshots() {
  return read_pairs(*database_, "SELECT id, document FROM snapshot ORDER BY id");
}

Result<void> Catalogue::each_linkage_event(std::uint64_t up_to, const std::function<void(const LinkageEvent&)>& visit) {
  const long long limit = up_to > INT64_MAX ? INT64_MAX : as_integer(up_to);
  return database_->run("reading linkage events", [&](soci::session& s) {
    long long number = 0, time = 0;
    LinkageEvent event;
    soci::statement all = (s.prepare << "SELECT number, time, reg, person, method, weight FROM linkage_event "
                                        "WHERE number <= :n ORDER BY number",
                           soci::use(limit), soci::into(number), soci::into(time), soci::into(event.reg),
                           soci::into(event.person), soci::into(event.method), soci::into(event.weight));
    all.execute();
    while (all.fetch()) {
      event.number = static_cast<std::uint64_t>(number), event.time = {time};
      visit(event);
    }
  });
}

Result<std::vector<LinkageEvent>> Catalogue::linkage_events(std::uint64_t up_to) {
  std::vector<LinkageEvent> out;
  SEKISHO_CHECK(each_linkage_event(up_to, [&](const LinkageEvent& event) { out.push_back(event); }));
  return out;
}

Result<PersonMap> Catalogue::person_map(std::uint64_t up_to) {
  const long long limit = up_to > INT64_MAX ? INT64_MAX : as_integer(up_to);
  PersonMap out;
  SEKISHO_CHECK(database_->run("reading the person map", [&](soci::session& s) {
    std::string reg, person;
    soci::statement all = (s.prepare << "SELECT reg, person FROM linkage_event WHERE number <= :n ORDER BY number",
                           soci::use(limit), soci::into(reg), soci::into(person));
    all.execute();
    while (all.fetch())
      out[reg] = person;
  }));
  return out;
}

Result<std::pair<std::uint64_t, std::string>> Catalogue::linkage_state() {
  long long number = 0;
  std::string hash = map_hash({});
  SEKISHO_CHECK(database_->run("reading the linkage state", [&](soci::session& s) {
    s << "SELECT number, map_hash FROM linkage_state ORDER BY number DESC LIMIT 1", soci::into(number),
        soci::into(hash);
  }));
  return std::pair{static_cast<std::uint64_t>(number), hash};
}

Result<long long> Catalogue::count(const std::string& sql) {
  long long out = 0;
  SEKISHO_CHECK(database_->run("counting", [&](soci::session& s) { s << sql, soci::into(out); }));
  return out;
}

void insert_package(soci::session& s, const PackageState& package, const Json& facts) {
  const long long number = package.number, epoch = package.id.epoch, sequence = as_integer(package.id.sequence);
  const long long loaded = package.loaded.micros;
  const std::string counts = counts_json(package.counts).dump(), text = facts.dump();
  s << "INSERT INTO package(number, body, hospital, epoch, sequence, manifest_hash, loaded, counts, facts) "
       "VALUES(:n, :b, :h, :e, :s, :m, :l, :c, :f)",
      soci::use(number), soci::use(package.id.body.text), soci::use(package.id.hospital.text), soci::use(epoch),
      soci::use(sequence), soci::use(package.manifest_hash), soci::use(loaded), soci::use(counts), soci::use(text);
}

void insert_segments(soci::session& s, const std::vector<SegmentRow>& rows) {
  for (const SegmentRow& row : rows) {
    const long long year = row.info.year, count = as_integer(row.info.rows), bytes = as_integer(row.info.bytes),
                    superseded = as_integer(row.superseded), first = row.package_min, last = row.package_max;
    s << "INSERT INTO segment(hash, table_name, hospital, family, year, row_count, bytes, bitmap, superseded, "
         "package_min, package_max) VALUES(:h, :t, :o, :f, :y, :r, :b, :m, :s, :p, :q)",
        soci::use(row.info.hash), soci::use(row.info.table), soci::use(row.info.hospital), soci::use(row.info.family),
        soci::use(year), soci::use(count), soci::use(bytes), soci::use(row.info.bitmap), soci::use(superseded),
        soci::use(first), soci::use(last);
  }
}

void update_bitmap(soci::session& s, const SegmentRow& row) {
  const long long superseded = as_integer(row.superseded);
  s << "UPDATE segment SET bitmap = :b, superseded = :s WHERE hash = :h", soci::use(row.info.bitmap),
      soci::use(superseded), soci::use(row.info.hash);
}

void delete_segment(soci::session& s, const std::string& hash) {
  s << "DELETE FROM segment WHERE hash = :h", soci::use(hash);
}

void insert_sealed(soci::session& s, const std::vector<SealedRow>& rows) {
  for (const SealedRow& row : rows) {
    const long long items = as_integer(row.items), bytes = as_integer(row.bytes);
    s << "INSERT INTO sealed(hash, kind, hospital, items, bytes, canonical) VALUES(:h, :k, :o, :i, :b, :c)",
        soci::use(row.hash), soci::use(row.kind), soci::use(row.hospital), soci::use(items), soci::use(bytes),
        soci::use(row.canonical);
  }
}

void delete_sealed(soci::session& s, const std::string& hash) {
  s << "DELETE FROM sealed WHERE hash = :h", soci::use(hash);
}

void insert_replacement(soci::session& s, const std::string& old_hash, const std::string& new_hash) {
  s << "INSERT INTO replacement(old_hash, new_hash) VALUES(:o, :n)", soci::use(old_hash), soci::use(new_hash);
}

void insert_registrations(soci::session& s, const std::set<std::string>& regs, const std::string& hospital) {
  std::string reg;
  soci::statement insert = (s.prepare << "INSERT INTO registration(reg, hospital, scope) VALUES(:r, :h, '') "
                                         "ON CONFLICT(reg) DO NOTHING",
                            soci::use(reg), soci::use(hospital));
  for (const std::string& each : regs) {
    reg = each;
    insert.execute(true);
  }
}

void withdraw_registration(soci::session& s, const std::string& reg, const std::string& hospital,
                           const std::string& scope) {
  // A wider withdrawal stays when a narrower one follows.
  s << "INSERT INTO registration(reg, hospital, scope) VALUES(:r, :h, :s) ON CONFLICT(reg) DO UPDATE SET scope = "
       "CASE WHEN registration.scope = 'all' THEN 'all' ELSE excluded.scope END",
      soci::use(reg), soci::use(hospital), soci::use(scope);
}

void insert_quarantine(soci::session& s, const std::vector<QuarantineRow>& rows) {
  for (const QuarantineRow& row : rows) {
    const long long package = row.package, part = row.item.part, ordinal = row.item.ordinal, line = row.item.line,
                    bytes = as_integer(row.item.bytes), records = as_integer(row.item.records);
    s << "INSERT INTO quarantine(package, part, ordinal, line, rule, reason, bytes, records) "
         "VALUES(:p, :q, :o, :l, :r, :t, :b, :n)",
        soci::use(package), soci::use(part), soci::use(ordinal), soci::use(line), soci::use(row.item.rule),
        soci::use(row.item.reason), soci::use(bytes), soci::use(records);
  }
}

void insert_linkage(soci::session& s, std::uint64_t newest, std::size_t count,
                    const std::function<LinkageEvent(std::size_t)>& event, const std::string& map_hash) {
  long long number = as_integer(newest), time = 0;
  LinkageEvent one;
  soci::statement insert = (s.prepare << "INSERT INTO linkage_event(number, time, reg, person, method, weight) "
                                         "VALUES(:n, :t, :r, :p, :m, :w)",
                            soci::use(number), soci::use(time), soci::use(one.reg), soci::use(one.person),
                            soci::use(one.method), soci::use(one.weight));
  for (std::size_t i = 0; i < count; ++i) {
    one = event(i);
    ++number, time = one.time.micros;
    insert.execute(true);
  }
  s << "INSERT INTO linkage_state(number, map_hash) VALUES(:n, :h)", soci::use(number), soci::use(map_hash);
}

Json counts_json(const records::Counts& c) {
  return {{"files", c.files},    {"bytes", c.bytes},           {"messages", c.messages},       {"records", c.records},
          {"loaded", c.loaded},  {"superseded", c.superseded}, {"quarantined", c.quarantined}, {"rules", c.rules},
          {"unknown", c.unknown}};
}

records::Counts counts_of(const Json& json) {
  records::Counts c;
  const std::pair<const char*, std::uint64_t*> members[] = {
      {"files", &c.files},   {"bytes", &c.bytes},           {"messages", &c.messages},      {"records", &c.records},
      {"loaded", &c.loaded}, {"superseded", &c.superseded}, {"quarantined", &c.quarantined}};
  for (const auto& [name, target] : members)
    *target = json.value(name, std::uint64_t{0});
  // Named: items() refers to its object, which must outlive the loop.
  const Json rules = json.value("rules", Json::object()), unknown = json.value("unknown", Json::object());
  for (const auto& [rule, n] : rules.items())
    c.rules[rule] = n.get<std::uint64_t>();
  for (const auto& [kind, n] : unknown.items())
    c.unknown[kind] = n.get<std::uint64_t>();
  return c;
}

std::string map_hash(const PersonMap& map) {
  std::vector<std::pair<std::string_view, std::string_view>> rows(map.begin(), map.end());
  std::sort(rows.begin(), rows.end());
  crypto::Sha256 hash;
  for (const auto& [reg, person] : rows)
    hash.update(as_bytes(fmt::format("{},{}\n", reg, person)));
  return to_hex(hash.finish());
}

}  // namespace sekisho::store
