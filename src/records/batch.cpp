#include "records/batch.h"

#include <algorithm>
#include <type_traits>

namespace sekisho::records {
namespace {

// FNV-1a over eight bytes at a time with a final mix: texts are short codes.
std::uint32_t hash_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325 ^ text.size();
  const char* p = text.data();
  std::size_t n = text.size();
  while (n >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    h = (h ^ word) * 0x9e3779b97f4a7c15;
    h ^= h >> 32;
    p += 8;
    n -= 8;
  }
  std::uint64_t word = 0;
  std::memcpy(&word, p, n);
  h = (h ^ word) * 0x9e3779b97f4a7c15;
  h ^= h >> 29;
  return static_cast<std::uint32_t>(h ^ (h >> 32));
}

template <class Word>
bool same_ends(const char* a, const char* b, std::size_t size) {
  Word a0, a1, b0, b1;
  std::memcpy(&a0, a, sizeof(Word));
  std::memcpy(&b0, b, sizeof(Word));
  std::memcpy(&a1, a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&b1, b + size - sizeof(Word), sizeof(Word));
  return a0 == b0 && a1 == b1;
}

// Equality of short codes by two overlapping words: a call of memcmp costs more than the comparison.
bool same(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) return same_ends<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return same_ends<std::uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return same_ends<std::uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

}  // namespace

std::uint32_t Dictionary::intern(std::string_view text) {
  if (hashes_.size() * 2 >= slots_.size()) grow();
  const std::uint32_t hash = hash_of(text);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t entry = slots_[slot];
    if (entry == 0) {
      const auto id = static_cast<std::uint32_t>(hashes_.size());
      arena_.insert(arena_.end(), text.begin(), text.end());
      offsets_.push_back(arena_.size());
      hashes_.push_back(hash);
      slots_[slot] = id + 1;
      return id;
    }
    if (hashes_[entry - 1] == hash && same(this->text(entry - 1), text)) return entry - 1;
  }
}

void Dictionary::grow() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t id = 0; id < hashes_.size(); ++id) {
    std::size_t slot = hashes_[id] & mask;
    while (slots_[slot] != 0)
      slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(id + 1);
  }
}

void Dictionary::clear() {
  arena_.clear();
  offsets_.assign(1, 0);
  hashes_.clear();
  slots_.assign(slots_.size(), 0);
}

void Column::extend(std::size_t row) {
  rows_ = row + 1;
  if (rows_ <= valid_.size()) return;
  // In steps that double: rows between are null without being touched.
  const std::size_t size = std::max(rows_, std::max<std::size_t>(1024, valid_.size() * 2));
  valid_.resize(size, 0);
  switch (type_) {
    case ColumnType::kText:
      codes_.resize(size, 0);
      break;
    case ColumnType::kInt32:
    case ColumnType::kDate:
      ints_.resize(size, 0);
      break;
    case ColumnType::kInt64:
    case ColumnType::kTimestamp:
      longs_.resize(size, 0);
      break;
    case ColumnType::kFloat64:
      reals_.resize(size, 0);
      break;
  }
}

void Column::set_text(std::size_t row, std::string_view text) {
  if (rows_ <= row) extend(row);
  valid_[row] = 1;
  // Registration, source, state, department and the like repeat from row to row: comparing is cheaper than hashing.
  if (last_ < dictionary_.size() && same(dictionary_.text(last_), text)) {
    codes_[row] = last_;
    return;
  }
  codes_[row] = last_ = dictionary_.intern(text);
}

void Column::set_int(std::size_t row, std::int64_t value) {
  if (rows_ <= row) extend(row);
  valid_[row] = 1;
  if (type_ == ColumnType::kInt32 || type_ == ColumnType::kDate)
    ints_[row] = static_cast<std::int32_t>(value);
  else
    longs_[row] = value;
}

void Column::set_float(std::size_t row, double value) {
  if (rows_ <= row) extend(row);
  valid_[row] = 1;
  reals_[row] = value;
}

void Column::pad(std::size_t rows) {
  if (rows > 0 && rows_ < rows) extend(rows - 1);
}

std::size_t Column::bytes() const {
  const std::size_t width =
      type_ == ColumnType::kText || type_ == ColumnType::kInt32 || type_ == ColumnType::kDate ? 4 : 8;
  return rows_ * (1 + width) + dictionary_.bytes();
}

void Column::clear() {
  // Memory stays; what was written is null and zero again.
  const auto wipe = [this](auto& values) {
    std::fill_n(values.begin(), std::min(rows_, values.size()), typename std::decay_t<decltype(values)>::value_type{});
  };
  wipe(valid_);
  wipe(codes_);
  wipe(ints_);
  wipe(longs_);
  wipe(reals_);
  rows_ = 0;
  dictionary_.clear();
  last_ = kNone;
}

Batch::Batch(const TableSpec& spec) : spec_(&spec) {
  columns_.reserve(spec.columns.size());
  for (const ColumnSpec& column : spec.columns)
    columns_.emplace_back(column.type);
}

void Batch::pad() {
  for (Column& column : columns_)
    column.pad(rows_);
}

int Batch::column_index(std::string_view name) const {
  for (std::size_t i = 0; i < spec_->columns.size(); ++i)
    if (spec_->columns[i].name == name) return static_cast<int>(i);
  return -1;
}

std::size_t Batch::bytes() const {
  std::size_t total = 0;
  for (const Column& column : columns_)
    total += column.bytes();
  return total;
}

void Batch::clear() {
  rows_ = 0;
  for (Column& column : columns_)
    column.clear();
}

}  // namespace sekisho::records
