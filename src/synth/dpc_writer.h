// Facts as files of the DPC survey: 様式1 (FF1), EF統合 of stays (EFn) and visits (EFg), D; tab separated, CP932, CR
// LF, no header line.
#pragma once

#include <string>
#include <vector>

#include "core/random.h"
#include "synth/facts.h"
#include "synth/output.h"
#include "synth/registration.h"
#include "synth/ssmix2_writer.h"

namespace sekisho::synth {

class DpcWriter {
 public:
  DpcWriter(const World& world, const Registration& registration, std::string data_id, std::vector<Piece>& out,
            SeededRandom random)
      : world_(world), registration_(registration), data_id_(std::move(data_id)), out_(out), random_(random) {}
  void write(const std::vector<const Encounter*>& encounters);
  std::uint64_t rows() const { return rows_; }
  std::vector<Planted> planted;

 private:
  struct EfRow;
  void summary(const Encounter& encounter);
  void stay_months(const Encounter& encounter, bool open);
  void bundled_rows(const Encounter& encounter, Date from, Date to, bool left);
  bool loses_zeros(int hospital, Date day) const;
  void visit(const Encounter& encounter);
  void act_rows(std::string& out, const EfRow& row);
  void emit(SharedFile file, Date month, const std::string& text);
  const World& world_;
  const Registration& registration_;
  std::string data_id_;  // データ識別番号: the chart number; of some newborns the mother's (defect D21)
  std::vector<Piece>& out_;
  SeededRandom random_;
  std::uint64_t rows_ = 0;
  int sequence_ = 0;
};

}  // namespace sekisho::synth
