#include "anonymize/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace sekisho::anonymize {

Result<Audit> audit(const Table& table, const Policy& policy) {
  Audit out;
  out.rows = table.rows;
  const Column* person = policy.person.empty() ? nullptr : table.find(policy.person);
  out.counts_persons = person != nullptr;
  std::vector<const Column*> quasi;
  for (const Attribute& attribute : policy.attributes) {
    const Column* column = table.find(attribute.name);
    if (attribute.kind == Kind::kIdentifying && column != nullptr && attribute.name != policy.person)
      out.problems.push_back(fmt::format("the identifying column '{}' is still there", attribute.name));
    if (attribute.kind != Kind::kQuasi) continue;
    if (column == nullptr) return fail("policy.columns", fmt::format("there is no column '{}'", attribute.name));
    quasi.push_back(column);
  }
  for (const Column& column : table.columns)
    if (policy.find(column.name()) == nullptr && column.name() != policy.person)
      out.problems.push_back(fmt::format("the policy does not say what column '{}' is", column.name()));

  struct Members {
    std::set<std::string> persons;
    std::vector<std::set<std::string>> values;  // by model
  };
  std::map<std::vector<std::string>, Members> classes;
  for (std::size_t row = 0; row < table.rows; ++row) {
    std::vector<std::string> labels;
    for (const Column* column : quasi)
      labels.push_back(column->text(row));
    Members& members = classes[labels];
    members.persons.insert(person != nullptr ? person->text(row) : std::to_string(row));
    members.values.resize(policy.models.size());
    for (std::size_t m = 0; m < policy.models.size(); ++m) {
      if (policy.models[m].kind != Model::Kind::kDistinctDiversity) continue;
      const Column* column = table.find(policy.models[m].attribute);
      if (column == nullptr)
        return fail("policy.columns", fmt::format("there is no column '{}'", policy.models[m].attribute));
      members.values[m].insert(column->text(row));
    }
  }
  out.classes = classes.size();
  out.smallest_class = classes.empty() ? 0 : SIZE_MAX;
  for (const auto& [labels, members] : classes) {
    out.smallest_class = std::min(out.smallest_class, members.persons.size());
    bool fails = false;
    for (std::size_t m = 0; m < policy.models.size(); ++m) {
      const std::size_t reached =
          policy.models[m].kind == Model::Kind::kAnonymity ? members.persons.size() : members.values[m].size();
      fails = fails || reached < static_cast<std::size_t>(policy.models[m].bound);
    }
    out.failing_classes += fails;
  }
  if (out.failing_classes > 0)
    out.problems.push_back(fmt::format("{} of {} classes do not fulfil the policy; the smallest has {} {}",
                                       out.failing_classes, out.classes, out.smallest_class,
                                       out.counts_persons ? "persons" : "rows"));
  out.ok = out.problems.empty();
  return out;
}

Json Audit::to_json() const {
  return {{"ok", ok},
          {"rows", rows},
          {"classes", classes},
          {"smallest_class", smallest_class},
          {"failing_classes", failing_classes},
          {"counted", counts_persons ? "persons" : "rows"},
          {"problems", problems}};
}

}  // namespace sekisho::anonymize
