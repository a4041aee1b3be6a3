#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file.h"
#include "ledger/ledger.h"
#include "release/approval.h"
#include "release/dataset.h"
#include "release/formats.h"
#include "release/hold.h"

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
  const anonymize::Column* group = prepared.table.find(prepared.recipe.report_by);
  if (group == nullptr) return Json::object();
  const anonymize::Column& person = *prepared.table.find(prepared.recipe.person);
  struct Count {
    std::set<std::uint32_t> eligible, kept;
    std::size_t rows = 0, kept_rows = 0;
  };
  std::map<std::string, Count> counts;
  for (std::size_t row = 0; row < prepared.table.rows; ++row) {
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

std::vector<std::string> quasi_names(const anonymize::Policy& policy) {
  std::vector<std::string> out;
  for (const anonymize::Attribute& attribute : policy.attributes)
    if (attribute.kind == anonymize::Kind::kQuasi) out.push_back(attribute.name);
  return out;
}

}  // namespace

namespace {

// What the manifest is made of.
struct Built {
  const BuildRequest& request;
  const Prepared& prepared;
  const anonymize::Outcome& outcome;
  const anonymize::Applied& applied;
  const Dataset& dataset;
  const Payload& payload;
  const Judged& overlap;
  const SqlAudit& audit;
  std::string id, created;
  std::vector<std::string> quasi;
  std::size_t k = 0, eligible_persons = 0;
  Json approval;
};

Json manifest_of(const Built& b) {
  Json audit = b.audit.to_json();
  audit["k"] = b.k;
  audit["quasi"] = b.quasi;
  Json out{
      {"format", 1},
      {"dataset", b.id},
      {"created", b.created},
      {"program", "sekisho " SEKISHO_VERSION},
      {"snapshot", b.request.source.snapshot},
      {"recipe", b.prepared.recipe.to_json()},
      {"policy", {{"sha256", b.prepared.policy_sha256}, {"k", b.k}, {"limit", b.prepared.policy.suppression_limit}}},
      {"decision", b.outcome.decision.to_json()},
      {"score", {{"metric", anonymize::name(b.outcome.metric)}, {"value", b.outcome.score}}},
      {"search", {{"lattice", b.outcome.lattice}, {"checked", b.outcome.checked}, {"optimal", b.outcome.optimal}}},
      {"counts",
       {{"eligible_rows", b.prepared.table.rows},
        {"eligible_persons", b.eligible_persons},
        {"rows", b.dataset.rows},
        {"persons", b.dataset.persons},
        {"suppressed_rows", b.outcome.suppressed},
        {"suppressed_persons", b.eligible_persons - b.dataset.persons}}},
      {"report_by", b.prepared.recipe.report_by},
      {"groups", by_group(b.prepared, b.applied)},
      {"audit", audit},
      {"content_sha256", b.dataset.content_sha256},
      {"leaves", b.dataset.leaves.size()},
      {"merkle_root", to_hex(ledger::tree_root(b.dataset.leaves))},
      {"formats", b.payload.forms},
      {"files", b.payload.files}};
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

}  // namespace

Result<BuildReport> build(const BuildRequest& request) {
  BuildReport report;
  SEKISHO_TRY(const std::vector<std::string> chosen, chosen_formats(request.formats));
  SEKISHO_TRY(Staging staging, Staging::create(request.out));
  SEKISHO_TRY(const Prepared prepared,
              prepare(request.source, request.purpose, request.policy, request.threads, request.memory_limit));
  SEKISHO_TRY(Json approval, read_approval(request, prepared));
  const std::size_t eligible_persons = prepared.table.columns.front().values().size();
  report.manifest = {{"recipe", prepared.recipe.to_json()},
                     {"counts", {{"eligible_rows", prepared.table.rows}, {"eligible_persons", eligible_persons}}}};
  if (prepared.table.rows == 0) return empty_report(std::move(report), "nobody is eligible");
  const auto outcome = anonymize::search(prepared.table, prepared.policy);
  if (!outcome && outcome.error().code == "anonymize.impossible")
    return empty_report(std::move(report), outcome.error().message);
  if (!outcome) return std::unexpected(outcome.error());
  SEKISHO_TRY(const anonymize::Applied applied, anonymize::apply(prepared.table, prepared.policy, outcome->decision));
  if (applied.rows() == 0)
    return empty_report(std::move(report), "no class is large enough: every row would be suppressed");

  std::array<std::uint8_t, 4> random_part{};
  request.random->fill(random_part);
  const std::string id =
      fmt::format("{}-{}-{}", prepared.recipe.name, request.source.snapshot.value("id", "S0"), to_hex(random_part));
  const std::vector<std::string> quasi = quasi_names(prepared.policy);
  const auto k = static_cast<std::size_t>(prepared.policy.k());
  const UtcTime created = request.clock->now();
  SEKISHO_TRY(const Judged overlap, judge_overlap({.build = request,
                                                   .prepared = prepared,
                                                   .applied = applied,
                                                   .quasi = quasi,
                                                   .id = id,
                                                   .created = created.iso(),
                                                   .k = k}));
  report.overlap = overlap.reports;
  if (overlap.held) {
    report.held = true;
    report.reason = overlap.reason;
    return report;
  }
  const auto key = crypto::SecretBytes::generate(*request.random, 32);
  const Dataset dataset = compose(applied, prepared.recipe.person, key.view());
  SEKISHO_TRY(const Payload payload, write_payload(staging.folder(), {.prepared = prepared,
                                                                      .applied = applied,
                                                                      .decision = outcome->decision,
                                                                      .dataset = dataset,
                                                                      .id = id,
                                                                      .created = created,
                                                                      .formats = chosen}));
  SEKISHO_TRY(const SqlAudit audit, audit_by_sql(staging.folder() / "dataset.csv", quasi, k));
  if (!audit.ok || audit.rows != dataset.rows || audit.persons != dataset.persons)
    return fail("release.audit", "the audit does not agree: nothing was released");
  report.manifest = manifest_of({.request = request,
                                 .prepared = prepared,
                                 .outcome = *outcome,
                                 .applied = applied,
                                 .dataset = dataset,
                                 .payload = payload,
                                 .overlap = overlap,
                                 .audit = audit,
                                 .id = id,
                                 .created = created.iso(),
                                 .quasi = quasi,
                                 .k = k,
                                 .eligible_persons = eligible_persons,
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
  return {{"dataset", manifest["dataset"]},
          {"rows", counts["rows"]},
          {"eligible", counts["eligible_rows"]},
          {"persons", counts["persons"]},
          {"eligible_persons", counts["eligible_persons"]},
          {"suppressed", counts["suppressed_rows"]},
          {"k", manifest["audit"]["k"]},
          {"smallest_class", manifest["audit"]["smallest_class"]},
          {"classes", manifest["audit"]["classes"]},
          {"audit", "passed"},
          {"levels", manifest["decision"]["levels"]},
          {"score", manifest["score"]},
          {"report_by", manifest["report_by"]},
          {"groups", manifest["groups"]},
          {"snapshot", manifest["snapshot"]},
          {"formats", manifest["formats"]},
          {"overlap", overlap},
          {"merkle_root", manifest["merkle_root"]}};
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
