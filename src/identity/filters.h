// Linkage of parties that may not share names (reference: linkage section 10). Each record becomes one filter of 1024
// bits (cryptographic long-term key): its fields are cut into pieces, every piece sets bits that a secret key chooses,
// and the whole is hardened. Filters are made where the names are, and compared (linkage/dice.h) where the key is not.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/random.h"
#include "core/result.h"
#include "identity/fields.h"
#include "identity/keyed_hash.h"

namespace sekisho::identity {

inline constexpr std::size_t kFilterBits = 1024, kFilterWords = kFilterBits / 64;
using Filter = std::array<std::uint64_t, kFilterWords>;

// What is done with the bits of a record before anybody else sees them.
enum class Hardening : std::uint8_t {
  kNone,     // nothing: for measuring only
  kDiffuse,  // each bit is the XOR of two bits that the key chooses: no bit shows one piece any more
  kBalance,  // 512 bits and their complement, mixed by the key: every filter has 512 ones
  kFold,     // 2048 bits folded onto 1024 by XOR
  kRule90,   // each bit is the XOR of its neighbours
};
std::optional<Hardening> hardening(std::string_view name);
std::string_view name(Hardening hardening);
// Where persons part from strangers for records of five to eight fields (docs/linkage.md).
double usual_threshold(Hardening hardening);

enum class Pieces : std::uint8_t {
  kBigrams,    // neighbouring characters, with blanks at both ends
  kPositions,  // each character with its place: dates and numbers, where one wrong digit changes one piece
};

struct FilterField {
  std::string name, column;
  FieldType type = FieldType::kText;
  Pieces pieces = Pieces::kBigrams;
  int hashes = 5;  // bits that each piece sets: what the field is worth
};

// "given_name=FNAME,surname=LNAME,birth_date=DOB"; record_id apart. A field that is none of the known ones is text, or
// of the type named: "ward:kanji=BYOTO". Errors: usage.columns.
struct FilterColumns {
  std::string record_id = "record_id";
  std::vector<FilterField> fields;
  static Result<FilterColumns> parse(std::string_view text);
};

struct FilterScheme {
  std::vector<FilterField> fields;
  Hardening hardening = Hardening::kDiffuse;
  std::string salt;  // field whose value joins the key of each record ("birth_year": of the birth date); "": none
};

// Makes filters of records. Not thread safe.
class FilterMaker {
 public:
  FilterMaker(const FilterScheme& scheme, ByteView key);
  // `values`: normalised, by field; "" where there is none. `salt`: "" where there is none.
  Filter make(std::span<const std::string> values, std::string_view salt);
  static constexpr std::size_t kMostHashes = 32;

 private:
  struct Places {
    std::array<std::uint16_t, kMostHashes> bit;
  };
  struct FieldHash {
    std::unique_ptr<KeyedHash> hash;
    int hashes = 0;
    std::unordered_map<std::string, Places> known;
  };
  void set_bits(std::size_t field, std::string_view piece, std::string_view salt);
  Filter harden() const;

  FilterScheme scheme_;
  std::size_t bits_;  // before hardening
  std::vector<FieldHash> fields_;
  std::vector<std::uint16_t> first_, second_;  // keyed permutations
  std::vector<std::uint64_t> raw_;
};

// As files and stores keep them: words of 64 bits, little-endian. None when there are not 128 bytes.
Bytes filter_bytes(const Filter& filter);
std::optional<Filter> filter_of(ByteView bytes);

// Flips each bit with this probability: what a bit says becomes deniable (BLIP), at the price of similarity.
void flip_bits(Filter& filter, double probability, Random& random);

}  // namespace sekisho::identity
