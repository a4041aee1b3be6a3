#include "synth/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "records/areas.h"
#include "synth/names.h"

namespace sekisho::synth {
namespace {

// Streams of one household; the number of the household fills the lower bits.
constexpr std::uint64_t kSizeStream = 1ULL << 60, kPeopleStream = 2ULL << 60;

constexpr double kMoves = 0.045, kInsurerChanges = 0.08, kPhoneChanges = 0.04, kMarriages = 0.045;  // a year
constexpr double kDaysPerYear = 365.25;
constexpr std::size_t kNewborn = 2;  // member born in the course of a delivery

class Maker {
 public:
  Maker(const World& world, std::uint64_t number)
      : world_(world), random_(world.options.seed, kPeopleStream | number), number_(number) {}

  Household make(int count) {
    Household household;
    household.number = number_;
    household.cast = world_.cast_of(number_);
    reference_ = Date{(world_.begin.days + world_.end.days) / 2};
    draw_members(household, count);
    draw_addresses(household);
    draw_insurances(household);
    draw_phones(household);
    draw_marriages(household);
    return household;
  }

 private:
  Date birth_at_age(double age) {
    return Date{reference_.days - static_cast<int>(age * kDaysPerYear + random_.uniform() * kDaysPerYear)};
  }

  // Age of a household's head: adults, hospitals' patients being older than the people.
  double head_age(int size) {
    if (size >= 3) return 28 + 26 * random_.uniform();
    constexpr double kBands[] = {0.16, 0.16, 0.16, 0.16, 0.16, 0.20};
    double draw = random_.uniform();
    int band = 0;
    while (band < 5 && draw > kBands[band])
      draw -= kBands[band++];
    return 20 + 12 * band + 12 * random_.uniform();
  }

  // What the course of member 0 demands: age at the middle of the run, and sex (-1: either).
  struct Demand {
    double low, high;
    int female;
  };
  static Demand demand_of(Course course) {
    switch (course) {
      case Course::kBreast:
        return {38, 82, 1};
      case Course::kRare:
        return {20, 60, -1};
      case Course::kDiabetes:
        return {48, 80, -1};
      case Course::kHypertension:
        return {48, 82, -1};
      case Course::kHip:
        return {77, 92, -1};
      case Course::kAbdomen:
        return {12, 70, -1};
      case Course::kBirth:
        return {24, 40, 1};
      case Course::kSignal:
        return {40, 75, -1};
      case Course::kNone:
        break;
    }
    return {0, 0, -1};
  }

  void draw_members(Household& household, int count) {
    const Surname surname = draw_surname(random_);
    double age0 = head_age(count), age1 = 0;
    bool female0 = random_.chance(0.45);
    if (household.cast.course != Course::kNone) {
      const Demand demand = demand_of(household.cast.course);
      age0 = demand.low + (demand.high - demand.low) * random_.uniform();
      female0 =
          demand.female < 0 ? random_.chance(household.cast.course == Course::kHip ? 0.78 : 0.45) : demand.female == 1;
    }
    for (int member = 0; member < count; ++member) {
      Person person;
      person.member = member;
      person.id = fmt::format("P{:07}-{}", number_, member + 1);
      if (member == 0) {
        person.female = female0;
        person.birth = birth_at_age(age0);
      } else if (member == 1) {
        age1 = std::max(20.0, age0 + random_.normal(0, 3));
        const bool parent = random_.chance(0.15) && age0 < 70;
        if (parent) age1 = std::min(95.0, age0 + 22 + 15 * random_.uniform());
        person.female = parent ? random_.chance(0.6) : !female0;
        person.birth = birth_at_age(age1);
      } else if (random_.chance(0.02) && member > 2) {
        // A twin of the member before: same day, given names that look alike.
        const Person& other = household.persons.back();
        person.twin = household.persons.back().twin = true;
        person.birth = other.birth;
        person.female = random_.chance(2.0 / 3) ? other.female : !other.female;
      } else {
        person.female = random_.chance(0.49);
        person.birth = birth_at_age(std::max(-6.0, std::min(age0, 46.0) - 22 - 15 * random_.uniform()));
      }
      draw_given_name(random_, person.female, person.given_kanji, person.given_kana);
      person.surnames.push_back({Date{INT32_MIN}, surname});
      household.persons.push_back(std::move(person));
    }
    if (household.cast.course == Course::kBirth && count > static_cast<int>(kNewborn)) draw_newborns(household);
    if (number_ >= marked_from() && number_ < marked_from() + static_cast<std::uint64_t>(world_.options.marked))
      mark(household.persons.front());
  }

  // The delivery of the household's first member: her third member, or twins, is the newborn.
  void draw_newborns(Household& household) {
    const int span = world_.end.days - world_.begin.days - 120;
    const Date day{world_.begin.days + 30 +
                   static_cast<int>(random_.below(static_cast<std::uint64_t>(std::max(1, span))))};
    const bool twins = household.persons.size() > kNewborn + 1 && random_.chance(0.05);
    for (std::size_t i = kNewborn; i < household.persons.size(); ++i) {
      Person& person = household.persons[i];
      if (i == kNewborn || (twins && i == kNewborn + 1)) {
        person.birth = day;
        person.newborn = true;
        person.twin = twins;
      } else if (person.birth > Date{day.days - 300}) {
        person.birth = Date{day.days - 700 - static_cast<int>(random_.below(1500))};
        person.twin = false;
      }
    }
  }

  // Marked persons head households after those with a cast, so that they live through ordinary courses.
  std::uint64_t marked_from() const {
    std::uint64_t casts = 0;
    for (const World::Block& block : world_.casts)
      casts += block.count;
    return casts;
  }

  void mark(Person& person) {
    const std::uint64_t which = number_ - marked_from();
    person.marked = true;
    const MarkedName name = marked_name(which);
    person.surnames.front().value = {std::string(name.family), std::string(name.family_kana)};
    person.given_kanji = name.given;
    person.given_kana = name.given_kana;
    // Birth days before anybody else's: nobody else is born before 1915.
    person.birth = Date{Date::of(1914, 1, 17)->days + static_cast<int>(which % 300)};
  }

  Address draw_address(int area) {
    Address address;
    address.area = area;
    const auto& postcodes = world_.areas[area].postcodes;
    const std::string_view prefix = postcodes[random_.below(postcodes.size())];
    const std::uint64_t town = random_.below(town_words().size());
    address.postcode = fmt::format("{}00{:02}", prefix, town + 1);
    if (const auto known = records::area_of_postcode(address.postcode)) {
      address.prefecture = known->prefecture_name;
      address.municipality = known->municipality_name;
    }
    address.town = town_words()[town];
    address.chome = 1 + static_cast<int>(random_.below(9));
    address.block = 1 + static_cast<int>(random_.below(40));
    address.house = 1 + static_cast<int>(random_.below(25));
    if (random_.chance(0.4))
      address.building =
          fmt::format("{}{}", building_words()[random_.below(building_words().size())], 101 + random_.below(1200));
    return address;
  }

  template <class Draw>
  void yearly(double rate, Draw draw) {
    for (int day = world_.begin.days; day < world_.end.days; day += 365)
      if (random_.chance(rate)) draw(Date{day + static_cast<int>(random_.below(365))});
  }

  void draw_addresses(Household& household) {
    std::vector<Since<Address>> history;
    history.push_back({Date{INT32_MIN}, draw_address(static_cast<int>(random_.below(world_.areas.size())))});
    yearly(kMoves, [&](Date day) {
      const int area =
          random_.chance(0.6) ? history.back().value.area : static_cast<int>(random_.below(world_.areas.size()));
      history.push_back({day, draw_address(area)});
    });
    for (Person& person : household.persons)
      person.addresses = history;
  }

  Insurance draw_insurance(int holder) {
    // Shares of insurers' kinds (order of fiscal 2022) without the late elderly.
    struct Kind {
      std::string_view law;
      double share;
    };
    constexpr Kind kKinds[] = {{"01", 31.9}, {"06", 22.9}, {"31", 1.7}, {"32", 5.0},
                               {"33", 0.6},  {"34", 0.6},  {"", 21.5}};
    double draw = random_.uniform() * 84.2;
    std::size_t i = 0;
    while (i + 1 < std::size(kKinds) && draw > kKinds[i].share)
      draw -= kKinds[i++].share;
    Insurance insurance;
    insurance.law = kKinds[i].law;
    insurance.holder = holder;
    if (insurance.law.empty()) {
      insurance.insurer = with_check_digit(fmt::format("138{:02}", 10 + random_.below(80)));
      insurance.symbol = fmt::format("多{}", 10 + random_.below(89));
      insurance.number = fmt::format("{}", 1'000'000 + random_.below(9'000'000));
    } else {
      insurance.insurer = with_check_digit(fmt::format("{}13{:03}", insurance.law, 900 + random_.below(100)));
      insurance.symbol = random_.chance(0.3) ? fmt::format("{}", 10'000'000 + random_.below(90'000'000))
                                             : fmt::format("{}", 100 + random_.below(9900));
      insurance.number = fmt::format("{}", 1 + random_.below(9'999'999));
    }
    return insurance;
  }

  std::vector<Since<Insurance>> insurance_history(int holder, const Person& person) {
    std::vector<Since<Insurance>> history{{Date{INT32_MIN}, draw_insurance(holder)}};
    yearly(kInsurerChanges, [&](Date day) {
      // Most changes of employer fall on the first of April.
      if (random_.chance(0.4)) day = *Date::of(day.year(), 4, 1);
      if (age_on(person.birth, day) < 70 && day > history.back().from) history.push_back({day, draw_insurance(holder)});
    });
    return history;
  }

  void add_late_elderly(Person& person) {
    const Date birthday = *Date::of(person.birth.year() + 75, person.birth.month(), std::min(person.birth.day(), 28));
    if (birthday >= world_.end) return;
    std::erase_if(person.insurances, [&](const Since<Insurance>& since) { return since.from >= birthday; });
    Insurance insurance{"39", with_check_digit(fmt::format("3913{:03}", 900 + random_.below(100))), "",
                        fmt::format("{:08}", 10'000'000 + random_.below(89'000'000)), person.member};
    if (birthday <= world_.begin) person.insurances.clear();
    person.insurances.push_back({birthday <= world_.begin ? Date{INT32_MIN} : birthday, insurance});
  }

  void draw_insurances(Household& household) {
    const auto shared = insurance_history(0, household.persons.front());
    for (Person& person : household.persons) {
      const bool own = person.member == 1 && random_.chance(0.4);
      person.insurances = own ? insurance_history(1, person) : shared;
      add_late_elderly(person);
    }
    if (household.persons.front().marked) {
      Person& person = household.persons.front();
      for (std::size_t i = 0; i < person.insurances.size(); ++i)
        person.insurances[i].value.number = fmt::format("99{:03}{:03}", 711 + number_ - marked_from(), 351 + i);
    }
  }

  std::string draw_phone() { return fmt::format("0{}0{:08}", 7 + random_.below(3), random_.below(100'000'000)); }

  void draw_phones(Household& household) {
    std::vector<Since<std::string>> landline{{Date{INT32_MIN}, fmt::format("042{:07}", random_.below(10'000'000))}};
    const bool share = random_.chance(0.5);
    for (Person& person : household.persons) {
      std::vector<Since<std::string>> own{{Date{INT32_MIN}, draw_phone()}};
      yearly(kPhoneChanges, [&](Date day) { own.push_back({day, draw_phone()}); });
      if (person.marked) own = {{Date{INT32_MIN}, fmt::format("0600077{:04}", number_ - marked_from())}};
      person.phones =
          (share && !household.persons.front().marked) || age_on(person.birth, world_.begin) < 12 ? landline : own;
    }
  }

  // A bride moves out: new surname, address, insurance.
  void draw_marriages(Household& household) {
    for (Person& person : household.persons) {
      if (!person.female || person.marked || (person.member < 2 && household.persons.size() > 1)) continue;
      for (int year = world_.begin.year(); year <= world_.end.year(); ++year) {
        const Date day =
            *Date::of(year, 1 + static_cast<int>(random_.below(12)), 1 + static_cast<int>(random_.below(28)));
        const int age = age_on(person.birth, day);
        if (age < 20 || age > 38 || day < world_.begin || day >= world_.end || !random_.chance(kMarriages)) continue;
        marry(person, day);
        break;
      }
    }
  }

  void marry(Person& person, Date day) {
    if (random_.chance(0.95)) person.surnames.push_back({day, draw_surname(random_)});
    const auto later = [&](const auto& since) { return since.from >= day; };
    std::erase_if(person.addresses, later);
    person.addresses.push_back({day, draw_address(static_cast<int>(random_.below(world_.areas.size())))});
    std::erase_if(person.insurances, later);
    person.insurances.push_back({day, draw_insurance(9)});
  }

  const World& world_;
  SeededRandom random_;
  std::uint64_t number_;
  Date reference_;
};

}  // namespace

int household_size(const World& world, std::uint64_t number) {
  SeededRandom random(world.options.seed, kSizeStream | number);
  double draw = random.uniform();
  // A delivery needs mother, another adult and child.
  const int least = world.cast_of(number).course == Course::kBirth ? 3 : 1;
  for (int size = 1; size < 5; ++size) {
    if (draw < world.preset.size_shares[size - 1]) return std::max(size, least);
    draw -= world.preset.size_shares[size - 1];
  }
  return 5;
}

Household make_household(const World& world, std::uint64_t number, int count) {
  return Maker(world, number).make(count);
}

}  // namespace sekisho::synth
