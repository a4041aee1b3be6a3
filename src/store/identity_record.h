// The rows of sealed files: identity records with their registration, linkage keys, items of the vault, quarantined
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "identity/canonical.h"
#include "records/record_set.h"
#include "store/sealed_file.h"

namespace sekisho::store {

// What is the same in two records of a patient, wherever and whenever they were written.
std::string identity_content(const records::IdentityRecord& record);

struct StoredIdentity {
  std::string reg;
  records::IdentityRecord record;  // `recorded` is the first time seen with this content
  std::int64_t last_recorded = 0;  // micros; the last time; 0: not said
  std::int64_t package = 0;
};
std::string encode(const StoredIdentity& row);
Result<StoredIdentity> decode_identity(std::string_view bytes);
// The same row without decoding it; views of `bytes`. `content` is identity_content() of the record and ends the row.
struct IdentityParts {
  std::string_view reg, content;
  std::int64_t recorded = 0;  // micros
};
Result<IdentityParts> identity_parts(std::string_view bytes);

struct StoredKeys {
  std::string reg;
  std::string hospital;
  identity::LinkageKeys keys;
  auto tie() const {
    return std::tie(reg, hospital, keys.insurance, keys.kanji, keys.kana, keys.given_kanji, keys.given_kana);
  }
};
std::string encode(const StoredKeys& row);
Result<StoredKeys> decode_keys(std::string_view bytes);

struct StoredItem {  // vault and quarantine
  std::int64_t number = 0;
  std::string reg;  // "" where none is known
  std::string kind, content;
  std::int64_t package = 0;
  std::int32_t part = 0, ordinal = 0, sub = 0;
};
std::string encode(const StoredItem& row);
Result<StoredItem> decode_item(std::string_view bytes);

}  // namespace sekisho::store
