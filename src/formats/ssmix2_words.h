// The short names that the mapping of every segment is written in. Private to the ssmix2_*.cpp that map.
#pragma once

#include "formats/ssmix2_map.h"

namespace sekisho::formats {

using hl7::component;
using hl7::given;
using hl7::repetition;
using hl7::Segment;
using hl7::subcomponent;
using hl7::tag;
using records::Batch;
using records::Level;
using records::Table;
namespace common = records::common;

}  // namespace sekisho::formats
