#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/file.h"
#include "ledger/ledger.h"
#include "release/approval.h"
#include "release/dataset.h"
#include "release/formats.h"
#include "release/made.h"

namespace sekisho::release {

namespace fs = std::filesystem;
using namespace detail;

namespace {

Result<void> same(const Json& manifest, const char* part, const char* member, const std::string& now,
                  std::string_view what) {
  if (manifest[part].value(member, "") == now) return {};
  return fail("release.changed", fmt::format("the {} is not the one that the dataset was built with", what), {},
              "Rebuild with the files and the snapshot that the manifest names.");
}

// Each file made again against the manifest. A Parquet file's bytes belong to the version of its writer.
Result<void> same_files(const Json& manifest, const Payload& now) {
  std::map<std::string, std::string> wanted;
  for (const Json& file : manifest["files"])
    if (file.is_object() && file.contains("name") && file["name"].is_string())
      wanted[file["name"].get<std::string>()] = file.value("sha256", "");
  for (const Json& file : now.files) {
    const std::string name = file["name"].get<std::string>();
    if (const auto found = wanted.find(name); found != wanted.end() && found->second == file["sha256"]) {
      wanted.erase(found);
      continue;
    }
    std::string remedy;
    if (manifest.contains("formats") && manifest["formats"] != now.forms)
      remedy = "The forms were written by another version: compare 'formats' of the manifest.";
    return fail("release.differs", fmt::format("{} differs from the dataset's", name), {}, remedy);
  }
  if (wanted.empty()) return {};
  return fail("release.differs", fmt::format("{} of the manifest was not made again", wanted.begin()->first));
}

Result<std::vector<std::string>> formats_of(const Json& manifest) {
  std::vector<std::string> names;
  for (const Json& form : manifest.value("formats", Json::array()))
    if (form.is_object()) names.push_back(form.value("format", ""));
  return chosen_formats(names);
}

Result<std::string> hash_of_file(const Json& manifest, std::string_view name) {
  for (const Json& file : manifest["files"])
    if (file.is_object() && file.value("name", "") == name) return file.value("sha256", "");
  return fail("release.manifest", fmt::format("the manifest names no {}", name));
}

// Why the rows differ: persons who are gone leave the leaves of the others as they were.
Result<RebuildReport> explain(const Dataset& now, const fs::path& dataset) {
  SEKISHO_TRY(const CsvTable leaves, read_csv_file(dataset / "leaves.csv"));
  const int column = leaves.column("leaf");
  if (column < 0) return fail("release.manifest", "leaves.csv has no column 'leaf'");
  std::set<std::string> missing;
  for (const auto& row : leaves.rows)
    missing.insert(row[static_cast<std::size_t>(column)]);
  std::size_t verified = 0, unknown = 0;
  for (const crypto::Digest& leaf : now.leaves)
    missing.erase(to_hex(leaf)) > 0 ? ++verified : ++unknown;
  if (unknown > 0)
    return fail(
        "release.differs",
        fmt::format("{} persons have other rows than in the dataset ({} verify, {} are gone)", unknown, verified,
                    missing.size()),
        {}, "An erased registration of a person who has others changes that person's rows: see the ledger's erasures.");
  return fail("release.erased",
              fmt::format("{} persons of the dataset were erased or withdrew since; the leaves of the other {} verify",
                          missing.size(), verified),
              {}, "A byte for byte rebuild is not possible any more; compare with the recorded withdrawals.");
}

Result<Made> repeated(const RebuildRequest& request, const Prepared& prepared, const Json& manifest, ByteView key) {
  if (request.overlap.empty()) return replay(prepared, manifest, nullptr, key, request.threads);
  SEKISHO_TRY(const Register list, Register::open(request.overlap, request.keys, system_random()));
  return replay(prepared, manifest, &list, key, request.threads);
}

// The key was destroyed at delivery: the rows without ids are compared.
Result<RebuildReport> without_key(const RebuildRequest& request, const Prepared& prepared, const Json& manifest) {
  if (prepared.history_policy && prepared.history_policy->dates.kind == anonymize::DateRule::Kind::kShift)
    return fail("release.key", "the key that moved the dates was destroyed at delivery: nobody can make them again", {},
                "The leaves of the dataset still verify: sekisho release verify.");
  SEKISHO_TRY(const Made made, repeated(request, prepared, manifest, as_bytes("none")));
  const Dataset now = compose_made(made, prepared, std::nullopt);
  RebuildReport report;
  report.persons = now.persons;
  report.same_content = now.content_sha256 == manifest.value("content_sha256", "");
  if (report.same_content) return report;
  const std::int64_t before = manifest["counts"].value("persons", std::int64_t{0});
  if (static_cast<std::int64_t>(now.persons) < before)
    return fail("release.erased",
                fmt::format("{} persons of the dataset were erased or withdrew since, and the key that orders them is "
                            "destroyed",
                            before - static_cast<std::int64_t>(now.persons)));
  return fail("release.differs", "the rows differ from those of the dataset");
}

}  // namespace

namespace detail {

Result<Repeated> repeat(const RebuildRequest& request) {
  Repeated out;
  SEKISHO_TRY(out.manifest, read_manifest(request.dataset));
  const Json& manifest = out.manifest;
  SEKISHO_CHECK(same(manifest, "snapshot", "hash", request.source.snapshot.value("hash", ""), "snapshot"));
  SEKISHO_TRY(Prepared prepared,
              prepare(request.source, request.purpose, request.policy, request.threads, request.memory_limit));
  out.prepared = std::make_unique<Prepared>(std::move(prepared));
  SEKISHO_CHECK(same(manifest, "recipe", "sha256", out.prepared->recipe.sha256, "recipe or one of its code sets"));
  SEKISHO_CHECK(same(manifest, "policy", "sha256", out.prepared->policy_sha256, "policy or one of its hierarchies"));
  const auto key = read_file(order_key_file(request.keys, manifest["dataset"].get<std::string>()), 1024);
  if (!key) return out;
  out.key.emplace(Bytes(*key));
  SEKISHO_TRY(out.made, repeated(request, *out.prepared, manifest, out.key->view()));
  return out;
}

}  // namespace detail

Result<RebuildReport> rebuild(const RebuildRequest& request) {
  SEKISHO_TRY(const Repeated again, repeat(request));
  const Json& manifest = again.manifest;
  const Prepared& prepared = *again.prepared;
  if (!again.key) return without_key(request, prepared, manifest);
  const Made& made = again.made;
  RebuildReport report;
  const Dataset now = compose_made(made, prepared, again.key->view());
  report.persons = now.persons;
  for (const FileTable& table : now.tables) {
    SEKISHO_TRY(const std::string wanted, hash_of_file(manifest, table.name + ".csv"));
    if (to_hex(crypto::sha256(as_bytes(table.csv))) != wanted) return explain(now, request.dataset);
  }
  SEKISHO_TRY(const std::vector<std::string> formats, formats_of(manifest));
  SEKISHO_TRY(const UtcTime created, UtcTime::parse(manifest.value("created", "")));
  std::error_code error;
  if (!request.out.empty() && fs::exists(request.out, error))
    return fail("release.exists", "the folder exists already", {.file = request.out.string()});
  SEKISHO_TRY(const TemporaryFolder scratch, TemporaryFolder::create("sekisho-rebuild"));
  const fs::path folder = request.out.empty() ? scratch.path() : fs::absolute(request.out);
  SEKISHO_CHECK(make_folders(folder, 0700));
  const std::string id = manifest["dataset"].get<std::string>();
  SEKISHO_TRY(const Described described,
              describe_made({.prepared = prepared, .dataset = now, .id = id, .formats = formats}, made));
  SEKISHO_TRY(const Payload payload, write_payload(folder, {.dataset = now,
                                                            .described = described,
                                                            .title = prepared.recipe.title,
                                                            .created = created,
                                                            .formats = formats}));
  SEKISHO_CHECK(same_files(manifest, payload));
  report.identical = report.same_content = true;
  if (request.out.empty()) return report;
  for (const char* name : {"manifest.json", "manifest.sig", "signer.pem"}) {
    SEKISHO_TRY(const std::string text, read_text(request.dataset / name));
    SEKISHO_CHECK(write_dataset_file(folder, name, text, nullptr));
  }
  return report;
}

Json RebuildReport::to_json() const {
  return {{"identical", identical}, {"same_content", same_content}, {"persons", persons}};
}

namespace {

// Each file as the manifest says; its content, or nothing when it is not.
void check_files(const Json& manifest, const fs::path& dataset, std::map<std::string, std::string>& texts,
                 std::vector<std::string>& problems) {
  for (const Json& file : manifest["files"]) {
    const std::string name = file.is_object() ? file.value("name", "") : "";
    if (name.empty() || name.find('/') != std::string::npos || name == "..") {
      problems.push_back("a file's name leaves the dataset's folder");
      continue;
    }
    auto text = read_text(dataset / name);
    if (!text)
      problems.push_back(fmt::format("{} is missing", name));
    else if (to_hex(crypto::sha256(as_bytes(*text))) != file.value("sha256", ""))
      problems.push_back(fmt::format("{} was changed", name));
    else
      texts[name] = std::move(*text);
  }
}

// Rows of each person, table after table; those of histories begin with the name of their table.
bool join_rows(const Json& manifest, const std::map<std::string, std::string>& texts, std::vector<std::string>& joined,
               std::vector<std::string>& problems) {
  const bool histories = manifest.contains("tables");
  for (const Json& entry : histories ? manifest["tables"] : Json::array({{{"name", "dataset"}}})) {
    const std::string name = entry.is_object() ? entry.value("name", "") : "";
    const auto text = texts.find(name + ".csv");
    const auto rows = text == texts.end() ? CsvTable() : read_csv(text->second).value_or(CsvTable());
    if (rows.header.empty() || rows.column("id") != 0) {
      problems.push_back(fmt::format("{}.csv is missing or malformed", is_dataset_name(name) ? name : "a table"));
      return false;
    }
    for (const auto& row : rows.rows) {
      const std::size_t number = std::strtoull(row[0].c_str(), nullptr, 10);
      if (number == 0 || number > joined.size()) {
        problems.push_back("a person of the dataset has no leaf");
        return false;
      }
      if (histories) joined[number - 1] += name + ",";
      append_csv(joined[number - 1], std::vector<std::string_view>(row.begin() + 1, row.end()));
    }
  }
  return true;
}

void check_leaves(const Json& manifest, const std::map<std::string, std::string>& texts,
                  std::vector<std::string>& problems) {
  const auto found = texts.find("leaves.csv");
  if (found == texts.end()) return;  // told already
  const auto leaves = read_csv(found->second);
  if (!leaves || leaves->column("leaf") != 0 || leaves->column("salt") != 1) {
    problems.push_back("leaves.csv is malformed");
    return;
  }
  std::vector<std::string> joined(leaves->rows.size());
  if (!join_rows(manifest, texts, joined, problems)) return;
  std::vector<crypto::Digest> digests;
  for (std::size_t i = 0; i < joined.size(); ++i) {
    const auto salt = from_hex(leaves->rows[i][1]);
    const auto leaf = crypto::digest_from_hex(leaves->rows[i][0]);
    if (!salt || !leaf) {
      problems.push_back("leaves.csv is malformed");
      return;
    }
    if (leaf_of(*salt, joined[i]) != *leaf)
      problems.push_back(fmt::format("the rows of person {} are not its leaf", i + 1));
    digests.push_back(*leaf);
  }
  if (to_hex(ledger::tree_root(digests)) != manifest["merkle_root"])
    problems.push_back("the leaves do not make the root");
}

// k of the classes, or of the combinations of histories, counted by SQL.
Result<std::string> check_classes(const Json& manifest, const fs::path& dataset) {
  const Json& audit = manifest["audit"];
  if (manifest.contains("tables")) {
    SEKISHO_TRY(const anonymize::HistoryPolicy policy, policy_of_audit(audit));
    SEKISHO_TRY(const anonymize::HistoryAudit judged, anonymize::audit_histories(dataset, policy, "2GB", 2));
    for (const std::string& problem : judged.problems)
      if (problem.find("combinations") != std::string::npos) return problem;
    return std::string();
  }
  std::vector<std::string> quasi;
  for (const Json& name : audit.value("quasi", Json::array()))
    if (name.is_string()) quasi.push_back(name.get<std::string>());
  const auto k = audit.value("k", std::size_t{0});
  SEKISHO_TRY(const SqlAudit counted, audit_by_sql(fs::absolute(dataset) / "dataset.csv", quasi, k));
  return counted.ok ? std::string() : fmt::format("{} classes have fewer than {} persons", counted.failing, k);
}

Result<void> check_signature(const fs::path& dataset, const fs::path& public_pem, std::vector<std::string>& problems) {
  SEKISHO_TRY(const std::string manifest, read_text(dataset / "manifest.json"));
  SEKISHO_TRY(const Bytes signature, read_file(dataset / "manifest.sig", 1024));
  SEKISHO_TRY(const std::string pem, read_text(public_pem.empty() ? dataset / "signer.pem" : public_pem, 64 << 10));
  SEKISHO_TRY(const Bytes key, ledger::parse_public_key(pem));
  if (!crypto::verify_ed25519(key, as_bytes(manifest), signature))
    problems.push_back("the manifest's signature is wrong");
  return {};
}

Result<void> check_approved(const Json& manifest, const std::vector<fs::path>& approver_keys) {
  if (!manifest.contains("approval")) {
    if (approver_keys.empty()) return {};
    return fail("release.approval", "the manifest holds no approval");
  }
  SEKISHO_TRY(const UtcTime created, UtcTime::parse(manifest.value("created", "")));
  return check_approval(manifest["approval"],
                        {.recipe_sha256 = manifest["recipe"].value("sha256", ""),
                         .policy_sha256 = manifest["policy"].value("sha256", ""),
                         .at = created},
                        approver_keys);
}

}  // namespace

Result<VerifyReport> verify(const fs::path& dataset, const fs::path& public_pem,
                            const std::vector<fs::path>& approver_keys) {
  SEKISHO_TRY(const Json manifest, read_manifest(dataset));
  VerifyReport report;
  std::map<std::string, std::string> texts;
  check_files(manifest, dataset, texts, report.problems);
  check_leaves(manifest, texts, report.problems);
  if (auto checked = check_signature(dataset, public_pem, report.problems); !checked)
    report.problems.push_back("the signature cannot be checked: " + checked.error().message);
  if (auto approved = check_approved(manifest, approver_keys); !approved)
    report.problems.push_back(approved.error().message);
  if (const auto classes = check_classes(manifest, dataset); !classes)
    report.problems.push_back("the classes cannot be counted: " + classes.error().message);
  else if (!classes->empty())
    report.problems.push_back(*classes);
  report.ok = report.problems.empty();
  return report;
}

Json VerifyReport::to_json() const {
  return {{"ok", ok}, {"problems", problems}};
}

}  // namespace sekisho::release
