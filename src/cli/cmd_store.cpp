// modules: store columns crypto ledger identity
// `sekisho store`: snapshot, export, erase, compact, rekey, check, status.
#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "core/file.h"
#include "identity/canonical.h"
#include "ledger/ledger.h"
#include "store/store.h"

namespace sekisho::cli {
namespace {

struct Arguments {
  store::StoreOptions options;
  std::string folder, keys, body = "body";
  std::string signer, target, reg, hospital, patient_number, scope = "registration", to, ledger;
  std::string database;
  bool json = false, with_identity = false;
};

using Action = std::function<Result<int>(store::Store&, const Arguments&)>;

void show(const Arguments& arguments, const Json& value) {
  if (arguments.json) return print_json(value);
  for (const auto& [name, member] : value.items())
    if (!member.is_array() || name != "segments")
      fmt::print("{}: {}\n", name, member.is_string() ? member.get<std::string>() : member.dump());
}

CLI::App* command(CLI::App& parent, const std::shared_ptr<Arguments>& a, const std::string& name,
                  const std::string& help, bool writing, Action action) {
  CLI::App* sub = parent.add_subcommand(name, help);
  sub->add_option("--store", a->folder, "Folder of the store")->required();
  sub->add_option("--keys", a->keys, "Folder of its keys (default: keys beside the store)");
  sub->add_option("--database", a->database, "PostgreSQL of the catalogue (default: SQLite in the store)");
  sub->add_flag("--allow-unencrypted", a->options.allow_unencrypted,
                "Work on a volume that is not encrypted: demonstration and tests only");
  sub->add_flag("--json", a->json, "Machine output");
  set_action(sub, [a, writing, action = std::move(action)]() -> Result<int> {
    store::StoreOptions options = a->options;
    options.folder = a->folder;
    options.keys = a->keys;
    options.database = a->database;
    SEKISHO_TRY(const auto opened, writing ? store::Store::open(options) : store::Store::open_reading(options));
    return action(*opened, *a);
  });
  return sub;
}

Result<int> take_snapshot(store::Store& store, const Arguments& a) {
  std::optional<crypto::PrivateKey> signer;
  if (!a.signer.empty()) {
    SEKISHO_TRY(signer, crypto::PrivateKey::load(a.signer));
  }
  SEKISHO_TRY(const store::Snapshot snapshot, store.take_snapshot(signer ? &*signer : nullptr));
  Json out = snapshot.to_json();
  if (!a.json) out["segments"] = snapshot.segments.size();
  show(a, out);
  return kDone;
}

Result<int> erase(store::Store& store, const Arguments& a) {
  std::string reg = a.reg;
  if (reg.empty()) {
    if (a.hospital.empty() || a.patient_number.empty())
      return fail("usage.registration", "name the registration by --reg, or by --hospital and --patient-number");
    SEKISHO_TRY(reg, store.find_registration(a.hospital, a.patient_number));
    if (reg.empty()) return fail("store.no_registration", "this registration is not known here");
  }
  SEKISHO_TRY(const Json done, store.erase(reg, a.scope));
  show(a, done);
  return kDone;
}

// The store's ledger has its own writer; it is opened for the one entry and closed again.
Result<void> record(const Arguments& a, std::string_view kind, const Json& payload) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::absolute(a.folder).lexically_normal().parent_path();
  const fs::path folder = a.ledger.empty() ? beside / "store-ledger" : fs::path(a.ledger);
  const fs::path key = (a.keys.empty() ? beside / "keys" : fs::path(a.keys)) / "store_ledger.pem";
  SEKISHO_CHECK(make_folders(folder, 0700));
  std::error_code error;
  if (!fs::exists(key, error)) {
    SEKISHO_TRY(const auto fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(key));
  }
  SEKISHO_TRY(auto signer, crypto::PrivateKey::load(key));
  SEKISHO_TRY(const auto ledger, ledger::Ledger::open(folder, "sekisho/" + a.body + "/store", std::move(signer),
                                                      system_clock(), system_random()));
  SEKISHO_TRY([[maybe_unused]] const std::uint64_t number, ledger->append(kind, payload));
  SEKISHO_TRY([[maybe_unused]] const ledger::Checkpoint checkpoint, ledger->checkpoint());
  return {};
}

// The entry stands before anything changes; a second one says how it ended.
Result<int> rekey(store::Store& store, const Arguments& a) {
  const auto to = identity::find_canonical_version(a.to);
  if (!to) return fail("usage.canonical", "the version of the canonical form is c1 or c2");
  SEKISHO_TRY(const store::StoreStatus before, store.status());
  if (before.canonical != "" && before.canonical != a.to)
    SEKISHO_CHECK(record(a, "store.rekey", {{"from", before.canonical}, {"to", a.to}}));
  SEKISHO_TRY(const Json done, store.rekey(*to));
  if (done.value("rewritten", false)) SEKISHO_CHECK(record(a, "store.rekeyed", done));
  show(a, done);
  return kDone;
}

}  // namespace

void add_store(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("store", "The centre's stores: segments, identities, catalogue");
  parent->require_subcommand(1);
  const auto a = std::make_shared<Arguments>();
  command(*parent, a, "snapshot", "take a signed list of what a dataset is built from", false, take_snapshot)
      ->add_option("--sign", a->signer, "Ed25519 key (PEM) that signs it");
  CLI::App* exported = command(*parent, a, "export", "write every table, sorted, as CSV: equal stores give equal files",
                               false, [](store::Store& store, const Arguments& args) -> Result<int> {
                                 SEKISHO_CHECK(store.export_canonical(args.target, args.with_identity));
                                 show(args, {{"folder", args.target}});
                                 return kDone;
                               });
  exported->add_option("--out", a->target, "Folder to write to")->required();
  exported->add_flag("--with-identity", a->with_identity, "Identities and vault too: stays inside the identity zone");
  CLI::App* erased =
      command(*parent, a, "erase", "erase a registration, or every registration of its person", true, erase);
  erased->add_option("--reg", a->reg, "Registration key");
  erased->add_option("--hospital", a->hospital, "Hospital id, with --patient-number");
  erased->add_option("--patient-number", a->patient_number, "Patient number as the hospital writes it");
  erased->add_option("--scope", a->scope, "registration or all")->check(CLI::IsMember({"registration", "all"}));
  command(*parent, a, "compact", "merge small segments and remove files nothing names", true,
          [](store::Store& store, const Arguments& args) -> Result<int> {
            SEKISHO_CHECK(store.compact());
            SEKISHO_TRY(const store::StoreStatus status, store.status());
            show(args, status.to_json());
            return kDone;
          });
  CLI::App* rekeyed = command(*parent, a, "rekey",
                              "make every linkage key anew under another version of the canonical form; link again "
                              "afterwards",
                              true, rekey);
  rekeyed->add_option("--to", a->to, "Version: c1 or c2")->required()->check(CLI::IsMember({"c1", "c2"}));
  rekeyed->add_option("--ledger", a->ledger, "Folder of the store's ledger (default: store-ledger beside the store)");
  rekeyed->add_option("--body", a->body, "Id of the certified body, named in the ledger");
  command(*parent, a, "check", "every named file exists and has its hash, counts agree (exit 1: problems)", false,
          [](store::Store& store, const Arguments& args) -> Result<int> {
            SEKISHO_TRY(const Json report, store.check());
            show(args, report);
            return report.value("ok", false) ? kDone : kFindings;
          });
  command(*parent, a, "status", "counts of packages, registrations, rows", false,
          [](store::Store& store, const Arguments& args) -> Result<int> {
            SEKISHO_TRY(const store::StoreStatus status, store.status());
            show(args, status.to_json());
            return kDone;
          });
}

}  // namespace sekisho::cli
