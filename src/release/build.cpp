#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file.h"
#include "ledger/ledger.h"
#include "release/dataset.h"

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

Result<BuildReport> build(const BuildRequest& request) {
  BuildReport report;
  SEKISHO_TRY(Staging staging, Staging::create(request.out));
  SEKISHO_TRY(const Prepared prepared,
              prepare(request.source, request.purpose, request.policy, request.threads, request.memory_limit));
  const std::size_t eligible_persons = prepared.table.columns.front().values().size();
  report.manifest = {{"recipe", prepared.recipe.to_json()},
                     {"counts", {{"eligible_rows", prepared.table.rows}, {"eligible_persons", eligible_persons}}}};
  if (prepared.table.rows == 0) {
    report.empty = true;
    report.reason = "nobody is eligible";
    return report;
  }
  const auto outcome = anonymize::search(prepared.table, prepared.policy);
  if (!outcome && outcome.error().code == "anonymize.impossible") {
    report.empty = true;
    report.reason = outcome.error().message;
    return report;
  }
  if (!outcome) return std::unexpected(outcome.error());
  SEKISHO_TRY(const anonymize::Applied applied, anonymize::apply(prepared.table, prepared.policy, outcome->decision));
  if (applied.rows() == 0) {
    report.empty = true;
    report.reason = "no class is large enough: every row would be suppressed";
    return report;
  }

  std::array<std::uint8_t, 4> random_part{};
  request.random->fill(random_part);
  const std::string id =
      fmt::format("{}-{}-{}", prepared.recipe.name, request.source.snapshot.value("id", "S0"), to_hex(random_part));
  const auto key = crypto::SecretBytes::generate(*request.random, 32);
  const Dataset dataset = compose(applied, prepared.recipe.person, key.view());

  Json files = Json::array();
  SEKISHO_CHECK(write_dataset_file(staging.folder(), "dataset.csv", dataset.csv, &files));
  SEKISHO_CHECK(write_dataset_file(staging.folder(), "dictionary.json",
                                   dictionary(prepared, outcome->decision).dump(2) + "\n", &files));
  SEKISHO_CHECK(write_dataset_file(staging.folder(), "leaves.csv", dataset.leaves_csv, &files));
  const std::vector<std::string> quasi = quasi_names(prepared.policy);
  const auto k = static_cast<std::size_t>(prepared.policy.k());
  SEKISHO_TRY(const SqlAudit audit, audit_by_sql(staging.folder() / "dataset.csv", quasi, k));
  if (!audit.ok || audit.rows != dataset.rows || audit.persons != dataset.persons)
    return fail("release.audit", "the audit does not agree: nothing was released");

  Json audit_json = audit.to_json();
  audit_json["k"] = k;
  audit_json["quasi"] = quasi;
  Json& m = report.manifest;
  m = {{"format", 1},
       {"dataset", id},
       {"created", request.clock->now().iso()},
       {"program", "sekisho " SEKISHO_VERSION},
       {"snapshot", request.source.snapshot},
       {"recipe", prepared.recipe.to_json()},
       {"policy", {{"sha256", prepared.policy_sha256}, {"k", k}, {"limit", prepared.policy.suppression_limit}}},
       {"decision", outcome->decision.to_json()},
       {"score", {{"metric", anonymize::name(outcome->metric)}, {"value", outcome->score}}},
       {"search", {{"lattice", outcome->lattice}, {"checked", outcome->checked}, {"optimal", true}}},
       {"counts",
        {{"eligible_rows", prepared.table.rows},
         {"eligible_persons", eligible_persons},
         {"rows", dataset.rows},
         {"persons", dataset.persons},
         {"suppressed_rows", outcome->suppressed},
         {"suppressed_persons", eligible_persons - dataset.persons}}},
       {"report_by", prepared.recipe.report_by},
       {"groups", by_group(prepared, applied)},
       {"audit", audit_json},
       {"content_sha256", dataset.content_sha256},
       {"leaves", dataset.leaves.size()},
       {"merkle_root", to_hex(ledger::tree_root(dataset.leaves))},
       {"files", files}};
  const std::string text = m.dump(2) + "\n";
  SEKISHO_CHECK(make_folders(request.keys, 0700));
  SEKISHO_TRY(const crypto::PrivateKey signer, signing_key(request.keys));
  SEKISHO_TRY(const Bytes signature, crypto::sign_ed25519(signer, as_bytes(text)));
  SEKISHO_TRY(const Bytes public_key, crypto::ed25519_public_raw(signer));
  SEKISHO_CHECK(write_dataset_file(staging.folder(), "manifest.json", text, nullptr));
  SEKISHO_CHECK(write_dataset_file(staging.folder(), "manifest.sig", as_text(signature), nullptr));
  SEKISHO_CHECK(write_dataset_file(staging.folder(), "signer.pem", ledger::public_key_pem(public_key), nullptr));
  // The order key stands before the dataset that needs it; the ledger's entry before the dataset appears.
  SEKISHO_CHECK(write_file_durable(order_key_file(request.keys, id), key.view(), 0600));
  if (request.record) {
    SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
                request.record("release.built", {{"dataset", id},
                                                 {"manifest", to_hex(crypto::sha256(as_bytes(text)))},
                                                 {"snapshot", request.source.snapshot.value("hash", "")},
                                                 {"recipe", prepared.recipe.sha256},
                                                 {"policy", prepared.policy_sha256},
                                                 {"rows", dataset.rows},
                                                 {"merkle_root", m["merkle_root"]}}));
  }
  SEKISHO_CHECK(staging.publish());
  return report;
}

Json BuildReport::to_json() const {
  const Json& counts = manifest["counts"];
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
