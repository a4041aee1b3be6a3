#include "transport/part_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "ledger/ledger.h"
#include "transport/json_reader.h"

namespace sekisho::transport {
namespace {

// Walks over a line whose form is fixed to the byte; the first mismatch ends everything.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  void literal(std::string_view expected) {
    ok_ = ok_ && text_.starts_with(expected);
    if (ok_) text_.remove_prefix(expected.size());
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    const auto digits = static_cast<std::size_t>(end - text_.data());
    ok_ = ok_ && error == std::errc{} && (digits == 1 || text_[0] != '0');
    if (ok_) text_.remove_prefix(digits);
    return value;
  }
  std::string_view quoted() {  // neither base64 nor hex holds a quotation mark
    const std::size_t end = text_.find('"');
    ok_ = ok_ && end != std::string_view::npos;
    if (!ok_) return {};
    const std::string_view value = text_.substr(0, end);
    text_.remove_prefix(end);
    return value;
  }
  crypto::Digest digest() {
    crypto::Digest result{};
    const std::string_view hex = quoted();
    const auto bytes = from_hex(hex);
    ok_ = ok_ && bytes && bytes->size() == result.size() && to_hex(*bytes) == hex;
    if (ok_) std::memcpy(result.data(), bytes->data(), result.size());
    return result;
  }
  bool ok() const { return ok_; }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

bool is_part_kind(std::string_view kind) {
  return std::find(kPartKinds.begin(), kPartKinds.end(), kind) != kPartKinds.end();
}

std::string entry_name(std::uint32_t ordinal) {
  return fmt::format("d/{:06}", ordinal);
}

bool is_plain_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath || path.front() == '/' || path.find('\0') != std::string_view::npos)
    return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

std::string part_head_json(const PartHead& head) {
  return ledger::canonical(Json{{"kind", head.kind},
                                {"last", head.last},
                                {"nonce", to_hex(head.nonce)},
                                {"number", head.number},
                                {"package", package_id_json(head.id)}});
}

Result<PartHead> parse_part_head(ByteView bytes) {
  if (bytes.size() > kMaxHead) return fail("part.head", "part.json is too long");
  SEKISHO_TRY(const Json json, parse_canonical(bytes, "part.head"));
  JsonReader reader(json, "part.head");
  reader.only({"kind", "last", "nonce", "number", "package"});
  PartHead head;
  head.kind = reader.text("kind", 32);
  head.last = reader.boolean("last");
  head.nonce = reader.digest("nonce");
  head.number = static_cast<std::uint32_t>(reader.number("number", 1, kMaxParts));
  head.id = reader.package_id("package");
  if (!is_part_kind(head.kind)) reader.refuse("kind");
  SEKISHO_CHECK(reader.result());
  return head;
}

void append_index_line(std::string& out, const PartEntry& entry) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"entry":"{}","path":"{}","range":[{},{}],"records_removed":{},"sent_sha256":"{}","source_sha256":"{}","total_size":{}}})"
      "\n",
      entry_name(entry.ordinal), to_base64(as_bytes(entry.path)), entry.range_from, entry.range_to,
      entry.records_removed, to_hex(entry.sent_sha256), to_hex(entry.source_sha256), entry.total_size);
}

Result<void> parse_index_line(std::string_view& text, PartEntry& entry) {
  Cursor cursor(text);
  cursor.literal(R"({"entry":")");
  cursor.literal(entry_name(entry.ordinal));
  cursor.literal(R"(","path":")");
  const std::string_view path = cursor.quoted();
  cursor.literal(R"(","range":[)");
  entry.range_from = cursor.number();
  cursor.literal(",");
  entry.range_to = cursor.number();
  cursor.literal(R"(],"records_removed":)");
  entry.records_removed = cursor.number();
  cursor.literal(R"(,"sent_sha256":")");
  entry.sent_sha256 = cursor.digest();
  cursor.literal(R"(","source_sha256":")");
  entry.source_sha256 = cursor.digest();
  cursor.literal(R"(","total_size":)");
  entry.total_size = cursor.number();
  cursor.literal("}\n");
  const auto bad = [&](const char* why) { return fail("part.index", why, {.part = entry_name(entry.ordinal)}); };
  if (!cursor.ok()) return bad("a line of the part's index is malformed");
  const auto raw_path = from_base64(path);
  if (!raw_path) return bad("a path in the part's index is not base64");
  entry.path = as_text(*raw_path);
  if (!is_plain_path(entry.path)) return bad("a path in the part's index leaves its folder or is too long");
  if (entry.range_from > entry.range_to || entry.range_to > entry.total_size ||
      entry.range_to - entry.range_from != entry.content.size())
    return bad("a byte range in the part's index does not fit its entry");
  text = cursor.rest();
  return {};
}

crypto::Digest commitment_of(const crypto::Digest& nonce, ByteView tar) {
  crypto::Sha256 hash;
  hash.update(as_bytes("skp1"));
  hash.update(nonce);
  hash.update(tar);
  return hash.finish();
}

}  // namespace sekisho::transport
