#include "store/local_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/crash_point.h"
#include "core/log.h"
#include "records/areas.h"
#include "store/supersede.h"

namespace sekisho::store {

namespace common = records::common;
using records::Batch;
using records::Column;

namespace {

constexpr std::size_t kIdentityBytes = std::size_t{32} << 20;  // identities held before they are sealed

// Families of segments by the source of a row.
struct SourceFamily {
  std::string_view source, family;
};
constexpr SourceFamily kFamilies[] = {
    {"ssmix2", "ssmix2"},    {"rec_med", "receipt"},  {"rec_dpc", "receipt"},
    {"rec_disp", "receipt"}, {"rec_dent", "receipt"},
};
std::string_view family_of(std::string_view source) {
  for (const SourceFamily& row : kFamilies)
    if (row.source == source) return row.family;
  return source.starts_with("rec") ? "receipt" : "dpc";
}

int year_of_micros(std::int64_t micros) {
  constexpr std::int64_t kDay = 86'400'000'000;
  return Date{static_cast<std::int32_t>((micros >= 0 ? micros : micros - kDay + 1) / kDay)}.year();
}

// Rows of a clinical batch by family and year of t. A year's bounds are remembered: rows of one year come in runs.
std::map<std::pair<std::string_view, int>, std::vector<std::uint32_t>> groups_of(const Batch& batch) {
  std::map<std::pair<std::string_view, int>, std::vector<std::uint32_t>> groups;
  const Column& source = batch.column(common::kSrc);
  const Column& time = batch.column(common::kT);
  std::vector<std::string_view> families(source.dictionary().size());
  for (std::size_t id = 0; id < families.size(); ++id)
    families[id] = family_of(source.dictionary().text(static_cast<std::uint32_t>(id)));
  std::int64_t from = 0, to = 0;
  int year = 0;
  std::vector<std::uint32_t>* group = nullptr;
  std::string_view group_family;
  int group_year = -1;
  for (std::uint32_t i = 0; i < batch.rows(); ++i) {
    const std::string_view family = source.is_null(i) ? "dpc" : families[source.codes()[i]];
    int of_row = 0;
    if (!time.is_null(i)) {
      const std::int64_t t = time.integer(i);
      if (t < from || t >= to) {
        year = year_of_micros(t);
        from = std::int64_t{days_from_civil(year, 1, 1)} * 86'400'000'000;
        to = std::int64_t{days_from_civil(year + 1, 1, 1)} * 86'400'000'000;
      }
      of_row = year;
    }
    if (group == nullptr || of_row != group_year || family != group_family) {
      group = &groups[{family, of_row}];
      group_family = family;
      group_year = of_row;
    }
    group->push_back(i);
  }
  return groups;
}

}  // namespace

LocalLoad::LocalLoad(LocalStore& store, PackageState state, identity::CanonicalVersion canonical)
    : store_(store),
      state_(std::move(state)),
      canonical_(canonical),
      set_([this](std::string_view number) { return reg_of(number); },
           [this](std::string_view kind, std::string_view key) {
             return identity::document_key(store_.keys().reg.view(), kind, key);
           }),
      documents_(document_spec()),
      demographics_(demographics_spec()),
      findings_(finding_spec()) {}

std::string LocalLoad::reg_of(std::string_view patient_number) const {
  return identity::registration_key(store_.keys().reg.view(), state_.id.hospital.text, patient_number);
}

Result<void> LocalLoad::drain() {
  return set_.bytes() < store_.options().memory ? Result<void>{} : spill();
}

Result<void> LocalLoad::withdraw(std::string_view patient_number, std::string_view scope) {
  if (scope != "registration" && scope != "all")
    return fail("store.scope", "the scope of a withdrawal is registration or all");
  withdrawals_.emplace_back(reg_of(patient_number), scope);
  return {};
}

Result<SealedWriter*> LocalLoad::sealed(std::string_view kind) {
  for (const auto& pending : sealed_)
    if (pending->kind == kind) return &pending->writer;
  TemporaryFile file(store_.folder().sealed_folder(kind), ".sealed");
  SEKISHO_TRY(SealedWriter writer, SealedWriter::create(file.path(), kind, store_.sealing_key(kind), store_.random()));
  sealed_.push_back(
      std::unique_ptr<PendingSealed>(new PendingSealed{std::string(kind), std::move(file), std::move(writer)}));
  return &sealed_.back()->writer;
}

Result<void> LocalLoad::quarantine_bytes(std::int32_t part, std::int32_t ordinal, std::string_view rule,
                                         ByteView content) {
  SEKISHO_TRY(SealedWriter * writer, sealed("quarantine"));
  StoredItem item;
  item.kind = rule;
  item.content = as_text(content);
  item.package = state_.number;
  item.part = part;
  item.ordinal = ordinal;
  return writer->add(encode(item));
}

Result<void> LocalLoad::spill() {
  for (const std::string& reg : set_.registrations())
    store_.loading().insert(reg);
  take_documents();
  take_identities();
  take_findings();
  SEKISHO_CHECK(spill_tables());
  SEKISHO_CHECK(spill_vault());
  if (identity_bytes_ > kIdentityBytes) SEKISHO_CHECK(flush_identities());
  set_.clear();
  crash_point("store.spilled");
  return {};
}

Result<void> LocalLoad::spill_tables() {
  for (Batch& batch : set_.batches())
    SEKISHO_CHECK(write_table(batch, true));
  SEKISHO_CHECK(write_table(documents_, false));
  documents_.clear();
  SEKISHO_CHECK(write_table(findings_, false));
  findings_.clear();
  return {};
}

Result<void> LocalLoad::keep_filter(std::string_view patient_number, std::string_view scheme, ByteView bits) {
  SEKISHO_TRY(SealedWriter * writer, sealed("filters"));
  const std::string reg = reg_of(patient_number);
  store_.loading().insert(reg);
  FieldWriter row;
  row.text(reg).text(scheme).text(as_text(bits));
  return writer->add(row.bytes());
}

Result<void> LocalLoad::write_table(Batch& batch, bool clinical) {
  if (batch.rows() == 0) return {};
  batch.pad();
  SEKISHO_TRY(columns::Engine * engine, store_.engine());
  auto groups = clinical ? groups_of(batch)
                         : std::map<std::pair<std::string_view, int>, std::vector<std::uint32_t>>{{{"store", 0}, {}}};
  std::vector<columns::FileRows> files;
  std::vector<PendingSegment> pending;
  for (auto& [key, rows] : groups) {
    SegmentRow row;
    row.info = {"", std::string(batch.spec().name), state_.id.hospital.text, std::string(key.first), key.second};
    row.info.rows = clinical ? rows.size() : batch.rows();
    row.package_min = row.package_max = state_.number;
    TemporaryFile file(store_.folder().segments(), ".parquet");
    files.push_back({file.path(), std::move(rows), !clinical});
    pending.push_back({std::move(row), std::move(file)});
  }
  if (clinical && files.size() == 1) files[0].all = true;
  std::vector<columns::ColumnOffset> offsets;
  if (clinical) {
    const std::int64_t base = vault_base(state_.number) + vault_count_;
    offsets.push_back({common::kTextRef, base});
    if (batch.spec().name == "document_ref") offsets.push_back({records::document_ref::kVault, base});
  }
  SEKISHO_CHECK(columns::write_parquet(*engine, batch, files, offsets));
  for (PendingSegment& segment : pending) {
    segment.row.info.bytes = segment.file.size();
    segments_.push_back(std::move(segment));
  }
  crash_point("store.segments_written");
  return {};
}

Result<void> LocalLoad::spill_vault() {
  if (!set_.vault().empty()) {
    SEKISHO_TRY(SealedWriter * writer, sealed("vault"));
    std::unordered_map<std::string_view, std::string_view> regs;
    for (std::size_t i = 0; i < set_.patient_numbers().size(); ++i)
      regs[set_.patient_numbers()[i]] = set_.registrations()[i];
    const std::int64_t base = vault_base(state_.number) + vault_count_;
    for (records::VaultItem& item : set_.vault()) {
      StoredItem row;
      row.number = base + item.number;
      const auto known = regs.find(item.patient_number);
      if (!item.patient_number.empty())
        row.reg = known == regs.end() ? reg_of(item.patient_number) : std::string(known->second);
      row.kind = std::move(item.kind);
      row.content = std::move(item.content);
      row.package = state_.number;
      row.part = item.part;
      row.ordinal = item.ordinal;
      row.sub = item.sub;
      SEKISHO_CHECK(writer->add(encode(row)));
    }
    vault_count_ += static_cast<std::int64_t>(set_.vault().size());
  }
  for (records::Quarantined& item : set_.quarantined())
    quarantine_.push_back({state_.number, std::move(item)});
  return {};
}

void LocalLoad::take_documents() {
  const std::int64_t rank = rank_of(state_.id);
  for (const records::DocumentSeen& seen : set_.documents()) {
    documents_.add_row();
    documents_.text(document::kReg, set_.registrations()[seen.reg]);
    documents_.integer(document::kDoc, seen.doc);
    documents_.text(document::kVersion, seen.version);
    documents_.integer(document::kDeleted, seen.deleted ? 1 : 0);
    documents_.integer(document::kHistory, seen.history ? 1 : 0);
    documents_.integer(document::kRank, rank);
    documents_.integer(document::kPackage, state_.number);
    documents_.integer(document::kPart, seen.part);
    documents_.integer(document::kOrdinal, seen.ordinal);
  }
}

void LocalLoad::take_findings() {
  for (const records::Finding& finding : set_.findings()) {
    findings_.add_row();
    findings_.integer(0, state_.number);
    findings_.integer(1, finding.part);
    findings_.integer(2, finding.ordinal);
    if (finding.line >= 0) findings_.integer(3, finding.line);
    findings_.text(4, finding.rule);
    findings_.text(5, std::string(1, static_cast<char>(finding.level)));
    findings_.text(6, finding.where);
  }
}

// Every message repeats its patient's identity: only contents that differ are kept, with the first source and the
// first and last time they were said to be valid.
void LocalLoad::take_identities() {
  for (records::IdentityRecord& record : set_.identities()) {
    std::string content = identity_content(record);
    const std::int64_t recorded = record.recorded.present() ? record.recorded.micros : 0;
    const auto [at, fresh] = identities_.try_emplace(std::move(content));
    SeenIdentity& seen = at->second;
    if (fresh) {
      identity_order_.push_back(&at->first);
      identity_bytes_ += at->first.size() * 2 + 256;
      seen = {std::move(record), recorded};
      continue;
    }
    if (recorded == 0) continue;
    seen.last_recorded = std::max(seen.last_recorded, recorded);
    if (!seen.first.recorded.present() || recorded < seen.first.recorded.micros) seen.first.recorded = record.recorded;
  }
}

Result<void> LocalLoad::flush_identities() {
  if (identity_order_.empty()) return {};
  SEKISHO_TRY(SealedWriter * rows, sealed("identity"));
  std::vector<StoredKeys> keys;
  for (const std::string* content : identity_order_) {
    const SeenIdentity& seen = identities_.at(*content);
    const std::string reg = reg_of(seen.first.patient_number);
    store_.loading().insert(reg);
    SEKISHO_CHECK(rows->add(encode(StoredIdentity{reg, seen.first, seen.last_recorded, state_.number})));
    const auto canonical = identity::canonicalise(seen.first, canonical_);
    keys.push_back({reg, state_.id.hospital.text, identity::linkage_keys(canonical, store_.keys().link.view())});
    add_demographics(reg, seen, canonical);
  }
  const auto less = [](const StoredKeys& a, const StoredKeys& b) { return a.tie() < b.tie(); };
  const auto same = [](const StoredKeys& a, const StoredKeys& b) { return a.tie() == b.tie(); };
  std::sort(keys.begin(), keys.end(), less);
  keys.erase(std::unique(keys.begin(), keys.end(), same), keys.end());
  SEKISHO_TRY(SealedWriter * writer, sealed("keys"));
  for (const StoredKeys& row : keys)
    SEKISHO_CHECK(writer->add(encode(row)));
  SEKISHO_CHECK(write_table(demographics_, false));
  demographics_.clear();
  identities_.clear();
  identity_order_.clear();
  identity_bytes_ = 0;
  return {};
}

void LocalLoad::add_demographics(const std::string& reg, const SeenIdentity& seen,
                                 const identity::CanonicalIdentity& canonical) {
  Batch& row = demographics_;
  const records::IdentityRecord& record = seen.first;
  row.add_row();
  row.text(demographics::kReg, reg);
  row.integer(demographics::kPackage, state_.number);
  row.text(demographics::kSex, record.sex);
  if (record.birth.present() && !canonical.birth.empty()) {  // filler dates have no canonical form
    row.integer(demographics::kBirthYear, record.birth.date().year());
    if (record.birth.precision >= Precision::kMonth)
      row.integer(demographics::kBirthMonth, record.birth.date().month());
  }
  if (const auto area = records::area_of_postcode(canonical.postcode)) {
    row.text(demographics::kArea2, area->medical_area);
    row.text(demographics::kPrefecture, area->prefecture);
  }
  if (record.died.present()) {
    row.integer(demographics::kDeathYear, record.died.date().year());
    if (record.died.precision >= Precision::kMonth) row.integer(demographics::kDeathMonth, record.died.date().month());
  }
  row.integer(demographics::kRecorded, seen.last_recorded);
  row.integer(demographics::kRank, rank_of(state_.id));
  row.integer(demographics::kPart, record.part);
  row.integer(demographics::kOrdinal, record.ordinal);
  row.integer(demographics::kSub, record.sub);
}

Result<LocalLoad::Published> LocalLoad::publish() {
  Published out;
  for (PendingSegment& segment : segments_) {
    SEKISHO_TRY(segment.row.info.hash, segment.file.publish());
    out.segments.push_back(segment.row);
    crash_point("store.segment_published");
  }
  for (const auto& pending : sealed_) {
    SEKISHO_CHECK(pending->writer.finish());
    const std::uint64_t size = pending->file.size();
    SEKISHO_TRY(const std::string hash, pending->file.publish());
    out.sealed.push_back({hash, pending->kind, state_.id.hospital.text, pending->writer.records(), size,
                          pending->kind == "keys" ? std::string(identity::name_of(canonical_)) : std::string()});
    crash_point("store.sealed_published");
  }
  std::vector<std::filesystem::path> fresh, known;
  std::vector<SegmentRow> clinical;
  const auto take = [&](const SegmentRow& row, std::vector<std::filesystem::path>& documents) {
    if (row.info.table == document_spec().name) documents.push_back(store_.folder().segment(row.info.hash));
    if (records::find_table(row.info.table) != nullptr) clinical.push_back(row);
  };
  for (const SegmentRow& row : out.segments)
    take(row, fresh);
  SEKISHO_TRY(const auto before, store_.catalogue().segments());
  for (const SegmentRow& row : before)
    if (row.info.hospital == state_.id.hospital.text) take(row, known);
  SEKISHO_TRY(out.bitmaps, supersede(store_, fresh, known, clinical));
  return out;
}

Result<std::map<std::string, std::vector<std::filesystem::path>>> LocalLoad::staged() {
  SEKISHO_CHECK(spill());
  SEKISHO_CHECK(flush_identities());
  std::map<std::string, std::vector<std::filesystem::path>> files;
  for (const PendingSegment& segment : segments_)
    files[segment.row.info.table].push_back(segment.file.path());
  return files;
}

Result<PackageState> LocalLoad::commit(const Json& facts) {
  if (committed_) return fail("store.committed", "this load was committed before");
  SEKISHO_CHECK(spill());
  SEKISHO_CHECK(flush_identities());
  state_.counts = set_.counts;
  const records::Counts& n = state_.counts;
  if (n.records != n.loaded + n.superseded + n.quarantined)
    spdlog::error("{}: {} records are not {} loaded + {} superseded + {} quarantined", state_.id.text(), n.records,
                  n.loaded, n.superseded, n.quarantined);
  SEKISHO_TRY(Published files, publish());
  SEKISHO_CHECK(store_.folder().sync());
  state_.loaded = store_.clock().now();
  crash_point("store.before_commit");
  SEKISHO_CHECK(store_.catalogue().transaction("committing a package", [&](soci::session& s) -> Result<void> {
    insert_package(s, state_, facts);
    insert_registrations(s, store_.loading(), state_.id.hospital.text);
    insert_segments(s, files.segments);
    for (const SegmentRow& row : files.bitmaps)
      update_bitmap(s, row);
    insert_sealed(s, files.sealed);
    insert_quarantine(s, quarantine_);
    for (const auto& [reg, scope] : withdrawals_)
      withdraw_registration(s, reg, state_.id.hospital.text, scope);
    return {};
  }));
  committed_ = true;
  crash_point("store.after_commit");
  return state_;
}

Result<std::unique_ptr<Load>> LocalStore::begin_load(const PackageId& id, std::string_view manifest_hash_hex) {
  SEKISHO_CHECK(must_write());
  SEKISHO_TRY(const auto known, find_package(id));
  if (known) return fail("store.already_loaded", "this package was loaded before", {.part = id.text()});
  // What an earlier load left behind when it failed after publishing.
  SEKISHO_CHECK(remove_strays());
  SEKISHO_TRY(const long long last, catalogue_->count("SELECT coalesce(max(number), 0) FROM package"));
  // Not under the configured version: keys of two versions would never meet.
  SEKISHO_TRY(const identity::CanonicalVersion canonical, key_version());
  PackageState state;
  state.number = last + 1;
  state.id = id;
  state.manifest_hash = manifest_hash_hex;
  loading_.clear();
  return std::make_unique<LocalLoad>(*this, std::move(state), canonical);
}

}  // namespace sekisho::store
