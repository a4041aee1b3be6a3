#include "linkage/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/ascii.h"
#include "core/random.h"
#include "identity/named_columns.h"
#include "linkage/input.h"

namespace sekisho::linkage {
namespace {

// What one true person adds to the sums; a bootstrap draws persons and adds these up.
struct Part {
  double both = 0;       // pairs rightly joined
  double found = 0;      // pairs joined, each shared half and half by the persons of its two records
  double truth = 0;      // pairs that belong together
  double precision = 0;  // sum over records of |C and T| / |C|
  double recall = 0;     // sum over records of |C and T| / |T|
  double records = 0;
  void add(const Part& other) {
    both += other.both, found += other.found, truth += other.truth;
    precision += other.precision, recall += other.recall, records += other.records;
  }
};

double ratio(double a, double b) {
  return b == 0 ? 1 : a / b;
}
double harmonic(double a, double b) {
  return a + b == 0 ? 0 : 2 * a * b / (a + b);
}

using Six = std::array<double, 6>;
Six measures(const Part& sum) {
  const double p = ratio(sum.both, sum.found), r = ratio(sum.both, sum.truth);
  const double bp = ratio(sum.precision, sum.records), br = ratio(sum.recall, sum.records);
  return {p, r, harmonic(p, r), bp, br, harmonic(bp, br)};
}

std::vector<std::size_t> sizes(const std::vector<std::uint32_t>& labels) {
  std::vector<std::size_t> out;
  for (const std::uint32_t label : labels) {
    if (label >= out.size()) out.resize(label + 1, 0);
    ++out[label];
  }
  return out;
}

}  // namespace

Evaluation evaluate_labels(const std::vector<std::uint32_t>& found, const std::vector<std::uint32_t>& truth,
                           int replicates) {
  Evaluation out;
  out.records = found.size();
  const std::vector<std::size_t> found_size = sizes(found), true_size = sizes(truth);
  out.persons_found = found_size.size() - static_cast<std::size_t>(std::ranges::count(found_size, 0u));
  out.persons_true = true_size.size() - static_cast<std::size_t>(std::ranges::count(true_size, 0u));

  // Cells of the table found x true, sorted.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cells(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    cells[i] = {truth[i], found[i]};
  std::ranges::sort(cells);
  std::vector<Part> parts(true_size.size());
  std::vector<std::uint32_t> persons_in(found_size.size(), 0), clusters_of(true_size.size(), 0);
  for (std::size_t begin = 0; begin < cells.size();) {
    std::size_t end = begin;
    while (end < cells.size() && cells[end] == cells[begin])
      ++end;
    const auto [person, cluster] = cells[begin];
    const double n = static_cast<double>(end - begin), c = static_cast<double>(found_size[cluster]),
                 t = static_cast<double>(true_size[person]);
    parts[person].add({n * (n - 1) / 2, n * (c - 1) / 2, n * (t - 1) / 2, n * n / c, n * n / t, n});
    ++persons_in[cluster];
    ++clusters_of[person];
    out.clusters_right += n == c && n == t;
    begin = end;
  }
  out.false_merges = static_cast<std::size_t>(std::ranges::count_if(persons_in, [](auto n) { return n > 1; }));
  out.false_splits = static_cast<std::size_t>(std::ranges::count_if(clusters_of, [](auto n) { return n > 1; }));
  std::erase_if(parts, [](const Part& part) { return part.records == 0; });

  Part sum;
  for (const Part& part : parts)
    sum.add(part);
  out.pairs_both = static_cast<std::uint64_t>(sum.both + 0.5);
  out.pairs_found = static_cast<std::uint64_t>(sum.found + 0.5);
  out.pairs_true = static_cast<std::uint64_t>(sum.truth + 0.5);

  std::array<std::vector<double>, 6> draws;
  SeededRandom random(20'240'401);  // fixed, so that the same files give the same interval
  for (int i = 0; i < replicates && !parts.empty(); ++i) {
    Part drawn;
    for (std::size_t k = 0; k < parts.size(); ++k)
      drawn.add(parts[random.below(parts.size())]);
    const Six six = measures(drawn);
    for (std::size_t m = 0; m < six.size(); ++m)
      draws[m].push_back(six[m]);
  }
  const Six point = measures(sum);
  Measure* const places[] = {&out.pairwise.precision, &out.pairwise.recall, &out.pairwise.f1,
                             &out.b_cubed.precision,  &out.b_cubed.recall,  &out.b_cubed.f1};
  for (std::size_t m = 0; m < point.size(); ++m) {
    std::ranges::sort(draws[m]);
    const auto quantile = [&](double q) {
      return draws[m].empty() ? point[m]
                              : draws[m][static_cast<std::size_t>(q * static_cast<double>(draws[m].size() - 1))];
    };
    *places[m] = {point[m], quantile(0.025), quantile(0.975)};
  }
  return out;
}

namespace {

struct Labels {
  std::unordered_map<std::string, std::uint32_t> persons;
  std::unordered_map<std::string, std::uint32_t> of_record;
};

Result<Labels> read_labels(const std::filesystem::path& path, const std::string& id_column,
                           const std::string& person_column) {
  SEKISHO_TRY(const auto file, InputFile::open(path));
  std::vector<std::string_view> header = file->header();
  std::ranges::transform(header, header.begin(), [](std::string_view name) { return strip(name); });
  const auto id = std::ranges::find(header, std::string_view(id_column)) - header.begin();
  const auto person = std::ranges::find(header, std::string_view(person_column)) - header.begin();
  const auto width = static_cast<std::ptrdiff_t>(header.size());
  if (id == width || person == width)
    return fail("linkage.columns", fmt::format("columns '{}' and '{}' are needed", id_column, person_column),
                {.file = file->name()}, "Name those of the truth: --columns record_id=COLUMN,person_id=COLUMN");
  Labels labels;
  std::vector<std::string_view> fields;
  while (true) {
    SEKISHO_TRY(const bool more, file->next(fields));
    if (!more) return labels;
    const auto label = labels.persons.try_emplace(std::string(strip(fields[person])),
                                                  static_cast<std::uint32_t>(labels.persons.size()));
    if (!labels.of_record.try_emplace(std::string(strip(fields[id])), label.first->second).second)
      return fail("linkage.duplicate", "a record id stands twice", file->place());
  }
}

Json measure_json(const Measure& measure) {
  return {{"value", measure.value}, {"low", measure.low}, {"high", measure.high}};
}
Json agreement_json(const Agreement& agreement) {
  return {{"precision", agreement.precision.value},
          {"recall", agreement.recall.value},
          {"f1", agreement.f1.value},
          {"intervals",
           {{"precision", measure_json(agreement.precision)},
            {"recall", measure_json(agreement.recall)},
            {"f1", measure_json(agreement.f1)}}}};
}

Result<Labels> read_truth_labels(const std::filesystem::path& truth, std::string_view columns) {
  std::string id_column = "record_id", person_column = "person_id";
  for (const auto& [one, field, column] : identity::named_columns(columns)) {
    if (!column || (field != "record_id" && field != "person_id"))
      return fail("usage.columns", "the columns of a truth are record_id=COLUMN and person_id=COLUMN");
    (field == "record_id" ? id_column : person_column) = std::string(*column);
  }
  return read_labels(truth, id_column, person_column);
}

}  // namespace

Result<Truth> read_truth(const std::filesystem::path& truth, std::string_view columns) {
  SEKISHO_TRY(Labels labels, read_truth_labels(truth, columns));
  return std::move(labels.of_record);
}

Result<Evaluation> evaluate(const std::filesystem::path& clusters, const std::filesystem::path& truth,
                            std::string_view columns) {
  SEKISHO_TRY(const Labels found, read_labels(clusters, "record_id", "person_id"));
  SEKISHO_TRY(const Labels real, read_truth_labels(truth, columns));
  std::vector<std::uint32_t> a, b;
  auto alone = static_cast<std::uint32_t>(found.persons.size());
  std::size_t missing = 0;
  for (const auto& [record, person] : real.of_record) {
    const auto match = found.of_record.find(record);
    missing += match == found.of_record.end();
    a.push_back(match == found.of_record.end() ? alone++ : match->second);
    b.push_back(person);
  }
  Evaluation out = evaluate_labels(a, b);
  out.missing = missing;
  out.unknown = found.of_record.size() - (real.of_record.size() - missing);
  return out;
}

Json Evaluation::to_json() const {
  return {{"records", records},
          {"persons_true", persons_true},
          {"persons_found", persons_found},
          {"missing", missing},
          {"unknown", unknown},
          {"pairs_true", pairs_true},
          {"pairs_found", pairs_found},
          {"pairs_both", pairs_both},
          {"clusters_right", clusters_right},
          {"false_merges", false_merges},
          {"false_splits", false_splits},
          {"pairwise", agreement_json(pairwise)},
          {"b_cubed", agreement_json(b_cubed)}};
}

}  // namespace sekisho::linkage
