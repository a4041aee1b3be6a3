// Texts of a person store by number, and numbers by text: a part mapped from its file, and one that grows in memory.
#pragma once

#include <bit>
#include <deque>
#include <unordered_map>

#include "linkage/hash.h"
#include "linkage/state_file.h"

namespace sekisho::linkage {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::uint64_t kSlotSalt = 0x5EED51075EED5107;

// Open addressing: a power of two, at most half full; 0 is empty.
inline std::vector<std::uint32_t> empty_slots(std::size_t entries) {
  return std::vector<std::uint32_t>(std::bit_ceil(std::max<std::size_t>(16, entries * 2)), 0);
}

class TextSheet {
 public:
  TextSheet() = default;
  TextSheet(const MappedSections& file, const std::string& name, std::uint64_t seed);
  std::uint32_t size() const { return base_size_ + static_cast<std::uint32_t>(grown_.size()); }
  std::string_view operator[](std::uint32_t number) const;
  std::uint32_t find(std::string_view text) const;  // kNone
  std::uint32_t add(std::string_view text);         // finds it or appends it
  std::uint32_t append(std::string_view text);      // appends it in any case

 private:
  std::span<const char> bytes_;
  std::span<const std::uint64_t> offsets_;
  std::span<const std::uint32_t> slots_;
  std::uint32_t base_size_ = 0;
  std::uint64_t seed_ = 0;
  std::deque<std::string> grown_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

// The sections that TextSheet maps; `values` by number: texts, or something that makes them.
template <class Values>
Result<void> write_texts(SectionWriter& writer, const std::string& name, std::uint64_t seed, const Values& values) {
  std::vector<std::uint64_t> offsets{0};
  std::string bytes;
  std::size_t size = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    size += values[i].size();
  bytes.reserve(size), offsets.reserve(values.size() + 1);
  std::vector<std::uint32_t> slots = empty_slots(values.size());
  const std::size_t mask = slots.size() - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& text = values[i];
    bytes.append(text);
    offsets.push_back(bytes.size());
    std::size_t at = hash_text(text, seed ^ kSlotSalt) & mask;
    while (slots[at] != 0)
      at = (at + 1) & mask;
    slots[at] = static_cast<std::uint32_t>(i + 1);
  }
  SEKISHO_CHECK(writer.add<char>(name + ".bytes", bytes));
  SEKISHO_CHECK(writer.add<std::uint64_t>(name + ".offsets", offsets));
  return writer.add<std::uint32_t>(name + ".slots", slots);
}

}  // namespace sekisho::linkage
