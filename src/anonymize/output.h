// Finished rows as a file.
#pragma once

#include <filesystem>

#include "anonymize/engine.h"
#include "core/random.h"

namespace sekisho::anonymize {

// CSV in UTF-8 with LF, columns as they are shown. The column of persons keeps nothing of their ids: it gets numbers in
// an order that `random` draws and nothing records. Everything else is the same whatever the number of threads. Errors:
// disk.*; nothing stays of a file that was not finished.
Result<void> write_csv(const Applied& applied, const std::string& person, char separator,
                       const std::filesystem::path& file, Random& random, int threads);

}  // namespace sekisho::anonymize
