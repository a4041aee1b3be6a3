#include "anonymize/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sekisho::anonymize {
namespace {

bool fulfils(const Model& model, std::size_t persons, const std::map<std::string, double>& values) {
  const auto bound = static_cast<std::size_t>(model.bound);
  double rows = 0, sum = 0, greatest = 0;
  std::multiset<double> rising;
  for (const auto& [value, count] : values) {
    rows += count, sum += count * std::log(count), greatest = std::max(greatest, count);
    rising.insert(count);
  }
  switch (model.kind) {
    case Model::Kind::kAnonymity:
      return persons >= bound;
    case Model::Kind::kDistinctDiversity:
      return values.size() >= bound;
    case Model::Kind::kEntropyDiversity:  // -sum p ln p = ln n - (sum c ln c) / n
      return std::log(rows) - sum / rows >= std::log(static_cast<double>(bound)) - 1e-9;
    case Model::Kind::kRecursiveDiversity: {
      double tail = 0;
      std::size_t left = values.size() < bound ? 0 : values.size() - bound + 1;
      for (auto count = rising.begin(); left > 0; ++count, --left)
        tail += *count;
      return greatest < model.number * tail;
    }
    default:
      return true;  // needs the distribution of the input: named as not judged
  }
}

}  // namespace

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
    std::vector<std::map<std::string, double>> values;  // by model: rows of each sensitive value
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
      if (policy.models[m].kind == Model::Kind::kAnonymity) continue;
      const Column* column = table.find(policy.models[m].attribute);
      if (column == nullptr)
        return fail("policy.columns", fmt::format("there is no column '{}'", policy.models[m].attribute));
      ++members.values[m][column->text(row)];
    }
  }
  out.classes = classes.size();
  out.smallest_class = classes.empty() ? 0 : SIZE_MAX;
  for (const auto& [labels, members] : classes) {
    out.smallest_class = std::min(out.smallest_class, members.persons.size());
    bool fails = false;
    for (std::size_t m = 0; m < policy.models.size(); ++m) {
      fails = fails || !fulfils(policy.models[m], members.persons.size(), members.values[m]);
    }
    out.failing_classes += fails;
  }
  if (out.failing_classes > 0)
    out.problems.push_back(fmt::format("{} of {} classes do not fulfil the policy; the smallest has {} {}",
                                       out.failing_classes, out.classes, out.smallest_class,
                                       out.counts_persons ? "persons" : "rows"));
  for (const Model& model : policy.models)
    if (model.compares())
      out.not_judged.push_back(
          fmt::format("t-closeness of '{}': the finished file does not tell the distribution of "
                      "the input",
                      model.attribute));
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
          {"problems", problems},
          {"not_judged", not_judged}};
}

}  // namespace sekisho::anonymize
