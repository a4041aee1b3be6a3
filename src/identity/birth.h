// Birth dates as people's files write them.
#pragma once

#include <string_view>

#include "core/date.h"

namespace sekisho::identity {

// 1941-06-01, 1941/6/1, 19410601, 3160601 (era digit), S16.6.1, 昭和16年6月1日, 令和元年5月1日, full width too. Not
// present() when the text is no date.
ClinicalTime parse_birth(std::string_view text);

}  // namespace sekisho::identity
