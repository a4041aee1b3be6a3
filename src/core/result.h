// Errors are values: every operation that can fail returns Result<T>. Exceptions end at module borders.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sekisho {

// Where something went wrong. Absent parts are empty or negative.
struct Place {
  std::string file;  // path or name as the reader of the message knows it; never one that holds a patient's number
                     // outside the hospital
  std::int64_t line = -1;  // 1-based
  std::int64_t byte = -1;  // 0-based offset
  std::string part;        // segment, field, column, archive entry
};

struct Error {
  std::string code;     // stable and dotted, "package.hash_mismatch": scripts, ledgers and tests match on it
  std::string message;  // one sentence for a person; no patient data
  Place place;
  std::string remedy;  // what to do about it; may be empty

  // "message (file:line, part). remedy [code]"
  std::string describe() const;
};

template <class T = void>
using Result = std::expected<T, Error>;

// `return fail("csv.ragged", "row 7 has 3 fields instead of 5", {.file = path, .line = 7});`
inline std::unexpected<Error> fail(std::string code, std::string message, Place place = {}, std::string remedy = {}) {
  return std::unexpected(Error{std::move(code), std::move(message), std::move(place), std::move(remedy)});
}

// Failure of a system call: adds strerror(errno) and, for a full disk, the code "disk.full".
std::unexpected<Error> fail_errno(std::string code, std::string what, Place place = {});

}  // namespace sekisho

#define SEKISHO_CONCAT_(a, b) a##b
#define SEKISHO_CONCAT(a, b) SEKISHO_CONCAT_(a, b)

// SEKISHO_TRY(auto bytes, read_file(path));  declares `bytes` or returns the error.
#define SEKISHO_TRY(declaration, expression) \
  SEKISHO_TRY_(declaration, expression, SEKISHO_CONCAT(try_result_, __LINE__))
#define SEKISHO_TRY_(declaration, expression, name)           \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name).error()); \
  declaration = std::move(*name)

// SEKISHO_CHECK(write(...));  for Result<void>.
#define SEKISHO_CHECK(expression)                                                                                 \
  do {                                                                                                            \
    if (auto check_result = (expression); !check_result) return std::unexpected(std::move(check_result).error()); \
  } while (false)
