// One-time links: `sekisho portal link` leaves one for a person, the running portal takes it when it is opened. The
// file's name is the digest of the link's token, so that the folder opens no door to who reads it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/result.h"

namespace sekisho::portal {

// Whose session it is. A manager (データ管理者) sees the whole centre, a user of a hospital its own data alone, an
// identity reviewer (portal/review.h) the pairs to review and nothing else that needs a session.
struct Holder {
  std::string role = "manager";  // manager, hospital, identity-reviewer
  std::string hospital;          // of role hospital
  std::string person;            // of role identity-reviewer
  bool operator==(const Holder&) const = default;
};

// The token (256 random bits, hex). `until`: seconds since 1970. Errors: link.role, link.hospital, file errors.
Result<std::string> make_link(const std::filesystem::path& folder, const Holder& holder, std::int64_t until,
                              Random& random);
// Uses a link up; of two who open it at the same moment one wins. Errors: session.token, session.expired.
Result<Holder> take_link(const std::filesystem::path& folder, std::string_view token, std::int64_t now);

std::string digest_of_secret(std::string_view secret);  // SHA-256, hex

}  // namespace sekisho::portal
