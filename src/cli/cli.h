// What all subcommands share. Each lives in cmd_NAME.cpp and defines add_NAME(CLI::App&); CMake makes the table of
// them. Exit codes (design section 8): 0 done, 1 done with findings that need attention, 2 wrong use, 3 failed.
#pragma once

#include <CLI/CLI.hpp>

#include "core/json.h"
#include "core/result.h"

namespace sekisho::cli {

inline constexpr int kDone = 0, kFindings = 1, kWrongUse = 2, kFailed = 3;

// The exit code of the command that ran; set by its callback.
extern int exit_code;

// Runs `body` as the command's action: an error is printed to standard error ("sekisho synth: ...") and gives exit 3,
// or 2 when its code begins with "usage.". `body` returns the exit code.
void set_action(CLI::App* command, std::function<Result<int>()> body);

// Prints machine output: one JSON document and a line feed on standard output.
void print_json(const Json& value);

// True when LANG=ja is in force: messages that a hospital reads come in Japanese.
bool japanese();

}  // namespace sekisho::cli
