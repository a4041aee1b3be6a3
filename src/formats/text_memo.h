// What was found out about short texts that come again and again (units, reference intervals), so that it is found out
// once. A table of fixed size, where the newer text takes the place of the older one.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sekisho::formats {

template <class Value, std::size_t kSlots = 128>
class TextMemo {
 public:
  // `compute` must give the same for the same text. Texts longer than an entry, and the empty one, are computed
  // every time.
  template <class Compute>
  Value get(std::string_view text, Compute compute) {
    if (text.empty() || text.size() > kLongest) return compute(text);
    Entry key;
    std::memcpy(key.text.data(), text.data(), text.size());
    key.size = static_cast<std::uint32_t>(text.size());
    Entry& entry = entries_[key.slot()];
    if (entry.size != key.size || entry.text != key.text) {
      key.value = compute(text);
      entry = key;
    }
    return entry.value;
  }

 private:
  static constexpr std::size_t kLongest = 24;
  struct Entry {
    std::array<char, kLongest> text{};
    std::uint32_t size = ~0u;
    Value value{};
    std::size_t slot() const {
      std::uint64_t words[3];
      std::memcpy(words, text.data(), kLongest);
      const std::uint64_t mixed = (words[0] ^ words[1] * 0xC2B2AE3D27D4EB4F ^ words[2]) * 0x9E3779B97F4A7C15;
      return static_cast<std::size_t>(mixed >> 32) % kSlots;
    }
  };
  std::array<Entry, kSlots> entries_;
};

}  // namespace sekisho::formats
