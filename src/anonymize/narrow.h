// Whole numbers in as few bytes each as the greatest of them needs, so that columns of a hundred million codes fit into
// memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <variant>
#include <vector>

namespace sekisho::anonymize {

class Narrow {
 public:
  Narrow() = default;
  // `size` zeros with room for values up to `greatest`.
  Narrow(std::size_t size, std::uint64_t greatest) {
    widen(greatest);
    std::visit([&](auto& values) { values.assign(size, 0); }, values_);
  }

  // As many zeros of the same width.
  Narrow like() const { return Narrow(size(), fits_); }

  std::size_t size() const {
    return std::visit([](const auto& values) { return values.size(); }, values_);
  }
  bool empty() const { return size() == 0; }
  std::uint64_t operator[](std::size_t i) const {
    return std::visit([i](const auto& values) -> std::uint64_t { return values[i]; }, values_);
  }
  void reserve(std::size_t size) {
    std::visit([size](auto& values) { values.reserve(size); }, values_);
  }
  void push_back(std::uint64_t value) {
    widen(value);
    std::visit([value]<class T>(std::vector<T>& values) { values.push_back(static_cast<T>(value)); }, values_);
  }
  // Those of `other`, each through a table.
  void append(const Narrow& other, const std::vector<std::uint32_t>& through) {
    std::uint64_t greatest = 0;
    for (const std::uint32_t value : through)
      greatest = std::max<std::uint64_t>(greatest, value);
    widen(greatest);
    const std::size_t before = size();
    std::visit([&](auto& values) { values.resize(before + other.size()); }, values_);
    visit([&]<class T>(std::span<T> to) {
      other.visit([&](auto from) {
        for (std::size_t i = 0; i < from.size(); ++i)
          to[before + i] = static_cast<T>(through[from[i]]);
      });
    });
  }
  // body(span of the values in their width): loops without a question at each value.
  template <class Body>
  void visit(const Body& body) const {
    std::visit([&]<class T>(const std::vector<T>& values) { body(std::span<const T>(values)); }, values_);
  }
  template <class Body>
  void visit(const Body& body) {
    std::visit([&]<class T>(std::vector<T>& values) { body(std::span<T>(values)); }, values_);
  }

 private:
  void widen(std::uint64_t greatest) {
    if (greatest <= fits_) return;
    if (greatest <= UINT16_MAX)
      widen_to<std::uint16_t>();
    else if (greatest <= UINT32_MAX)
      widen_to<std::uint32_t>();
    else
      widen_to<std::uint64_t>();
  }
  template <class T>
  void widen_to() {
    std::vector<T> wide;
    std::visit(
        [&](const auto& values) {
          wide.reserve(values.capacity());
          wide.assign(values.begin(), values.end());
        },
        values_);
    values_ = std::move(wide);
    fits_ = std::numeric_limits<T>::max();
  }

  std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>,
               std::vector<std::uint64_t>>
      values_;
  std::uint64_t fits_ = UINT8_MAX;
};

}  // namespace sekisho::anonymize
