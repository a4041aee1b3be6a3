#include <fmt/format.h>

#include <algorithm>

#include "core/config.h"
#include "intake/intake.h"

namespace sekisho::intake {
namespace {

const std::vector<ConfigMember> kSchema = net::Peer::schema({
    {"body", ConfigType::kText, true, "", "id of the certified body"},
    {"state", ConfigType::kPath, true, "", "folder for pulled packages, receipts and the centre's ledger"},
    {"signer.certificate", ConfigType::kPath, true, "", "certificate of role sign-intake"},
    {"signer.key", ConfigType::kPath, true, "", "its key"},
    {"recipient.certificate", ConfigType::kPath, true, "", "certificate of role recipient"},
    {"recipient.key", ConfigType::kPath, true, "", "its key; only in the core zone"},
    {"hospitals", ConfigType::kPath, false, "", "folder of HOSPITAL.pem certificates of role encryption-gateway"},
    {"ledger_key", ConfigType::kPath, true, "", "Ed25519 key of the centre's ledger; made when absent"},
    {"media", ConfigType::kPath, false, "", "folder where packages on numbered media are read in"},
    {"store.folder", ConfigType::kPath, true, "", "folder of the stores"},
    {"store.keys", ConfigType::kPath, true, "", "folder of the stores' keys, held apart from them"},
    {"store.database", ConfigType::kText, false, "",
     "catalogue in PostgreSQL: connection parameters; empty: SQLite beside the segments"},
    {"store.canonical", ConfigType::kText, false, "c1",
     "version of the canonical form for the linkage keys of a new store; a store that holds keys keeps its own"},
    {"store.memory_mb", ConfigType::kInteger, false, "256", "rows held in memory before they are spilled, MiB"},
    {"store.threads", ConfigType::kInteger, false, "2", "threads of the query engine"},
    {"store.allow_unencrypted", ConfigType::kBoolean, false, "false",
     "accept a volume that is not encrypted (demonstration and tests only)"},
    {"quality.fail_on", ConfigType::kText, false, "",
     "E, W or I: packages with findings of this level or worse are held back; never: measured and reported only"},
    {"quality.thresholds", ConfigType::kPath, false, "", "thresholds (TOML); default: the built-in ones"},
    {"interval_seconds", ConfigType::kInteger, false, "30", "pause between rounds"},
});

}  // namespace

Result<IntakeConfig> IntakeConfig::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const Config config, Config::load(file, kSchema));
  IntakeConfig out;
  out.body = {config.text("body")};
  out.state = config.path("state");
  out.receiver = net::Peer::from(config);
  out.signer_certificate = config.path("signer.certificate");
  out.signer_key = config.path("signer.key");
  out.recipient_certificate = config.path("recipient.certificate");
  out.recipient_key = config.path("recipient.key");
  out.hospitals = config.path("hospitals");
  out.ledger_key = config.path("ledger_key");
  out.media = config.path("media");
  out.store.folder = config.path("store.folder");
  out.store.keys = config.path("store.keys");
  out.store.database = config.text("store.database");
  out.store.body = out.body;
  const auto canonical = identity::find_canonical_version(config.text("store.canonical"));
  if (!canonical)
    return fail("config.value", "store.canonical is c1 or c2", {.file = file, .part = config.text("store.canonical")});
  out.store.canonical = *canonical;
  out.store.memory = static_cast<std::size_t>(std::max<std::int64_t>(16, config.integer("store.memory_mb"))) << 20;
  out.store.threads = static_cast<int>(config.integer("store.threads"));
  out.store.allow_unencrypted = config.boolean("store.allow_unencrypted");
  out.quality_fail_on = config.text("quality.fail_on");
  out.quality_thresholds = config.path("quality.thresholds");
  constexpr std::string_view kKnown[] = {"", "E", "W", "I", "never"};
  if (std::ranges::find(kKnown, out.quality_fail_on) == std::end(kKnown))
    return fail("config.value", "quality.fail_on is E, W, I or never", {.file = file, .part = out.quality_fail_on});
  out.interval_seconds = config.integer("interval_seconds");
  return out;
}

}  // namespace sekisho::intake
