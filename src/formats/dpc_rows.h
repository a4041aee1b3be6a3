// Rows of DPC survey files to records: one method per kind of file over the layouts' columns.
#pragma once

#include <string>

#include "formats/dpc_join.h"
#include "formats/dpc_layout.h"
#include "formats/reader.h"
#include "formats/receipt_fields.h"

namespace sekisho::formats::dpc {

class RowReader {
 public:
  explicit RowReader(records::RecordSet& set) : set_(set) {}
  void begin_file(const FileContext& context, const Layout& layout);
  // True where `line` begins another logical document than the row before: the owner may drain first.
  bool begins_document(const Line& line);
  void row(const Line& line, std::int64_t number);
  void finish_file();               // findings that need the whole file
  void drained() { key_.clear(); }  // the next row opens its document again

 private:
  std::string_view cell(const Line& line, std::int8_t column) const;
  void make_key(const Line& line);
  void open_document(const Line& line, std::int64_t number);
  std::string patient_number(const Line& line, std::int64_t number);
  ClinicalTime date(std::string_view text, std::int64_t number, std::string_view where);
  records::Batch& add(records::Table table);

  void summary(const Line& line, std::int64_t number);  // FF1
  void summary_stay(const Line& line, std::string_view item, std::int64_t number);
  std::string_view icd_edition() const;
  void summary_diagnosis(const Line& line, std::string_view role);
  void summary_operation(const Line& line, std::int64_t number);
  void summary_identity(const Line& line, std::int64_t number);
  void item_row(const Line& line, const ClinicalTime& when, bool private_payloads);
  void act(const Line& line, std::int64_t number);  // E, F, EF, D
  struct Place {                                    // of an act: from its own row, or from the E row of an F row
    std::string_view department, ward, count;
  };
  void act_event(const Line& line, const ClinicalTime& when, const Place& place, std::string_view section,
                 std::string_view code);
  const std::string& act_key(const Line& line);
  void keep_act(const Line& line, const ClinicalTime& when, std::int64_t number);
  Act* act_of_detail(const Line& line, std::int64_t number);
  void check_item(const Line& line, std::string_view item, std::int64_t number);
  void outpatient_diagnosis(const Line& line, const ClinicalTime& when);
  void bundle_case(const Line& line, const ClinicalTime& when, std::int64_t number);
  void mix(const Line& line, std::int64_t number);  // FF4
  void nursing(const Line& line, std::int64_t number);

  records::RecordSet& set_;
  const Layout* layout_ = nullptr;
  std::string file_month_, version_, key_, next_key_, case_, scratch_, patient_;
  ClinicalTime admitted_, discharged_, birth_;
  std::string sex_, act_key_;
  ActJoin join_;
  bool joined_ = false;  // the F file at hand has its E file
  bool blanks_cut_ = false;
};

}  // namespace sekisho::formats::dpc
