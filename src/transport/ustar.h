// The ustar form of tar (POSIX.1-2017, pax utility, "ustar Interchange Format"), reduced to what a package holds:
// regular files with plain names. The reader refuses everything else instead of skipping it.
#pragma once

#include <optional>
#include <string>

#include "core/bytes.h"

namespace sekisho::transport::ustar {

inline constexpr std::size_t kBlock = 512;

inline constexpr std::size_t padded(std::size_t size) {
  return (size + kBlock - 1) / kBlock * kBlock;
}

// Writes the header of a regular file (mode 0644, no owner, time zero) over 512 bytes. The name has at most 100 bytes.
void write_header(std::uint8_t* block, std::string_view name, std::uint64_t size);

struct Header {
  std::string_view name;  // view into the block
  std::uint64_t size = 0;
  std::uint64_t time = 0;
};

// Errors: archive.header (not ustar, wrong checksum, stray bytes), archive.entry_type (links, devices, folders,
// extensions).
Result<Header> read_header(ByteView block);

bool all_zero(ByteView bytes);

// The end of an archive: two zero blocks, then zeros up to one full record of 20 blocks, as stock tar writes it.
bool is_valid_end(ByteView tail);

}  // namespace sekisho::transport::ustar
