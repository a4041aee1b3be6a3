// Runs a function over bytes of anyone in a copy of this process that may compute and nothing else: no files, no
// network, no other programs; memory and time bounded. Private to the scan.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"

namespace sekisho::disclosure {

// What the function returned; empty when it crashed or went beyond its bounds. Errors: scan.process.
Result<std::string> without_rights(const std::function<std::string()>& work);

}  // namespace sekisho::disclosure
