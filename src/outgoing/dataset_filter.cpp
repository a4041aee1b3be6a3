#include "outgoing/dataset_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "core/ascii.h"
#include "core/csv.h"
#include "core/file.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kCombined = 5;  // columns whose combinations of three are kept
constexpr std::size_t kSketch = 256, kSample = 20'000, kMostFields = 10, kShortestKey = 6;
constexpr std::uint64_t kMostCounters = std::uint64_t{1} << 28;  // 64 MiB

// A value in the one form in which it is compared: numbers to some significant digits, texts in lower case.
std::string normal(std::string_view folded, int digits) {
  const auto number = read_number(folded);
  if (!number || number->in_brackets || (folded.size() >= 7 && number->whole)) return lower(folded);
  if (number->value == 0) return "0";
  if (number->whole && std::abs(number->value) < 1000 && digits >= 3) return fmt::format("{:.0f}", number->value);
  return fmt::format("{:.{}e}", number->value, digits - 1);
}

bool is_key(std::string_view value) {
  return value.size() >= kShortestKey && std::ranges::count_if(value, is_digit) >= 4 &&
         value.find('.') == std::string_view::npos && value.find('-') != 4 && value.find('/') != 4 &&
         value.find(' ') == std::string_view::npos;
}

std::uint64_t rotate(std::uint64_t value, int by) {
  return std::rotl(value, by);
}

FingerprintKey new_key(Random& random) {
  std::array<std::uint8_t, sizeof(FingerprintKey)> bytes;
  random.fill(bytes);
  return std::bit_cast<FingerprintKey>(bytes);
}

}  // namespace

std::uint64_t siphash(const FingerprintKey& key, std::string_view text) {
  std::uint64_t v0 = key[0] ^ 0x736f6d6570736575ULL, v1 = key[1] ^ 0x646f72616e646f6dULL,
                v2 = key[0] ^ 0x6c7967656e657261ULL, v3 = key[1] ^ 0x7465646279746573ULL;
  const auto round = [&] {
    v0 += v1;
    v1 = rotate(v1, 13) ^ v0;
    v0 = rotate(v0, 32);
    v2 += v3;
    v3 = rotate(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotate(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotate(v1, 17) ^ v2;
    v2 = rotate(v2, 32);
  };
  const auto mix = [&](std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    mix(word);
  }
  std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
  for (std::size_t i = at; i < text.size(); ++i)
    last |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(text[i])) << (8 * (i - at));
  mix(last);
  v2 ^= 0xFF;
  for (int i = 0; i < 4; ++i)
    round();
  return v0 ^ v1 ^ v2 ^ v3;
}

Result<PseudonymList> PseudonymList::load(const std::filesystem::path& file, Random& random) {
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  const std::string_view text = as_text(mapped.bytes());
  PseudonymList list;
  list.key_ = new_key(random);
  list.shortest_ = SIZE_MAX;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    line = line.substr(0, line.find_first_of(",\t\r"));
    if (line.starts_with('"') && line.ends_with('"') && line.size() > 1) line = line.substr(1, line.size() - 2);
    if (line.size() < 4) continue;
    list.hashes_.insert(siphash(list.key_, lower(fold_forms(line))));
    list.shortest_ = std::min(list.shortest_, line.size());
    list.longest_ = std::max(list.longest_, line.size());
  }
  if (list.hashes_.empty())
    return fail("pseudonyms.empty", "the list holds no pseudonym of four characters or more", {.file = file.string()});
  return list;
}

void PseudonymList::judge(std::string_view text, Findings& findings) const {
  const std::string folded = lower(fold_forms(text));
  const auto part = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  };
  std::uint64_t line = 1;
  for (std::size_t at = 0; at < folded.size();) {
    if (folded[at] == '\n') ++line;
    if (!part(folded[at])) {
      ++at;
      continue;
    }
    // A token, then the token with what hyphens and underscores join to it.
    std::size_t end = at;
    bool hit = false;
    for (int joined = 0; joined < 6; ++joined) {
      while (end < folded.size() && part(folded[end]))
        ++end;
      const std::size_t size = end - at;
      hit = hit || (size >= shortest_ && size <= longest_ &&
                    hashes_.contains(siphash(key_, std::string_view(folded).substr(at, size))));
      if (hit || size > longest_ || end >= folded.size() ||
          (folded[end] != '-' && folded[end] != '_' && folded[end] != ':'))
        break;
      ++end;
    }
    if (hit) findings.add("id.project_pseudonym", fmt::format("line {}", line), "a pseudonym of the project");
    while (at < folded.size() && part(folded[at]))
      ++at;
  }
}

void DatasetFilter::add(std::uint64_t hash) {
  const std::uint64_t step = (hash >> 32) | 1;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::uint64_t at = (hash + i * step) & mask_;
    std::uint8_t& byte = counters_[at >> 2];
    const int shift = static_cast<int>(at & 3) * 2;
    if (((byte >> shift) & 3) < 3) byte = static_cast<std::uint8_t>(byte + (1 << shift));
  }
}

int DatasetFilter::count(std::uint64_t hash) const {
  const std::uint64_t step = (hash >> 32) | 1;
  int least = 3;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::uint64_t at = (hash + i * step) & mask_;
    least = std::min(least, (counters_[at >> 2] >> (static_cast<int>(at & 3) * 2)) & 3);
  }
  return least;
}

std::uint64_t DatasetFilter::hash_of(char tag, std::vector<std::string_view> values) const {
  std::ranges::sort(values);
  std::string joined(1, tag);
  for (const std::string_view value : values)
    joined.append(value).push_back('\x1f');
  return siphash(key_, joined);
}

Result<DatasetFilter> DatasetFilter::build(const std::filesystem::path& csv, Random& random) {
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(csv));
  const std::string_view text = as_text(mapped.bytes());
  const std::string name = csv.string();
  DatasetFilter filter;
  filter.key_ = new_key(random);
  const std::string_view first = text.substr(0, text.find('\n'));
  const char separator = std::ranges::count(first, '\t') > std::ranges::count(first, ',') ? '\t' : ',';
  // A sample says which columns tell persons apart: many values, but no key.
  CsvReader sample(text, separator, name);
  std::vector<std::string_view> fields;
  std::vector<std::unordered_set<std::string>> distinct;
  std::uint64_t sampled = 0;
  while (sampled <= kSample) {
    SEKISHO_TRY(const bool more, sample.next(fields));
    if (!more) break;
    if (distinct.empty()) {
      distinct.resize(fields.size());
      for (const std::string_view field : fields)
        filter.sketches_.push_back({std::string(field.substr(0, 60)), {}});
      continue;
    }
    ++sampled;
    for (std::size_t i = 0; i < fields.size() && i < distinct.size(); ++i)
      distinct[i].emplace(fields[i]);
  }
  if (sampled == 0) return fail("dataset.empty", "the dataset has no rows", {.file = name});
  std::vector<std::size_t> order, keys;
  for (std::size_t i = 0; i < distinct.size(); ++i)
    (distinct[i].size() * 20 > sampled * 19 && sampled >= 20 && is_key(*distinct[i].begin()) ? keys : order)
        .push_back(i);
  if (order.size() < 3) std::ranges::copy(keys, std::back_inserter(order));
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return distinct[a].size() > distinct[b].size(); });
  const std::vector<std::size_t> combined(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), kCombined)));
  filter.columns_ = distinct.size();
  const std::uint64_t lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  const std::uint64_t counters = std::clamp(std::bit_ceil(lines * 160), std::uint64_t{1} << 16, kMostCounters);
  filter.counters_.assign(counters / 4, 0);
  filter.mask_ = counters - 1;

  CsvReader reader(text, separator, name);
  bool header = true;
  std::vector<std::string> exact, coarse;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    if (std::exchange(header, false)) continue;
    ++filter.rows_;
    exact.clear();
    coarse.clear();
    for (std::size_t i = 0; i < fields.size() && i < filter.columns_; ++i) {
      const std::string folded = fold_forms(fields[i]);
      exact.push_back(normal(folded, 3));
      coarse.push_back(normal(folded, 2));
      if (is_key(folded)) filter.add(filter.hash_of('v', {exact.back()}));
      if (folded.empty() || distinct[i].size() * 2 < sampled) continue;  // categories stand in honest tables too
      Sketch& sketch = filter.sketches_[i];
      const std::uint64_t hash = siphash(filter.key_, folded);
      if (sketch.smallest.size() < kSketch || hash < sketch.smallest.back()) {
        const auto place = std::ranges::lower_bound(sketch.smallest, hash);
        if (place == sketch.smallest.end() || *place != hash) sketch.smallest.insert(place, hash);
        if (sketch.smallest.size() > kSketch) sketch.smallest.pop_back();
      }
    }
    if (exact.size() < filter.columns_) continue;
    for (const auto* level : {&exact, &coarse}) {
      const char tag = level == &exact ? 'c' : 'd';
      for (std::size_t a = 0; a < combined.size(); ++a)
        for (std::size_t b = a + 1; b < combined.size(); ++b)
          for (std::size_t c = b + 1; c < combined.size(); ++c)
            filter.add(filter.hash_of(tag, {(*level)[combined[a]], (*level)[combined[b]], (*level)[combined[c]]}));
    }
    std::vector<std::string_view> whole;
    for (const std::size_t i : order)
      if (!exact[i].empty()) whole.push_back(exact[i]);
    if (whole.size() >= 4) filter.add(filter.hash_of('r', whole));
  }
  return filter;
}

void DatasetFilter::judge(const Sheet& sheet, Findings& findings) const {
  std::size_t whole = 0, rare_rows = 0;
  const std::string file = sheet.place.empty() ? "file" : sheet.place;
  for (const auto& row : sheet.rows) {
    std::vector<std::string> exact, coarse;
    for (const std::string& field : row)
      if (!field.empty() && exact.size() < kMostFields * 3) {
        exact.push_back(normal(field, 3));
        coarse.push_back(normal(field, 2));
      }
    if (exact.size() < 3) continue;
    std::vector<std::string_view> all(exact.begin(), exact.end());
    bool found = all.size() >= 4 && count(hash_of('r', all)) > 0;
    // A key or a row number may stand before it.
    for (std::size_t skip = 0; !found && all.size() >= 5 && skip < all.size(); ++skip) {
      std::vector<std::string_view> others = all;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(skip));
      found = count(hash_of('r', others)) > 0;
    }
    whole += found;
    const std::size_t most = std::min(exact.size(), kMostFields);
    std::size_t rare = 0;
    for (const auto* level : {&exact, &coarse})
      for (std::size_t a = 0; a < most; ++a)
        for (std::size_t b = a + 1; b < most; ++b)
          for (std::size_t c = b + 1; c < most; ++c) {
            const int seen = count(hash_of(level == &exact ? 'c' : 'd', {(*level)[a], (*level)[b], (*level)[c]}));
            rare += seen == 1 || seen == 2;
          }
    rare_rows += rare > 0;
  }
  if (whole > 0)
    findings.add("dataset.row", file, fmt::format("{} rows of the dataset", whole));
  else if (rare_rows >= 3 && rare_rows * 4 > sheet.rows.size())
    findings.add("dataset.combination", file,
                 fmt::format("{} rows with combinations of values that few persons of the dataset have", rare_rows));
  for (std::size_t i = 0; i < sheet.header.size(); ++i) {
    std::vector<std::uint64_t> smallest;
    for (const auto& row : sheet.rows)
      if (i < row.size() && !row[i].empty()) smallest.push_back(siphash(key_, row[i]));
    std::ranges::sort(smallest);
    smallest.erase(std::unique(smallest.begin(), smallest.end()), smallest.end());
    if (smallest.size() < 50) continue;
    for (const Sketch& sketch : sketches_) {
      if (sketch.smallest.size() < 50) continue;
      std::vector<std::uint64_t> both;
      std::ranges::set_union(smallest, sketch.smallest, std::back_inserter(both));
      both.resize(std::min(both.size(), kSketch));
      const auto common = std::ranges::count_if(both, [&](std::uint64_t hash) {
        return std::ranges::binary_search(smallest, hash) && std::ranges::binary_search(sketch.smallest, hash);
      });
      if (common * 2 >= static_cast<std::ptrdiff_t>(both.size()))
        findings.add("dataset.column", fmt::format("column {}", i + 1), "the values of a column of the dataset");
    }
  }
}

void DatasetFilter::judge_line(std::string_view folded, const std::string& where, Findings& findings) const {
  const auto part = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  for (std::size_t at = 0; at < folded.size();) {
    std::size_t end = at;
    while (end < folded.size() && part(folded[end]))
      ++end;
    const std::string_view token = folded.substr(at, end - at);
    if (is_key(token))
      if (const int seen = count(hash_of('v', {normal(token, 3)})); seen == 1 || seen == 2)
        findings.add("dataset.key", where, "a value that one person of the dataset has");
    at = std::max(end, at + 1);
  }
}

}  // namespace sekisho::outgoing
