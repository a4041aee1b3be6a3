#include "anonymize/view.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

namespace sekisho::anonymize {
namespace {

// Persons of the rows, numbered in order of first sight.
void number_persons(View& view, const Column* person) {
  view.counts_persons = person != nullptr;
  view.person.resize(view.rows());
  if (person == nullptr) {
    std::iota(view.person.begin(), view.person.end(), 0U);
    view.persons = view.rows();
    return;
  }
  std::vector<std::uint32_t> number(person->values().size(), UINT32_MAX);
  for (std::size_t row = 0; row < view.rows(); ++row) {
    std::uint32_t& one = number[person->code(view.source[row])];
    if (one == UINT32_MAX) one = static_cast<std::uint32_t>(view.persons++);
    view.person[row] = one;
  }
}

View::Shown as_it_is(const Column& column, Kind kind) {
  View::Shown out{&column, kind, std::vector<std::uint32_t>(column.values().size()), column.values()};
  std::iota(out.label_of.begin(), out.label_of.end(), 0U);
  return out;
}

Kind kind_of(const Policy& policy, std::string_view name) {
  const Attribute* attribute = policy.find(name);
  return attribute == nullptr ? Kind::kInsensitive : attribute->kind;
}

std::uint64_t mixed(std::uint64_t key) {
  key *= 0xD6E8FEB86659FD93;
  return (key ^ key >> 32) * 0xD6E8FEB86659FD93;
}

// Numbers the keys whose hash ends in `share` of so many.
void number_share(std::vector<std::uint64_t>& keys, std::uint64_t share, std::uint64_t shares_mask, std::uint64_t done,
                  std::uint64_t& count) {
  struct Slot {
    std::uint64_t key = 0;
    std::uint64_t number = 0;  // + 1; 0: empty
  };
  const auto is_of_share = [&](std::uint64_t key) { return (key & done) == 0 && (mixed(key) & shares_mask) == share; };
  const auto size = static_cast<std::size_t>(shares_mask == 0 ? static_cast<std::ptrdiff_t>(keys.size())
                                                              : std::ranges::count_if(keys, is_of_share));
  std::vector<Slot> slots(std::bit_ceil(2 * size + 16));
  const std::size_t mask = slots.size() - 1;
  const auto home = [mask](std::uint64_t key) { return mixed(key) >> 16 & mask; };
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i + kAhead < keys.size()) __builtin_prefetch(&slots[home(keys[i + kAhead])], 1);
    if (!is_of_share(keys[i])) continue;
    std::size_t at = home(keys[i]);
    while (slots[at].number != 0 && slots[at].key != keys[i])
      at = (at + 1) & mask;
    if (slots[at].number == 0) slots[at] = {keys[i], ++count};
    keys[i] = (slots[at].number - 1) | done;
  }
}

// Keys below `range` to numbers without gaps. Open addressing, or a place for each key.
std::size_t dense(std::vector<std::uint64_t>& keys, std::uint64_t range) {
  if (range <= 4 * keys.size() + 4096) {
    std::vector<std::uint32_t> number(range, 0);
    std::uint32_t count = 0;
    for (std::uint64_t& key : keys) {
      if (number[key] == 0) number[key] = ++count;
      key = number[key] - 1;
    }
    return count;
  }
  // Of many keys a share at a time, told by their hash: the table stays small. Keys are below 2^62, and those that have
  // their number are marked.
  constexpr std::size_t kAtOnce = std::size_t{1} << 22;
  constexpr std::uint64_t kDone = std::uint64_t{1} << 63;
  const std::size_t shares = std::bit_ceil((keys.size() + kAtOnce - 1) / kAtOnce + 1) / 2;
  std::uint64_t count = 0;
  for (std::size_t share = 0; share < std::max<std::size_t>(1, shares); ++share)
    number_share(keys, share, shares < 2 ? 0 : shares - 1, kDone, count);
  for (std::uint64_t& key : keys)
    key &= ~kDone;
  return count;
}

}  // namespace

int View::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].column->name() == name) return static_cast<int>(i);
  return -1;
}

std::vector<std::size_t> View::of_kind(Kind kind) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].kind == kind) out.push_back(i);
  return out;
}

View view_before(const Table& table, const Policy& policy) {
  View out;
  for (const Column& column : table.columns) {
    const Kind kind = kind_of(policy, column.name());
    if (kind != Kind::kIdentifying && column.name() != policy.person) out.columns.push_back(as_it_is(column, kind));
  }
  out.source.resize(table.rows);
  std::iota(out.source.begin(), out.source.end(), 0U);
  number_persons(out, policy.person.empty() ? nullptr : table.find(policy.person));
  return out;
}

View view_after(const Applied& applied, const Policy& policy) {
  View out;
  const Column* person = nullptr;
  for (const Applied::Shown& shown : applied.shown) {
    if (shown.column->name() == policy.person) {
      person = shown.column;
      continue;
    }
    const Kind kind = kind_of(policy, shown.column->name());
    if (shown.labels.empty()) {
      out.columns.push_back(as_it_is(*shown.column, kind));
      continue;
    }
    View::Shown& one = out.columns.emplace_back(View::Shown{shown.column, kind, {}, {}});
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    for (const std::string& label : shown.labels) {
      const auto [found, fresh] = numbers.try_emplace(label, static_cast<std::uint32_t>(one.labels.size()));
      if (fresh) one.labels.push_back(label);
      one.label_of.push_back(found->second);
    }
  }
  out.source = applied.source;
  out.round = applied.round;
  number_persons(out, person);
  return out;
}

Members members(std::span<const std::uint32_t> key, std::span<const std::uint32_t> value, std::size_t keys) {
  std::vector<std::uint32_t> start(keys + 1, 0), items(key.size());
  for (const std::uint32_t one : key)
    ++start[one + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  std::vector<std::uint32_t> next(start.begin(), start.end() - 1);
  for (std::size_t i = 0; i < key.size(); ++i)
    items[next[key[i]]++] = value[i];
  Members out;
  out.start.reserve(keys + 1);
  out.items.reserve(items.size());
  for (std::size_t i = 0; i < keys; ++i) {
    const auto begin = items.begin() + start[i], end = items.begin() + start[i + 1];
    if (!std::is_sorted(begin, end)) std::sort(begin, end);
    std::unique_copy(begin, end, std::back_inserter(out.items));
    out.start.push_back(static_cast<std::uint32_t>(out.items.size()));
  }
  return out;
}

Numbered number_tuples(std::size_t columns, std::size_t rows, const Digits& digits) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  std::vector<std::uint64_t> keys(rows, 0);
  std::vector<std::uint32_t> of_column(rows);
  std::uint64_t range = 1;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::uint64_t base = std::max<std::uint64_t>(1, digits(i, of_column));
    if (range > kMost / base) range = dense(keys, range);
    for (std::size_t row = 0; row < rows; ++row)
      keys[row] = keys[row] * base + of_column[row];
    range *= base;
  }
  Numbered out;
  out.count = dense(keys, range);
  out.number.assign(keys.begin(), keys.end());
  return out;
}

Numbered number_tuples(const View& view, const std::vector<std::size_t>& columns) {
  return number_tuples(columns.size(), view.rows(), [&](std::size_t column, std::span<std::uint32_t> out) {
    for (std::size_t row = 0; row < view.rows(); ++row)
      out[row] = view.label(row, columns[column]);
    return view.columns[columns[column]].labels.size();
  });
}

Groups group(const View& view, const std::vector<std::size_t>& columns) {
  Numbered numbered = number_tuples(view, columns);
  Groups out;
  out.persons = members(numbered.number, view.person, numbered.count);
  out.class_of = std::move(numbered.number);
  return out;
}

}  // namespace sekisho::anonymize
