// Files of filters (.clk): a header that says how they were made, record ids, filters, and a digest over all.
#pragma once

#include <filesystem>

#include "core/json.h"
#include "crypto/digest.h"
#include "identity/filters.h"

namespace sekisho::identity {

// A key that the parties share and the comparing party does not have: at least 32 bytes. Errors: linkage.key,
// linkage.key_mode.
Result<crypto::SecretBytes> load_filter_key(const std::filesystem::path& file);
Result<void> make_filter_key(const std::filesystem::path& file, Random& random);  // never over one that is there

struct FilterFile {
  Json scheme;  // what must be the same in both files, with a check value of the key
  std::vector<std::string> ids;
  std::vector<Filter> filters;

  Bytes serialize() const;
  // Errors: linkage.filters (what is wrong, with the byte).
  static Result<FilterFile> parse(ByteView bytes, const std::string& name);
  static Result<FilterFile> load(const std::filesystem::path& file);
};

// What two files must have in common to be compared: fields, hardening, salt, and a check value of the key.
Json to_json(const FilterScheme& scheme, ByteView key);

// The field that salts, and whether only its year does.
struct Salt {
  std::size_t field = SIZE_MAX;
  bool year = false;
  std::string of(std::span<const std::string> values) const;  // normalised values, by field
  static Result<Salt> find(const FilterScheme& scheme);       // error: usage.columns
};

// A keyed hash in place of a record's id.
std::string blind_id(ByteView key, std::string_view id);

}  // namespace sekisho::identity
