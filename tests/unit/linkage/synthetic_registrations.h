// The identity store as the synthetic population would fill it: each person registered at one or more hospitals,
// written with the slips of each reception desk, some of them twice because they married or moved. Used by the
// benchmark too.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "records/record_set.h"
#include "store/store.h"
#include "synth/people.h"
#include "synth/registration.h"

namespace sekisho::linkage {

struct SyntheticRegistrations {
  explicit SyntheticRegistrations(std::uint64_t persons, int hospitals = 4, std::uint64_t seed = 5) {
    synth::Options options;
    options.hospitals = hospitals, options.persons = persons, options.years = 3, options.seed = seed;
    world = synth::make_world(options).value();
  }

  // Visits everybody of the households [begin, end): where each is registered depends on the person alone. `hospital`
  // -1: at all.
  void each(std::uint64_t begin, std::uint64_t end, int hospital,
            const std::function<void(const std::string& person, const std::string& hospital,
                                     const std::vector<records::IdentityRecord>&)>& visit) const {
    std::vector<records::IdentityRecord> versions;
    for (std::uint64_t number = begin; number < end; ++number) {
      const synth::Household household = make_household(world, number, synth::household_size(world, number));
      for (const synth::Person& person : household.persons) {
        const std::uint64_t ordinal = number * 8 + static_cast<std::uint64_t>(person.member);
        SeededRandom random(world.options.seed, ordinal);
        const auto hospitals = world.hospitals.size();
        const std::uint64_t home = random.below(hospitals), more = random.below(10);  // 30 % at two, 10 % at three
        for (std::uint64_t i = 0; i < hospitals; ++i) {
          const std::uint64_t distance = (i + hospitals - home) % hospitals;
          const bool registered = distance == 0 || (distance == 1 && more < 4) || (distance == 2 && more < 1);
          if (!registered || (hospital >= 0 && static_cast<std::uint64_t>(hospital) != i)) continue;
          const synth::Registration desk(world, person, ordinal, static_cast<int>(i));
          versions.clear();
          for (const Date day : {world.begin, Date{world.end.days - 1}}) {
            if (person.birth > day || (!versions.empty() && desk.version(day) == desk.version(world.begin))) continue;
            versions.push_back(record_of(desk, day));
          }
          if (!versions.empty()) visit(person.id, world.hospitals[i].id, versions);
        }
      }
    }
  }

  static records::IdentityRecord record_of(const synth::Registration& desk, Date day) {
    const synth::WrittenIdentity& as = desk.write(day);
    records::IdentityRecord out;
    out.patient_number = desk.patient_number();
    out.family_kanji = as.family, out.given_kanji = as.given;
    out.family_kana = as.family_kana, out.given_kana = as.given_kana;
    out.birth = ClinicalTime::of(as.birth);
    out.sex = as.female ? "F" : "M";
    out.postcode = as.postcode, out.address = as.address, out.phone = as.phone;
    if (as.insured)
      out.insurer = as.insurance.insurer, out.symbol = as.symbol, out.number = as.number, out.branch = as.branch;
    out.recorded = ClinicalTime::of(day);
    return out;
  }

  // Loads them as packages, one for each of the hospitals [from, to), and notes the truth: registration -> person.
  Result<void> load(store::Store& store, std::uint64_t sequence, std::uint64_t begin, std::uint64_t end,
                    std::map<std::string, std::string>* truth = nullptr, int from = 0, int to = 1000) const {
    for (int hospital = from; hospital < std::min(to, static_cast<int>(world.hospitals.size())); ++hospital) {
      const HospitalId id{world.hospitals[static_cast<std::size_t>(hospital)].id};
      SEKISHO_TRY(const auto load, store.begin_load({{"body"}, id, 1, sequence}, std::string(64, 'a')));
      std::vector<std::pair<std::string, std::string>> numbers;
      int ordinal = 0;
      Result<void> failed;
      each(begin, end, hospital, [&](const std::string& person, const std::string&, const auto& versions) {
        records::RecordSet& set = load->set();
        set.begin_file(load->package(), 1, ++ordinal);
        const std::string& number = versions.front().patient_number;
        set.begin_document({number, "ssmix2", "d" + number, "1", false, false, 1});
        for (const records::IdentityRecord& version : versions)
          set.identity(version);
        if (truth != nullptr) numbers.emplace_back(number, person);
        if (auto drained = load->drain(); !drained) failed = drained;
      });
      SEKISHO_CHECK(failed);
      SEKISHO_CHECK(load->commit({{"note", "n"}}));
      for (const auto& [number, person] : numbers) {
        SEKISHO_TRY(const std::string reg, store.find_registration(id.text, number));
        (*truth)[reg] = person;
      }
    }
    return {};
  }

  synth::World world;
};

}  // namespace sekisho::linkage
