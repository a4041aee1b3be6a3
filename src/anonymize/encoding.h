// Character sets of tables and of the files beside a policy: UTF-8 with or without a byte order mark, or CP932 as
// programs of Windows in Japan write it. Inside and in what is written everything is UTF-8.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sekisho::anonymize {

enum class Encoding : std::uint8_t { kDetect, kUtf8, kCp932 };
std::string_view name(Encoding encoding);

// kUtf8 or kCp932. Detected: UTF-8 where all of it is; CP932 where all of it can be and no line is plainly UTF-8.
// Error: csv.encoding, with the first line that is not in the character set; mixed files are refused.
Result<Encoding> encoding_of(std::string_view text, Encoding declared, const std::string& file);
Result<Encoding> encoding_of_file(const std::filesystem::path& file, Encoding declared);

// A whole text in UTF-8.
Result<std::string> to_utf8(std::string text, Encoding declared, const std::string& file);
std::string from_cp932(std::string_view text);

// A file in UTF-8: itself, or a copy in `folder`.
Result<std::filesystem::path> utf8_file(const std::filesystem::path& file, Encoding declared,
                                        const std::filesystem::path& folder);

}  // namespace sekisho::anonymize
