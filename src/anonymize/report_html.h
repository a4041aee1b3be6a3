// The bargain as one HTML file that needs no network and no library: Japanese and English, charts as SVG. It holds sums
// over rows and labels of groups of ten persons and more, never a row.
#pragma once

#include <string>

#include "anonymize/bargain.h"

namespace sekisho::anonymize {

std::string report_html(const Outcome& outcome, const Policy& policy, const Bargain& bargain);

}  // namespace sekisho::anonymize
