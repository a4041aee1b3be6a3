// Facts as electronic claims (レセプト電算処理): medical, DPC and dispensing, a claim per patient, month, in/out and
// insurer; CP932, CR LF. Dates are in era form in claims of before 2020 and western from then on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "synth/facts.h"
#include "synth/output.h"
#include "synth/registration.h"
#include "synth/ssmix2_writer.h"

namespace sekisho::synth {

class ClaimsWriter {
 public:
  ClaimsWriter(const World& world, const Registration& registration, std::vector<Piece>& out, SeededRandom random)
      : world_(world), registration_(registration), out_(out), random_(random) {}
  // All encounters of the registration, in the order of time.
  void write(const std::vector<const Encounter*>& encounters);
  std::uint64_t claims() const { return claims_; }
  std::vector<Planted> planted;

 private:
  struct Line {
    std::string_view record;  // SI, IY
    int section = 0;
    std::string code, amount;
    int points = 0, count = 0;
    std::uint8_t days[31] = {};
  };
  // What one claim is made of.
  struct Draft {
    Date month;  // first day of the month of service
    bool inpatient = false;
    const Stay* stay = nullptr;
    Date admitted, discharged;
    std::vector<Line> lines;
    std::vector<Diagnosis> diagnoses;
    Date first;                      // day of the first visit, or of the stay's part
    std::uint64_t visit_days = 0;    // bit set
    std::vector<DrugOrder> outside;  // for the pharmacy
  };
  void add_line(Draft& draft, std::string_view record, int section, std::string_view code, const std::string& amount,
                double points, Date day, int count = 1, int on_day = -1);
  void outpatient(Draft& draft, const Encounter& encounter);
  void drug_lines(Draft& draft, const DrugOrder& order);
  void stay_lines(Draft& draft, const Encounter& encounter, Date from, Date to);
  void finish(const Draft& draft);
  void medical(const Draft& draft);
  void dispensing(const Draft& draft);
  std::string bundle(const Draft& draft, char payer, int& points) const;
  std::string head(const Draft& draft, const WrittenIdentity& w, char table, int points, int days, bool& child) const;
  std::string line_text(const Line& line, char payer, bool hang) const;
  void emit(SharedFile file, Date claim_month, const std::string& text, int points);
  std::string date(Date day) const;
  std::string month(Date day) const;
  const World& world_;
  const Registration& registration_;
  std::vector<Piece>& out_;
  SeededRandom random_;
  struct Carried {
    Diagnosis diagnosis;
    Date until;
  };
  void carry(const Encounter& encounter);
  void add_carried(Draft& draft) const;
  std::string rewritten(std::string text, bool symbol);
  std::vector<Carried> carried_;  // diagnoses of earlier months that still stand
  Date last_visit_{INT32_MIN / 2};
  std::uint64_t claims_ = 0;
  bool era_ = false;  // dates of the claim being written
};

// The month after.
// Section (診療識別) of an act or drug by its code.
int section_of(std::string_view code, bool inpatient);
Date next_month(Date day);
Date first_of_month(Date day);
// Points of a stay's bundled days from day `from` to `to` (1-based, of the stay), by period.
struct BundledDays {
  int days[3] = {}, points[3] = {};
  int total() const { return days[0] * points[0] + days[1] * points[1] + days[2] * points[2]; }
};
BundledDays bundled_days(const DpcPoints& row, int from, int to);

}  // namespace sekisho::synth
