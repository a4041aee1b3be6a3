#include "formats/ssmix2_types.h"

#include <algorithm>
#include <array>
#include <memory>

#include "formats/tag_table.h"

namespace sekisho::formats {
namespace {

using hl7::tag;

constexpr FieldPlace kPv1Admitted{tag("PV1"), 44, "PV1-44"}, kPv1Discharged{tag("PV1"), 45, "PV1-45"};
constexpr FieldPlace kPv2Expected{tag("PV2"), 8, "PV2-8"}, kPv2Discharge{tag("PV2"), 9, "PV2-9"};
constexpr FieldPlace kPv2Return{tag("PV2"), 47, "PV2-47"}, kEvnOccurred{tag("EVN"), 6, "EVN-6"};
constexpr FieldPlace kOrcTime{tag("ORC"), 9, "ORC-9"}, kObrStart{tag("OBR"), 7, "OBR-7"};
constexpr FieldPlace kNowhere{};

constexpr EventSpec kEvents[] = {
    {"A01", "admission", false, false, kPv1Admitted, kNowhere},
    {"A02", "transfer", false, false, kEvnOccurred, kNowhere},
    {"A03", "discharge", false, false, kPv1Discharged, kNowhere},
    {"A04", "reception", false, false, kPv1Admitted, kNowhere},
    {"A08", "basic", false, false, kNowhere, kNowhere},
    {"A11", "cancel_admission", false, true, kPv1Admitted, kNowhere},
    {"A12", "cancel_transfer", false, true, kEvnOccurred, kNowhere},
    {"A13", "cancel_discharge", false, true, kPv1Discharged, kNowhere},
    {"A14", "planned_admission", true, false, kPv2Expected, kPv2Discharge},
    {"A15", "planned_transfer", true, false, kPv2Expected, kNowhere},
    {"A16", "planned_discharge", true, false, kPv2Discharge, kNowhere},
    {"A21", "leave", false, false, kEvnOccurred, kPv2Return},
    {"A22", "return", false, false, kEvnOccurred, kNowhere},
    {"A23", "cancel_basic", false, true, kNowhere, kNowhere},
    {"A25", "cancel_planned_discharge", true, true, kPv2Discharge, kNowhere},
    {"A26", "cancel_planned_transfer", true, true, kPv2Expected, kNowhere},
    {"A27", "cancel_planned_admission", true, true, kPv2Expected, kNowhere},
    {"A52", "cancel_leave", false, true, kEvnOccurred, kNowhere},
    {"A53", "cancel_return", false, true, kPv2Return, kNowhere},
    {"A54", "attending", false, false, kNowhere, kNowhere},
    {"A55", "cancel_attending", false, true, kNowhere, kNowhere},
    {"O03", "", false, false, kOrcTime, kNowhere},
    {"O11", "", false, false, kOrcTime, kNowhere},
    {"O19", "", false, false, kOrcTime, kNowhere},
    {"O33", "", false, false, kOrcTime, kNowhere},
    {"O17", "", false, false, {tag("RXA"), 3, "RXA-3"}, kNowhere},
    {"R22", "", false, false, {tag("SPM"), 17, "SPM-17"}, kNowhere},
    {"Z23", "", false, false, kObrStart, kNowhere},
    {"R01", "", false, false, kObrStart, kNowhere},
    {"R30", "", false, false, {tag("OBX"), 14, "OBX-14"}, kNowhere},
    {"A60", "", false, false, kNowhere, kNowhere},
    {"ZD1", "", false, false, kNowhere, kNowhere},
};

// Grammars: blank-separated tokens; a segment followed by ? is optional, by * any number, by + at least one; brackets
// likewise.
// What SS-MIX2 expects and the wider HL7 v2.5 form are one grammar: neither is a violation.
#define SEKISHO_ADMISSION                                                                                         \
  "MSH EVN PID PD1? ROL* NK1* PV1 PV2? ROL* DB1* OBX* AL1* DG1* DRG? ( PR1 ROL* )* GT1* ( IN1 IN2? IN3* ROL* )* " \
  "ACC? UB1? UB2? PDA?"
#define SEKISHO_CANCELLATION "MSH EVN PID PD1? PV1 PV2? DB1* OBX*"
#define SEKISHO_MOVEMENT_UNDONE "MSH EVN PID PD1? PV1 PV2? DB1* OBX* DG1*"
#define SEKISHO_SHORT_CANCELLATION "MSH EVN PID PD1? PV1 PV2?"
#define SEKISHO_TRANSFER "MSH EVN PID PD1? ROL* PV1 PV2? ROL* DB1* OBX* DG1* PDA?"
#define SEKISHO_PLANNED_TRANSFER "MSH EVN PID PD1? ROL* PV1 PV2? ROL* DB1* OBX* DG1*"
#define SEKISHO_DISCHARGE_PLANNED \
  "MSH EVN PID PD1? ROL* NK1* PV1 PV2? ROL* DB1* OBX* AL1* DG1* DRG? ( PR1 ROL* )* GT1* ( IN1 IN2? IN3* ROL* )* ACC?"
#define SEKISHO_DISCHARGE                                                                                         \
  "MSH EVN PID PD1? ROL* NK1* PV1 PV2? ROL* DB1* AL1* DG1* DRG? ( PR1 ROL* )* OBX* GT1* ( IN1 IN2? IN3* ROL* )* " \
  "ACC? PDA?"
#define SEKISHO_PATIENT "MSH PID PD1? NK1* ( PV1 PV2? )? "
#define SEKISHO_INSURED SEKISHO_PATIENT "( IN1 IN2? IN3? )* GT1? AL1* "
#define SEKISHO_PRESCRIPTION SEKISHO_INSURED "( ORC TQ1* ( RXO RXR* RXC* )? RXE TQ1* RXR* RXC* OBX* FT1* BLG? CTI* )+"
#define SEKISHO_ADMINISTRATION                                                                                     \
  "MSH PID PD1? AL1* ( PV1 PV2? )? AL1* ( ORC TQ1* ( RXO RXR* RXC* )? ( RXE TQ1* RXR* RXC* )? ( RXA+ RXR OBX* )+ " \
  "CTI* )+"
#define SEKISHO_EXAM_ORDER SEKISHO_INSURED "( ORC TQ1* OBR CTD? DG1* OBX* ( SPM OBX* ( SAC OBX* )* )* FT1* CTI* BLG? )+"
#define SEKISHO_EXAM_DONE SEKISHO_INSURED "( ORC TQ1* OBR DG1* OBX* ( ZE1 OBX* ZE2* )* IPC* )+"
#define SEKISHO_LAB_RESULT \
  "MSH PID PD1? ( PV1 PV2? )? ( SPM OBX* ( SAC INV? )* ( OBR ORC? TQ1* OBX* TCD? SID* CTI* )* )+ DSC?"

constexpr TypeSpec kTypes[] = {
    {"ADT-00", "ADT", "A08", SEKISHO_ADMISSION},
    {"ADT-00", "ADT", "A23", SEKISHO_CANCELLATION},
    {"ADT-01", "ADT", "A54", "MSH EVN PID PD1? ROL* PV1 PV2? ROL*"},
    {"ADT-01", "ADT", "A55", SEKISHO_SHORT_CANCELLATION},
    {"ADT-12", "ADT", "A04", SEKISHO_ADMISSION},
    {"ADT-21", "ADT", "A14", SEKISHO_ADMISSION},
    {"ADT-21", "ADT", "A27", SEKISHO_CANCELLATION},
    {"ADT-22", "ADT", "A01", SEKISHO_ADMISSION},
    {"ADT-22", "ADT", "A11", SEKISHO_MOVEMENT_UNDONE},
    {"ADT-31", "ADT", "A21", SEKISHO_CANCELLATION},
    {"ADT-31", "ADT", "A52", SEKISHO_SHORT_CANCELLATION},
    {"ADT-32", "ADT", "A22", SEKISHO_CANCELLATION},
    {"ADT-32", "ADT", "A53", SEKISHO_SHORT_CANCELLATION},
    {"ADT-41", "ADT", "A15", SEKISHO_PLANNED_TRANSFER},
    {"ADT-41", "ADT", "A26", SEKISHO_CANCELLATION},
    {"ADT-42", "ADT", "A02", SEKISHO_TRANSFER},
    {"ADT-42", "ADT", "A12", SEKISHO_MOVEMENT_UNDONE},
    {"ADT-51", "ADT", "A16", SEKISHO_DISCHARGE_PLANNED},
    {"ADT-51", "ADT", "A25", SEKISHO_CANCELLATION},
    {"ADT-52", "ADT", "A03", SEKISHO_DISCHARGE},
    {"ADT-52", "ADT", "A13", SEKISHO_ADMISSION},
    {"ADT-61", "ADT", "A60", "MSH EVN PID PD1? ( PV1 PV2? )? IAM*"},
    {"PPR-01", "PPR", "ZD1",
     SEKISHO_PATIENT "( PRB ZPR? ZPD* VAR* ROL* PTH* ZI1* OBX* ( GOL VAR* ROL* OBX* )* ( ORC OBR? VAR* OBX* )* )+"},
    {"OMD", "OMD", "O03", SEKISHO_INSURED "( ORC TQ1* ODS* ODT* OBX* )+"},
    {"OMP-01", "RDE", "O11", SEKISHO_PRESCRIPTION},
    {"OMP-02", "RDE", "O11", SEKISHO_PRESCRIPTION},
    {"OMP-11", "RAS", "O17", SEKISHO_ADMINISTRATION},
    {"OMP-12", "RAS", "O17", SEKISHO_ADMINISTRATION},
    {"OML-01", "OML", "O33", SEKISHO_INSURED "( SPM OBX* SAC* ( ORC TQ1* ( OBR TCD? DG1* OBX* )? FT1* CTI* BLG? )* )+"},
    {"OML-11", "OUL", "R22", SEKISHO_LAB_RESULT},
    {"OML-12", "OUL", "R22", SEKISHO_LAB_RESULT},
    {"OMG-01", "OMG", "O19", SEKISHO_EXAM_ORDER},
    {"OMG-02", "OMG", "O19", SEKISHO_EXAM_ORDER},
    {"OMG-03", "OMG", "O19", SEKISHO_EXAM_ORDER},
    {"OMG-11", "OMI", "Z23", SEKISHO_EXAM_DONE},
    {"OMG-12", "OMI", "Z23", SEKISHO_EXAM_DONE},
    {"OMG-13", "ORU", "R01", SEKISHO_PATIENT "( ORC? OBR TQ1* CTD? OBX* FT1* CTI* ( SPM OBX* )* )+ DSC?"},
};

// Vital signs of the extended storage, whose folders have names of their own.
constexpr TypeSpec kVitals = {"", "ORU", "R30", "MSH PID PD1? OBX* ( PV1 PV2? )? ORC OBR TQ1* CTD? OBX*"};

constexpr hl7::Tag kKnownSegments[] = {
    tag("ACC"), tag("AL1"), tag("BLG"), tag("CTD"), tag("CTI"), tag("DB1"), tag("DG1"), tag("DRG"),
    tag("DSC"), tag("EVN"), tag("FT1"), tag("GOL"), tag("GT1"), tag("IAM"), tag("IN1"), tag("IN2"),
    tag("IN3"), tag("INV"), tag("IPC"), tag("MRG"), tag("MSH"), tag("NK1"), tag("NTE"), tag("OBR"),
    tag("OBX"), tag("ODS"), tag("ODT"), tag("ORC"), tag("PD1"), tag("PDA"), tag("PID"), tag("PR1"),
    tag("PRB"), tag("PTH"), tag("PV1"), tag("PV2"), tag("ROL"), tag("RXA"), tag("RXC"), tag("RXE"),
    tag("RXO"), tag("RXR"), tag("SAC"), tag("SFT"), tag("SID"), tag("SPM"), tag("TCD"), tag("TQ1"),
    tag("UB1"), tag("UB2"), tag("VAR"), tag("ZE1"), tag("ZE2"), tag("ZI1"), tag("ZPD"), tag("ZPR")};
static_assert(std::ranges::is_sorted(kKnownSegments));

// Glushkov's construction: of every part the positions it may begin and end with and whether it may be empty.
struct Part {
  std::uint64_t first = 0, last = 0;
  bool empty = true;
};

class Builder {
 public:
  Builder(std::string_view text, std::vector<hl7::Tag>& symbols, std::vector<std::uint64_t>& follow)
      : text_(text), symbols_(symbols), follow_(follow) {}

  Part sequence() {
    Part whole;
    for (skip_blanks(); at_ < text_.size() && text_[at_] != ')'; skip_blanks()) {
      Part part = text_[at_] == '(' ? group() : symbol();
      if (at_ < text_.size()) repeat(part);
      link(whole.last, part.first);
      whole.first |= whole.empty ? part.first : 0;
      whole.last = part.last | (part.empty ? whole.last : 0);
      whole.empty = whole.empty && part.empty;
    }
    return whole;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ')
      ++at_;
  }
  Part group() {
    ++at_;
    const Part inner = sequence();
    ++at_;
    return inner;
  }
  Part symbol() {
    symbols_.push_back(tag(text_.substr(at_)));
    follow_.push_back(0);
    at_ += 3;
    const std::uint64_t bit = std::uint64_t{1} << (symbols_.size() - 1);
    return {bit, bit, false};
  }
  void repeat(Part& part) {
    const char c = text_[at_];
    if (c != '?' && c != '*' && c != '+') return;
    ++at_;
    if (c != '?') link(part.last, part.first);
    if (c != '+') part.empty = true;
  }
  void link(std::uint64_t from, std::uint64_t to) {
    for (std::size_t i = 0; i < follow_.size(); ++i)
      if (from >> i & 1) follow_[i] |= to;
  }
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<hl7::Tag>& symbols_;
  std::vector<std::uint64_t>& follow_;
};

}  // namespace

namespace {

constexpr TagTable kEventNumbers = [] {
  TagTable table;
  for (std::uint32_t i = 0; i < std::size(kEvents); ++i)
    if (table.find(tag(kEvents[i].trigger)) == 0) table.set(tag(kEvents[i].trigger), i + 1);
  return table;
}();

// Texts as numbers: comparing numbers is quicker.
std::uint64_t word(std::string_view text) {
  std::uint64_t out = text.size();
  for (const char c : text.substr(0, 8))
    out = out << 7 ^ static_cast<unsigned char>(c);
  return out;
}
struct TypeKeys {
  std::vector<std::uint64_t> types, triggers;
  TypeKeys() {
    for (const TypeSpec& spec : kTypes) {
      types.push_back(word(spec.type));
      triggers.push_back(word(spec.trigger));
    }
  }
};
const TypeKeys& type_keys() {
  static const TypeKeys keys;
  return keys;
}

}  // namespace

const EventSpec* find_event(std::string_view trigger) {
  const std::uint32_t number = trigger.size() == 3 ? kEventNumbers.find(tag(trigger)) : 0;
  return number == 0 ? nullptr : &kEvents[number - 1];
}

std::span<const TypeSpec> type_specs() {
  return kTypes;
}
bool is_known_type(std::string_view type) {
  const TypeKeys& keys = type_keys();
  const std::uint64_t wanted = word(type);
  for (std::size_t i = 0; i < keys.types.size(); ++i)
    if (keys.types[i] == wanted && kTypes[i].type == type) return true;
  return false;
}
const TypeSpec* find_type(std::string_view type, std::string_view trigger) {
  const TypeKeys& keys = type_keys();
  const std::uint64_t wanted = word(type), event = word(trigger);
  for (std::size_t i = 0; i < keys.types.size(); ++i)
    if (keys.types[i] == wanted && keys.triggers[i] == event && kTypes[i].type == type && kTypes[i].trigger == trigger)
      return &kTypes[i];
  return trigger == kVitals.trigger && !is_known_type(type) ? &kVitals : nullptr;
}

Grammar::Grammar(std::string_view text) {
  std::vector<hl7::Tag> symbols;
  const Part whole = Builder(text, symbols, follow_).sequence();
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    auto place = std::ranges::find(places_, symbols[i], &Place::segment);
    if (place == places_.end()) place = places_.insert(place, {symbols[i], 0});
    place->positions |= std::uint64_t{1} << i;
  }
  first_ = whole.first;
  last_ = whole.last;
}

bool Grammar::Matcher::complete() const {
  return (at_ & grammar_->last_) != 0;
}

bool Grammar::Matcher::step(hl7::Tag segment) {
  if (segment == tag("NTE") || segment == tag("SFT")) return true;
  std::uint64_t anywhere = 0, next = 0;
  for (const Place& place : grammar_->places_)
    if (place.segment == segment) {
      anywhere = place.positions;
      break;
    }
  const std::uint64_t here = anywhere & allowed_;
  for (std::uint64_t from = here != 0 ? here : anywhere; from != 0; from &= from - 1)
    next |= grammar_->follow_[static_cast<std::size_t>(__builtin_ctzll(from))];
  if (anywhere != 0) {
    allowed_ = next;
    at_ = here != 0 ? here : anywhere;
  }
  return here != 0;
}

const Grammar& grammar_of(const TypeSpec& spec) {
  static const std::vector<Grammar> grammars = [] {
    std::vector<Grammar> made;
    for (const TypeSpec& each : kTypes)
      made.emplace_back(each.grammar);
    return made;
  }();
  static const Grammar vitals(kVitals.grammar);
  if (&spec == &kVitals) return vitals;
  return grammars[static_cast<std::size_t>(&spec - kTypes)];
}

std::span<const hl7::Tag> known_segments() {
  return kKnownSegments;
}

bool is_known_segment(hl7::Tag segment) {
  static constexpr TagTable kKnown = [] {
    TagTable table;
    for (const hl7::Tag known : kKnownSegments)
      table.set(known, 1);
    return table;
  }();
  return kKnown.find(segment) != 0;
}

}  // namespace sekisho::formats
