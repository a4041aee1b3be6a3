// Signing in on the portal's own machine: a token, shown once to whoever started the portal (a manager) or handed out
// by a one-time link (portal/link.h), is exchanged for a session cookie. The figures are readable without; pages that
// decide something will ask for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/random.h"
#include "core/result.h"
#include "portal/link.h"

namespace sekisho::portal {

// __Host-: browsers accept it only with Secure, Path=/ and no Domain.
inline constexpr std::string_view kSessionCookie = "__Host-sekisho";

struct SessionLifetimes {
  std::chrono::seconds token = std::chrono::hours(1);
  std::chrono::seconds session = std::chrono::hours(8);
};

// Thread safe. Only digests of tokens and session ids are kept.
class Sessions {
 public:
  // `links`: where one-time links lie; empty: there are none.
  Sessions(const Clock& clock, Random& random, SessionLifetimes lifetimes = {}, std::filesystem::path links = {});

  // A new one-time token of a manager, 256 random bits, hex; an earlier unused one is void.
  std::string new_token();
  // The id for the cookie. Errors: session.used, session.expired, session.token.
  Result<std::string> exchange(std::string_view token);
  // The id for the cookie of somebody who was identified otherwise.
  std::string open(Holder holder);
  // Whose session it is; nothing when there is none.
  std::optional<Holder> holder(std::string_view id);
  bool valid(std::string_view id) { return holder(id).has_value(); }
  void end(std::string_view id);

  // "Set-Cookie" values.
  std::string cookie(std::string_view id) const;
  static std::string expired_cookie();
  // The session's id in a "Cookie" header; empty when there is none.
  static std::string id_in(std::string_view cookie_header);

 private:
  struct Session {
    std::int64_t until = 0;  // second at which it ends
    Holder holder;
  };
  std::string secret();
  std::string begin(Holder holder, std::int64_t now);  // under the lock

  const Clock& clock_;
  Random& random_;
  SessionLifetimes lifetimes_;
  std::filesystem::path links_;
  std::mutex mutex_;
  std::string token_digest_;
  bool token_used_ = false;
  std::int64_t token_until_ = 0;
  std::map<std::string, Session> sessions_;  // by digest
};

}  // namespace sekisho::portal
