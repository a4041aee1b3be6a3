#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file.h"
#include "ledger/ledger.h"
#include "release/approval.h"
#include "release/attack.h"
#include "release/dataset.h"
#include "release/formats.h"
#include "release/hold.h"
#include "release/made.h"

namespace sekisho::release {

namespace fs = std::filesystem;
using namespace detail;

Source source_of(store::Store& store, const fs::path& store_folder, const store::Snapshot& snapshot) {
  Source out;
  out.open_views = [&store, snapshot](columns::Engine& engine) { return store.open_views(engine, snapshot); };
  out.snapshot = {{"id", snapshot.id},
                  {"hash", snapshot.hash},
                  {"linkage_state", snapshot.linkage_state},
                  {"linkage_hash", snapshot.linkage_hash}};
  out.allowed_folders = {store_folder};
  out.households = households_of(store);
  return out;
}

namespace {

// A folder made under another name and renamed when it is whole; removed when building fails.
class Staging {
 public:
  static Result<Staging> create(const fs::path& out) {
    std::error_code error;
    if (fs::exists(out, error))
      return fail("release.exists", "the folder of the dataset exists already", {.file = out.string()},
                  "Name another folder.");
    Staging staging;
    const fs::path whole = fs::absolute(out);
    staging.final_ = whole;
    staging.folder_ = whole.parent_path() / ("." + whole.filename().string() + ".partial");
    fs::remove_all(staging.folder_, error);
    SEKISHO_CHECK(make_folders(staging.folder_, 0700));
    return staging;
  }
  Staging() = default;
  Staging(Staging&& other) noexcept : folder_(std::exchange(other.folder_, {})), final_(std::move(other.final_)) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging() {
    std::error_code ignored;  // what is left is removed by the next build
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  const fs::path& folder() const { return folder_; }
  Result<void> publish() {
    SEKISHO_CHECK(rename_durable(folder_, final_));
    folder_.clear();
    return {};
  }

 private:
  fs::path folder_, final_;
};

Result<crypto::PrivateKey> signing_key(const fs::path& keys) {
  const fs::path file = keys / "release_sign.pem";
  std::error_code error;
  if (fs::exists(file, error)) return crypto::PrivateKey::load(file);
  SEKISHO_TRY(auto key, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
  SEKISHO_CHECK(key.save(file));
  return key;
}

// Persons and rows, eligible and kept, for each value of the variable that the recipe reports by.
Json by_group(const Prepared& prepared, const anonymize::Applied& applied) {
  const anonymize::Column* group = prepared.table().find(prepared.recipe.report_by);
  if (group == nullptr) return Json::object();
  const anonymize::Column& person = *prepared.table().find(prepared.recipe.person);
  struct Count {
    std::set<std::uint32_t> eligible, kept;
    std::size_t rows = 0, kept_rows = 0;
  };
  std::map<std::string, Count> counts;
  for (std::size_t row = 0; row < prepared.table().rows; ++row) {
    Count& count = counts[group->text(row)];
    count.eligible.insert(person.code(row));
    ++count.rows;
  }
  for (const std::size_t row : applied.source) {
    Count& count = counts[group->text(row)];
    count.kept.insert(person.code(row));
    ++count.kept_rows;
  }
  Json out = Json::object();
  for (const auto& [value, count] : counts)
    out[value] = {{"eligible_persons", count.eligible.size()},
                  {"kept_persons", count.kept.size()},
                  {"suppressed_persons", count.eligible.size() - count.kept.size()},
                  {"eligible_rows", count.rows},
                  {"kept_rows", count.kept_rows}};
  return out;
}

// What the manifest is made of.
struct Built {
  const BuildRequest& request;
  const Prepared& prepared;
  const Made& made;
  const Json& search;  // of rows: score and how it was found
  const Dataset& dataset;
  const Payload& payload;
  const Judged& overlap;
  const Json& audit;
  std::string id, created;
  std::string decision_sha256;  // of histories: what the register keeps
  Json approval;
};

// How the rows were anonymized.
void tell_rows(const Built& b, Json& out) {
  const anonymize::Policy& policy = b.prepared.policy;
  out["policy"].update({{"k", policy.k()}, {"limit", policy.suppression_limit}});
  out["decision"] = b.made.decision.to_json();
  out.update(b.search);
  out["report_by"] = b.prepared.recipe.report_by;
  out["groups"] = by_group(b.prepared, b.made.applied);
}

// Histories: what was changed, by variable.
void tell_histories(const Built& b, Json& out) {
  const anonymize::HistoryPolicy& policy = *b.prepared.history_policy;
  out["policy"].update({{"k", policy.k}, {"m", policy.m}});
  const char* kind[] = {"keep", "shift", "coarsen"};
  out["decision"] = {{"kind", "histories"},
                     {"dates", kind[static_cast<std::size_t>(policy.dates.kind)]},
                     {"items", b.made.sets.shown.size()},
                     {"left_out_of_persons", b.made.sets.gone.size()},
                     {"sha256", b.decision_sha256}};
  out["changes"] = b.made.finished->to_json();
  out["tables"] = Json::array();
  for (const FileTable& table : b.dataset.tables)
    out["tables"].push_back({{"name", table.name}, {"file", table.name + ".csv"}, {"rows", table.rows}});
}

Json manifest_of(const Built& b) {
  const std::size_t eligible = b.prepared.persons(), eligible_rows = b.prepared.rows();
  Json out{{"format", 1},
           {"dataset", b.id},
           {"created", b.created},
           {"program", "sekisho " SEKISHO_VERSION},
           {"snapshot", b.request.source.snapshot},
           {"recipe", b.prepared.recipe.to_json()},
           {"policy", {{"sha256", b.prepared.policy_sha256}}},
           {"counts",
            {{"eligible_rows", eligible_rows},
             {"eligible_persons", eligible},
             {"rows", b.dataset.rows},
             {"persons", b.dataset.persons},
             {"suppressed_rows", eligible_rows - b.dataset.rows},
             {"suppressed_persons", eligible - b.dataset.persons}}},
           {"audit", b.audit},
           {"content_sha256", b.dataset.content_sha256},
           {"leaves", b.dataset.leaves.size()},
           {"merkle_root", to_hex(ledger::tree_root(b.dataset.leaves))},
           {"formats", b.payload.forms},
           {"files", b.payload.files}};
  b.made.finished ? tell_histories(b, out) : tell_rows(b, out);
  if (!b.approval.is_null()) out["approval"] = b.approval;
  if (!b.request.overlap.empty()) out["overlap"] = b.overlap.to_manifest();
  return out;
}

Result<void> write_signed(const fs::path& folder, const fs::path& keys, const std::string& text) {
  SEKISHO_CHECK(make_folders(keys, 0700));
  SEKISHO_TRY(const crypto::PrivateKey signer, signing_key(keys));
  SEKISHO_TRY(const Bytes signature, crypto::sign_ed25519(signer, as_bytes(text)));
  SEKISHO_TRY(const Bytes public_key, crypto::ed25519_public_raw(signer));
  SEKISHO_CHECK(write_dataset_file(folder, "manifest.json", text, nullptr));
  SEKISHO_CHECK(write_dataset_file(folder, "manifest.sig", as_text(signature), nullptr));
  return write_dataset_file(folder, "signer.pem", ledger::public_key_pem(public_key), nullptr);
}

Result<void> record_built(const BuildRequest& request, const Json& manifest, const std::string& text,
                          const Judged& overlap) {
  if (!request.record) return {};
  Json entry{{"dataset", manifest["dataset"]},
             {"manifest", to_hex(crypto::sha256(as_bytes(text)))},
             {"snapshot", request.source.snapshot.value("hash", "")},
             {"recipe", manifest["recipe"]["sha256"]},
             {"policy", manifest["policy"]["sha256"]},
             {"rows", manifest["counts"]["rows"]},
             {"merkle_root", manifest["merkle_root"]}};
  if (overlap.accepted) entry["overlap_accepted"] = request.accept_overlap;
  SEKISHO_TRY([[maybe_unused]] const std::uint64_t number, request.record("release.built", entry));
  return {};
}

// The approval as it was signed, when it covers what is built.
Result<Json> read_approval(const BuildRequest& request, const Prepared& prepared) {
  if (request.approval.empty()) return Json();
  if (request.approver_keys.empty())
    return fail("release.approval", "an approval needs the public keys of those who may approve");
  SEKISHO_TRY(Json approval, read_json(request.approval));
  SEKISHO_CHECK(check_approval(
      approval,
      {.recipe_sha256 = prepared.recipe.sha256, .policy_sha256 = prepared.policy_sha256, .at = request.clock->now()},
      request.approver_keys));
  return approval;
}

BuildReport empty_report(BuildReport report, std::string reason) {
  report.empty = true;
  report.reason = std::move(reason);
  return report;
}

// What is made of the rows; `nobody` says why nothing can be.
struct Found {
  Made made;
  Json search = Json::object();
  std::string nobody;
};
Result<Found> find(const Prepared& prepared, ByteView key, int threads) {
  Found out;
  if (prepared.history_policy) {
    SEKISHO_TRY(out.made.finished,
                anonymize::finish_histories(prepared.tables, *prepared.history_policy, key, threads, &out.made.sets));
    if (out.made.empty()) out.nobody = "nothing of any history is held by enough persons";
    return out;
  }
  auto outcome = anonymize::search(prepared.table(), prepared.policy);
  if (!outcome && outcome.error().code == "anonymize.impossible") {
    out.nobody = outcome.error().message;
    return out;
  }
  if (!outcome) return std::unexpected(outcome.error());
  out.search = {
      {"score", {{"metric", anonymize::name(outcome->metric)}, {"value", outcome->score}}},
      {"search", {{"lattice", outcome->lattice}, {"checked", outcome->checked}, {"optimal", outcome->optimal}}}};
  out.made.decision = std::move(outcome->decision);
  SEKISHO_TRY(out.made.applied, anonymize::apply(prepared.table(), prepared.policy, out.made.decision));
  if (out.made.empty()) out.nobody = "no class is large enough: every row would be suppressed";
  return out;
}

std::size_t k_of(const Prepared& prepared) {
  return prepared.history_policy ? prepared.history_policy->k : static_cast<std::size_t>(prepared.policy.k());
}

Standing standing_of(const Made& made, const Prepared& prepared) {
  if (made.finished) return detail::standing_of(*made.finished, *prepared.history_policy);
  std::vector<std::string> quasi;
  for (const anonymize::Attribute& attribute : prepared.policy.attributes)
    if (attribute.kind == anonymize::Kind::kQuasi) quasi.push_back(attribute.name);
  return detail::standing_of(made.applied, quasi, prepared.recipe.person);
}

// What was decided about persons' sets never goes to the recipient: the manifest binds it by its hash.
Result<std::string> keep_decision(const BuildRequest& request, const std::string& id, const Made& made) {
  if (!made.finished) return std::string();
  SEKISHO_TRY(const Register list, Register::open(request.overlap, request.keys, *request.random));
  return list.keep_decision(id, made.sets, *request.random);
}

// Attackers on the files as they are about to leave; where one does better than what was stated or promised, nothing
// leaves.
Result<Json> try_attacks(const BuildRequest& request, const AttackedFiles& files, const std::string& id) {
  const std::map<std::string, double>& most = files.prepared.recipe.attackers;
  if (!request.attack && most.empty()) return Json();
  if (!request.source.households && (most.contains("household") || most.contains("household-days")))
    return fail("release.attack", "the recipe bounds what is found of a household, and households are not known");
  SEKISHO_TRY(AttackReport report,
              attack_files(files, request.source.households, request.attack.value_or(anonymize::AttackOptions())));
  report.dataset = id;
  for (const anonymize::Attack& one : report.attacks)
    if (const auto bound = most.find(one.attacker); bound != most.end() && one.after.upper > bound->second)
      return fail("release.attack",
                  fmt::format("an attacker ({}) finds {:.1f} % of those looked for (at most {:.1f} % with 95 % "
                              "confidence), more than the {:.1f} % of the recipe: nothing was released",
                              one.attacker, 100 * one.after.rate, 100 * one.after.upper, 100 * bound->second),
                  {}, "Ask for a greater k, fewer rows of a person, or coarser levels; or let the committee decide.");
  for (const anonymize::Attack& one : report.attacks)
    if (!one.holds())
      return fail("release.attack",
                  fmt::format("an attacker ({}) finds {:.1f} % of those looked for, more than the {:.1f} % that the "
                              "release allows: nothing was released",
                              one.attacker, 100 * one.after.rate, 100 * one.promised.value_or(one.after.stated)));
  return report.to_json();
}

}  // namespace

Result<BuildReport> build(const BuildRequest& request) {
  BuildReport report;
  SEKISHO_TRY(const std::vector<std::string> chosen, chosen_formats(request.formats));
  SEKISHO_TRY(Staging staging, Staging::create(request.out));
  SEKISHO_TRY(const Prepared prepared,
              prepare(request.source, request.purpose, request.policy, request.threads, request.memory_limit));
  SEKISHO_TRY(Json approval, read_approval(request, prepared));
  report.manifest = {{"recipe", prepared.recipe.to_json()},
                     {"counts", {{"eligible_rows", prepared.rows()}, {"eligible_persons", prepared.persons()}}}};
  if (prepared.history_policy && request.overlap.empty())
    return fail("release.register", "histories need the register of releases: it keeps what was decided about them");
  if (prepared.rows() == 0) return empty_report(std::move(report), "nobody is eligible");
  if (!prepared.history_policy && !prepared.policy.household.empty() && !request.source.households)
    return fail("release.households", "the policy counts households, and the source does not tell them");
  SEKISHO_CHECK(check_kept(prepared));
  const auto key = crypto::SecretBytes::generate(*request.random, 32);
  SEKISHO_TRY(const Found found, find(prepared, key.view(), request.threads));
  if (!found.nobody.empty()) return empty_report(std::move(report), found.nobody);

  std::array<std::uint8_t, 4> random_part{};
  request.random->fill(random_part);
  const std::string id =
      fmt::format("{}-{}-{}", prepared.recipe.name, request.source.snapshot.value("id", "S0"), to_hex(random_part));
  const UtcTime created = request.clock->now();
  const Standing standing = standing_of(found.made, prepared);
  SEKISHO_TRY(const Judged overlap, judge_overlap({.build = request,
                                                   .prepared = prepared,
                                                   .standing = standing,
                                                   .id = id,
                                                   .created = created.iso(),
                                                   .k = k_of(prepared)}));
  report.overlap = overlap.reports;
  if (overlap.held) {
    report.held = true;
    report.reason = overlap.reason;
    return report;
  }
  const Dataset dataset = compose_made(found.made, prepared, key.view());
  SEKISHO_TRY(const Described described,
              describe_made({.prepared = prepared, .dataset = dataset, .id = id, .formats = chosen}, found.made));
  SEKISHO_TRY(const Payload payload, write_payload(staging.folder(), {.dataset = dataset,
                                                                      .described = described,
                                                                      .title = prepared.recipe.title,
                                                                      .created = created,
                                                                      .formats = chosen}));
  SEKISHO_TRY(const Audited audit, audit_made(staging.folder(), prepared, found.made, dataset, request.threads));
  if (!audit.ok)
    return fail("release.audit",
                fmt::format("the audit does not agree: nothing was released ({})", fmt::join(audit.problems, "; ")));
  SEKISHO_TRY(
      report.risk,
      try_attacks(
          request,
          {.folder = staging.folder(), .prepared = prepared, .made = found.made, .dataset = dataset, .key = key.view()},
          id));
  SEKISHO_TRY(std::string decision, keep_decision(request, id, found.made));
  report.manifest = manifest_of({.request = request,
                                 .prepared = prepared,
                                 .made = found.made,
                                 .search = found.search,
                                 .dataset = dataset,
                                 .payload = payload,
                                 .overlap = overlap,
                                 .audit = audit.told,
                                 .id = id,
                                 .created = created.iso(),
                                 .decision_sha256 = std::move(decision),
                                 .approval = std::move(approval)});
  const std::string text = report.manifest.dump(2) + "\n";
  SEKISHO_CHECK(write_signed(staging.folder(), request.keys, text));
  // The order key and the list of persons stand before the dataset that needs them; the ledger's entry before the
  // dataset appears.
  SEKISHO_CHECK(write_file_durable(order_key_file(request.keys, id), key.view(), 0600));
  SEKISHO_CHECK(keep_members(request, overlap));
  SEKISHO_CHECK(record_built(request, report.manifest, text, overlap));
  SEKISHO_CHECK(staging.publish());
  return report;
}

Json BuildReport::to_json() const {
  const Json& counts = manifest["counts"];
  if (held)
    return {{"held", true},
            {"rows", 0},
            {"eligible", counts["eligible_rows"]},
            {"eligible_persons", counts["eligible_persons"]},
            {"reason", reason},
            {"overlap", overlap}};
  if (empty)
    return {{"rows", 0},
            {"eligible", counts["eligible_rows"]},
            {"eligible_persons", counts["eligible_persons"]},
            {"reason", reason}};
  Json out{{"dataset", manifest["dataset"]},
           {"rows", counts["rows"]},
           {"eligible", counts["eligible_rows"]},
           {"persons", counts["persons"]},
           {"eligible_persons", counts["eligible_persons"]},
           {"suppressed", counts["suppressed_rows"]},
           {"k", manifest["audit"]["k"]},
           {"smallest_class", manifest["audit"]["smallest_class"]},
           {"audit", "passed"},
           {"models", manifest["audit"]["models"]},
           {"snapshot", manifest["snapshot"]},
           {"formats", manifest["formats"]},
           {"overlap", overlap},
           {"merkle_root", manifest["merkle_root"]}};
  if (!risk.is_null()) out["risk"] = risk;
  if (manifest.contains("changes")) {
    out["m"] = manifest["audit"]["m"];
    out["changes"] = manifest["changes"];
    return out;
  }
  out.update({{"classes", manifest["audit"]["classes"]},
              {"levels", manifest["decision"]["levels"]},
              {"score", manifest["score"]},
              {"report_by", manifest["report_by"]},
              {"groups", manifest["groups"]}});
  return out;
}

Result<void> confirm_delivery(const fs::path& dataset, const fs::path& keys, const Record& record) {
  SEKISHO_TRY(const Json manifest, read_manifest(dataset));
  const std::string id = manifest["dataset"].get<std::string>();
  if (record) {
    SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
                record("release.delivered", {{"dataset", id}, {"order_key", "destroyed"}}));
  }
  const fs::path file = order_key_file(keys, id);
  std::error_code error;
  // Overwritten first: a file system that writes in place then holds nothing of it.
  if (fs::exists(file, error)) SEKISHO_CHECK(write_file_durable(file, ByteView(Bytes(32, 0)), 0600));
  return remove_file(file);
}

}  // namespace sekisho::release
