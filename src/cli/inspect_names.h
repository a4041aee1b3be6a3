// An incremental scan by names: what was read before is remembered as one number for each patient's set of file names.
// A version that came, was renamed to another flag or went away changes the set; times of files, which migrations
// change and renames do not, are not asked. (reference: ssmix2 section 12)
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "cli/inspect_hash.h"
#include "cli/inspect_walk.h"
#include "core/file.h"

namespace sekisho::cli {

class NameMemory {
 public:
  // A file that is absent is an empty memory.
  Result<void> load(const std::string& file) {
    file_ = file;
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return {};
    SEKISHO_TRY(const Bytes bytes, read_file(file));
    if (bytes.size() % 8 != 4 || std::memcmp(bytes.data(), kMagic.data(), 4) != 0)
      return fail("inspect.names", "not a memory of names", {.file = file},
                  "Remove it: everything is then read again.");
    known_.resize(bytes.size() / 8);
    if (!known_.empty()) std::memcpy(known_.data(), bytes.data() + 4, known_.size() * 8);
    return {};
  }
  bool active() const { return !file_.empty(); }

  // Was this unit read before, with the very same names? Files alone also by their size.
  bool is_unchanged(const WalkUnit& unit) {
    std::uint64_t hash = kHashSeed ^ unit.files.size() ^ (unit.patient ? 0 : unit.size << 1);
    for (const std::string& file : unit.files)
      hash = fold_hash(hash, file);
    seen_.push_back(hash);
    const bool known = std::ranges::binary_search(known_, hash);
    (known ? unchanged : changed) += unit.files.size();
    return known;
  }

  // After a run that came to its end.
  Result<void> save() {
    std::ranges::sort(seen_);
    Bytes bytes(4 + seen_.size() * 8);
    std::memcpy(bytes.data(), kMagic.data(), 4);
    if (!seen_.empty()) std::memcpy(bytes.data() + 4, seen_.data(), seen_.size() * 8);
    return write_file_durable(file_, bytes, 0600);
  }

  std::uint64_t unchanged = 0, changed = 0;  // files

 private:
  static constexpr std::string_view kMagic = "SKN1";
  std::string file_;
  std::vector<std::uint64_t> known_, seen_;
};

}  // namespace sekisho::cli
