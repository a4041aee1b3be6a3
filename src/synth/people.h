// The true population: households whose members are born, marry, move and change insurers. Each household is drawn from
// a stream of its own (seed, number), so that any of them can be made alone, in any order, by any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.h"
#include "core/random.h"
#include "synth/world.h"

namespace sekisho::synth {

struct Surname {
  std::string kanji, kana;
};

// A value that holds from a day on.
template <class T>
struct Since {
  Date from;
  T value;
};
template <class T>
const T& at(const std::vector<Since<T>>& history, Date day) {
  const T* value = &history.front().value;
  for (const Since<T>& since : history)
    if (since.from <= day) value = &since.value;
  return *value;
}
template <class T>
int index_at(const std::vector<Since<T>>& history, Date day) {
  int index = 0;
  for (std::size_t i = 1; i < history.size(); ++i)
    if (history[i].from <= day) index = static_cast<int>(i);
  return index;
}

struct Address {
  int area = 0;          // index into World::areas
  std::string postcode;  // 7 digits
  std::string_view prefecture, municipality;
  std::string town;
  int chome = 1, block = 1, house = 1;
  std::string building;  // empty: a house
};

struct Insurance {
  std::string_view law;  // 法別番号 "01", "06", "39"; empty: 国民健康保険
  std::string insurer;   // 8 digits, 6 for 国民健康保険
  std::string symbol;    // empty for the late elderly
  std::string number;
  int holder = 0;  // member who is insured; others are dependants
};

struct Person {
  std::string id;  // "P000001234-1"
  int member = 0;
  bool female = false;
  Date birth;
  std::string given_kanji, given_kana;
  std::vector<Since<Surname>> surnames;
  std::vector<Since<Address>> addresses;
  std::vector<Since<Insurance>> insurances;
  std::vector<Since<std::string>> phones;
  bool twin = false;
  bool newborn = false;  // born in a hospital of the run: registered without name and insurance first
  bool marked = false;   // a person for the leak search: every identifier occurs nowhere else
};

struct Household {
  std::uint64_t number = 0;
  Cast cast;  // the course member 0 must go through
  std::vector<Person> persons;
};

int household_size(const World& world, std::uint64_t number);
// `count`: members to make (the last household may be cut short).
Household make_household(const World& world, std::uint64_t number, int count);

}  // namespace sekisho::synth
