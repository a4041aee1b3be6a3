#include <fmt/format.h>

#include "core/config.h"
#include "gateway/gateway.h"

namespace sekisho::gateway {
namespace {

const std::vector<ConfigMember> kSchema = net::Peer::schema({
    {"body", ConfigType::kText, true, "", "id of the certified body (認定事業者)"},
    {"hospital", ConfigType::kText, true, "", "this hospital's id at the body"},
    {"state", ConfigType::kPath, true, "", "folder for sealed packages, receipts, index and ledger"},
    {"storages", ConfigType::kTextList, true, "", "SS-MIX2 roots and folders of receipts and DPC files; read only"},
    {"optout", ConfigType::kPath, false, "", "CSV of patients who opted out: patient_number[,scope]"},
    {"signer.certificate", ConfigType::kPath, true, "", "certificate of role sign-gateway"},
    {"signer.key", ConfigType::kPath, true, "", "its key"},
    {"recipients.list", ConfigType::kPath, true, "", "recipients.json, signed by the root"},
    {"recipients.signature", ConfigType::kPath, true, "", "recipients.p7s"},
    {"ledger.key", ConfigType::kPath, true, "", "Ed25519 key of this gateway's ledger; made when absent"},
    {"ledger.receiver", ConfigType::kText, false, "", "public key of the receiver's ledger, hex"},
    {"ledger.centre", ConfigType::kText, false, "", "public key of the centre's ledger, hex"},
    {"filters.key", ConfigType::kPath, false, "",
     "secret of the hospitals that compare patients without names (sekisho link key); never for the centre"},
    {"filters.harden", ConfigType::kText, false, "diffuse", "diffuse, balance, fold or rule90"},
    {"filters.salt", ConfigType::kText, false, "birth_year",
     "birth_year: filters of different years do not meet; none"},
    {"filters.only", ConfigType::kBoolean, false, "false", "nothing but filters travels"},
    {"package_bytes", ConfigType::kInteger, false, "268435456", "sealed size after which the next package begins"},
    {"zstd_level", ConfigType::kInteger, false, "1", "compression level, 1 to 19"},
    {"threads", ConfigType::kInteger, false, "2", "threads that compress and seal"},
    {"interval_seconds", ConfigType::kInteger, false, "600", "run: pause between rounds"},
    {"loaded_alarm_hours", ConfigType::kInteger, false, "24", "alarm when the centre has not loaded a package by then"},
});

}  // namespace

Result<GatewayConfig> GatewayConfig::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const Config config, Config::load(file, kSchema));
  GatewayConfig out;
  out.body = {config.text("body")};
  out.hospital = {config.text("hospital")};
  for (const char* member : {"body", "hospital"})
    if (!is_valid_id(config.text(member)))
      return fail("config.value", fmt::format("'{}' must be 1 to 32 letters, digits or hyphens", member),
                  {.file = file.string()});
  out.state = config.path("state");
  out.receiver = net::Peer::from(config);
  for (const std::string& storage : config.list("storages"))
    out.storages.push_back(std::filesystem::path(storage).is_absolute() ? std::filesystem::path(storage)
                                                                        : config.folder() / storage);
  if (out.storages.empty()) return fail("config.value", "'storages' names no folder", {.file = file.string()});
  out.optout = config.path("optout");
  out.signer_certificate = config.path("signer.certificate");
  out.signer_key = config.path("signer.key");
  out.recipients = config.path("recipients.list");
  out.recipients_signature = config.path("recipients.signature");
  out.ledger_key = config.path("ledger.key");
  out.receiver_ledger_key = config.text("ledger.receiver");
  out.centre_ledger_key = config.text("ledger.centre");
  out.package_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(64 << 10, config.integer("package_bytes")));
  out.zstd_level = static_cast<int>(config.integer("zstd_level"));
  out.threads = static_cast<int>(config.integer("threads"));
  out.filters.key = config.path("filters.key");
  out.filters.salt = config.text("filters.salt");
  out.filters.only = config.boolean("filters.only");
  const auto harden = identity::hardening(config.text("filters.harden"));
  if (!harden || *harden == identity::Hardening::kNone)
    return fail("config.value", "filters.harden is diffuse, balance, fold or rule90", {.file = file.string()});
  out.filters.hardening = *harden;
  if (out.filters.salt != "birth_year" && out.filters.salt != "none")
    return fail("config.value", "filters.salt is birth_year or none", {.file = file.string()});
  if (out.filters.salt == "none") out.filters.salt.clear();
  if (out.filters.only && out.filters.key.empty())
    return fail("config.value", "filters.only needs filters.key", {.file = file.string()});
  out.interval_seconds = config.integer("interval_seconds");
  out.loaded_alarm_hours = config.integer("loaded_alarm_hours");
  return out;
}

std::string GatewayConfig::example() {
  std::string text = "# sekisho gateway. Paths are relative to this file. Every option that has a default shows it.\n";
  std::string table;
  // Plain members must stand before tables in TOML.
  for (const bool tables : {false, true}) {
    for (const ConfigMember& member : kSchema) {
      const auto dot = member.name.find('.');
      if ((dot != std::string_view::npos) != tables) continue;
      if (tables && table != member.name.substr(0, dot)) {
        table = member.name.substr(0, dot);
        text += fmt::format("\n[{}]\n", table);
      }
      const std::string_view name = tables ? member.name.substr(dot + 1) : member.name;
      text += fmt::format("# {}\n", member.meaning);
      const bool quoted = member.type == ConfigType::kText || member.type == ConfigType::kPath;
      if (member.type == ConfigType::kTextList)
        text += fmt::format("{} = [\"...\"]\n", name);
      else
        text += fmt::format("{}{} = {}{}{}\n", member.required ? "" : "# ", name, quoted ? "\"" : "",
                            member.required ? "..." : member.fallback, quoted ? "\"" : "");
    }
  }
  return text;
}

}  // namespace sekisho::gateway
