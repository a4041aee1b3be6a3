#include "portal/link.h"

#include <unistd.h>

#include <array>

#include "core/file.h"
#include "core/ids.h"
#include "core/json.h"
#include "crypto/digest.h"

namespace sekisho::portal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinkLimit = 4096;

Result<void> check(const Holder& holder) {
  if (holder.role == "hospital") {
    if (is_valid_id(holder.hospital)) return {};
    return fail("link.hospital", "a hospital's id has letters, digits and hyphens only, 32 at most");
  }
  if (holder.role != "manager") return fail("link.role", "a role is manager or hospital");
  if (!holder.hospital.empty()) return fail("link.hospital", "a manager belongs to no hospital");
  return {};
}

}  // namespace

std::string digest_of_secret(std::string_view secret) {
  return to_hex(crypto::sha256(as_bytes(secret)));
}

Result<std::string> make_link(const fs::path& folder, const Holder& holder, std::int64_t until, Random& random) {
  SEKISHO_CHECK(check(holder));
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::string token = to_hex(bytes);
  SEKISHO_CHECK(make_folders(folder, 0700));
  const Json link = {{"role", holder.role}, {"hospital", holder.hospital}, {"until", until}};
  SEKISHO_CHECK(write_file_durable(folder / (digest_of_secret(token) + ".json"), link.dump(), 0600));
  return token;
}

Result<Holder> take_link(const fs::path& folder, std::string_view token, std::int64_t now) {
  const fs::path path = folder / (digest_of_secret(token) + ".json");
  const auto text = folder.empty() ? Result<std::string>() : read_text(path, kLinkLimit);
  if (!text || text->empty() || ::unlink(path.c_str()) != 0) return fail("session.token", "this token is not known");
  SEKISHO_TRY(const Json link, parse_json(*text, "link"));
  Holder holder;
  SEKISHO_TRY(holder.role, json_string(link, "role"));
  SEKISHO_TRY(holder.hospital, json_string(link, "hospital"));
  SEKISHO_CHECK(check(holder));
  if (!link.contains("until") || !link["until"].is_number_integer() || now >= link["until"].get<std::int64_t>())
    return fail("session.expired", "this link is too old", {}, "Ask for a new one: sekisho portal link.");
  return holder;
}

}  // namespace sekisho::portal
