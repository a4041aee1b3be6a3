// An index database (SSMIXIDX) compared with the folders it speaks of: rows without a file, files without a row, rows
// whose condition flag is another than the file's. One hash a row in memory.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "formats/storage_source.h"

namespace sekisho::cli {

struct IndexComparison {
  std::uint64_t rows = 0, matched = 0, stale = 0, missing = 0, unusable = 0;  // rows = the sum of the others
  std::uint64_t files = 0, extra = 0;                                         // files of the tree; without a row
};

// `find(rule, level, place, path)`; level E, W or I.
using IndexFinding = std::function<void(std::string_view rule, char level, std::string place, std::string path)>;

inline Result<IndexComparison> compare_index(formats::StorageSource& index, formats::StorageSource& tree,
                                             const IndexFinding& find) {
  struct Row {
    std::uint64_t hash;
    std::int32_t line;
    char flag;
    bool seen;
  };
  IndexComparison out;
  std::vector<Row> rows;
  SEKISHO_CHECK(index.entries([&](const formats::StorageEntry& entry) -> Result<void> {
    ++out.rows;
    if (entry.path.empty()) {
      ++out.unusable;
      find("INDEX_ROW_UNUSABLE", 'E', "row " + std::to_string(entry.line), {});
    } else {
      rows.push_back(
          {formats::version_hash(entry.path), static_cast<std::int32_t>(entry.line), entry.path.back(), false});
    }
    return {};
  }));
  std::ranges::sort(rows,
                    [](const Row& a, const Row& b) { return std::tie(a.hash, a.line) < std::tie(b.hash, b.line); });
  SEKISHO_CHECK(tree.entries([&](const formats::StorageEntry& file) -> Result<void> {
    ++out.files;
    auto [from, to] = std::ranges::equal_range(rows, formats::version_hash(file.path), {}, &Row::hash);
    if (from == to) {
      ++out.extra;
      find("FILE_WITHOUT_INDEX_ROW", 'W', {}, file.path);
    }
    for (; from != to; ++from) {
      if (from->seen) continue;
      from->seen = true;
      const bool same = from->flag == file.path.back();
      ++(same ? out.matched : out.stale);
      if (!same) find("INDEX_ROW_STALE", 'W', "row " + std::to_string(from->line), file.path);
    }
    return {};
  }));
  for (const Row& row : rows)
    if (!row.seen) {
      ++out.missing;
      find("INDEX_ROW_WITHOUT_FILE", 'E', "row " + std::to_string(row.line), {});
    }
  return out;
}

}  // namespace sekisho::cli
