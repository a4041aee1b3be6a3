#include "identity/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "identity/fold.h"
#include "identity/named_columns.h"

namespace sekisho::identity {
namespace {

constexpr std::pair<std::string_view, Hardening> kHardenings[] = {
    {"none", Hardening::kNone}, {"diffuse", Hardening::kDiffuse}, {"balance", Hardening::kBalance},
    {"fold", Hardening::kFold}, {"rule90", Hardening::kRule90},
};

// Fields by name: type, pieces, and bits for each piece. Names and birth date are worth most; long texts get few bits
// for each of their many pieces.
struct Known {
  std::string_view name;
  FieldType type;
  Pieces pieces;
  int hashes;
};
constexpr Known kKnown[] = {
    {"given_name", FieldType::kName, Pieces::kBigrams, 10},
    {"first_name", FieldType::kName, Pieces::kBigrams, 10},
    {"middle_name", FieldType::kName, Pieces::kBigrams, 4},
    {"surname", FieldType::kName, Pieces::kBigrams, 10},
    {"last_name", FieldType::kName, Pieces::kBigrams, 10},
    {"full_name", FieldType::kName, Pieces::kBigrams, 10},
    {"family_kanji", FieldType::kKanji, Pieces::kBigrams, 16},
    {"given_kanji", FieldType::kKanji, Pieces::kBigrams, 16},
    {"kanji_name", FieldType::kKanji, Pieces::kBigrams, 16},
    {"family_kana", FieldType::kKana, Pieces::kBigrams, 10},
    {"given_kana", FieldType::kKana, Pieces::kBigrams, 10},
    {"kana_name", FieldType::kKana, Pieces::kBigrams, 10},
    {"birth_date", FieldType::kDate, Pieces::kPositions, 12},
    {"sex", FieldType::kSex, Pieces::kPositions, 8},
    {"address", FieldType::kText, Pieces::kBigrams, 4},
    {"jp_address", FieldType::kJpAddress, Pieces::kBigrams, 5},
    {"city", FieldType::kText, Pieces::kBigrams, 5},
    {"suburb", FieldType::kText, Pieces::kBigrams, 5},
    {"state", FieldType::kText, Pieces::kBigrams, 4},
    {"street_number", FieldType::kDigits, Pieces::kBigrams, 5},
    {"postcode", FieldType::kDigits, Pieces::kPositions, 8},
    {"phone", FieldType::kDigits, Pieces::kBigrams, 5},
    {"email", FieldType::kEmail, Pieces::kBigrams, 4},
    {"insurer", FieldType::kInsurer, Pieces::kPositions, 4},
    {"symbol", FieldType::kInsurance, Pieces::kBigrams, 5},
    {"number", FieldType::kInsurance, Pieces::kBigrams, 8},
};

Result<FilterField> field_of(std::string_view named, std::string_view column) {
  FilterField field{.name = {}, .column = std::string(column)};
  const std::size_t colon = named.find(':');
  field.name = named.substr(0, colon);
  for (const Known& known : kKnown)
    if (known.name == field.name) field.type = known.type, field.pieces = known.pieces, field.hashes = known.hashes;
  if (colon != std::string_view::npos) {
    const auto type = field_type(named.substr(colon + 1));
    if (!type) return fail("usage.columns", fmt::format("'{}' is no type of field", named.substr(colon + 1)));
    field.type = *type;
    field.pieces = *type == FieldType::kDate ? Pieces::kPositions : Pieces::kBigrams;
  }
  if (field.name.empty() || field.column.empty())
    return fail("usage.columns", fmt::format("'{}={}' does not name a field and a column", named, column));
  return field;
}

std::size_t bits_before(Hardening hardening) {
  return hardening == Hardening::kBalance ? kFilterBits / 2
         : hardening == Hardening::kFold  ? kFilterBits * 2
                                          : kFilterBits;
}

// 64-bit numbers from HMAC(key, purpose || counter).
class KeyedStream {
 public:
  KeyedStream(ByteView key, std::string_view purpose) : hash_(key), purpose_(purpose) {}
  std::uint64_t next() {
    if (at_ == 4) {
      const std::string message = fmt::format("{}|{}", purpose_, counter_++);
      const crypto::Digest digest = hash_(as_bytes(message));
      std::memcpy(words_, digest.data(), sizeof words_);
      at_ = 0;
    }
    return words_[at_++];
  }

 private:
  KeyedHash hash_;
  std::string purpose_;
  std::uint64_t words_[4] = {};
  std::size_t at_ = 4, counter_ = 0;
};

// The remainder's bias is below 2^-53.
std::vector<std::uint16_t> permutation(ByteView key, std::string_view purpose) {
  KeyedStream stream(key, purpose);
  std::vector<std::uint16_t> out(kFilterBits);
  std::iota(out.begin(), out.end(), std::uint16_t{0});
  for (std::size_t i = out.size() - 1; i > 0; --i)
    std::swap(out[i], out[stream.next() % (i + 1)]);
  return out;
}

bool bit(std::span<const std::uint64_t> words, std::size_t at) {
  return (words[at / 64] >> (at % 64) & 1) != 0;
}

}  // namespace

std::optional<Hardening> hardening(std::string_view name) {
  for (const auto& [known, value] : kHardenings)
    if (known == name) return value;
  return std::nullopt;
}
std::string_view name(Hardening hardening) {
  return std::ranges::find(kHardenings, hardening, &std::pair<std::string_view, Hardening>::second)->first;
}

double usual_threshold(Hardening hardening) {
  switch (hardening) {
    case Hardening::kNone:
      return 0.70;
    case Hardening::kBalance:
      return 0.80;
    case Hardening::kDiffuse:
    case Hardening::kFold:
    case Hardening::kRule90:
      return 0.64;
  }
  return 1;
}

Result<FilterColumns> FilterColumns::parse(std::string_view text) {
  FilterColumns out;
  for (const auto& [one, named, behind] : named_columns(text)) {
    if (one.empty()) continue;
    const std::string_view column = behind.value_or(named.substr(0, named.find(':')));
    if (named == "record_id") {
      out.record_id = column;
      continue;
    }
    SEKISHO_TRY(FilterField field, field_of(named, column));
    if (std::ranges::find(out.fields, field.name, &FilterField::name) != out.fields.end())
      return fail("usage.columns", fmt::format("the field '{}' is named twice", field.name));
    out.fields.push_back(std::move(field));
  }
  if (out.fields.empty()) return fail("usage.columns", "no field is named", {}, "--columns record_id=ID,surname=NAME");
  return out;
}

FilterMaker::FilterMaker(const FilterScheme& scheme, ByteView key)
    : scheme_(scheme), bits_(bits_before(scheme.hardening)) {
  const KeyedHash master(key);
  for (const FilterField& field : scheme_.fields) {
    // One key for each field: equal pieces of two fields have nothing in common.
    const crypto::Digest own = master(as_bytes("sekisho clk 1|field|" + field.name));
    const auto scaled = std::lround(field.hashes * static_cast<double>(bits_) / kFilterBits);
    fields_.push_back({.hash = std::make_unique<KeyedHash>(own),
                       .hashes = std::clamp(static_cast<int>(scaled), 1, static_cast<int>(kMostHashes)),
                       .known = {}});
  }
  first_ = permutation(key, "sekisho clk 1|first");
  second_ = permutation(key, "sekisho clk 1|second");
  // No bit is combined with itself: that would always give zero.
  for (std::size_t i = 0; i < kFilterBits; ++i)
    if (first_[i] == second_[i]) std::swap(second_[i], second_[(i + 1) % kFilterBits]);
}

void FilterMaker::set_bits(std::size_t field, std::string_view piece, std::string_view salt) {
  constexpr std::size_t kMostKnown = 100'000;
  FieldHash& own = fields_[field];
  // The piece's length comes first: no piece and salt read like another piece and salt.
  const std::string message = fmt::format("{}|{}{}", piece.size(), piece, salt);
  if (own.known.size() > kMostKnown) own.known.clear();
  const auto [found, fresh] = own.known.try_emplace(message);
  if (fresh) {
    // Every bit is drawn on its own from the digests; two derived numbers (double hashing) would leave patterns.
    for (std::size_t i = 0; i < kMostHashes; i += 16) {
      const crypto::Digest digest = (*own.hash)(as_bytes(fmt::format("{}|{}", i / 16, message)));
      for (std::size_t j = 0; j < 16; ++j)
        found->second.bit[i + j] = static_cast<std::uint16_t>((digest[2 * j] | digest[2 * j + 1] << 8) % bits_);
    }
  }
  for (int i = 0; i < own.hashes; ++i) {
    const std::uint16_t at = found->second.bit[static_cast<std::size_t>(i)];
    raw_[at / 64] |= std::uint64_t{1} << (at % 64);
  }
}

Filter FilterMaker::make(std::span<const std::string> values, std::string_view salt) {
  raw_.assign(bits_ / 64, 0);
  bool any = false;
  for (std::size_t f = 0; f < fields_.size(); ++f) {
    if (values[f].empty()) continue;
    any = true;
    std::u32string text = nfkc(values[f]);
    if (scheme_.fields[f].pieces == Pieces::kPositions) {
      for (std::size_t i = 0; i < text.size(); ++i)
        set_bits(f, fmt::format("{}:{}", i, to_utf8(text.substr(i, 1))), salt);
    } else {
      text = U' ' + text + U' ';
      for (std::size_t i = 0; i + 1 < text.size(); ++i)
        set_bits(f, to_utf8(text.substr(i, 2)), salt);
    }
  }
  return any ? harden() : Filter{};
}

Filter FilterMaker::harden() const {
  Filter out{};
  const auto fill = [&](auto value) {
    for (std::size_t i = 0; i < kFilterBits; ++i)
      out[i / 64] |= static_cast<std::uint64_t>(value(i)) << (i % 64);
  };
  switch (scheme_.hardening) {
    case Hardening::kNone:
      fill([&](std::size_t i) { return bit(raw_, i); });
      break;
    case Hardening::kDiffuse:
      fill([&](std::size_t i) { return bit(raw_, first_[i]) != bit(raw_, second_[i]); });
      break;
    case Hardening::kBalance:
      fill([&](std::size_t i) { return bit(raw_, first_[i] % bits_) != (first_[i] >= bits_); });
      break;
    case Hardening::kFold:
      fill([&](std::size_t i) { return bit(raw_, i) != bit(raw_, i + kFilterBits); });
      break;
    case Hardening::kRule90:
      fill([&](std::size_t i) {
        return bit(raw_, (i + 1) % kFilterBits) != bit(raw_, (i + kFilterBits - 1) % kFilterBits);
      });
      break;
  }
  return out;
}

Bytes filter_bytes(const Filter& filter) {
  Bytes out;
  out.reserve(kFilterBits / 8);
  for (const std::uint64_t word : filter)
    for (int shift = 0; shift < 64; shift += 8)
      out.push_back(static_cast<std::uint8_t>(word >> shift));
  return out;
}

std::optional<Filter> filter_of(ByteView bytes) {
  if (bytes.size() != kFilterBits / 8) return std::nullopt;
  Filter out{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
  return out;
}

void flip_bits(Filter& filter, double probability, Random& random) {
  const auto limit = static_cast<std::uint32_t>(std::clamp(probability, 0.0, 0.5) * 4294967295.0);
  std::array<std::uint32_t, kFilterBits> draws;
  random.fill({reinterpret_cast<std::uint8_t*>(draws.data()), sizeof draws});
  for (std::size_t i = 0; i < kFilterBits; ++i)
    filter[i / 64] ^= static_cast<std::uint64_t>(draws[i] < limit) << (i % 64);
}

}  // namespace sekisho::identity
