// Linear algebra modulo the prime 2^31 - 1: subspaces by their reduced echelon form. Private to differencing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace sekisho::disclosure {

class Field {
 public:
  static constexpr std::uint64_t kPrime = 0x7fffffff;
  static std::uint32_t reduce(std::uint64_t value) {
    value = (value & kPrime) + (value >> 31);
    value = (value & kPrime) + (value >> 31);
    return static_cast<std::uint32_t>(value >= kPrime ? value - kPrime : value);
  }
  static std::uint32_t multiply(std::uint32_t a, std::uint32_t b) { return reduce(std::uint64_t{a} * b); }
  static std::uint32_t inverse(std::uint32_t value);
};

class Subspace {
 public:
  explicit Subspace(std::size_t dimension) : dimension_(dimension) {}
  std::size_t rank() const { return rows_.size(); }
  bool full() const { return rank() == dimension_; }
  // False: it lies in the subspace already.
  bool insert(std::vector<std::uint32_t> vector);
  // A random vector that is orthogonal to all of the subspace.
  std::vector<std::uint32_t> orthogonal(SeededRandom& random) const;

 private:
  std::size_t dimension_;
  std::vector<std::vector<std::uint32_t>> rows_;  // each 1 at its pivot, 0 at the others'
  std::vector<std::size_t> pivots_;
};

std::uint32_t dot(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

}  // namespace sekisho::disclosure
