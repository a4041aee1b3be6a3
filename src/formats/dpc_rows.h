// Rows of DPC survey files to records: one method per kind of file over the layouts' columns.
#pragma once

#include <string>

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
  void summary_diagnosis(const Line& line, std::string_view role);
  void summary_operation(const Line& line, std::int64_t number);
  void summary_identity(const Line& line, std::int64_t number);
  void item_row(const Line& line, const ClinicalTime& when, bool private_payloads);
  void act(const Line& line, std::int64_t number);  // E, F, EF, D
  void act_event(const Line& line, const ClinicalTime& when, std::string_view section, std::string_view code);
  void outpatient_diagnosis(const Line& line, const ClinicalTime& when);
  void bundle_case(const Line& line, const ClinicalTime& when, std::int64_t number);
  void mix(const Line& line, std::int64_t number);  // FF4
  void nursing(const Line& line, std::int64_t number);

  records::RecordSet& set_;
  const Layout* layout_ = nullptr;
  std::string file_month_, version_, key_, next_key_, case_, scratch_, patient_;
  ClinicalTime admitted_, birth_;
  std::string sex_;
};

}  // namespace sekisho::formats::dpc
