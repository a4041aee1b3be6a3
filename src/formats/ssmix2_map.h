// From the segments of one SS-MIX2 message to rows, identity records and vault items. Private to the reader.
// Codes keep the form and the system they were sent with; texts that no master explains go to the vault.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "formats/hl7.h"
#include "formats/ssmix2_path.h"
#include "formats/ssmix2_types.h"
#include "formats/ssmix2_values.h"
#include "formats/text_memo.h"
#include "records/record_set.h"

namespace sekisho::formats {

// What is known of a message when its segments are read.
struct MessageView {
  const Ssmix2Path* path = nullptr;
  std::string_view code, trigger;  // MSH-9.1, MSH-9.2
  const EventSpec* event = nullptr;
  const TypeSpec* type = nullptr;  // of path and message together; nullptr: they do not belong together
  bool type_known = false;
  const std::vector<hl7::Segment>* segments = nullptr;
  const std::vector<char>* damaged = nullptr;  // per segment; damaged ones are left out
  bool current = true;                         // findings are made for the present state only
  bool trusted = true;                         // false: the content names another patient than the path
  bool cancelled = false;
};

// A coded field with its standard and its local triple told apart. (reference: ssmix2 section 8.1)
struct ResolvedCode {
  hl7::Triple standard, local;
  std::string_view system;  // of standard, from records::code_systems()
};
ResolvedCode resolve(const hl7::Coded& coded);
// Closed-list name for a system label and a code sent with it; "" for local systems.
std::string_view standard_system(std::string_view label, std::string_view code);

class Ssmix2Mapper {
 public:
  explicit Ssmix2Mapper(records::RecordSet& set) : set_(set) {}
  void map(const MessageView& message);
  // Patients and packages border what repeated identity data may be left out against.
  void begin_file(std::int64_t package, std::int32_t part, std::string_view patient);

 private:
  // --- common (ssmix2_map.cpp) ---
  void find_header();
  records::Batch& add(records::Table table, std::string_view act);
  void put_code(records::Batch& row, const ResolvedCode& code, std::int64_t text = 0);
  std::int64_t keep_name(const ResolvedCode& code);
  std::int64_t keep_text(std::string_view kind, std::string_view text);
  std::string_view clean(std::string_view text) { return hl7::unescape(hl7::given(text), scratch_); }
  void finding(std::string_view rule, records::Level level, const hl7::Segment& segment, std::string_view where);
  const hl7::Segment* first(hl7::Tag tag) const;
  bool usable(std::size_t i) const { return (*m_->damaged)[i] == 0; }
  std::size_t group_end(std::size_t from, hl7::Tag opener) const;
  std::int64_t keep_notes(std::size_t i, std::size_t end);

  // --- persons and movements (ssmix2_persons.cpp), problems (ssmix2_problems.cpp) ---
  void map_identity();
  void map_event();
  void map_problem(std::size_t from, std::size_t to);
  void map_allergy(const hl7::Segment& s);
  void map_coverage(const hl7::Segment& s);
  void map_admission_diagnosis(const hl7::Segment& s);
  void map_admission_procedure(const hl7::Segment& s);
  void map_other(std::size_t i);

  // --- orders (ssmix2_orders.cpp), results (ssmix2_results.cpp) ---
  // The segments of one order group; the vectors keep their room from order to order.
  struct Order {
    const hl7::Segment *orc = nullptr, *obr = nullptr, *rxe = nullptr, *rxr = nullptr, *spm = nullptr, *ipc = nullptr;
    std::vector<const hl7::Segment*> tq1, rxc;
    std::string_view number, group, dept, specimen, panel;
    bool cancelled = false;
    int results = 0;
    void clear();
  };
  Order order_;
  void map_orders();
  void open(Order& order, const hl7::Segment& orc);
  void gather(Order& order, std::size_t from, std::size_t to);
  void map_prescription(const Order& order);
  void map_administration(const Order& order, std::size_t from, std::size_t to);
  void map_drug(const Order& order, const hl7::Segment& s, const ResolvedCode& code, std::int64_t text);
  void put_timing(records::Batch& row, const Order& order);
  std::int64_t keep_drug_texts(const Order& order);
  records::Batch& add_ordered(records::Table table, std::string_view act, const Order& order);
  void map_lab(const Order& order);
  void map_exam(const Order& order, std::size_t from, std::size_t to);
  void map_meals(const Order& order, std::size_t from, std::size_t to);
  void map_results();
  void map_result(std::size_t i, std::size_t end, const Order& order);
  void map_pending(const Order& order);
  void map_observation(std::size_t i, std::size_t end, const ClinicalTime& fallback, std::string_view act);
  std::int64_t keep_value_text(std::string_view field);
  void check_value(const hl7::Segment& obx, std::string_view type, std::string_view text);

  records::RecordSet& set_;
  const MessageView* m_ = nullptr;
  const hl7::Segment *evn_ = nullptr, *pid_ = nullptr, *pv1_ = nullptr, *pv2_ = nullptr;
  std::string_view dept_, ward_, state_;
  ClinicalTime care_date_, occurred_;
  std::string scratch_, kind_, notes_;
  ResultValue value_;
  std::string patient_;
  std::int64_t package_ = -1;
  std::int32_t part_ = -1;
  std::unordered_set<std::uint64_t> identities_seen_;  // of the current patient
  std::string pid_seen_;                               // a PID that is among them, with nothing beside it
  TextMemo<ReferenceInterval> references_;
  TextMemo<std::string_view> units_;
};

inline ClinicalTime hl7_time(std::string_view field) {
  if (ClinicalTime common; parse_common_time(field, common)) return common;
  const std::string_view text = hl7::given(hl7::component(field));
  return text.empty() ? ClinicalTime{} : parse_hl7_time(text).value_or(ClinicalTime{});
}

// To know again what was said before of a patient.
std::uint64_t mix_text(std::uint64_t hash, std::string_view text);

inline void set_real(records::Batch& row, int column, std::string_view text) {
  if (const auto value = hl7::number(hl7::given(text))) row.real(column, *value);
}

}  // namespace sekisho::formats
