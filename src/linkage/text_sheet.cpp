#include "linkage/text_sheet.h"

namespace sekisho::linkage {

TextSheet::TextSheet(const MappedSections& file, const std::string& name, std::uint64_t seed)
    : bytes_(file.section<char>(name + ".bytes")),
      offsets_(file.section<std::uint64_t>(name + ".offsets")),
      slots_(file.section<std::uint32_t>(name + ".slots")),
      base_size_(offsets_.empty() ? 0 : static_cast<std::uint32_t>(offsets_.size() - 1)),
      seed_(seed) {}

std::string_view TextSheet::operator[](std::uint32_t number) const {
  if (number >= base_size_) return grown_[number - base_size_];
  return {bytes_.data() + offsets_[number], offsets_[number + 1] - offsets_[number]};
}

std::uint32_t TextSheet::find(std::string_view text) const {
  if (const auto at = numbers_.find(text); at != numbers_.end()) return at->second;
  if (slots_.empty()) return kNone;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash_text(text, seed_ ^ kSlotSalt) & mask; slots_[at] != 0; at = (at + 1) & mask)
    if ((*this)[slots_[at] - 1] == text) return slots_[at] - 1;
  return kNone;
}

std::uint32_t TextSheet::add(std::string_view text) {
  const std::uint32_t known = find(text);
  return known != kNone ? known : append(text);
}

std::uint32_t TextSheet::append(std::string_view text) {
  grown_.emplace_back(text);
  const std::uint32_t number = size() - 1;
  numbers_[grown_.back()] = number;
  return number;
}

}  // namespace sekisho::linkage
