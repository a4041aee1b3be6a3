// The files of a folder as they are published or kept: plain, zstd, gzip, zip, tar, xlsx, xls; archives inside archives
// once.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace sekisho::masters {

// One table of a file. The name is the file's own, archives joined with '!': "y_diffs.tar!y_20240417.csv". It never
// holds the folder, so that a moved folder gives the same master file.
struct Source {
  std::string name;
  Bytes content;
};

struct SourceLimits {
  std::size_t file = std::size_t{1} << 30;  // of one file, unpacked
  std::size_t entries = 10'000;             // in one archive
};

// Unpacks a file and hands each table to `take`. Errors: masters.unpack (broken or too large), with file and entry.
Result<void> open_source(const std::string& name, Bytes content, const SourceLimits& limits,
                         const std::function<Result<void>(Source)>& take);

// An xlsx workbook's first shown sheet as CSV in UTF-8, cell by cell, days as YYYY-MM-DD; merged cells keep their
// first. `sheet`: the first shown one whose name holds this text instead. Errors: masters.xlsx.
Result<std::string> xlsx_to_csv(ByteView workbook, std::string_view name, std::size_t limit,
                                std::string_view sheet = {});
bool is_workbook(ByteView content);  // a zip that holds xl/workbook.xml
// The same of a binary workbook (xls). Errors: masters.xls.
Result<std::string> xls_to_csv(ByteView workbook, std::string_view name, std::size_t limit);
bool is_binary_workbook(ByteView content);  // a compound file

// Entries of a zip (stored and deflate). Errors: masters.unpack.
struct ZipEntry {
  std::string name;
  Bytes content;
};
Result<std::vector<ZipEntry>> read_zip(ByteView zip, std::string_view name, const SourceLimits& limits);

}  // namespace sekisho::masters
