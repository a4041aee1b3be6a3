// Archives and packed bytes: zip, gzip, tar, deflate, each with a bound on what comes out. Private to the scan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {

inline constexpr std::size_t kLargestInflated = 64 << 20, kMostEntries = 1000, kLargestRatio = 100;

// Raw deflate (-15), zlib (15) or gzip (31) with a bound on what comes out; nullopt when broken or too large.
std::optional<std::string> inflate_bytes(std::string_view data, int window, std::size_t limit,
                                         std::size_t* used = nullptr);

struct Entry {
  std::string name, content;
};
// Both give findings for what an honest archive does not have.
std::vector<Entry> unzip(std::string_view data, Findings& findings);
std::vector<Entry> untar(std::string_view data, Findings& findings);
// The content of the first member; its name and what stands behind it are findings.
std::optional<std::string> gunzip(std::string_view data, Findings& findings);

std::uint32_t little(std::string_view data, std::size_t at, int bytes);
std::uint32_t big(std::string_view data, std::size_t at);

}  // namespace sekisho::outgoing
