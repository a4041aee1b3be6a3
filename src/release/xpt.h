// SAS transport files (XPORT), for SAS, R, Stata and SPSS: version 5 by SAS Institute's note TS-140, version 8 by the
// "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport Format". All records have 80 bytes; numbers are IBM
// doubles of base 16; texts are padded with blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace sekisho::release {

struct XptVariable {
  std::string name;   // version 5: 8 characters, letters, digits and _ ; version 8: 32
  std::string label;  // version 5: 40 bytes, version 8: 256; cut between characters
  bool numeric = false;
};

struct XptOptions {
  int version = 5;
  std::string dataset = "DATASET";  // its name inside the file, as a variable's
  std::string label;                // 40 bytes
  UtcTime created;
};

// Fields by row; those of numeric variables are numbers in decimal or empty. Texts are bytes in whatever character set
// they are in. Errors: xpt.name, xpt.length (a text longer than 200 bytes in version 5, 32767 in version 8),
// xpt.variables (more than 9,999), xpt.number.
Result<std::string> write_xpt(const XptOptions& options, std::span<const XptVariable> variables,
                              std::span<const std::vector<std::string>> rows);

// Whether texts and names fit version 5.
inline constexpr std::size_t kXptName5 = 8, kXptText5 = 200, kXptName8 = 32, kXptText8 = 32767;

// Names that a version takes, in order, each different from the others without regard to case: characters that SAS does
// not know become _, what is too long is cut and numbered.
std::vector<std::string> xpt_names(std::span<const std::string> names, int version);

// The eight bytes of a number: sign, exponent of 16 with 64 added, 56 bits of fraction (System/370 long form).
// A double is held whole; what is too large for the form is nothing.
std::optional<std::uint64_t> ibm_double(double value);

}  // namespace sekisho::release
