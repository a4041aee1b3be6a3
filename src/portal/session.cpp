#include "portal/session.h"

#include <fmt/format.h>

#include "crypto/digest.h"

namespace sekisho::portal {
Sessions::Sessions(const Clock& clock, Random& random, SessionLifetimes lifetimes, std::filesystem::path links)
    : clock_(clock), random_(random), lifetimes_(lifetimes), links_(std::move(links)) {}

std::string Sessions::secret() {
  std::array<std::uint8_t, 32> bytes{};
  random_.fill(bytes);
  return to_hex(bytes);
}

std::string Sessions::new_token() {
  const std::scoped_lock lock(mutex_);
  std::string token = secret();
  token_digest_ = digest_of_secret(token);
  token_used_ = false;
  token_until_ = clock_.now().seconds() + lifetimes_.token.count();
  return token;
}

std::string Sessions::begin(Holder holder, std::int64_t now) {
  std::string id = secret();
  sessions_[digest_of_secret(id)] = {now + lifetimes_.session.count(), std::move(holder)};
  return id;
}

Result<std::string> Sessions::exchange(std::string_view token) {
  const std::string digest = digest_of_secret(token);
  const std::scoped_lock lock(mutex_);
  const std::int64_t now = clock_.now().seconds();
  if (token_digest_.empty() || !crypto::equal_constant_time(as_bytes(digest), as_bytes(token_digest_))) {
    SEKISHO_TRY(Holder holder, take_link(links_, token, now));
    return begin(std::move(holder), now);
  }
  if (token_used_)
    return fail("session.used", "this token was used before", {}, "Start the portal again for a new one.");
  if (now >= token_until_)
    return fail("session.expired", "this token is too old", {}, "Start the portal again for a new one.");
  token_used_ = true;
  return begin({}, now);
}

std::string Sessions::open(Holder holder) {
  const std::scoped_lock lock(mutex_);
  return begin(std::move(holder), clock_.now().seconds());
}

std::optional<Holder> Sessions::holder(std::string_view id) {
  const std::string digest = digest_of_secret(id);
  const std::scoped_lock lock(mutex_);
  const std::int64_t now = clock_.now().seconds();
  std::erase_if(sessions_, [now](const auto& session) { return now >= session.second.until; });
  const auto found = sessions_.find(digest);
  return found == sessions_.end() ? std::nullopt : std::optional(found->second.holder);
}

void Sessions::end(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  sessions_.erase(digest_of_secret(id));
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
