// A person as one hospital knows them: the patient number and how the hospital writes name, birth date, address and
// insurance, with the slips that happen at a reception desk.
#pragma once

#include <string>

#include "synth/people.h"
#include "synth/world.h"

namespace sekisho::synth {

struct WrittenIdentity {
  std::string family, given;            // may hold characters of Shift_JIS only; master files of SS-MIX2 fold them
  std::string family_kana, given_kana;  // full width
  Date birth;
  bool female = false;
  std::string postcode, address, phone;
  Insurance insurance;
  bool insured = true;                 // false: nothing on file
  std::string symbol, number, branch;  // as written
};

class Registration {
 public:
  // `ordinal`: position of the person in the population; `copy` 1: a second number given by mistake.
  Registration(const World& world, const Person& person, std::uint64_t ordinal, int hospital, int copy = 0);
  const std::string& patient_number() const { return number_; }
  const Hospital& hospital() const { return *hospital_; }
  int hospital_index() const { return index_; }
  const Person& person() const { return *person_; }
  const WrittenIdentity& write(Date day) const;
  // Changes when what the hospital should write changes (surname, address, insurance).
  int version(Date day) const;
  bool has_slip() const { return slips_.any; }
  std::string slips() const;  // for the list of defects

 private:
  struct Slips {
    bool any = false, homophone_family = false, homophone_given = false, other_reading = false,
         kana_typo_family = false, kana_typo_given = false, lost_voice = false, zu = false, swapped = false,
         kana_only = false, sex = false, no_address = false, no_postcode = false, wrong_postcode = false,
         no_phone = false, no_insurance = false, wrong_number = false;
    int birth = 0;  // 0 right; kinds of error below
    std::uint64_t draw = 0;
  };
  WrittenIdentity compose(Date day) const;
  bool unnamed(Date day) const;  // a newborn before its name and insurance are known
  void draw_slips();
  Date wrong_birth() const;
  std::string write_address(const Address& address) const;
  const World* world_;
  const Person* person_;
  const Hospital* hospital_;
  int index_;
  std::string number_;
  std::uint64_t stream_;
  Slips slips_;
  mutable WrittenIdentity written_;  // the latest composed
  mutable int written_version_ = -1;
};

// Full-width katakana to half-width; digits and letters to full width; variant characters outside JIS X 0208 to their
// plain shapes.
std::string halfwidth_kana(std::string_view kana);
std::string fullwidth(std::string_view text);
std::string fold_to_jis(std::string_view text);

}  // namespace sekisho::synth
