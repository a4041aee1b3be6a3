// How proposals to merge classes are told, by `sekisho table` and `sekisho disclosure protect` alike.
#pragma once

#include <fmt/format.h>

#include "cli/cli.h"
#include "disclosure/proposals.h"

namespace sekisho::cli {

inline Json proposals_json(const std::vector<disclosure::Proposal>& proposals) {
  Json out = Json::array();
  for (const disclosure::Proposal& one : proposals)
    out.push_back(Json{{"dimension", one.dimension},
                       {"merge", {one.first, one.second}},
                       {"hidden_before", one.hidden_before},
                       {"hidden_after", one.hidden_after}});
  return out;
}

// `with_option`: the command has --merge.
inline void print_proposals(const std::vector<disclosure::Proposal>& proposals, bool with_option) {
  for (const disclosure::Proposal& one : proposals)
    fmt::print("merge \"{}\" and \"{}\" of {} and {} of {} hidden cells disappear{}\n", one.first, one.second,
               one.dimension, one.hidden_before - one.hidden_after, one.hidden_before,
               with_option ? fmt::format(" (--merge \"{}={}|{}\")", one.dimension, one.first, one.second) : "");
  if (proposals.empty()) fmt::print("no merge of two classes was found to help\n");
}

}  // namespace sekisho::cli
