// Re-keying: linkage keys made anew under another version of the canonical form. New files stand beside the old ones
// until one transaction names the new and forgets the old; killed before it, the next start removes them and the store
// is as it was.
#include <fmt/format.h>

#include <algorithm>

#include "core/crash_point.h"
#include "identity/keyed_hash.h"
#include "store/local_store.h"

namespace sekisho::store {
namespace {

using identity::CanonicalVersion;

constexpr std::size_t kRowsHeld = 200'000;  // keys sorted together: about 40 MB

struct Counts {
  std::uint64_t records = 0, changed = 0, without_key = 0;
};

// The forms that enter keys.
auto key_fields(const identity::CanonicalIdentity& form) {
  return std::tie(form.kanji, form.kana, form.given_kanji, form.given_kana, form.birth, form.sex, form.symbol,
                  form.number);
}

bool has_key(const identity::LinkageKeys& keys) {
  return keys.insurance || keys.kanji || keys.kana;
}

CanonicalVersion other(CanonicalVersion version) {
  return version == CanonicalVersion::kC1 ? CanonicalVersion::kC2 : CanonicalVersion::kC1;
}

Result<void> write_sorted(std::vector<StoredKeys>& rows, SealedWriter& writer) {
  const auto less = [](const StoredKeys& a, const StoredKeys& b) { return a.tie() < b.tie(); };
  const auto same = [](const StoredKeys& a, const StoredKeys& b) { return a.tie() == b.tie(); };
  std::sort(rows.begin(), rows.end(), less);
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  for (const StoredKeys& row : rows)
    SEKISHO_CHECK(writer.add(encode(row)));
  rows.clear();
  return {};
}

// The keys of one file of identity records.
Result<SealedRow> keys_of(LocalStore& store, const SealedRow& identities, CanonicalVersion to,
                          const identity::KeyedHash& hash, Counts& counts) {
  TemporaryFile file(store.folder().sealed_folder("keys"), ".sealed");
  SEKISHO_TRY(SealedWriter writer,
              SealedWriter::create(file.path(), "keys", store.sealing_key("keys"), store.random()));
  std::vector<StoredKeys> rows;
  SEKISHO_CHECK(read_sealed(store.folder().sealed_file("identity", identities.hash), "identity",
                            store.sealing_key("identity"), [&](std::string_view bytes) -> Result<void> {
                              SEKISHO_TRY(const StoredIdentity row, decode_identity(bytes));
                              const auto form = identity::canonicalise(row.record, to);
                              const auto before = identity::canonicalise(row.record, other(to));
                              rows.push_back({row.reg, identities.hospital, identity::linkage_keys(form, hash)});
                              ++counts.records;
                              counts.changed += key_fields(form) != key_fields(before) ? 1 : 0;
                              counts.without_key += has_key(rows.back().keys) ? 0 : 1;
                              return rows.size() < kRowsHeld ? Result<void>{} : write_sorted(rows, writer);
                            }));
  SEKISHO_CHECK(write_sorted(rows, writer));
  SEKISHO_CHECK(writer.finish());
  SealedRow out{"", "keys", identities.hospital, writer.records(), file.size(), std::string(identity::name_of(to))};
  SEKISHO_TRY(out.hash, file.publish());
  return out;
}

}  // namespace

Result<std::set<std::string>> LocalStore::key_versions() {
  SEKISHO_TRY(const auto files, catalogue_->sealed());
  std::set<std::string> versions;
  for (const SealedRow& file : files)
    if (file.kind == "keys") versions.insert(file.canonical);
  return versions;
}

Result<CanonicalVersion> LocalStore::key_version() {
  SEKISHO_TRY(const auto versions, key_versions());
  if (versions.empty()) return options_.canonical;
  if (versions.size() > 1)
    return fail("store.mixed_keys",
                fmt::format("the linkage keys of this store are of versions {}: keys of two versions never meet",
                            fmt::join(versions, " and ")),
                {.file = folder_.root().string()}, "Make them one version: sekisho store rekey --to c2 (or c1).");
  const auto version = identity::find_canonical_version(*versions.begin());
  if (!version)
    return fail("store.unknown_keys",
                fmt::format("the linkage keys of this store are of version '{}', which this program does not know",
                            *versions.begin()),
                {.file = folder_.root().string()}, "Use the newer program.");
  return *version;
}

Result<Json> LocalStore::rekey(CanonicalVersion to) {
  SEKISHO_CHECK(must_write());
  SEKISHO_TRY(const auto versions, key_versions());
  SEKISHO_TRY(const auto sealed, catalogue_->sealed());
  const std::string name(identity::name_of(to));
  Json report = {{"from", versions}, {"to", name},     {"rewritten", false}, {"records", 0},
                 {"changed", 0},     {"unchanged", 0}, {"without_key", 0},   {"files", 0}};
  if (versions.empty() || (versions.size() == 1 && versions.contains(name))) return report;
  const identity::KeyedHash hash(keys_.link.view());
  Counts counts;
  std::vector<SealedRow> fresh;
  for (const SealedRow& row : sealed) {
    if (row.kind != "identity") continue;
    SEKISHO_TRY(SealedRow keys, keys_of(*this, row, to, hash, counts));
    fresh.push_back(std::move(keys));
    crash_point("store.rekey_file");
  }
  SEKISHO_CHECK(folder_.sync());
  crash_point("store.rekey_before_commit");
  SEKISHO_CHECK(catalogue_->transaction("re-keying", [&](soci::session& s) -> Result<void> {
    for (const SealedRow& row : sealed)
      if (row.kind == "keys") delete_sealed(s, row.hash);
    insert_sealed(s, fresh);
    return {};
  }));
  crash_point("store.rekey_after_commit");
  SEKISHO_CHECK(remove_strays());
  report["rewritten"] = true;
  report["records"] = counts.records;
  report["changed"] = counts.changed;
  report["unchanged"] = counts.records - counts.changed;
  report["without_key"] = counts.without_key;
  report["files"] = fresh.size();
  return report;
}

}  // namespace sekisho::store
