#include "linkage/filter_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.h"
#include "core/csv.h"
#include "core/file.h"
#include "linkage/hash.h"
#include "linkage/input.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

// Where the values of the fields stand in one file.
struct Places {
  std::size_t id = 0;
  std::vector<std::size_t> fields;
};
Result<Places> find_places(const FilterColumns& columns, const std::vector<std::string_view>& header,
                           const std::string& file) {
  const auto find = [&](const std::string& column) -> Result<std::size_t> {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (strip(header[i]) == column) return i;
    return fail("linkage.columns", fmt::format("there is no column '{}'", column), {.file = file},
                "Name it: --columns record_id=COLUMN,surname=COLUMN,...");
  };
  Places places;
  SEKISHO_TRY(places.id, find(columns.record_id));
  for (const FilterField& field : columns.fields) {
    SEKISHO_TRY(const std::size_t at, find(field.column));
    places.fields.push_back(at);
  }
  return places;
}

struct FilterHash {
  std::size_t operator()(const Filter& filter) const {
    return hash_text({reinterpret_cast<const char*>(filter.data()), sizeof filter});
  }
};

void measure(const FilterFile& file, FilterReport& report) {
  std::unordered_map<Filter, std::size_t, FilterHash> equal;
  std::unordered_set<std::string_view> ids;
  double sum = 0;
  for (std::size_t i = 0; i < file.ids.size(); ++i) {
    const std::uint32_t set = ones(file.filters[i]);
    sum += set;
    if (set > 0) report.largest_equal = std::max(report.largest_equal, ++equal[file.filters[i]]);
    if (file.ids[i].empty())
      ++report.missing_ids;
    else if (!ids.insert(file.ids[i]).second)
      ++report.duplicate_ids;
  }
  report.records = file.ids.size();
  if (report.records > 0) report.fill = sum / static_cast<double>(report.records) / kFilterBits;
}

}  // namespace

Result<FilterReport> make_filters(const FilterRequest& request, ByteView key, Random& random, const fs::path& output) {
  SEKISHO_TRY(const FilterColumns columns, FilterColumns::parse(request.columns));
  const FilterScheme scheme{.fields = columns.fields, .hardening = request.hardening, .salt = request.salt};
  SEKISHO_TRY(const identity::Salt salt, identity::Salt::find(scheme));
  FilterMaker maker(scheme, key);
  FilterFile file;
  file.scheme = identity::to_json(scheme, key);
  FilterReport report;
  std::vector<std::string> values(scheme.fields.size());
  for (const fs::path& input : request.inputs) {
    SEKISHO_TRY(const auto rows, InputFile::open(input));
    SEKISHO_TRY(const Places places, find_places(columns, rows->header(), rows->name()));
    std::vector<std::string_view> cells;
    while (true) {
      SEKISHO_TRY(const bool more, rows->next(cells));
      if (!more) break;
      for (std::size_t f = 0; f < values.size(); ++f)
        values[f] = normalise(scheme.fields[f].type, cells[places.fields[f]], request.order);
      const std::string own = salt.of(values);
      if (!scheme.salt.empty() && own.empty()) ++report.without_salt;
      Filter filter = maker.make(values, own);
      if (ones(filter) == 0)
        ++report.empty;
      else if (request.flip > 0)
        flip_bits(filter, request.flip, random);
      const std::string_view id = cells[places.id];
      file.ids.push_back(request.blind_ids && !id.empty() ? identity::blind_id(key, id) : std::string(id));
      file.filters.push_back(filter);
    }
  }
  measure(file, report);
  for (const FilterField& field : scheme.fields)
    report.fields.push_back(field.name);
  SEKISHO_CHECK(write_file_durable(output, file.serialize()));
  return report;
}

Json FilterReport::to_json() const {
  return {{"records", records},
          {"fields", fields},
          {"empty", empty},
          {"without_salt", without_salt},
          {"missing_ids", missing_ids},
          {"duplicate_ids", duplicate_ids},
          {"largest_equal", largest_equal},
          {"frequencies_show", frequencies_show()},
          {"fill", fill}};
}

namespace {

Result<void> check_same_scheme(const FilterFile& a, const FilterFile& b, const std::string& name) {
  for (const auto& [member, value] : a.scheme.items())
    if (!b.scheme.contains(member) || b.scheme[member] != value)
      return fail("linkage.filters_differ",
                  fmt::format("the filters of the two files were not made the same way: '{}' differs", member),
                  {.file = name}, "Both parties use the same fields, options and key.");
  return {};
}

}  // namespace

double similarity(const Hit& hit, const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  return 2.0 * hit.common / (a[hit.a] + b[hit.b]);
}

std::vector<std::uint32_t> ones_of(const std::vector<Filter>& filters) {
  std::vector<std::uint32_t> out;
  out.reserve(filters.size());
  for (const Filter& filter : filters)
    out.push_back(ones(filter));
  return out;
}

void keep_best(std::vector<Hit>& hits, const Side& a, const Side& b, bool same_file) {
  std::ranges::stable_sort(hits, std::ranges::greater(),
                           [&](const Hit& hit) { return similarity(hit, a.ones, b.ones); });
  std::vector<bool> used_a(a.ones.size()), used_b(b.ones.size());
  std::vector<bool>& other = same_file ? used_a : used_b;
  std::erase_if(hits, [&](const Hit& hit) {
    const std::uint32_t one = a.of(hit.a), two = b.of(hit.b);
    if (used_a[one] || other[two]) return true;
    used_a[one] = true, other[two] = true;
    return false;
  });
  std::ranges::sort(hits, [](const Hit& x, const Hit& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
}

Result<CompareReport> compare_filters(const fs::path& a, const std::optional<fs::path>& b,
                                      std::optional<double> threshold, bool one_to_one, const fs::path& output) {
  SEKISHO_TRY(const FilterFile left, FilterFile::load(a));
  FilterFile other;
  if (b) {
    SEKISHO_TRY(other, FilterFile::load(*b));
    SEKISHO_CHECK(check_same_scheme(left, other, b->string()));
  }
  const FilterFile& right = b ? other : left;
  if (!threshold) {
    SEKISHO_TRY(const std::string hardened, json_string(left.scheme, "hardening", a.string()));
    threshold = usual_threshold(hardening(hardened).value_or(Hardening::kNone));
  }
  const auto begin = std::chrono::steady_clock::now();
  DiceResult result = all_above(left.filters, right.filters, *threshold, kMostPairs);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!result.complete)
    return fail("linkage.too_many_pairs", fmt::format("more than {} pairs reach the threshold", kMostPairs), {},
                "Raise --threshold.");
  if (!b) std::erase_if(result.hits, [](const Hit& hit) { return hit.a >= hit.b; });
  const std::vector<std::uint32_t> in_a = ones_of(left.filters), in_b = ones_of(right.filters);
  if (one_to_one) keep_best(result.hits, {in_a, {}}, {in_b, {}}, !b);
  std::string text = "record_a,record_b,similarity\n";
  for (const Hit& hit : result.hits)
    append_csv(text, {left.ids[hit.a], right.ids[hit.b], fmt::format("{:.6f}", similarity(hit, in_a, in_b))});
  SEKISHO_CHECK(write_file_durable(output, text));
  return CompareReport{.records_a = left.ids.size(),
                       .records_b = right.ids.size(),
                       .pairs = result.hits.size(),
                       .compared = result.compared,
                       .version = best_dice().name,
                       .threshold = *threshold,
                       .seconds = took.count()};
}

Json CompareReport::to_json() const {
  return {{"records_a", records_a}, {"records_b", records_b}, {"pairs", pairs},    {"compared", compared},
          {"version", version},     {"threshold", threshold}, {"seconds", seconds}};
}

}  // namespace sekisho::linkage
