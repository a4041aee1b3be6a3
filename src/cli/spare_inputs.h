// An output that is also an input would be lost.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace sekisho::cli {

// Empty names are none. Errors: usage.output.
inline Result<void> spare_inputs(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  std::error_code error;  // one that does not exist is no input
  for (const std::string& output : outputs)
    for (const std::string& input : inputs)
      if (!output.empty() && !input.empty() && std::filesystem::equivalent(input, output, error))
        return fail("usage.output", "the output is one of the inputs and would overwrite it", {.file = output},
                    "Name another file for the output.");
  return {};
}

}  // namespace sekisho::cli
