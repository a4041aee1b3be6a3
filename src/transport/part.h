// The inside of a part after decryption: one zstd frame of a ustar archive, read from memory with every bound of design
// section 5.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "crypto/digest.h"
#include "transport/package.h"

namespace sekisho::transport {

struct PartHead {  // part.json
  PackageId id;
  std::uint32_t number = 0;  // 1-based
  bool last = false;
  std::string kind;
  crypto::Digest nonce{};
};

struct PartEntry {            // d/000001 ... with its line of index.jsonl
  std::uint32_t ordinal = 0;  // 1-based, the number in its name
  ByteView content;           // view into the decompressed tar
  std::string path;
  crypto::Digest source_sha256{}, sent_sha256{};
  std::uint64_t range_from = 0, range_to = 0, total_size = 0, records_removed = 0;
};

struct OpenPart {
  Bytes tar;  // owns what the entries view
  PartHead head;
  std::vector<PartEntry> entries;
};

// `content` is what the CMS held. Checks frame, window, sizes, padding, archive members (regular files with the
// expected names only), index against entries, and the commitment of the manifest: a part of another package or
// position is refused. Errors: part.bomb, part.archive, part.entry_type, part.index, part.commitment,
// part.wrong_package, ...
Result<OpenPart> open_part(ByteView content, const Manifest& manifest, std::size_t index);

}  // namespace sekisho::transport
