#include "core/detail/pair_runs.h"

#include <cstring>

#include "core/detail/charset_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define SEKISHO_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#endif

namespace sekisho::detail {

#if defined(__x86_64__)
namespace {

struct Cells {
  __m128i index;  // eight times 16 bits
  __m128i valid;
};

// a <= b, bytes without sign.
SEKISHO_AVX2 inline __m128i at_most(__m128i a, __m128i b) {
  return _mm_cmpeq_epi8(_mm_min_epu8(a, b), a);
}

// Eight pairs of row and cell, both from `First` on.
template <int First>
SEKISHO_AVX2 inline Cells grid_cells(__m128i raw) {
  const __m128i bytes = _mm_sub_epi8(raw, _mm_set1_epi8(static_cast<char>(First)));
  const __m128i valid = _mm_cmpeq_epi16(at_most(bytes, _mm_set1_epi8(kCells - 1)), _mm_set1_epi8(-1));
  return {_mm_maddubs_epi16(bytes, _mm_set1_epi16(1 << 8 | kCells)), valid};
}

// Lead 81-9F or E0-FC: block of 188 cells; trail 40-7E or 80-FC: cell in it.
SEKISHO_AVX2 inline Cells shift_jis_cells(__m128i raw) {
  const auto all = [](int byte) __attribute__((target("avx2"))) { return _mm_set1_epi8(static_cast<char>(byte)); };
  const __m128i high = at_most(all(0xE0), raw);
  const __m128i block = _mm_sub_epi8(raw, _mm_blendv_epi8(all(0x81), all(0xC1), high));
  const __m128i lead_valid = at_most(block, _mm_blendv_epi8(all(30), all(59), high));
  const __m128i cell = _mm_add_epi8(_mm_sub_epi8(raw, all(0x40)), at_most(all(0x80), raw));  // one less above 7F
  const __m128i trail_valid = _mm_andnot_si128(_mm_cmpeq_epi8(raw, all(0x7F)), at_most(cell, all(187)));
  const __m128i is_trail = _mm_set1_epi16(static_cast<short>(0xFF00));
  // 188 does not fit a signed byte: twice the block times 94.
  const __m128i bytes = _mm_blendv_epi8(_mm_add_epi8(block, block), cell, is_trail);
  const __m128i valid = _mm_cmpeq_epi16(_mm_blendv_epi8(lead_valid, trail_valid, is_trail), all(0xFF));
  return {_mm_maddubs_epi16(bytes, _mm_set1_epi16(1 << 8 | kCells)), valid};
}

template <PairForm Form>
SEKISHO_AVX2 inline Cells cells_of(__m128i raw) {
  if constexpr (Form == PairForm::kShiftJis) return shift_jis_cells(raw);
  if constexpr (Form == PairForm::kEuc) return grid_cells<0xA1>(raw);
  return grid_cells<0x21>(raw);
}

constexpr std::uint32_t kThreeLong = 3u << 24;

// Eight characters by one gather; how many of them are usual.
SEKISHO_AVX2 inline std::uint32_t convert_eight(__m128i index, const std::uint32_t* table, char* out,
                                                std::uint32_t& vendor) {
  const __m256i three_long = _mm256_set1_epi32(kThreeLong);
  const __m256i pack = _mm256_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1,  //
                                        0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  const __m256i packed = _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), _mm256_cvtepu16_epi32(index), 4);
  // Free cells are 0 and thus not three bytes long either.
  const __m256i usual = _mm256_cmpeq_epi32(_mm256_and_si256(packed, three_long), three_long);
  const auto unusual = static_cast<std::uint32_t>(~_mm256_movemask_ps(_mm256_castsi256_ps(usual)));
  const auto count = static_cast<std::uint32_t>(_tzcnt_u32(unusual | 1u << 8));
  const __m256i utf8 = _mm256_shuffle_epi8(packed, pack);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(utf8));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 12), _mm256_extracti128_si256(utf8, 1));
  static_assert(kVendorMark == 1u << 28);
  const auto marks = static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(packed, 3))));
  vendor += static_cast<std::uint32_t>(_mm_popcnt_u32(marks & ((1u << count) - 1)));
  return count;
}

// Fewer: names and words of a few characters, for which a gather costs more than it saves.
SEKISHO_AVX2 inline std::uint32_t convert_few(__m128i index, std::uint32_t pairs, const std::uint32_t* table, char* out,
                                              std::uint32_t& vendor) {
  std::uint16_t cells[8];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(cells), index);
  for (std::uint32_t i = 0; i < pairs; ++i) {
    const std::uint32_t packed = table[cells[i]];
    if ((packed & kThreeLong) != kThreeLong) return i;
    vendor += (packed & kVendorMark) != 0;
    std::memcpy(out + 3 * static_cast<std::size_t>(i), &packed, 4);
  }
  return pairs;
}

template <PairForm Form>
SEKISHO_AVX2 inline std::uint32_t convert(const std::uint8_t* in, const std::uint32_t* table, char* out,
                                          std::uint32_t& vendor) {
  const Cells cells = cells_of<Form>(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in)));
  const auto valid = static_cast<std::uint32_t>(_mm_movemask_epi8(cells.valid));
  if (valid == 0xFFFF) return convert_eight(cells.index, table, out, vendor);
  return convert_few(cells.index, _tzcnt_u32(~valid) / 2, table, out, vendor);
}

template <PairForm Form>
SEKISHO_AVX2 PairRun run_avx2(const std::uint8_t* const begin, const std::uint8_t* stop, const std::uint8_t* end,
                              const std::uint32_t* table, char* const to) {
  const std::uint8_t* in = begin;
  char* out = to;
  PairRun run;
  while (in < stop && end - in >= 32) {
    if constexpr (Form != PairForm::kJis) {
      const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
      const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(block));
      if ((high & 1) == 0) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), block);
        if (high == 0) {
          in += 32;
          out += 32;
          continue;
        }
        const std::uint32_t ascii = _tzcnt_u32(high);
        in += ascii;
        out += ascii;
        if (in >= stop || end - in < 32) break;
      }
    }
    const std::uint32_t count = convert<Form>(in, table, out, run.vendor);
    if (count == 8) {  // by a branch, which is foretold: the next eight need not wait for the count of these
      in += 16;
      out += 24;
      continue;
    }
    in += 2 * count;
    out += 3 * count;
    if (count == 0 || Form == PairForm::kJis) break;
  }
  run.read = static_cast<std::uint32_t>(in - begin);
  run.written = static_cast<std::uint32_t>(out - to);
  return run;
}

}  // namespace

PairRunner pair_runner(PairForm form) {
  static const bool has_avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  if (!has_avx2) return nullptr;
  switch (form) {
    case PairForm::kJis:
      return run_avx2<PairForm::kJis>;
    case PairForm::kEuc:
      return run_avx2<PairForm::kEuc>;
    case PairForm::kShiftJis:
      return run_avx2<PairForm::kShiftJis>;
  }
  return nullptr;
}
#else
PairRunner pair_runner(PairForm) {
  return nullptr;
}
#endif

}  // namespace sekisho::detail
