#include "synth/tables.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "core/log.h"

namespace sekisho::synth {
namespace {

struct Dated {
  int from;
  double value;
};

constexpr Drug kDrugs[] = {
#include "synth/tables/drugs.inc"
};
constexpr Dated kPrices[] = {
#include "synth/tables/drug_prices.inc"
};
constexpr Procedure kProcedures[] = {
#include "synth/tables/procedures.inc"
};
constexpr Dated kPoints[] = {
#include "synth/tables/procedure_points.inc"
};
constexpr Disease kDiseases[] = {
#include "synth/tables/diseases.inc"
};
constexpr LabItem kLabs[] = {
#include "synth/tables/labs.inc"
};
constexpr DpcPoints kDpcPoints[] = {
#include "synth/tables/dpc_points.inc"
};
constexpr Season kSeasons[] = {
#include "synth/tables/influenza_seasons.inc"
};

constexpr int kWeeks = 53;
struct Weeks {
  std::string_view season;
  double cases[kWeeks];
};
constexpr Weeks kWeekly[] = {
#include "synth/tables/influenza_weeks.inc"
};

template <class Row, std::size_t N>
const Row& by_role(const Row (&rows)[N], std::string_view course, std::string_view role) {
  for (const Row& row : rows)
    if (row.course == course && row.role == role) return row;
  spdlog::critical("synth: no table row {}.{}", course, role);
  std::abort();
}

// The value in force on a day; the first one for days before it.
double in_force(std::span<const Dated> values, int day) {
  double value = values.front().value;
  for (const Dated& dated : values)
    if (dated.from <= day) value = dated.value;
  return value;
}

}  // namespace

const Drug& drug(std::string_view course, std::string_view role) {
  return by_role(kDrugs, course, role);
}
const Procedure& act(std::string_view course, std::string_view role) {
  return by_role(kProcedures, course, role);
}
const Disease& disease(std::string_view course, std::string_view role) {
  return by_role(kDiseases, course, role);
}
std::span<const Drug> all_drugs() {
  return kDrugs;
}
std::span<const Season> seasons() {
  return kSeasons;
}

const Procedure* act_by_code(std::string_view code) {
  for (const Procedure& row : kProcedures)
    if (row.code == code) return &row;
  return nullptr;
}

const LabItem& lab(std::string_view key) {
  for (const LabItem& row : kLabs)
    if (row.key == key) return row;
  spdlog::critical("synth: no laboratory item {}", key);
  std::abort();
}

int compact(Date date) {
  return date.year() * 10000 + date.month() * 100 + date.day();
}

double points_of(const Procedure& procedure, Date date) {
  if (procedure.points == 0) return 0;
  return in_force(std::span(kPoints).subspan(procedure.first_points, procedure.points), compact(date));
}

double price_of(const Drug& drug, Date date) {
  constexpr double kUnlisted = 100;  // yen
  if (drug.prices == 0) return kUnlisted;
  return in_force(std::span(kPrices).subspan(drug.first_price, drug.prices), compact(date));
}

int drug_points(double yen) {
  return yen <= 15 ? 1 : static_cast<int>(std::ceil(yen / 10 - 0.5));
}

const DpcPoints* dpc_points(std::string_view code, Date date) {
  // Editions of fee revisions; before the first one known, its values stand for the years before.
  constexpr int kEditions[] = {20180401, 20200401, 20220401, 20240601};
  int edition = kEditions[0];
  for (const int from : kEditions)
    if (from <= compact(date)) edition = from;
  for (const DpcPoints& row : kDpcPoints)
    if (row.code == code && row.from == edition) return &row;
  return nullptr;
}

Date season_start(int year) {
  const Date fourth = *Date::of(year, 1, 4);  // always in ISO week 1
  const int weekday = (((fourth.days + 3) % 7) + 7) % 7;
  return Date{fourth.days - weekday + 35 * 7};
}

std::string season_of(Date date) {
  const int year = date >= season_start(date.year()) ? date.year() : date.year() - 1;
  const int next = (year + 1) % 100;
  return std::to_string(year) + '/' + (next < 10 ? "0" : "") + std::to_string(next);
}

std::span<const double> weekly_curve(int season_start_year) {
  static const auto curves = [] {
    std::array<std::array<double, kWeeks>, 40> all{};
    std::array<double, kWeeks> mean{};
    for (const Weeks& weeks : kWeekly)
      for (int i = 0; i < kWeeks; ++i)
        if (weeks.season >= "2015/16" && weeks.season <= "2018/19") mean[i] += weeks.cases[i] / 4;
    for (int year = 2000; year < 2040; ++year)
      all[year - 2000] = mean;
    for (const Weeks& weeks : kWeekly) {
      const int year = std::atoi(weeks.season.data());
      if (year < 2015) continue;
      for (int i = 0; i < kWeeks; ++i)
        all[year - 2000][i] = weeks.cases[i];
    }
    return all;
  }();
  return curves[season_start_year - 2000];
}

}  // namespace sekisho::synth
