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
#include "formats/receipt_volumes.h"

namespace sekisho::formats::receipt {

inline constexpr int kPayerCount = 5;  // the insurer and four public payers

class ClaimReader {
 public:
  explicit ClaimReader(records::RecordSet& set) : set_(set) {}
  void begin_file(const FileContext& context);
  // Lines of one claim must be of one text, which must live until finish_claim(). `dpc` says whether a claim that
  // begins here has DPC records (IR does not tell).
  void line(const Line& line, std::int64_t number, bool dpc);
  // A line of a returned file that a later line replaces: kept, counted as superseded, and nothing else.
  void superseded(const Line& line, std::int64_t number);
  void finish_claim();
  void finish_file();
  // Of the file: its volumes where it is one of several or holds several.
  const std::vector<Volume>& volumes() const { return volumes_; }

 private:
  // Views into the text of the claim at hand.
  struct Claim {
    bool open = false, bad = false, donor = false, document = false, died = false;
    Kind kind = Kind::kMedical;
    std::string_view source;
    std::int64_t line = 0;
    std::uint64_t lines = 0, bytes = 0;
    ClinicalTime month, birth, admitted, discharged;
    std::int32_t first_of_month = 0, days_in_month = 31, year_month = 0;  // of the month of care
    std::string_view type, name, sex, kana, chart, insurer, symbol, number, branch, payer, department;
    std::string_view prescriber_prefecture, prescriber_table, prescriber, search;
    int insurers = 0, publics = 0;
    // The insurer, then the first to fourth public payer: what HO and KO state, and what the lines add up to. `other`
    // is the second reading of fees that are written as a count and points.
    std::array<std::optional<double>, kPayerCount> stated;
    std::array<double, kPayerCount> sums{}, other{};
    std::string_view days;
    int visits = -1;            // days that JD counts for the first payer
    bool sums_complete = true;  // false once a line has points that the check does not understand
    bool items = false, diseases = false;
    int rank = 0;  // of the records so far
    double bundle_days = 0;
    std::optional<double> coefficient;
    std::string_view return_reason;
    ClinicalTime returned;
    bool corrected = false, is_returned = false;
    std::int32_t sub = 0;
    const std::optional<double>& stated_points() const { return stated[insurers > 0 ? 0 : 1]; }
  };

  void header(const Line& line, std::int64_t number);
  void totals(const Line& line, std::int64_t number);
  void begin_claim(const Line& line, std::int64_t number, bool dpc);
  // The document's key needs the insurer, so RE, HO, KO and SN wait until another record follows.
  void open_document();
  void begin_document();
  void claim_row();
  void in_claim(const Line& line, std::int64_t number, std::string_view id, const RecordType& type);
  void payer(const Line& line, Role role);
  void coverage_row(std::string_view insurer);
  void disease(const Line& line, std::int64_t number);
  void case_disease(const Line& line);
  void tooth_disease(const Line& line, std::int64_t number);
  void item(const Line& line, std::int64_t number, const ItemLayout& layout);
  // The numbers of an act's line; absent where the layout or the line has none.
  struct ItemNumbers {
    std::optional<double> amount, count, points, price;
  };
  void procedure_row(const ItemNumbers& numbers, std::string_view code);
  void drug_row(const ItemNumbers& numbers, std::string_view code);
  // `where` names the columns of the code: "CO-4".
  void comment_row(std::string_view section, std::string_view payer, std::string_view code, std::string_view text,
                   std::int64_t number, std::string_view where);
  void comment_value(records::Batch& row, std::string_view code, std::string_view text, std::int64_t number,
                     std::string_view where);
  void additions(const Line& line, const ItemLayout& layout, std::string_view payer);
  void item_tail(const Line& line, std::int64_t number);
  void coding(const Line& line);
  void operation(const Line& line);
  void bundle(const Line& line, Role role, std::int64_t number);
  void survey_item(std::string_view code, std::initializer_list<std::string_view> payloads);
  void base_fees(const Line& line);
  void split(const Line& line);
  void dispensed_group();
  void dispensed(const Line& group, const Line& dispensing, std::int64_t number);
  records::Batch& fee_row(const ClinicalTime& when, std::string_view unit, std::string_view payer);
  void dispensed_drug(const Line& group, const Line& dispensing, const Line& drug);
  void keep_line(std::string_view id, const Line& line, bool unknown);
  void identity();
  void submission();
  // Checks: findings for a person to look at, no reason to refuse. (receipt_checks.cpp)
  void check_claim();
  void check_points();
  // Records of a claim stand in the order of the specification. One that comes late is loaded where it stands.
  void check_order(const RecordType& type, std::int64_t number, std::string_view id) {
    if (type.role == Role::kDonor) claim_.rank = 0;  // the donor's records begin again
    const int rank = type.rank;
    if (rank >= claim_.rank)
      claim_.rank = rank;
    else if (rank > 0)
      set_.find("RECORD_ORDER", records::Level::kWarning, number, id);
  }
  void check_fields(const Line& line, std::int64_t number, const RecordType& type);
  void not_a_number(const Line& line, int column, std::int64_t number);
  void wrong_code(const Line& line, int column, std::int64_t number);
  void keep_extra(const Line& line, int known);
  void more_columns(const Line& line, int known, std::int64_t number);
  void check_material(const Line& line, const ItemLayout& layout, const ItemNumbers& numbers, std::int64_t number);
  void check_bundle(const Line& line, Role role, std::int64_t number);
  void check_names(std::int64_t number);
  void check_after(const ClinicalTime& time, std::int64_t number, std::string_view where);
  void enter_section(std::string_view section) {
    section_ = section;
    section_kinds_ = &section_of(section);
  }
  void close_unit(std::int64_t number);
  void visits(const Line& line);
  void add_to_sum(std::string_view payer, double points) { add_to_sum(payer, points, points); }
  void add_to_sum(std::string_view payer, double points, double other);
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
  bool has_header_ = false, has_totals_ = false, single_volume_ = true, after_totals_ = false;
  std::uint64_t claims_ = 0, order_ = 0;
  std::int32_t claim_year_month_ = 0;
  std::int64_t last_number_ = 0;  // RE-2 of the claim before
  double points_ = 0;
  std::vector<Volume> volumes_;
  std::string payer_body_;
  double volume_claims_ = 0, volume_points_ = 0;  // of the volumes before this one in the file
  Claim claim_;
  std::string_view section_;
  const Section* section_kinds_ = &section_of({});
  int unit_ = 0;
  bool unit_open_ = false;
  std::string_view unit_count_;    // 回数 of the unit's first record
  std::string_view last_comment_;  // code of the comment with a value before
  void check_counts(const Line& line, const ItemLayout& layout, const ItemNumbers& numbers, std::int64_t number);
  std::array<char, 256> days_;
  std::size_t days_size_ = 0;
  int first_day_ = 0, last_day_ = 0, last_times_ = 0, day_sum_ = 0;
  std::vector<Line> claim_lines_;  // RE, HO, KO, SN before the document is open
  std::vector<Line> group_, dispensings_, drugs_;
  std::vector<std::int64_t> dispensing_numbers_;
  std::string key_, number_, scratch_;
};

// The number a patient has in a claim: the chart number, or, where the claim has none, "claim:" and a hash of name,
// birth date and insurer (dispensing claims may lack a number of their own).
std::string fallback_number(std::string_view name, std::string_view birth, std::string_view insurer);

// 法別番号: the first two of eight digits; "nhi" for the six digits of national health insurance; "" otherwise.
std::string_view payer_class(std::string_view insurer);

}  // namespace sekisho::formats::receipt
