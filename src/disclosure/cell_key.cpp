#include "disclosure/cell_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/csv.h"
#include "crypto/digest.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kShortestKey = 32;

// The distribution over `allowed` of mean 0 and the given variance with the largest entropy: weights exp(a d + b d^2).
// Newton's method on the convex dual. Empty: there is none.
std::vector<double> largest_entropy(const std::vector<int>& allowed, double variance) {
  double a = 0, b = 0;
  std::vector<double> p(allowed.size());
  for (int step = 0; step < 500; ++step) {
    double most = -1e300, sum = 0;
    for (const int d : allowed)
      most = std::max(most, a * d + b * d * d);
    for (std::size_t i = 0; i < p.size(); ++i)
      sum += p[i] = std::exp(a * allowed[i] + b * allowed[i] * allowed[i] - most);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double d = allowed[i];
      p[i] /= sum;
      m1 += p[i] * d;
      m2 += p[i] * d * d;
      m3 += p[i] * d * d * d;
      m4 += p[i] * d * d * d * d;
    }
    if (std::abs(m1) < 1e-12 && std::abs(m2 - variance) < 1e-12) return p;
    const double aa = m2 - m1 * m1, ab = m3 - m1 * m2, bb = m4 - m2 * m2, det = aa * bb - ab * ab;
    if (!(det > 1e-14)) return {};
    const double da = (bb * -m1 - ab * (variance - m2)) / det, db = (aa * (variance - m2) - ab * -m1) / det;
    const double scale = std::min(1.0, 1.0 / std::max(std::abs(da), 10 * std::abs(db)));
    a += scale * da;
    b += scale * db;
  }
  return {};
}

}  // namespace

Result<NoiseTable> NoiseTable::make(const NoiseOptions& options) {
  NoiseTable table;
  table.reach_ = options.reach;
  const auto none = [&](int count) {
    return fail(
        "cell_key.noise",
        fmt::format("no deviation of a count of {} has variance {} within {}", count, options.variance, options.reach),
        {}, "Choose a variance from 2.1 to 8 and a reach of at least 5.");
  };
  if (options.reach < 1 || options.reach > 100 || options.least < 1 || options.least > options.reach) return none(1);
  for (int count = 0; count <= options.reach + options.least; ++count) {
    std::vector<int> allowed;
    for (int d = -options.reach; d <= options.reach; ++d)
      if (count + d == 0 || count + d >= options.least) allowed.push_back(d);
    std::vector<double> row(2 * static_cast<std::size_t>(options.reach) + 1, 0.0);
    if (count == 0) {
      row[static_cast<std::size_t>(options.reach)] = 1;
    } else {
      const std::vector<double> p = largest_entropy(allowed, options.variance);
      if (p.empty()) return none(count);
      for (std::size_t i = 0; i < p.size(); ++i)
        row[static_cast<std::size_t>(allowed[i] + options.reach)] = p[i];
    }
    table.rows_.push_back(std::move(row));
  }
  return table;
}

const std::vector<double>& NoiseTable::probabilities(std::uint64_t count) const {
  return rows_[std::min<std::uint64_t>(count, rows_.size() - 1)];
}

int NoiseTable::deviation(std::uint64_t count, std::uint32_t cell_key) const {
  const std::vector<double>& row = probabilities(count);
  double left = (static_cast<double>(cell_key) + 0.5) * 0x1p-32;
  int last = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == 0) continue;
    last = static_cast<int>(i) - reach_;
    left -= row[i];
    if (left < 0) break;
  }
  return last;
}

std::uint32_t record_key(ByteView release_key, std::string_view person) {
  const auto digest = crypto::hmac_sha256(release_key, as_bytes(person));
  std::uint32_t key = 0;
  for (std::size_t i = 0; i < 4; ++i)
    key = key << 8 | digest[i];
  return key;
}

namespace {

// Keys of all cells: sums of the record keys of the persons in them.
std::vector<std::uint32_t> cell_keys(const Tabulation& data, ByteView release_key) {
  const Shape shape(data.dimensions);
  std::vector<std::uint32_t> keys(shape.cells(), 0);
  const DatasetColumn& persons = data.dataset.column(data.person_column);
  std::vector<std::uint32_t> of(persons.texts.size());
  for (std::size_t i = 0; i < of.size(); ++i)
    of[i] = record_key(release_key, persons.texts[i]);
  for (const Membership& member : data.members)
    for_each_above(data.dimensions, shape, member.cell, [&](std::size_t cell) { keys[cell] += of[member.person]; });
  return keys;
}

Result<void> check_request(const TableRequest& request, ByteView release_key) {
  if (request.measure != Measure::kCount || !request.weight.empty())
    return fail("cell_key.measure", "only counts of persons are perturbed", {}, "Leave out --value and --weight.");
  if (request.policy.method != "cell_key" || !request.policy.decided)
    return fail("cell_key.policy", "the policy does not say that counts may be perturbed instead of hidden", {},
                "The committee decides: \"method\": \"cell_key\" with its \"decision\".");
  if (release_key.size() < kShortestKey)
    return fail("cell_key.key", fmt::format("a release key has at least {} bytes", kShortestKey), {},
                "Make one with: head -c 32 /dev/urandom");
  return {};
}

}  // namespace

Result<PerturbedTable> perturb_table(const TableRequest& request, ByteView release_key, const NoiseOptions& noise) {
  SEKISHO_CHECK(check_request(request, release_key));
  SEKISHO_TRY(const NoiseTable deviations, NoiseTable::make(noise));
  SEKISHO_TRY(Tabulation data, tabulate(request));
  PerturbedTable out{.table = empty_table(data.dimensions)};
  out.persons = data.persons;
  const std::vector<std::uint32_t> keys = cell_keys(data, release_key);
  std::vector<std::string_view> fields(out.table.dimensions.begin(), out.table.dimensions.end());
  fields.push_back("value");
  append_csv(out.csv, fields);
  Json counts = Json::array(), shown = Json::array(), cell_key = Json::array();
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < out.table.cells.size(); ++i) {
    Cell& cell = out.table.cells[i];
    const auto count = static_cast<std::uint64_t>(data.layers[0][i]);
    const int moved = deviations.deviation(count, keys[i]);
    cell.value = static_cast<double>(count) + moved;
    out.perturbed += moved != 0;
    out.largest = std::max(out.largest, std::abs(static_cast<double>(moved)));
    if (count > 0) {
      ++counted;
      out.mean += moved;
      out.variance += moved * moved;
    }
    counts.push_back(count);
    shown.push_back(cell.value);
    cell_key.push_back(keys[i]);
    fields.assign(cell.labels.begin(), cell.labels.end());
    const std::string value = number_text(cell.value);
    fields.push_back(value);
    append_csv(out.csv, fields);
  }
  if (counted > 0) {
    out.mean /= static_cast<double>(counted);
    out.variance /= static_cast<double>(counted);
  }
  out.proof = Json{{"kind", "cell_key"},
                   {"policy", request.policy.id},
                   {"inherits", request.policy.inherits},
                   {"excused", request.policy.excused},
                   {"rows", data.rows},
                   {"persons", data.persons},
                   {"noise", Json{{"reach", noise.reach}, {"variance", noise.variance}, {"least", noise.least}}},
                   {"note", "every number carries its own deviation: rows and columns do not add up to their totals"},
                   {"dimensions", out.table.dimensions},
                   {"counts", std::move(counts)},
                   {"cell_keys", std::move(cell_key)},
                   {"shown", std::move(shown)},
                   {"release_key_sha256", to_hex(crypto::sha256(release_key))},
                   {"output_sha256", to_hex(crypto::sha256(as_bytes(out.csv)))}};
  out.reach = noise.reach;
  out.data = std::move(data);
  return out;
}

}  // namespace sekisho::disclosure
