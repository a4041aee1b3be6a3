#include "portal/session.h"

#include <fmt/format.h>

#include "crypto/digest.h"

namespace sekisho::portal {
namespace {

std::string digest_of(std::string_view secret) {
  return to_hex(crypto::sha256(as_bytes(secret)));
}

}  // namespace

Sessions::Sessions(const Clock& clock, Random& random, SessionLifetimes lifetimes)
    : clock_(clock), random_(random), lifetimes_(lifetimes) {}

std::string Sessions::secret() {
  std::array<std::uint8_t, 32> bytes{};
  random_.fill(bytes);
  return to_hex(bytes);
}

std::string Sessions::new_token() {
  const std::scoped_lock lock(mutex_);
  std::string token = secret();
  token_digest_ = digest_of(token);
  token_used_ = false;
  token_until_ = clock_.now().seconds() + lifetimes_.token.count();
  return token;
}

Result<std::string> Sessions::exchange(std::string_view token) {
  const std::string digest = digest_of(token);
  const std::scoped_lock lock(mutex_);
  if (token_digest_.empty() || !crypto::equal_constant_time(as_bytes(digest), as_bytes(token_digest_)))
    return fail("session.token", "this token is not known");
  if (token_used_)
    return fail("session.used", "this token was used before", {}, "Start the portal again for a new one.");
  const std::int64_t now = clock_.now().seconds();
  if (now >= token_until_)
    return fail("session.expired", "this token is too old", {}, "Start the portal again for a new one.");
  token_used_ = true;
  std::string id = secret();
  sessions_[digest_of(id)] = now + lifetimes_.session.count();
  return id;
}

bool Sessions::valid(std::string_view id) {
  const std::string digest = digest_of(id);
  const std::scoped_lock lock(mutex_);
  const std::int64_t now = clock_.now().seconds();
  std::erase_if(sessions_, [now](const auto& session) { return now >= session.second; });
  return sessions_.contains(digest);
}

void Sessions::end(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  sessions_.erase(digest_of(id));
}

std::string Sessions::cookie(std::string_view id) const {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict", kSessionCookie, id,
                     lifetimes_.session.count());
}

std::string Sessions::expired_cookie() {
  return fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict", kSessionCookie);
}

std::string Sessions::id_in(std::string_view header) {
  while (!header.empty()) {
    std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(pair.size() + 1, header.size()));
    while (!pair.empty() && pair.front() == ' ')
      pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == kSessionCookie)
      return std::string(pair.substr(equals + 1));
  }
  return {};
}

}  // namespace sekisho::portal
