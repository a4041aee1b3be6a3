// The proof sheet of a curve or regression as one page: what leaves, drawn, with the checks behind it. Japanese first,
// English by a switch, no network, no other files.
#pragma once

#include "disclosure/analysis.h"

namespace sekisho::disclosure {

std::string analysis_page(const AnalysisResult& result);

}  // namespace sekisho::disclosure
