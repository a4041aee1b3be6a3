#include "center/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>

#include "core/file.h"
#include "crypto/digest.h"
#include "intake/intake.h"
#include "store/store.h"

namespace sekisho::center {

namespace fs = std::filesystem;

namespace {

Result<crypto::Digest> hash_file(const fs::path& path) {
  SEKISHO_TRY(const MappedFile file, MappedFile::open(path));
  return crypto::sha256(file.bytes());
}

Result<void> copy_durable(const fs::path& from, const fs::path& to) {
  SEKISHO_CHECK(make_folders(to.parent_path(), 0700));
  SEKISHO_TRY(const MappedFile source, MappedFile::open(from));
  FileDescriptor fd(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("backup.create", "cannot create a file of the backup", {.file = to.string()});
  SEKISHO_CHECK(write_all(fd.get(), source.bytes(), to.string()));
  return sync_file(fd.get(), to.string());
}

// A consistent copy of a catalogue that another process may be writing.
Result<void> copy_catalogue(const fs::path& from, const fs::path& to) {
  sqlite3* source = nullptr;
  sqlite3* target = nullptr;
  int code = sqlite3_open_v2(from.c_str(), &source, SQLITE_OPEN_READONLY, nullptr);
  if (code == SQLITE_OK) code = sqlite3_open(to.c_str(), &target);
  if (code == SQLITE_OK) {
    sqlite3_busy_timeout(source, 10'000);
    sqlite3_backup* copy = sqlite3_backup_init(target, "main", source, "main");
    code = copy == nullptr ? sqlite3_errcode(target) : sqlite3_backup_step(copy, -1);
    if (copy != nullptr) sqlite3_backup_finish(copy);
    if (code == SQLITE_DONE) code = SQLITE_OK;
  }
  sqlite3_close(source);
  sqlite3_close(target);
  if (code != SQLITE_OK)
    return fail("backup.catalogue", fmt::format("the catalogue cannot be copied: {}", sqlite3_errstr(code)),
                {.file = from.string()});
  return {};
}

// Files of the stores but the catalogue's own; temporary and lock files are no part of it.
std::vector<fs::path> store_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    const fs::path relative = fs::relative(entry.path(), folder, error);
    const std::string first = relative.begin()->string();
    if (!entry.is_regular_file(error) || first.starts_with("catalogue.db") || first.starts_with("lock") ||
        relative.string().find(".tmp") != std::string::npos)
      continue;
    files.push_back(relative);
  }
  std::sort(files.begin(), files.end());
  return files;
}

Json package_list(const std::vector<store::PackageState>& packages) {
  Json list = Json::array();
  for (const store::PackageState& p : packages)
    list.push_back({{"hospital", p.id.hospital.text},
                    {"epoch", p.id.epoch},
                    {"sequence", p.id.sequence},
                    {"manifest_hash", p.manifest_hash}});
  return list;
}

Result<Json> open_and_list(store::StoreOptions options, const fs::path& folder, bool check) {
  options.folder = folder;
  SEKISHO_TRY(const auto store, store::Store::open_reading(options));
  if (check) {
    SEKISHO_TRY(const Json report, store->check());
    if (!report.value("ok", false))
      return fail("backup.damaged", "the restored store does not pass its check", {.file = folder.string()});
  }
  SEKISHO_TRY(const auto packages, store->packages());
  return package_list(packages);
}

Result<void> check_hashes(const fs::path& folder, const Json& document) {
  for (const auto& [name, hash] : document.at("files").items()) {
    SEKISHO_TRY(const crypto::Digest digest, hash_file(folder / name));
    if (to_hex(digest) != hash.get<std::string>())
      return fail("backup.damaged", "a file of the backup was changed", {.file = (folder / name).string()});
  }
  return {};
}

}  // namespace

Result<Json> backup(const Layout& layout, const fs::path& target, const Clock& clock, Random& random) {
  const auto start = std::chrono::steady_clock::now();
  SEKISHO_TRY(const intake::IntakeConfig config, intake::IntakeConfig::load(layout.intake_config()));
  if (!config.store.database.empty())
    return fail("backup.postgresql", "the catalogue lies in PostgreSQL", {},
                "Use pg_dump for it, and copy the folder of the stores.");
  std::error_code error;
  if (fs::exists(target, error))
    return fail("usage.exists", "the backup's folder exists already", {.file = target.string()});
  SEKISHO_CHECK(make_folders(target / "store", 0700));
  // The catalogue first: every file it names is immutable and there.
  SEKISHO_CHECK(copy_catalogue(config.store.folder / "catalogue.db", target / "store" / "catalogue.db"));
  for (const fs::path& file : store_files(config.store.folder))
    SEKISHO_CHECK(copy_durable(config.store.folder / file, target / "store" / file));

  Json document = {
      {"format", 1}, {"created", clock.now().iso()}, {"body", config.body.text}, {"files", Json::object()}};
  std::uint64_t bytes = 0;
  std::vector<fs::path> files = store_files(target / "store");
  files.emplace_back("catalogue.db");
  for (const fs::path& file : files) {
    SEKISHO_TRY(const crypto::Digest digest, hash_file(target / "store" / file));
    document["files"]["store/" + file.string()] = to_hex(digest);
    bytes += fs::file_size(target / "store" / file, error);
  }
  // Restored beside and opened as a store: a backup that nobody restored is a hope.
  const fs::path trial = target / "trial";
  store::StoreOptions options = config.store;
  options.clock = &clock;
  options.random = &random;
  for (const fs::path& file : files)
    SEKISHO_CHECK(copy_durable(target / "store" / file, trial / file));
  SEKISHO_TRY(document["packages"], open_and_list(options, trial, true));
  SEKISHO_TRY(const Json live, open_and_list(options, config.store.folder, false));
  for (const Json& package : document["packages"])
    if (std::find(live.begin(), live.end(), package) == live.end())
      return fail("backup.damaged", "the restored store names a package that the live one does not");
  fs::remove_all(trial, error);
  const std::string text = document.dump(1) + "\n";
  SEKISHO_CHECK(write_file_durable(target / "backup.json", text, 0600));
  const std::string id = to_hex(crypto::sha256(as_bytes(text)));
  SEKISHO_CHECK(make_folders(config.state / "secured", 0700));
  SEKISHO_CHECK(write_file_durable(config.state / "secured" / (id + ".json"),
                                   Json{{"backup", id}, {"packages", document["packages"]}}.dump(), 0600));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Json{{"backup", id},
              {"files", files.size()},
              {"bytes", bytes},
              {"packages", document["packages"].size()},
              {"seconds", seconds}};
}

Result<Json> restore(const Layout& layout, const fs::path& source) {
  SEKISHO_TRY(const intake::IntakeConfig config, intake::IntakeConfig::load(layout.intake_config()));
  std::error_code error;
  if (fs::exists(config.store.folder / "catalogue.db", error))
    return fail("usage.exists", "a store stands here already", {.file = config.store.folder.string()},
                "Move it away first: a restore never overwrites.");
  SEKISHO_TRY(const Json document, read_json(source / "backup.json"));
  if (!document.contains("files") || !document["files"].is_object())
    return fail("backup.damaged", "backup.json cannot be read", {.file = source.string()});
  SEKISHO_CHECK(check_hashes(source, document));
  for (const auto& [name, hash] : document["files"].items())
    SEKISHO_CHECK(copy_durable(source / name, config.store.folder / fs::path(name).lexically_relative("store")));
  SEKISHO_CHECK(sync_folder(config.store.folder));
  return Json{{"files", document["files"].size()}, {"packages", document.value("packages", Json::array()).size()}};
}

}  // namespace sekisho::center
