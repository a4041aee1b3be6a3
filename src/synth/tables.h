// Code tables of the synthetic hospitals: drugs, acts, diseases, laboratory items, diagnosis groups, influenza seasons.
// Rows and their sources stand in tables/*.inc; lookups are by course and role so that courses read like the reference
// they follow.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/date.h"

namespace sekisho::synth {

struct Drug {
  std::string_view course, role;
  std::string_view receipt;  // 医薬品コード, 9 digits
  std::string_view price12;  // 薬価基準収載医薬品コード; empty: unknown
  std::string_view name, unit;
  int receipt_unit;
  std::string_view mr9p_unit;
  int form;  // 1 internal, 4 injection, 6 external
  int from, to;
  int first_price, prices;
};
struct Procedure {
  std::string_view course, role, code, name, k_code;
  int first_points, points;
};
struct Disease {
  std::string_view course, role, code, name, icd10, modifier, management;
};
struct LabItem {
  std::string_view key, name, jlac10, jlac10_other, unit, unit_code;
  double low_m, high_m, low_f, high_f;
  int decimals;
  double mean_m, mean_f, sd_m, sd_f;
  std::string_view act;
  std::string_view specimen;
};
struct DpcPoints {
  std::string_view code;
  int from, day1, day2, day3, points1, points2, points3;
};
struct Season {
  std::string_view name;  // "2012/13"
  double weight;
  double shares[7];
};

// Aborts on an unknown role: roles are literals, so tests meet every one of them.
const Drug& drug(std::string_view course, std::string_view role);
const Procedure& act(std::string_view course, std::string_view role);
const Procedure* act_by_code(std::string_view code);
const Disease& disease(std::string_view course, std::string_view role);
const LabItem& lab(std::string_view key);
std::span<const Drug> all_drugs();
std::span<const Season> seasons();

int compact(Date date);                                   // 20240401
double points_of(const Procedure& procedure, Date date);  // the earliest known before the tables begin
double price_of(const Drug& drug, Date date);             // yen a unit; a fixed fallback where no list names the drug
int drug_points(double yen);                              // 15 yen and less 1 point, else a tenth, half down
const DpcPoints* dpc_points(std::string_view code, Date date);  // nullptr: no such code in the edition in force
// Cases per sentinel in the 53 weeks of a season; the mean curve of four seasons where none was counted.
std::span<const double> weekly_curve(int season_start_year);
// Monday of ISO week 36 of a year: the day a season begins.
Date season_start(int year);
// "2019/20" for a day.
std::string season_of(Date date);

}  // namespace sekisho::synth
