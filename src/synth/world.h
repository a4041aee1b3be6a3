// What a run is about: options, presets, hospitals with their habits, areas, and who is cast for which course.
#pragma once

#include <climits>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.h"
#include "core/result.h"
#include "synth/synth.h"

namespace sekisho::synth {

// How one hospital writes: its habits are part of what linkage must see through.
struct Hospital {
  std::string id;  // "H01"
  std::string name;
  std::string code9;        // institution code: prefecture 2 and 7 digits with a valid check digit
  std::string later_code9;  // after `later_from`: the hospital moved or changed its opener
  Date later_from{INT32_MAX};
  std::string pharmacy_code7, postcode, address, phone;
  int home_area = 0;
  bool dpc = true;
  double outside_prescriptions = 0.5;
  // Notation.
  bool keeps_variants = false;  // variant kanji are written as the patient writes them
  bool halfwidth_kana = false;  // in the master record, until `kana_renewal`
  Date kana_renewal;
  bool capital_kana = false;  // small kana written large
  int address_style = 0;      // 0 1丁目2番3号, 1 1-2-3, 2 １－２－３, 3 一丁目二番地の三, 4 大字 ... 番地
  bool fullwidth_insurance = false;
  bool phone_hyphens = true;
  bool writes_branch = true;
  // Laboratory.
  bool other_methods = false;  // the second column of JLAC10 codes
  bool old_intervals = false;
  double local_only = 0.02;    // share of results without JLAC10
  Date ifcc_from;              // ALP by the new method
  double hot_mislabelled = 0;  // receipt codes labelled HOT9, until 2018
  std::string_view institution_code(Date day) const { return day >= later_from ? later_code9 : code9; }
};

struct HomeArea {
  std::string_view medical_area;            // 二次医療圏
  std::vector<std::string_view> postcodes;  // leading digits of places in it
};

enum class Course : std::uint8_t { kNone, kBreast, kRare, kDiabetes, kHypertension, kHip, kAbdomen, kBirth, kSignal };

struct Cast {
  Course course = Course::kNone;
  std::uint64_t index = 0;  // within the course
  std::uint64_t count = 0;  // of the course
};

// Sizes of a scenario, as shares of the persons or fixed.
struct Preset {
  std::string_view name;
  std::uint64_t persons;
  int years;
  double influenza_rate;   // treated or tested episodes per person in a season of mean weight
  double negative_share;   // of tests
  double second_hospital;  // chance that a visit goes elsewhere
  double healthy_visits;   // per person and year
  double healthy_only;     // share of persons who never catch influenza
  double size_shares[5];   // households of 1 to 5
  double breast, diabetes, hypertension, hip, abdomen, birth, signal;  // per person
  bool breast_fixed;                                                   // 930, as published
  double chronic_visits;  // share of the chronic visits that are written (1: all)
};
const Preset* find_preset(std::string_view name);
std::string preset_names();

struct World {
  Options options;
  Preset preset;
  std::uint64_t persons = 0;
  Date begin, end;  // [begin, end)
  std::vector<Hospital> hospitals;
  std::vector<HomeArea> areas;
  struct Block {
    Course course;
    std::uint64_t count;
  };
  std::vector<Block> casts;
  Cast cast_of(std::uint64_t household) const;
};

Result<World> make_world(const Options& options);
// Appends the check digit of institution and insurer numbers (modulus 10, weights 2 and 1 from the right).
std::string with_check_digit(std::string digits);

}  // namespace sekisho::synth
