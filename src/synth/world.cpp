#include "synth/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sekisho::synth {
namespace {

constexpr int kFirstYear = 2012;  // the first season is 2012/13
constexpr int kMaxYears = 13;     // the influenza table ends with 2024/25
constexpr int kMaxHospitals = 99;

// "standard" follows the sizes of the scenario reference; "demo" is small in bytes and rich in influenza, so that
// person-level release of the seasons works; "influenza" has nothing else.
constexpr Preset kPresets[] = {
    {.name = "standard",
     .persons = 20'000,
     .years = 13,
     .influenza_rate = 0.04,
     .negative_share = 0.32,
     .second_hospital = 0.12,
     .healthy_visits = 0.08,
     .healthy_only = 0.40,
     .size_shares = {.38, .28, .17, .13, .04},
     .breast = .0465,
     .diabetes = .06,
     .hypertension = .175,
     .hip = .02,
     .abdomen = .025,
     .birth = .03,
     .signal = .05,
     .breast_fixed = true,
     .chronic_visits = 0.5},
    {.name = "demo",
     .persons = 16'000,
     .years = 13,
     .influenza_rate = 0.152,
     .negative_share = 0.06,
     .second_hospital = 0.15,
     .healthy_visits = 0.01,
     .healthy_only = 0.05,
     .size_shares = {.20, .22, .22, .24, .12},
     .breast = .0581,
     .diabetes = .006,
     .hypertension = .006,
     .hip = .003,
     .abdomen = .004,
     .birth = .004,
     .signal = .01,
     .breast_fixed = true,
     .chronic_visits = 0.2},
    {.name = "influenza",
     .persons = 16'000,
     .years = 13,
     .influenza_rate = 0.152,
     .negative_share = 0.32,
     .second_hospital = 0.15,
     .healthy_visits = 0.0,
     .healthy_only = 0.0,
     .size_shares = {.20, .22, .22, .24, .12},
     .breast = 0,
     .diabetes = 0,
     .hypertension = 0,
     .hip = 0,
     .abdomen = 0,
     .birth = 0,
     .signal = 0,
     .breast_fixed = false,
     .chronic_visits = 1},
};

struct AreaRow {
  std::string_view medical_area;
  std::string_view postcodes;  // separated by blanks
};
// Neighbouring areas, so that people can be patients of several hospitals; few, so that groups of persons stay large.
constexpr AreaRow kAreas[] = {
    {"1309", "192 193 194 191 206"},     {"1311", "180 181 182 183 184 201"},
    {"1310", "190 196 185 186 207 208"}, {"1312", "187 188 189 203 204"},
    {"1304", "162 164 166 167"},         {"1305", "114 173 176 178"},
    {"1303", "152 154 157 158"},         {"1302", "140 143 144"},
    {"1306", "116 120 124 125"},
};

constexpr std::string_view kHospitalNames[] = {"南多摩総合病院", "武蔵野大学病院", "多摩中央市民病院",
                                               "北多摩病院",     "新都心病院",     "豊城病院",
                                               "世田谷記念病院", "城南病院",       "葛東総合病院"};

Hospital make_hospital(int index, std::size_t areas) {
  Hospital hospital;
  hospital.id = fmt::format("H{:02}", index + 1);
  hospital.name = index < 9 ? std::string(kHospitalNames[index]) : fmt::format("第{}病院", index + 1);
  hospital.name += "（架空）";
  // Districts 96 to 99 are not in use: no real institution has such a code.
  hospital.code9 = "13" + with_check_digit(fmt::format("97{:02}{:02}", index % 90 + 10, index / 90 + 1));
  hospital.home_area = static_cast<int>(index % areas);
  hospital.pharmacy_code7 = with_check_digit(fmt::format("96{:02}{:02}", index % 90 + 10, index / 90 + 1));
  hospital.postcode = fmt::format("{}{:04}", kAreas[hospital.home_area].postcodes.substr(0, 3), 1 + index);
  hospital.address = fmt::format("東京都架空市病院町{}-1-1", index + 1);
  hospital.phone = fmt::format("042-000-{:04}", 1000 + index);
  hospital.dpc = index < 3 || index % 4 == 1;
  constexpr double kOutside[] = {1.0, 0.15, 0.6, 0.0, 0.9};
  hospital.outside_prescriptions = kOutside[index % 5];
  if (index == 2) {
    hospital.later_code9 = "13" + with_check_digit("989003");
    hospital.later_from = *Date::of(2019, 10, 1);
  }
  hospital.keeps_variants = index % 5 == 1 || index % 5 == 3;
  hospital.halfwidth_kana = index % 5 == 2 || index % 5 == 4;
  hospital.kana_renewal = *Date::of(2017, 4, 1);
  hospital.capital_kana = index % 4 == 2;
  hospital.address_style = index % 5;
  hospital.fullwidth_insurance = index % 2 == 1;
  hospital.phone_hyphens = index % 3 != 2;
  hospital.writes_branch = index % 5 < 3;
  hospital.other_methods = index % 3 == 1;
  hospital.old_intervals = index % 3 == 2;
  constexpr double kLocalOnly[] = {0.02, 0.05, 0.12, 0.6};
  hospital.local_only = kLocalOnly[index % 4];
  hospital.ifcc_from = *Date::of(2020, 4 + index * 3 % 9, 1);
  hospital.hot_mislabelled = index == 2 ? 0.3 : 0;
  return hospital;
}

std::vector<HomeArea> make_areas(int hospitals) {
  std::vector<HomeArea> areas;
  for (const AreaRow& row : kAreas) {
    if (static_cast<int>(areas.size()) == std::max(hospitals, 1)) break;
    HomeArea area{row.medical_area, {}};
    for (std::size_t at = 0; at < row.postcodes.size(); at += 4)
      area.postcodes.push_back(row.postcodes.substr(at, 3));
    areas.push_back(std::move(area));
  }
  return areas;
}

}  // namespace

std::string with_check_digit(std::string digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int weighted = (digits[digits.size() - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += weighted / 10 + weighted % 10;
  }
  digits += static_cast<char>('0' + (10 - sum % 10) % 10);
  return digits;
}

const Preset* find_preset(std::string_view name) {
  const auto* preset = std::ranges::find(kPresets, name, &Preset::name);
  return preset == std::end(kPresets) ? nullptr : preset;
}

std::string preset_names() {
  std::string names;
  for (const Preset& preset : kPresets)
    names += (names.empty() ? "" : ", ") + std::string(preset.name);
  return names;
}

Cast World::cast_of(std::uint64_t household) const {
  for (const Block& block : casts) {
    if (household < block.count) return {block.course, household, block.count};
    household -= block.count;
  }
  return {};
}

Result<World> make_world(const Options& options) {
  const Preset* preset = find_preset(options.scenario);
  if (!preset)
    return fail("usage.scenario", fmt::format("there is no scenario '{}'", options.scenario), {},
                "known: " + preset_names());
  World world;
  world.options = options;
  world.preset = *preset;
  world.persons = options.persons ? options.persons : preset->persons;
  const int hospitals = options.hospitals ? options.hospitals : 3;
  const int years = options.years ? options.years : preset->years;
  if (hospitals < 1 || hospitals > kMaxHospitals)
    return fail("usage.range", fmt::format("hospitals must be 1 to {}", kMaxHospitals));
  if (years < 1 || years > kMaxYears)
    return fail("usage.range", fmt::format("years must be 1 to {}: seasons 2012/13 to 2024/25", kMaxYears));
  if (world.persons > 9'000'000) return fail("usage.range", "persons must be at most 9,000,000");
  world.begin = *Date::of(kFirstYear, 9, 1);
  world.end = *Date::of(kFirstYear + years, 9, 1);
  world.areas = make_areas(hospitals);
  for (int i = 0; i < hospitals; ++i)
    world.hospitals.push_back(make_hospital(i, world.areas.size()));
  const auto share = [&](double part) {
    return static_cast<std::uint64_t>(std::llround(part * static_cast<double>(world.persons)));
  };
  const Preset& p = world.preset;
  constexpr std::uint64_t kPublishedBreast = 930;
  const std::uint64_t breast = p.breast_fixed && world.persons >= 10'000 ? kPublishedBreast : share(p.breast);
  world.casts = {{Course::kBreast, breast},
                 {Course::kRare, p.breast > 0 && world.persons >= 500 ? 13u : 0u},
                 {Course::kDiabetes, share(p.diabetes)},
                 {Course::kHypertension, share(p.hypertension)},
                 {Course::kHip, share(p.hip)},
                 {Course::kAbdomen, share(p.abdomen)},
                 {Course::kBirth, share(p.birth)},
                 {Course::kSignal, share(p.signal)}};
  return world;
}

}  // namespace sekisho::synth
