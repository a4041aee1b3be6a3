// modules: store columns
// `sekisho store`: snapshot, export, erase, compact, check, status.
#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "store/store.h"

namespace sekisho::cli {
namespace {

struct Arguments {
  store::StoreOptions options;
  std::string folder, keys, body = "body";
  std::string signer, target, reg, hospital, patient_number, scope = "registration";
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
  sub->add_option("--store", a->folder, "folder of the store")->required();
  sub->add_option("--keys", a->keys, "folder of its keys (default: keys beside the store)");
  sub->add_option("--database", a->database, "PostgreSQL of the catalogue (default: SQLite in the store)");
  sub->add_flag("--allow-unencrypted", a->options.allow_unencrypted,
                "work on a volume that is not encrypted: demonstration and tests only");
  sub->add_flag("--json", a->json, "machine output");
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

}  // namespace

void add_store(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("store", "the centre's stores: segments, identities, catalogue");
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
  exported->add_option("--out", a->target, "folder to write to")->required();
  exported->add_flag("--with-identity", a->with_identity, "identities and vault too: stays inside the identity zone");
  CLI::App* erased =
      command(*parent, a, "erase", "erase a registration, or every registration of its person", true, erase);
  erased->add_option("--reg", a->reg, "registration key");
  erased->add_option("--hospital", a->hospital, "hospital id, with --patient-number");
  erased->add_option("--patient-number", a->patient_number, "patient number as the hospital writes it");
  erased->add_option("--scope", a->scope, "registration or all")->check(CLI::IsMember({"registration", "all"}));
  command(*parent, a, "compact", "merge small segments and remove files nothing names", true,
          [](store::Store& store, const Arguments& args) -> Result<int> {
            SEKISHO_CHECK(store.compact());
            SEKISHO_TRY(const store::StoreStatus status, store.status());
            show(args, status.to_json());
            return kDone;
          });
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
