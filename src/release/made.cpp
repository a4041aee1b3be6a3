#include "release/made.h"

#include <fmt/format.h>

#include "core/csv.h"
#include "core/file.h"

namespace sekisho::release::detail {
namespace {

std::vector<std::string> quasi_names(const anonymize::Policy& policy) {
  std::vector<std::string> out;
  for (const anonymize::Attribute& attribute : policy.attributes)
    if (attribute.kind == anonymize::Kind::kQuasi) out.push_back(attribute.name);
  return out;
}

// Households in each class of the finished rows, by SQL: a table of labels, and of households in the place of persons.
Result<SqlAudit> audit_households(const Prepared& prepared, const Made& made, const std::vector<std::string>& quasi,
                                  std::size_t k) {
  const anonymize::Column& household = *prepared.table().find(prepared.policy.household);
  std::vector<std::size_t> places;
  std::vector<std::string_view> fields{"id"};
  for (const std::string& name : quasi) {
    places.push_back(
        static_cast<std::size_t>(std::ranges::find(made.applied.header, name) - made.applied.header.begin()));
    fields.push_back(name);
  }
  std::string csv;
  append_csv(csv, fields);
  for (std::size_t row = 0; row < made.applied.rows(); ++row) {
    fields[0] = household.text(made.applied.source[row]);
    for (std::size_t i = 0; i < places.size(); ++i)
      fields[i + 1] = made.applied.text(row, places[i]);
    append_csv(csv, fields);
  }
  SEKISHO_TRY(const TemporaryFolder scratch, TemporaryFolder::create("sekisho-audit"));
  SEKISHO_CHECK(write_file_durable(scratch.path() / "households.csv", csv, 0600));
  return audit_by_sql(scratch.path() / "households.csv", quasi, k);
}

Result<Audited> audit_rows(const std::filesystem::path& folder, const Prepared& prepared, const Made& made,
                           const Dataset& dataset) {
  const std::vector<std::string> quasi = quasi_names(prepared.policy);
  const auto k = static_cast<std::size_t>(prepared.policy.k());
  SEKISHO_TRY(const SqlAudit counted, audit_by_sql(folder / "dataset.csv", quasi, k));
  SEKISHO_TRY(const anonymize::Audit judged, audit_models(folder / "dataset.csv", prepared));
  Audited out;
  out.problems = judged.problems;
  if (!counted.ok) out.problems.push_back(fmt::format("{} classes have fewer than {} persons", counted.failing, k));
  if (counted.rows != dataset.rows || counted.persons != dataset.persons || judged.rows != dataset.rows)
    out.problems.emplace_back("rows or persons are counted otherwise");
  out.told = counted.to_json();
  out.told["k"] = k;
  out.told["quasi"] = quasi;
  out.told["models"] = judged.models;
  if (prepared.policy.household.empty()) return out;
  SEKISHO_TRY(const SqlAudit households, audit_households(prepared, made, quasi, k));
  if (!households.ok)
    out.problems.push_back(fmt::format("{} classes have fewer than {} households", households.failing, k));
  out.told["smallest_class_households"] = households.smallest_class;
  return out;
}

Result<Audited> audit_histories_made(const std::filesystem::path& folder, const Prepared& prepared,
                                     const anonymize::FinishedHistories& finished, int threads) {
  SEKISHO_TRY(const anonymize::HistoryAudit judged,
              audit_finished_histories(folder, *prepared.history_policy, threads));
  Audited out;
  out.problems = judged.problems;
  if (judged.persons > finished.persons) out.problems.emplace_back("persons are counted otherwise");
  out.told = audited_tables(*prepared.history_policy, finished);
  out.told.update({{"ok", judged.ok},
                   {"persons", finished.persons},
                   {"items", judged.items},
                   {"combinations", judged.combinations},
                   {"smallest_class", judged.rarest},
                   {"models",
                    {fmt::format("k^m-anonymity of {} persons and {} items", prepared.history_policy->k,
                                 prepared.history_policy->m)}}});
  return out;
}

}  // namespace

Result<Made> replay(const Prepared& prepared, const Json& manifest, const Register* list, ByteView key, int threads) {
  Made out;
  const Json& decision = manifest["decision"];
  if (prepared.history_policy) {
    if (list == nullptr || !decision.is_object())
      return fail("release.decision", "the register of releases holds what was decided about histories: name it");
    std::vector<std::string> persons;
    for (const auto& [person, registrations] : prepared.registrations)
      persons.push_back(person);
    SEKISHO_TRY(out.sets,
                list->decision(manifest["dataset"].get<std::string>(), decision.value("sha256", ""), persons));
    SEKISHO_TRY(out.finished,
                anonymize::replay_histories(prepared.tables, *prepared.history_policy, key, out.sets, threads));
    return out;
  }
  SEKISHO_TRY(out.decision, anonymize::Decision::from_json(decision));
  SEKISHO_TRY(out.applied, anonymize::apply(prepared.table(), prepared.policy, out.decision));
  return out;
}

Dataset compose_made(const Made& made, const Prepared& prepared, std::optional<ByteView> key) {
  if (made.finished) return compose_histories(*made.finished, key ? *key : ByteView());
  return compose(made.applied, prepared.recipe.person, key);
}

Result<Described> describe_made(const DescribeRequest& request, const Made& made) {
  return made.finished ? describe_histories(request, *made.finished)
                       : describe_rows(request, made.applied, made.decision);
}

Result<Audited> audit_made(const std::filesystem::path& folder, const Prepared& prepared, const Made& made,
                           const Dataset& dataset, int threads) {
  SEKISHO_TRY(Audited out, made.finished ? audit_histories_made(folder, prepared, *made.finished, threads)
                                         : audit_rows(folder, prepared, made, dataset));
  out.ok = out.problems.empty();
  return out;
}

}  // namespace sekisho::release::detail
