#include "disclosure/field.h"

#include <algorithm>

namespace sekisho::disclosure {
namespace {

// a += factor * b; the widest registers the machine has.
__attribute__((target_clones("avx2", "default"), optimize("O3"))) void add(std::vector<std::uint32_t>& a,
                                                                           std::uint32_t factor,
                                                                           const std::vector<std::uint32_t>& b) {
  const std::size_t size = a.size();
  std::uint32_t* to = a.data();
  const std::uint32_t* from = b.data();
  for (std::size_t i = 0; i < size; ++i) {
    std::uint64_t sum = to[i] + std::uint64_t{factor} * from[i];
    sum = (sum & Field::kPrime) + (sum >> 31);
    sum = (sum & Field::kPrime) + (sum >> 31);
    to[i] = static_cast<std::uint32_t>(sum >= Field::kPrime ? sum - Field::kPrime : sum);
  }
}

std::uint32_t negative(std::uint32_t value) {
  return value == 0 ? 0 : static_cast<std::uint32_t>(Field::kPrime - value);
}

}  // namespace

std::uint32_t Field::inverse(std::uint32_t value) {  // Fermat
  std::uint32_t result = 1;
  for (std::uint64_t power = kPrime - 2; power > 0; power >>= 1) {
    if ((power & 1) != 0) result = multiply(result, value);
    value = multiply(value, value);
  }
  return result;
}

std::uint32_t dot(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += Field::multiply(a[i], b[i]);  // below 2^31 each: 2^33 of them fit
  return Field::reduce(sum);
}

bool Subspace::insert(std::vector<std::uint32_t> vector) {
  for (std::size_t k = 0; k < rows_.size(); ++k)
    if (const std::uint32_t at = vector[pivots_[k]]; at != 0) add(vector, negative(at), rows_[k]);
  const auto pivot = std::ranges::find_if(vector, [](std::uint32_t value) { return value != 0; });
  if (pivot == vector.end()) return false;
  const auto column = static_cast<std::size_t>(pivot - vector.begin());
  const std::uint32_t scale = Field::inverse(*pivot);
  for (std::uint32_t& value : vector)
    value = Field::multiply(value, scale);
  for (auto& row : rows_)
    if (const std::uint32_t at = row[column]; at != 0) add(row, negative(at), vector);
  rows_.push_back(std::move(vector));
  pivots_.push_back(column);
  return true;
}

std::vector<std::uint32_t> Subspace::orthogonal(SeededRandom& random) const {
  std::vector<std::uint32_t> out(dimension_);
  for (std::uint32_t& value : out)
    value = static_cast<std::uint32_t>(random.below(Field::kPrime));
  for (const std::size_t pivot : pivots_)
    out[pivot] = 0;
  std::vector<std::uint32_t> solved;
  for (const auto& row : rows_)
    solved.push_back(negative(dot(row, out)));
  for (std::size_t k = 0; k < solved.size(); ++k)
    out[pivots_[k]] = solved[k];
  return out;
}

}  // namespace sekisho::disclosure
