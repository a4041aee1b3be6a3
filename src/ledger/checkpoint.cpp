// Signed notes (C2SP signed-note, tlog-checkpoint): three lines of text, a blank line, the signature line.
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "ledger/checkpoint.h"

namespace sekisho::ledger {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash and blank open a signature line
constexpr std::size_t kMaxNote = 4096;

std::unexpected<Error> malformed(const char* why) {
  return fail("checkpoint.malformed", why);
}

struct NoteParts {
  std::string_view signed_text;  // with its final line feed
  std::string_view signer;
  Bytes key_hash, signature;
};

Result<NoteParts> split_note(std::string_view note) {
  if (note.size() > kMaxNote) return malformed("a checkpoint is too long");
  const std::size_t blank = note.find("\n\n");
  if (blank == std::string_view::npos) return malformed("a checkpoint has no signature");
  NoteParts parts;
  parts.signed_text = note.substr(0, blank + 1);
  std::string_view line = note.substr(blank + 2);
  if (!line.starts_with(kDash) || !line.ends_with('\n') || line.find('\n') != line.size() - 1)
    return malformed("a checkpoint has exactly one signature line");
  line = line.substr(kDash.size(), line.size() - kDash.size() - 1);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return malformed("the signature line has no signature");
  parts.signer = line.substr(0, space);
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() != 68) return malformed("the signature is not an Ed25519 signature with a key hash");
  parts.key_hash.assign(bytes->begin(), bytes->begin() + 4);
  parts.signature.assign(bytes->begin() + 4, bytes->end());
  return parts;
}

bool plain_origin(std::string_view origin) {
  if (origin.empty() || origin.size() > 200) return false;
  for (const char c : origin)
    if (c <= ' ' || c == '+' || c > '~') return false;
  return true;
}

Result<Checkpoint> read_text_part(std::string_view text) {
  Checkpoint checkpoint;
  const std::size_t first = text.find('\n');
  const std::size_t second = text.find('\n', first + 1);
  if (second == std::string_view::npos || text.find('\n', second + 1) != text.size() - 1)
    return malformed("a checkpoint has three lines of text");
  checkpoint.origin = text.substr(0, first);
  if (!plain_origin(checkpoint.origin)) return malformed("the origin holds characters that are not allowed");
  const std::string_view size = text.substr(first + 1, second - first - 1);
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  if (error != std::errc{} || end != size.data() + size.size() || (size.size() > 1 && size[0] == '0'))
    return malformed("the size is not a decimal number");
  const auto root = from_base64(text.substr(second + 1, text.size() - second - 2));
  if (!root || root->size() != 32) return malformed("the root is not a SHA-256 hash in base64");
  std::memcpy(checkpoint.root.data(), root->data(), 32);
  return checkpoint;
}

Bytes key_hash(std::string_view name, ByteView public_raw32) {
  std::string text(name);
  text += "\n\x01";
  text += as_text(public_raw32);
  const crypto::Digest hash = crypto::sha256(as_bytes(text));
  return Bytes(hash.begin(), hash.begin() + 4);
}

}  // namespace

bool is_valid_origin(std::string_view origin) {
  return plain_origin(origin);
}

Result<Checkpoint> sign_checkpoint(const std::string& origin, std::uint64_t size, const crypto::Digest& root,
                                   const crypto::PrivateKey& key, ByteView public_raw32) {
  const std::string text = fmt::format("{}\n{}\n{}\n", origin, size, to_base64(root));
  SEKISHO_TRY(const Bytes signature, crypto::sign_ed25519(key, as_bytes(text)));
  Bytes signed_part = key_hash(origin, public_raw32);
  signed_part.insert(signed_part.end(), signature.begin(), signature.end());
  return Checkpoint{origin, size, root, fmt::format("{}\n{}{} {}\n", text, kDash, origin, to_base64(signed_part))};
}

Result<Checkpoint> parse_checkpoint_unverified(std::string_view note) {
  SEKISHO_TRY(const NoteParts parts, split_note(note));
  SEKISHO_TRY(Checkpoint checkpoint, read_text_part(parts.signed_text));
  if (parts.signer != checkpoint.origin) return malformed("the checkpoint is signed under another name");
  checkpoint.note = note;
  return checkpoint;
}

Result<Checkpoint> parse_checkpoint(std::string_view note, ByteView public_raw32) {
  SEKISHO_TRY(Checkpoint checkpoint, parse_checkpoint_unverified(note));
  SEKISHO_TRY(const NoteParts parts, split_note(note));
  if (parts.key_hash != key_hash(parts.signer, public_raw32))
    return fail("checkpoint.signature", "the checkpoint was signed with another key");
  if (!crypto::verify_ed25519(public_raw32, as_bytes(parts.signed_text), parts.signature))
    return fail("checkpoint.signature", "the checkpoint's signature is wrong");
  return checkpoint;
}

Json ConsistencyProof::to_json() const {
  Json list = Json::array();
  for (const crypto::Digest& hash : hashes)
    list.push_back(to_hex(hash));
  return Json{{"from", from}, {"to", to}, {"hashes", std::move(list)}};
}

Result<ConsistencyProof> ConsistencyProof::from_json(const Json& json) {
  const auto bad = [] { return fail("ledger.proof", "not a consistency proof"); };
  if (!json.is_object() || json.size() != 3 || !json.contains("from") || !json["from"].is_number_unsigned() ||
      !json.contains("to") || !json["to"].is_number_unsigned() || !json.contains("hashes") ||
      !json["hashes"].is_array() || json["hashes"].size() > 128)
    return bad();
  ConsistencyProof proof{json["from"].get<std::uint64_t>(), json["to"].get<std::uint64_t>(), {}};
  for (const Json& hash : json["hashes"]) {
    if (!hash.is_string()) return bad();
    const auto digest = crypto::digest_from_hex(hash.get_ref<const std::string&>());
    if (!digest) return bad();
    proof.hashes.push_back(*digest);
  }
  return proof;
}

}  // namespace sekisho::ledger
