// Segment names found in one or two steps: a small open table over the numbers of hl7::tag().
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "formats/hl7.h"

namespace sekisho::formats {

// Value of each tag, 0 for all others. At most 128 tags.
class TagTable {
 public:
  constexpr void set(hl7::Tag tag, std::uint32_t value) {
    std::size_t at = slot(tag);
    while (tags_[at] != 0 && tags_[at] != tag)
      at = (at + 1) % kSlots;
    tags_[at] = tag;
    values_[at] = value;
  }
  constexpr std::uint32_t find(hl7::Tag tag) const {
    for (std::size_t at = slot(tag); tags_[at] != 0; at = (at + 1) % kSlots)
      if (tags_[at] == tag) return values_[at];
    return 0;
  }

 private:
  static constexpr std::size_t kSlots = 256;
  static constexpr std::size_t slot(hl7::Tag tag) { return (tag * 0x9E3779B1u) >> 24; }
  std::array<hl7::Tag, kSlots> tags_{};
  std::array<std::uint32_t, kSlots> values_{};
};

}  // namespace sekisho::formats
