// What a hospital's reviewers see: the open codes with their candidates as a narrow table in English or Japanese, and
// as a sheet to be filled in.
#pragma once

#include <span>
#include <string>

#include "codes/table.h"

namespace sekisho::codes {

// Groups of one local code each, least certain first; `all` are the present mappings of the same codes.
// `limit` codes, `candidates` lines of each.
std::string review_text(std::span<const Mapping> open, std::span<const Mapping> all, bool japanese, std::size_t limit,
                        std::size_t candidates);
// CSV with the columns that `review --decisions` reads back; the column decision is empty. Begins with a UTF-8 BOM:
// spreadsheets then show Japanese.
std::string review_sheet(std::span<const Mapping> open, std::span<const Mapping> all, bool japanese,
                         std::size_t candidates);
// "drug" as 薬剤; other words as they are.
std::string_view kind_japanese(std::string_view kind);
// Evidence in Japanese; what has no Japanese words stays as it is.
std::string evidence_japanese(std::string_view evidence);

}  // namespace sekisho::codes
