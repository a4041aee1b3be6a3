#include "ledger/entry_line.h"

#include <algorithm>

#include "core/text.h"

namespace sekisho::ledger {
namespace {

// The end of a line: ,"salt":"<32 hex>","time":"<27 characters>"}
constexpr std::string_view kSalt = R"(,"salt":")";
constexpr std::string_view kTime = R"(","time":")";
constexpr std::size_t kSaltDigits = 32, kTimeCharacters = 27;
constexpr std::size_t kTail = kSalt.size() + kSaltDigits + kTime.size() + kTimeCharacters + 2;

void append_quoted(std::string& out, const std::string& text) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_canonical(std::string& out, const Json& value) {
  if (value.is_object()) {
    std::vector<std::pair<const std::string*, const Json*>> members;
    for (const auto& [key, member] : value.items())
      members.emplace_back(&key, &member);
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return *a.first < *b.first; });
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      append_quoted(out, *members[i].first);
      out += ':';
      append_canonical(out, *members[i].second);
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      append_canonical(out, value[i]);
    }
    out += ']';
  } else if (value.is_string()) {
    append_quoted(out, value.get_ref<const std::string&>());
  } else {
    out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

Result<void> check_values(const Json& value, int depth) {
  if (depth > 32) return fail("ledger.payload", "a ledger entry's payload is nested too deeply");
  if (value.is_number_float() || value.is_binary() || value.is_discarded())
    return fail("ledger.payload", "numbers in a ledger entry are integers");
  if (value.is_string() && !is_valid_utf8(value.get_ref<const std::string&>()))
    return fail("ledger.payload", "text in a ledger entry is not UTF-8");
  if (value.is_object())
    for (const auto& [key, member] : value.items()) {
      if (!is_valid_utf8(key)) return fail("ledger.payload", "a member's name in a ledger entry is not UTF-8");
      SEKISHO_CHECK(check_values(member, depth + 1));
    }
  if (value.is_array())
    for (const Json& item : value)
      SEKISHO_CHECK(check_values(item, depth + 1));
  return {};
}

// The entry without its salt, in canonical form: what the leaf hashes after the salt.
std::string hashed_text(const Entry& entry) {
  std::string text = R"({"kind":)";
  append_quoted(text, entry.kind);
  text += R"(,"n":)" + std::to_string(entry.number) + R"(,"payload":)";
  append_canonical(text, entry.payload);
  text += R"(,"time":")" + entry.time.iso() + R"("})";
  return text;
}

std::unexpected<Error> bad_entry(const char* why) {
  return fail("ledger.entry", why);
}

}  // namespace

std::string canonical(const Json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

Result<void> check_payload(const Json& payload) {
  if (!payload.is_object()) return fail("ledger.payload", "a ledger entry's payload is a JSON object");
  SEKISHO_CHECK(check_values(payload, 0));
  if (canonical(payload).size() > kMaxPayload) return fail("ledger.payload", "a ledger entry's payload is too large");
  return {};
}

std::string entry_line(const Entry& entry) {
  std::string line = hashed_text(entry);
  const std::size_t time = line.size() - kTimeCharacters - kTime.size() - 1;  // at the comma before "time"
  line.insert(time, std::string(kSalt) + entry.salt_hex + '"');
  return line;
}

std::optional<crypto::Digest> leaf_hash_of_line(std::string_view line) {
  if (line.size() <= kTail || line.back() != '}') return std::nullopt;
  const std::string_view head = line.substr(0, line.size() - kTail);
  const std::string_view tail = line.substr(head.size());
  const std::string_view salt = tail.substr(kSalt.size(), kSaltDigits);
  const std::string_view time = tail.substr(kSalt.size() + kSaltDigits);
  if (!tail.starts_with(kSalt) || !time.starts_with(kTime)) return std::nullopt;
  // Lower case only: the salt's spelling is not hashed, its bytes are.
  const auto lower_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!std::all_of(salt.begin(), salt.end(), lower_hex)) return std::nullopt;
  const auto salt_bytes = from_hex(salt);
  if (!salt_bytes) return std::nullopt;
  std::string hashed;
  hashed.reserve(line.size());
  hashed += '\0';
  hashed += as_text(*salt_bytes);
  hashed += head;
  hashed += time.substr(1);  // without the quotation mark that closed the salt
  return crypto::sha256(as_bytes(hashed));
}

crypto::Digest leaf_hash(const Entry& entry) {
  std::string hashed(1, '\0');
  if (const auto salt = from_hex(entry.salt_hex)) hashed += as_text(*salt);
  hashed += hashed_text(entry);
  return crypto::sha256(as_bytes(hashed));
}

Result<Entry> parse_entry_line(std::string_view line) {
  if (line.size() > kMaxPayload + 1024) return bad_entry("the line is too long");
  const auto json = parse_json(line);
  if (!json || !json->is_object() || json->size() != 5) return bad_entry("the line is not an entry");
  const auto text = [&](const char* member) { return json->contains(member) && (*json)[member].is_string(); };
  if (!text("kind") || !text("salt") || !text("time") || !json->contains("n") || !(*json)["n"].is_number_unsigned() ||
      !json->contains("payload"))
    return bad_entry("a member is missing or of another type");
  Entry entry;
  entry.number = (*json)["n"].get<std::uint64_t>();
  entry.kind = (*json)["kind"].get<std::string>();
  entry.salt_hex = (*json)["salt"].get<std::string>();
  entry.payload = std::move((*json)["payload"]);
  const auto time = UtcTime::parse((*json)["time"].get_ref<const std::string&>());
  if (!time) return bad_entry("its time is malformed");
  entry.time = *time;
  if (entry.salt_hex.size() != kSaltDigits || !from_hex(entry.salt_hex)) return bad_entry("its salt is malformed");
  if (!entry.payload.is_object() || !check_values(entry.payload, 0)) return bad_entry("its payload is malformed");
  if (entry_line(entry) != line || !leaf_hash_of_line(line)) return bad_entry("it is not in canonical form");
  return entry;
}

EntryLines split_lines(std::string_view text) {
  EntryLines result;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string_view::npos; begin = end + 1)
    result.lines.push_back(text.substr(begin, end - begin));
  result.rest = text.substr(begin);
  return result;
}

}  // namespace sekisho::ledger
