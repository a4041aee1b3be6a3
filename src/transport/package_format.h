// Names and bounds of the outer archive that writer and reader share.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::transport {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kSignatureName = "manifest.p7s";
inline constexpr std::size_t kMaxManifest = std::size_t{4} << 20;
inline constexpr std::size_t kMaxSignature = std::size_t{64} << 10;

std::string part_name(std::size_t index);  // from 0: part-0001.p7m

}  // namespace sekisho::transport
