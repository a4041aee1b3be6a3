#include "anonymize/pseudonym.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/file.h"
#include "core/toml.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "unseal/unseal.h"

namespace sekisho::anonymize {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kShareHead = "sekisho-share-1";
constexpr std::size_t kPseudonymBytes = 16;

crypto::SecretBytes derived(ByteView key, std::string_view use) {
  const crypto::Digest digest = crypto::hmac_sha256(key, as_bytes(use));
  return crypto::SecretBytes(Bytes(digest.begin(), digest.end()));
}

// What tells a right key from a wrong one, and nothing of it.
std::string check_value(ByteView key, std::string_view provision) {
  const crypto::SecretBytes check = derived(key, fmt::format("check {}", provision));
  return to_hex(check.view());
}

std::string pseudonym_of(ByteView key, std::string_view domain, std::string_view value) {
  std::string text = fmt::format("{}:{}", domain.size(), domain);
  text += value;
  const crypto::Digest digest = crypto::hmac_sha256(key, as_bytes(text));
  return to_hex(ByteView(digest).first(kPseudonymBytes));
}

bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

Result<void> check_places(const PseudonymRequest& request) {
  const fs::path output = fs::absolute(request.output).lexically_normal();
  const fs::path vault = fs::absolute(request.vault).lexically_normal();
  for (const fs::path& place : {output, vault})
    if (fs::exists(place)) return fail("pseudonym.place", fmt::format("{} exists already", place.string()));
  if (output.parent_path() == vault.parent_path() || output.string().starts_with(vault.string() + "/"))
    return fail("pseudonym.place", "the vault lies in the folder of what is handed over", {},
                "Keys are held apart: name a vault in another folder.");
  return {};
}

Result<void> check_custodians(const std::vector<crypto::Certificate>& custodians) {
  std::set<std::string> keys;
  for (const crypto::Certificate& one : custodians) {
    const Bytes key = one.public_der();
    keys.insert(std::string(key.begin(), key.end()));
  }
  if (custodians.size() < 2 || custodians.size() > 255 || keys.size() != custodians.size())
    return fail("pseudonym.custodians", "two or more custodians with keys of their own are needed");
  return {};
}

Result<void> check_columns(const Table& table, const PseudonymPolicy& policy) {
  for (const PseudonymPolicy::Column& one : policy.columns)
    if (table.find(one.name) == nullptr)
      return fail("policy.columns", fmt::format("there is no column '{}'", one.name));
  for (const Column& column : table.columns)
    if (policy.find(column.name()) == nullptr)
      return fail("policy.columns", fmt::format("the policy does not say what becomes of column '{}'", column.name()),
                  {}, "Name each column with its kind: delete, replace or keep.");
  return {};
}

// The finished rows, sorted: nothing of the order in which they stood is left. `table_csv` gets domain, pseudonym and
// value of everybody.
std::string finished_csv(const Table& table, const PseudonymPolicy& policy, ByteView key, std::string& table_csv,
                         Json& columns) {
  std::vector<std::vector<std::string>> shown;  // [column shown][code]: the field
  std::vector<const Column*> from;
  std::string head;
  std::map<std::pair<std::string, std::string>, std::string> known;
  std::vector<std::string_view> names;
  for (const PseudonymPolicy::Column& one : policy.columns) {
    const Column& column = *table.find(one.name);
    columns[one.name] = {{"kind", one.kind == PseudonymPolicy::Kind::kDelete    ? "delete"
                                  : one.kind == PseudonymPolicy::Kind::kReplace ? "replace"
                                                                                : "keep"},
                         {"rows", table.rows}};
    if (one.kind == PseudonymPolicy::Kind::kDelete) continue;
    names.push_back(one.name);
    from.push_back(&column);
    std::vector<std::string>& fields = shown.emplace_back();
    for (const std::string& value : column.values()) {
      std::string text = value;
      if (one.kind == PseudonymPolicy::Kind::kReplace && !value.empty()) {
        text = pseudonym_of(key, one.domain, value);
        known.try_emplace({one.domain, text}, value);
      }
      append_csv(fields.emplace_back(), {text}, policy.delimiter);
      fields.back().pop_back();
    }
  }
  append_csv(head, names, policy.delimiter);
  std::vector<std::string> rows;
  for (std::size_t row = 0; row < table.rows; ++row) {
    std::string& text = rows.emplace_back();
    for (std::size_t i = 0; i < from.size(); ++i)
      text += (i > 0 ? std::string(1, policy.delimiter) : "") + shown[i][from[i]->code(row)];
    text += '\n';
  }
  std::ranges::sort(rows);
  for (const std::string& row : rows)
    head += row;
  for (const auto& [who, value] : known)
    append_csv(table_csv, {who.first, who.second, value});
  return head;
}

// A share for each custodian, sealed to its certificate.
Result<void> keep_key(ByteView key, const std::string& provision, const std::vector<crypto::Certificate>& custodians,
                      const fs::path& folder, Random& random) {
  SEKISHO_TRY(const std::vector<Share> shares, split_secret(key, static_cast<int>(custodians.size()), random));
  for (const Share& share : shares) {
    const std::string text = fmt::format("{} {} {} {}\n", kShareHead, provision, share.holder, to_hex(share.bytes));
    SEKISHO_TRY(const Bytes sealed,
                crypto::cms_seal(as_bytes(text), {custodians[static_cast<std::size_t>(share.holder - 1)]}));
    SEKISHO_CHECK(write_file_durable(folder / fmt::format("share-{}.p7m", share.holder), sealed, 0600));
  }
  return {};
}

}  // namespace

Result<PseudonymPolicy> PseudonymPolicy::parse(std::string_view text, const fs::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::parse(text, file.string()));
  SEKISHO_CHECK(root.only({"delimiter", "purpose", "provision", "reversible", "reason", "column"}));
  PseudonymPolicy out;
  out.content = std::string(text);
  SEKISHO_TRY(const std::string delimiter, root.text("delimiter", ","));
  if (delimiter.size() != 1) return root.error("policy.delimiter", "the delimiter is one character", "delimiter");
  out.delimiter = delimiter[0];
  SEKISHO_TRY(out.purpose, root.text("purpose"));
  SEKISHO_TRY(out.provision, root.text("provision"));
  for (const auto& [member, value] : {std::pair("purpose", &out.purpose), std::pair("provision", &out.provision)})
    if (!is_plain(*value))
      return root.error("policy.name", fmt::format("{} is of letters, digits, '-', '_' and '.'", member), member);
  SEKISHO_TRY(out.reversible, root.boolean("reversible", false));
  SEKISHO_TRY(out.reason, root.text("reason", ""));
  if (out.reversible && out.reason.empty())
    return root.error("policy.reversible", "recall needs the reason for which the purpose allows it", "reversible");
  SEKISHO_TRY(const std::vector<TomlTable> columns, root.tables("column"));
  for (const TomlTable& table : columns) {
    SEKISHO_CHECK(table.only({"name", "kind", "domain"}));
    Column one;
    SEKISHO_TRY(one.name, table.text("name"));
    SEKISHO_TRY(const std::string kind, table.text("kind"));
    constexpr std::pair<std::string_view, Kind> kKinds[] = {
        {"delete", Kind::kDelete}, {"replace", Kind::kReplace}, {"keep", Kind::kKeep}};
    const auto found = std::ranges::find(kKinds, kind, &std::pair<std::string_view, Kind>::first);
    if (found == std::end(kKinds))
      return table.error("policy.word", fmt::format("kind '{}' is not one of delete, replace, keep", kind), "kind");
    one.kind = found->second;
    SEKISHO_TRY(one.domain, table.text("domain", one.name));
    if (out.find(one.name) != nullptr) return table.error("policy.column", "the column stands twice", "name");
    out.columns.push_back(std::move(one));
  }
  if (out.columns.empty()) return root.error("policy.column", "a policy needs a [[column]]");
  return out;
}

Result<PseudonymPolicy> PseudonymPolicy::load(const fs::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, 16 << 20));
  return parse(text, file);
}

const PseudonymPolicy::Column* PseudonymPolicy::find(std::string_view name) const {
  for (const Column& one : columns)
    if (one.name == name) return &one;
  return nullptr;
}

Result<Json> pseudonymize(const Table& table, const PseudonymPolicy& policy, const PseudonymRequest& request,
                          Random& random) {
  SEKISHO_CHECK(check_columns(table, policy));
  if (policy.reversible) SEKISHO_CHECK(check_custodians(request.custodians));
  SEKISHO_CHECK(check_places(request));
  if (table.rows == 0) return fail("pseudonym.empty", "the table holds no row");
  // Lives in memory only. What two custodians can put together is all that stays, and nothing where the purpose allows
  // no recall: whoever had the key could try out the numbers of all patients.
  const crypto::SecretBytes key = crypto::SecretBytes::generate(random, 32);
  const crypto::SecretBytes naming = derived(key.view(), "pseudonyms");
  std::string table_csv;
  Json columns = Json::object();
  const std::string csv = finished_csv(table, policy, naming.view(), table_csv, columns);

  Json report{{"purpose", policy.purpose},
              {"provision", policy.provision},
              {"rows", table.rows},
              {"policy", to_hex(crypto::sha256(as_bytes(policy.content)))},
              {"sha256", to_hex(crypto::sha256(as_bytes(csv)))},
              {"reversible", policy.reversible},
              {"custodians", Json::array()}};
  for (const crypto::Certificate& one : request.custodians)
    if (policy.reversible) report["custodians"].push_back(one.fingerprint());
  report["key"] = policy.reversible ? "split" : "destroyed";
  SEKISHO_TRY(const std::uint64_t entry, request.record("pseudonym.provided", report));
  report["ledger"] = entry;

  const fs::path aside = request.vault.string() + ".unfinished";
  SEKISHO_CHECK(make_folders(aside, 0700));
  Json provision = report;
  provision["check"] = check_value(key.view(), policy.provision);
  if (policy.reversible) {
    provision["reason"] = policy.reason;
    SEKISHO_CHECK(keep_key(key.view(), policy.provision, request.custodians, aside, random));
    const crypto::SecretBytes sealing = derived(key.view(), "table");
    SEKISHO_TRY(const Bytes sealed,
                crypto::aead_seal(sealing.view(), as_bytes(table_csv), as_bytes(policy.provision), random));
    SEKISHO_CHECK(write_file_durable(aside / "table.sealed", sealed, 0600));
  }
  SEKISHO_CHECK(write_file_durable(aside / "provision.json", provision.dump(2) + "\n", 0600));
  SEKISHO_CHECK(rename_durable(aside, request.vault));
  SEKISHO_CHECK(write_file_durable(request.output, csv, 0600));
  report["columns"] = columns;
  return report;
}

Result<OpenedShare> read_share(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \r\n"), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto bad = [] { return fail("share.malformed", "this is no opened share of a provision's key"); };
  if (words.size() != 4 || words[0] != kShareHead || words[2].size() > 3) return bad();
  OpenedShare out{.provision = words[1], .share = {}};
  for (const char c : words[2]) {
    if (c < '0' || c > '9') return bad();
    out.share.holder = out.share.holder * 10 + (c - '0');
  }
  SEKISHO_TRY(const crypto::Digest bytes, crypto::digest_from_hex(words[3]));
  out.share.bytes.assign(bytes.begin(), bytes.end());
  return out;
}

namespace {

struct OpenedVault {
  std::string name;  // of the provision
  Json provision;
  crypto::SecretBytes key;
};
Result<OpenedVault> open_vault(const fs::path& vault, const std::vector<OpenedShare>& shares) {
  OpenedVault out;
  SEKISHO_TRY(const std::string text, read_text(vault / "provision.json", 1 << 20));
  SEKISHO_TRY(out.provision, parse_json(text));
  const Json& provision = out.provision;
  if (!provision.is_object() || !provision.contains("provision") || !provision["provision"].is_string() ||
      !provision.contains("check") || !provision["check"].is_string())
    return fail("pseudonym.vault", "provision.json of the vault is damaged", {.file = vault.string()});
  out.name = provision["provision"].get<std::string>();
  const std::string& name = out.name;
  if (!fs::exists(vault / "table.sealed"))
    return fail("pseudonym.irreversible", fmt::format("the purpose of provision {} allows no recall", name));
  if (shares.size() != 2) return fail("share.two", "the shares of two custodians are needed");
  for (const OpenedShare& one : shares)
    if (one.provision != name)
      return fail("pseudonym.key", fmt::format("a share is of provision {}, the vault of {}", one.provision, name));
  SEKISHO_TRY(Bytes joined, join_secret(shares[0].share, shares[1].share));
  out.key = crypto::SecretBytes(std::move(joined));
  const std::string expected = check_value(out.key.view(), name);
  if (!crypto::equal_constant_time(as_bytes(expected), as_bytes(provision["check"].get_ref<const std::string&>())))
    return fail("pseudonym.key", "these two shares do not make the key of this provision");
  return out;
}

}  // namespace

Result<std::vector<Recalled>> recall(const fs::path& vault, const std::vector<OpenedShare>& shares,
                                     const std::vector<std::string>& pseudonyms, const std::string& reason,
                                     const RecordPseudonyms& record) {
  SEKISHO_TRY(const OpenedVault open, open_vault(vault, shares));
  if (reason.empty()) return fail("pseudonym.reason", "a recall needs its reason");
  const std::string& name = open.name;
  const crypto::SecretBytes sealing = derived(open.key.view(), "table");
  SEKISHO_TRY(const Bytes sealed, read_file(vault / "table.sealed"));
  SEKISHO_TRY(const Bytes opened, unseal::aead_open(sealing.view(), sealed, as_bytes(name)));
  const std::set<std::string, std::less<>> wanted(pseudonyms.begin(), pseudonyms.end());
  std::vector<Recalled> out;
  CsvReader reader(as_text(opened));
  std::vector<std::string_view> fields;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    if (fields.size() == 3 && wanted.contains(fields[1]))
      out.push_back({std::string(fields[0]), std::string(fields[1]), std::string(fields[2])});
  }
  if (out.size() < wanted.size())
    return fail("pseudonym.unknown",
                fmt::format("{} of {} pseudonyms are not of provision {}",
                            wanted.size() - std::min(out.size(), wanted.size()), wanted.size(), name));
  SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
              record("pseudonym.recalled", {{"provision", name},
                                            {"purpose", open.provision.value("purpose", "")},
                                            {"pseudonyms", wanted.size()},
                                            {"custodians", {shares[0].share.holder, shares[1].share.holder}},
                                            {"reason", reason}}));
  return out;
}

Result<std::string> repeat_pseudonyms(const Table& table, const PseudonymPolicy& policy, const fs::path& vault,
                                      const std::vector<OpenedShare>& shares, const RecordPseudonyms& record) {
  SEKISHO_TRY(const OpenedVault open, open_vault(vault, shares));
  if (to_hex(crypto::sha256(as_bytes(policy.content))) != open.provision.value("policy", ""))
    return fail("pseudonym.changed", fmt::format("the policy is not the one of provision {}", open.name));
  SEKISHO_CHECK(check_columns(table, policy));
  const crypto::SecretBytes naming = derived(open.key.view(), "pseudonyms");
  std::string table_csv;
  Json columns = Json::object();
  std::string csv = finished_csv(table, policy, naming.view(), table_csv, columns);
  const std::string sha256 = to_hex(crypto::sha256(as_bytes(csv)));
  if (sha256 != open.provision.value("sha256", ""))
    return fail("pseudonym.differs",
                fmt::format("these rows do not make what was handed over as provision {}", open.name), {},
                "Give the same input; records that were erased since cannot be made again.");
  SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
              record("pseudonym.repeated", {{"provision", open.name},
                                            {"purpose", open.provision.value("purpose", "")},
                                            {"rows", table.rows},
                                            {"sha256", sha256},
                                            {"custodians", {shares[0].share.holder, shares[1].share.holder}}}));
  return csv;
}

}  // namespace sekisho::anonymize
