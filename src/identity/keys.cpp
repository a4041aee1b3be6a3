#include <cstring>

#include "identity/canonical.h"
#include "identity/keyed_hash.h"

namespace sekisho::identity {
namespace {

// Fields with their length before them (4 bytes, big endian): no two lists of fields give the same message.
class Message {
 public:
  Message() { text_.reserve(128); }
  Message& add(std::string_view field) {
    const auto size = static_cast<std::uint32_t>(field.size());
    for (const int shift : {24, 16, 8, 0})
      text_.push_back(static_cast<char>((size >> shift) & 0xFF));
    text_.append(field);
    return *this;
  }
  crypto::Digest keyed(const KeyedHash& hash) const { return hash(as_bytes(text_)); }

 private:
  std::string text_;
};

template <class... Fields>
std::optional<LinkageKey> linkage_key(const KeyedHash& hash, CanonicalVersion version, std::string_view kind,
                                      const Fields&... fields) {
  if ((fields.empty() || ...)) return std::nullopt;
  Message message;
  message.add(name_of(version)).add(kind);
  (message.add(fields), ...);
  const crypto::Digest digest = message.keyed(hash);
  LinkageKey out;
  std::memcpy(out.data(), digest.data(), out.size());
  return out;
}

}  // namespace

LinkageKeys linkage_keys(const CanonicalIdentity& identity, ByteView key) {
  return linkage_keys(identity, KeyedHash(key));
}

LinkageKeys linkage_keys(const CanonicalIdentity& identity, const KeyedHash& hash) {
  LinkageKeys keys;
  // The scheme of those over 75 (law number 39) has no symbol: its number is unique within the insurer, which then
  // takes the symbol's place.
  const bool elderly = identity.symbol.empty() && identity.insurer.starts_with("39");
  keys.insurance = linkage_key(hash, identity.version, "insurance", elderly ? identity.insurer : identity.symbol,
                               identity.number, identity.birth, identity.sex);
  keys.kanji = linkage_key(hash, identity.version, "kanji", identity.kanji, identity.birth, identity.sex);
  keys.kana = linkage_key(hash, identity.version, "kana", identity.kana, identity.birth, identity.sex);
  keys.given_kanji =
      linkage_key(hash, identity.version, "given_kanji", identity.given_kanji, identity.birth, identity.sex);
  keys.given_kana =
      linkage_key(hash, identity.version, "given_kana", identity.given_kana, identity.birth, identity.sex);
  return keys;
}

std::string registration_key(ByteView k_reg, std::string_view hospital, std::string_view patient_number) {
  const crypto::Digest digest = Message().add(hospital).add(patient_number).keyed(KeyedHash(k_reg));
  return to_hex(ByteView(digest).first(16));
}

std::int64_t document_key(ByteView k_reg, std::string_view kind, std::string_view key) {
  const crypto::Digest digest = Message().add("document").add(kind).add(key).keyed(KeyedHash(k_reg));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8 | digest[i];
  return static_cast<std::int64_t>(value >> 1);
}

}  // namespace sekisho::identity
