// Claims to rows: takes the decoded lines of receipt files in order and fills a record set. Holds the state that the
// format needs (inherited 診療識別, billing units, totals) and nothing of files or bytes.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "formats/reader.h"
#include "formats/receipt_fields.h"
#include "formats/receipt_layout.h"

namespace sekisho::formats::receipt {

class ClaimReader {
 public:
  explicit ClaimReader(records::RecordSet& set) : set_(set) {}
  void begin_file(const FileContext& context);
  // Lines of one claim must be of one text, which must live until finish_claim(). `dpc` says whether a claim that
  // begins here has DPC records (IR does not tell).
  void line(const Line& line, std::int64_t number, bool dpc);
  void finish_claim();
  void finish_file();

 private:
  // Views into the text of the claim at hand.
  struct Claim {
    bool open = false, bad = false, donor = false, document = false, died = false;
    Kind kind = Kind::kMedical;
    std::int64_t line = 0;
    std::uint64_t lines = 0, bytes = 0;
    ClinicalTime month, birth, admitted, discharged;
    std::int32_t first_of_month = 0, days_in_month = 31, year_month = 0;  // of the month of care
    std::string_view type, name, sex, kana, chart, insurer, symbol, number, branch, payer, department;
    std::string_view prescriber_prefecture, prescriber_table, prescriber;
    int insurers = 0, publics = 0;
    std::optional<double> insurance_points, public_points;
    std::string_view days;
    double insurance_sum = 0, public_sum = 0;
    bool sums_complete = true;  // false once a line has points that the check does not understand
    std::int32_t sub = 0;
  };

  void header(const Line& line);
  void totals(const Line& line, std::int64_t number);
  void begin_claim(const Line& line, std::int64_t number, bool dpc);
  // The document's key needs the insurer, so RE, HO, KO and SN wait until another record follows.
  void open_document();
  void begin_document();
  void claim_row();
  void in_claim(const Line& line, std::int64_t number, std::string_view id, Role role);
  void payer(const Line& line, Role role);
  void coverage_row(std::string_view insurer);
  void disease(const Line& line, std::int64_t number);
  void case_disease(const Line& line);
  void tooth_disease(const Line& line);
  void item(const Line& line, std::int64_t number, const ItemLayout& layout);
  void procedure_row(const Line& line, const ItemLayout& layout, std::string_view code);
  void drug_row(const Line& line, const ItemLayout& layout, std::string_view code);
  void comment_row(std::string_view section, std::string_view payer, std::string_view code, std::string_view text);
  void coding(const Line& line);
  void operation(const Line& line);
  void bundle(const Line& line, Role role);
  void survey_item(std::string_view code, std::initializer_list<std::string_view> payloads);
  void base_fees(const Line& line);
  void dispensed_group();
  void dispensed(const Line& group, const Line& dispensing);
  void dispensed_drug(const Line& group, const Line& dispensing, const Line& drug);
  void keep_line(std::string_view id, const Line& line, bool unknown);
  void identity();
  void check_points();
  void add_to_sum(std::string_view payer, double points);
  records::Batch& add(records::Table table);
  // Fills days_ with "day:times ..." and first_/last_day_ from 31 columns.
  void clear_days();
  void append_day(int day, int times);
  void read_days(const Line& line, int first, std::int64_t number);
  ClinicalTime day_time(int day) const;
  ClinicalTime date(std::string_view text, std::int64_t number, std::string_view where);

  records::RecordSet& set_;
  Kind file_kind_ = Kind::kMedical;
  std::string institution_, claim_month_, volume_, version_prefix_;
  bool has_header_ = false, has_totals_ = false, single_volume_ = true;
  std::uint64_t claims_ = 0, order_ = 0;
  double points_ = 0;
  Claim claim_;
  std::string section_;
  int unit_ = 0;
  bool unit_open_ = false;
  std::string_view unit_count_;  // 回数 of the unit's first record
  void check_counts(const Line& line, const ItemLayout& layout, std::int64_t number);
  std::array<char, 256> days_;
  std::size_t days_size_ = 0;
  int first_day_ = 0, last_day_ = 0, last_times_ = 0, day_sum_ = 0;
  std::vector<Line> claim_lines_;  // RE, HO, KO, SN before the document is open
  std::vector<Line> group_, dispensings_, drugs_;
  std::string key_, number_, scratch_;
};

// The number a patient has in a claim: the chart number, or, where the claim has none, "claim:" and a hash of name,
// birth date and insurer (dispensing claims may lack a number of their own).
std::string fallback_number(std::string_view name, std::string_view birth, std::string_view insurer);

// 法別番号: the first two of eight digits; "nhi" for the six digits of national health insurance; "" otherwise.
std::string_view payer_class(std::string_view insurer);

}  // namespace sekisho::formats::receipt
