// The data types of SS-MIX2 as tables: which messages belong to a type, what an event means, where its care date
// stands, and the order of segments each message may have. (reference: ssmix2 sections 2.2, 3 and 6)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "formats/hl7.h"

namespace sekisho::formats {

// A field of the first segment with this tag.
struct FieldPlace {
  hl7::Tag segment = 0;
  int field = 0;
  std::string_view name;  // "PV1-44"
};

// What a trigger event (MSH-9.2) says.
struct EventSpec {
  std::string_view trigger;  // A01
  std::string_view kind;     // of encounter_event; "" for messages that are no movement
  bool planned = false;
  bool cancels = false;
  FieldPlace care_date;  // segment 0: undated
  FieldPlace ends;       // end of the period, where the message knows it
};
const EventSpec* find_event(std::string_view trigger);

// A message that a data type may hold.
struct TypeSpec {
  std::string_view type;     // ADT-22
  std::string_view code;     // MSH-9.1
  std::string_view trigger;  // MSH-9.2
  std::string_view grammar;  // segments in order; ? optional, * any number, + at least one, ( ) groups
};
std::span<const TypeSpec> type_specs();
bool is_known_type(std::string_view type);
// nullptr: type and event do not belong together. Vital signs (R30) belong to every type of the extended storage.
const TypeSpec* find_type(std::string_view type, std::string_view trigger);

// Recognises the order of segments: a grammar's symbols are positions in a set, one step a segment. NTE and SFT may
// stand anywhere; the caller leaves unknown segments out.
class Grammar {
 public:
  explicit Grammar(std::string_view text);
  // One step; false where the segment may not stand here. After that the order is taken up again at any place where
  // this segment may stand.
  class Matcher {
   public:
    explicit Matcher(const Grammar& grammar) : grammar_(&grammar), allowed_(grammar.first_) {}
    bool step(hl7::Tag segment);
    bool complete() const;  // the message may end here

   private:
    const Grammar* grammar_;
    std::uint64_t allowed_, at_ = 0;
  };

 private:
  friend class Matcher;
  struct Place {
    hl7::Tag segment;
    std::uint64_t positions;  // where it stands in the grammar
  };
  std::vector<Place> places_;
  std::vector<std::uint64_t> follow_;  // of each position
  std::uint64_t first_ = 0, last_ = 0;
};
const Grammar& grammar_of(const TypeSpec& spec);  // made once

std::span<const hl7::Tag> known_segments();
bool is_known_segment(hl7::Tag segment);

}  // namespace sekisho::formats
