#include "records/batch.h"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace sekisho::records {
namespace {

template <class Word>
std::uint64_t ends(const char* text, std::size_t size) {
  Word first, last;
  std::memcpy(&first, text, sizeof(Word));
  std::memcpy(&last, text + size - sizeof(Word), sizeof(Word));
  return static_cast<std::uint64_t>(first) | static_cast<std::uint64_t>(last) << (size - sizeof(Word)) * 8;
}

// Up to eight bytes as a number, the same for no other text of that size; never reads beyond the text.
std::uint64_t word_of(const char* text, std::size_t size) {
  if (size >= 4) return ends<std::uint32_t>(text, size);
  if (size >= 2) return ends<std::uint16_t>(text, size);
  return size == 0 ? 0 : static_cast<std::uint8_t>(text[0]);
}

// Multiplies and mixes eight bytes at a time; the last step takes the last eight, overlapping.
std::uint64_t hash_of(const char* text, std::size_t size) {
  std::uint64_t h = size;
  const auto step = [&h](const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    h = (h ^ word) * 0x9e3779b97f4a7c15;
    h ^= h >> 32;
  };
  for (std::size_t at = 0; at + 8 < size; at += 8)
    step(text + at);
  step(text + size - 8);
  return h;
}

}  // namespace

// What a slot knows of a text: up to eleven bytes that is all of it.
Dictionary::Slot Dictionary::slot_of(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  if (size <= 8) return {word_of(text.data(), size), size, 0};
  if (size > kWhole) return {hash_of(text.data(), size), size << 8, 0};
  Slot slot{0, 0, 0};
  std::uint32_t last;
  std::memcpy(&slot.key, text.data(), 8);
  std::memcpy(&last, text.data() + size - 4, 4);
  slot.tag = (last & 0xFFFFFF00) | size;
  return slot;
}

// The highest bits of the product depend on all bits of both.
std::size_t Dictionary::place_of(const Slot& slot) const {
  return ((slot.key ^ slot.tag * 0xd6e8feb86659fd93) * 0x9e3779b97f4a7c15) >> shift_;
}

std::uint32_t Dictionary::intern(std::string_view text) {
  if (slots_.empty()) grow();
  const Slot wanted = slot_of(text);
  const bool is_whole = text.size() <= kWhole;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = place_of(wanted);; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.entry == 0) return add(text, wanted, at);
    if (slot.key == wanted.key && slot.tag == wanted.tag &&
        (is_whole || detail::same(this->text(slot.entry - 1), text)))
      return slot.entry - 1;
  }
}

std::uint32_t Dictionary::add(std::string_view text, const Slot& wanted, std::size_t at) {
  const auto id = static_cast<std::uint32_t>(size());
  arena_.insert(arena_.end(), text.begin(), text.end());
  offsets_.push_back(arena_.size());
  slots_[at] = {wanted.key, wanted.tag, id + 1};
  if (size() * 2 >= slots_.size()) grow();
  return id;
}

void Dictionary::grow() {
  std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2, Slot{});
  old.swap(slots_);
  shift_ = 64 - std::countr_zero(slots_.size());
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == 0) continue;
    std::size_t at = place_of(slot);
    while (slots_[at].entry != 0)
      at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

void Dictionary::clear() {
  if (size() == 0) return;
  arena_.clear();
  offsets_.assign(1, 0);
  std::ranges::fill(slots_, Slot{});
}

void Column::extend(std::size_t row) {
  // In steps that double: rows between are null without being touched.
  room_ = std::max(row + 1, std::max<std::size_t>(1024, valid_.size() * 2));
  valid_.resize(room_, 0);
  valid_at_ = valid_.data();
  const auto widen = [this](auto& values) {
    values.resize(room_, 0);
    values_at_ = values.data();
  };
  switch (type_) {
    case ColumnType::kText:
      return widen(codes_);
    case ColumnType::kInt32:
    case ColumnType::kDate:
      return widen(ints_);
    case ColumnType::kInt64:
    case ColumnType::kTimestamp:
      return widen(longs_);
    case ColumnType::kFloat64:
      return widen(reals_);
  }
}

void Column::look_up(std::string_view text) {
  last_ = dictionary_.intern(text);
  last_text_ = dictionary_.text(last_);
}

// Rows after the last one written, up to `end`.
void Column::fill_held(std::size_t end) {
  if (held_row_ == kNoRow || end <= rows_) return;
  if (end > valid_.size()) extend(end - 1);
  // Mostly a few rows.
  const auto fill = [&](auto* values) {
    const auto value = values[held_row_];
    for (std::size_t row = rows_; row < end; ++row)
      values[row] = value;
  };
  fill(valid_at_);
  if (type_ == ColumnType::kInt64 || type_ == ColumnType::kTimestamp)
    fill(static_cast<std::uint64_t*>(values_at_));
  else
    fill(static_cast<std::uint32_t*>(values_at_));
  rows_ = end;
}

void Column::hold_text(std::size_t row, std::string_view text) {
  if (held_row_ != kNoRow && detail::same(this->text(held_row_), text)) return;
  fill_held(row);
  held_row_ = row;
  set_text(row, text);
}

void Column::hold_int(std::size_t row, std::int64_t value) {
  if (held_row_ != kNoRow && integer(held_row_) == value) return;
  fill_held(row);
  held_row_ = row;
  set_int(row, value);
}

void Column::hold_nothing(std::size_t row) {
  fill_held(row);
  held_row_ = kNoRow;
}

void Column::pad(std::size_t rows) {
  fill_held(rows);
  if (rows > valid_.size()) extend(rows - 1);
  rows_ = std::max(rows_, rows);
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
  last_text_ = {};
  held_row_ = kNoRow;
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
  if (rows_ == 0) return 0;  // most tables, most of the time
  std::size_t total = 0;
  for (const Column& column : columns_)
    total += column.bytes();
  return total;
}

void Batch::clear() {
  if (rows_ == 0) return;
  rows_ = 0;
  for (Column& column : columns_)
    column.clear();
}

}  // namespace sekisho::records
