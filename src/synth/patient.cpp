#include "synth/patient.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/csv.h"
#include "synth/claims_writer.h"
#include "synth/courses.h"
#include "synth/dpc_writer.h"
#include "synth/ssmix2_writer.h"

namespace sekisho::synth {
namespace {

constexpr std::uint64_t kWriterStream = 5ULL << 60;
constexpr double kOptouts = 0.005, kSecondNumber = 0.015;  // of persons and hospitals with several visits

std::string text_of(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0')
    text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

class PersonWriter {
 public:
  PersonWriter(const World& world, const Household& household, const Person& person, std::uint64_t ordinal,
               std::vector<StorageTree>& trees, std::vector<Piece>& pieces, Tally& tally)
      : world_(world),
        household_(household),
        person_(person),
        ordinal_(ordinal),
        trees_(trees),
        pieces_(pieces),
        tally_(tally) {}

  Result<void> write() {
    Planner planner(world_, household_, person_);
    planner.plan();
    std::ranges::stable_sort(planner.encounters, {}, [](const Encounter& e) { return std::pair(e.day, e.minute); });
    ++tally_.persons;
    truth_of_person();
    std::vector<std::vector<const Encounter*>> by_hospital(world_.hospitals.size());
    for (const Encounter& encounter : planner.encounters)
      by_hospital[encounter.hospital].push_back(&encounter);
    for (std::size_t hospital = 0; hospital < by_hospital.size(); ++hospital)
      if (!by_hospital[hospital].empty())
        SEKISHO_CHECK(at_hospital(static_cast<int>(hospital), by_hospital[hospital], planner.truth));
    count_seasons();
    if (planner.truth.signal) truth_of_signal(*planner.truth.signal);
    if (!planner.truth.rare.empty()) row(SharedFile::kRare, {person_.id, planner.truth.rare});
    return {};
  }

 private:
  void row(SharedFile file, std::initializer_list<std::string_view> fields, std::uint16_t hospital = 0) {
    Piece piece;
    piece.key = {file, hospital};
    append_csv(piece.text, fields);
    pieces_.push_back(std::move(piece));
  }

  void truth_of_person() {
    const Surname& surname = at(person_.surnames, world_.end);
    row(SharedFile::kPersons, {person_.id, fmt::format("{}", household_.number), person_.female ? "F" : "M",
                               person_.birth.iso(), surname.kanji, person_.given_kanji, surname.kana,
                               person_.given_kana, at(person_.addresses, world_.end).postcode,
                               fmt::format("{}", person_.surnames.size()), fmt::format("{}", person_.addresses.size()),
                               fmt::format("{}", person_.insurances.size()), person_.twin ? "1" : "0"});
  }

  // Some persons got a second number by mistake: their later encounters run under it.
  Result<void> at_hospital(int hospital, const std::vector<const Encounter*>& encounters, const PersonTruth& truth) {
    SeededRandom random(world_.options.seed, kWriterStream | ordinal_ << 8 | static_cast<std::uint64_t>(hospital * 2));
    const bool split =
        world_.options.defects && !person_.marked && encounters.size() > 1 && random.chance(kSecondNumber);
    const std::size_t border = split ? 1 + random.below(encounters.size() - 1) : encounters.size();
    SEKISHO_CHECK(under_number(hospital, 0,
                               {encounters.begin(), encounters.begin() + static_cast<std::ptrdiff_t>(border)}, truth));
    if (!split) return {};
    SEKISHO_CHECK(
        under_number(hospital, 1, {encounters.begin() + static_cast<std::ptrdiff_t>(border), encounters.end()}, truth));
    return {};
  }

  Result<void> under_number(int hospital, int copy, const std::vector<const Encounter*>& encounters,
                            const PersonTruth& truth) {
    const Registration registration(world_, person_, ordinal_, hospital, copy);
    const std::string_view id = world_.hospitals[hospital].id;
    const std::string& number = registration.patient_number();
    SeededRandom random(world_.options.seed,
                        kWriterStream | 1ULL << 59 | ordinal_ << 8 | static_cast<std::uint64_t>(hospital * 2 + copy));
    ++tally_.registrations;
    row(SharedFile::kRegistrations, {id, number, person_.id});
    const bool opted_out = !person_.marked && random.chance(kOptouts);
    if (opted_out) opt_out(id, static_cast<std::uint16_t>(hospital), number, random.chance(0.8) ? "" : "all");
    Ssmix2Writer storage(world_, registration, trees_[hospital], SeededRandom(random.next()));
    for (const Encounter* encounter : encounters) {
      SEKISHO_CHECK(storage.write(*encounter));
      for (const Diagnosis& d : encounter->diagnoses)
        if (!d.text.empty()) truth_of_defect({"D14", "SY PRB " + encounter->day.compact(), d.text}, id, number);
      if (encounter->influenza == 'T') truth_of_influenza(*encounter, registration, opted_out);
    }
    SEKISHO_CHECK(storage.finish());
    ClaimsWriter claims(world_, registration, pieces_, SeededRandom(random.next()));
    claims.write(encounters);
    DpcWriter dpc(world_, registration, data_id(registration, random), pieces_, SeededRandom(random.next()));
    dpc.write(encounters);
    tally_.files += storage.files();
    tally_.messages += storage.files();
    tally_.bytes += storage.bytes();
    tally_.claims += claims.claims();
    tally_.dpc_rows += dpc.rows();
    for (const auto* planted : {&storage.planted, &claims.planted, &dpc.planted})
      for (const Planted& defect : *planted)
        truth_of_defect(defect, id, number);
    if (registration.has_slip()) truth_of_defect({"D25", "registration", registration.slips()}, id, number);
    if (copy) truth_of_defect({"D11", "registration", "second number"}, id, number);
    if (person_.marked) truth_of_marked(registration, encounters);
    if (truth.breast && truth.breast->hospital == hospital && copy == 0) truth_of_breast(*truth.breast, number);
    return {};
  }

  // Some newborns' survey rows run under the mother's number (defect D21).
  std::string data_id(const Registration& registration, SeededRandom& random) {
    const bool under_mother = person_.newborn && world_.options.defects && random.chance(0.1);
    if (!under_mother) return registration.patient_number();
    truth_of_defect({"D21", "FF1 EFn", "data id of the mother"}, registration.hospital().id,
                    registration.patient_number());
    const Person& mother = household_.persons.front();
    const auto older = static_cast<std::uint64_t>(person_.member - mother.member);
    return Registration(world_, mother, ordinal_ - older, registration.hospital_index()).patient_number();
  }

  void opt_out(std::string_view id, std::uint16_t hospital, std::string_view number, std::string_view scope) {
    ++tally_.optouts;
    row(SharedFile::kOptout, {number, scope}, hospital);
    row(SharedFile::kOptoutTruth, {id, number, person_.id, scope});
  }

  void truth_of_defect(const Planted& planted, std::string_view hospital, std::string_view number) {
    ++tally_.defects;
    row(SharedFile::kDefects, {planted.defect, hospital, number, planted.where, planted.detail});
  }

  void truth_of_influenza(const Encounter& encounter, const Registration& registration, bool opted_out) {
    const DrugOrder& order = encounter.drugs.front();
    const std::string season = season_of(encounter.day);
    const int index = std::atoi(season.c_str()) - 2012;
    ++tally_.treated;
    ++tally_.treated_episodes[index];
    treated_[index] = true;
    visible_[index] |= !opted_out;
    row(SharedFile::kInfluenza,
        {person_.id, season, registration.hospital().id, registration.patient_number(), encounter.day.iso(),
         order.drug->receipt, text_of(order.per_dose), order.drug->unit, fmt::format("{}", order.times_per_day),
         fmt::format("{}", order.days), text_of(order.total()), opted_out ? "1" : "0"});
  }

  void count_seasons() {
    for (std::size_t i = 0; i < treated_.size(); ++i) {
      tally_.treated_persons[i] += treated_[i];
      tally_.treated_visible[i] += visible_[i];
    }
  }

  void truth_of_breast(const BreastTruth& t, std::string_view number) {
    if (t.determinable)
      ++tally_.breast[t.hr == "positive" ? 0 : 1][t.her2 == "positive" ? 0 : 1];
    else
      ++tally_.breast_undetermined;
    row(SharedFile::kBreast, {person_.id, world_.hospitals[t.hospital].id, number, t.er, t.pgr, t.ihc, t.fish, t.hr,
                              t.her2, t.in_house ? "1" : "0", t.determinable ? "1" : "0", t.reason});
  }

  void truth_of_signal(const SignalTruth& t) {
    row(SharedFile::kSignal, {person_.id, t.drug, t.confounded ? "1" : "0", t.start.iso(), t.stopped.iso(),
                              t.event ? t.event->iso() : "", fmt::format("{}", t.months_measured)});
  }

  // Every version of every identifier as this hospital wrote it.
  void truth_of_marked(const Registration& registration, const std::vector<const Encounter*>& encounters) {
    int version = -1;
    for (const Encounter* encounter : encounters) {
      if (registration.version(encounter->day) == version) continue;
      version = registration.version(encounter->day);
      const WrittenIdentity w = registration.write(encounter->day);
      row(SharedFile::kMarked,
          {person_.id, registration.hospital().id, registration.patient_number(), encounter->day.iso(), w.family,
           w.given, w.family_kana, w.given_kana, w.birth.iso(), w.female ? "F" : "M", w.postcode, w.address, w.phone,
           w.insurance.insurer, w.symbol, w.number, w.branch});
    }
  }

  const World& world_;
  const Household& household_;
  const Person& person_;
  std::uint64_t ordinal_;
  std::vector<StorageTree>& trees_;
  std::vector<Piece>& pieces_;
  Tally& tally_;
  std::array<bool, 13> treated_{}, visible_{};
};

}  // namespace

void Tally::add(const Tally& other) {
  files += other.files;
  bytes += other.bytes;
  persons += other.persons;
  registrations += other.registrations;
  optouts += other.optouts;
  messages += other.messages;
  claims += other.claims;
  dpc_rows += other.dpc_rows;
  treated += other.treated;
  defects += other.defects;
  for (int i = 0; i < 13; ++i) {
    treated_persons[i] += other.treated_persons[i];
    treated_visible[i] += other.treated_visible[i];
    treated_episodes[i] += other.treated_episodes[i];
  }
  for (int i = 0; i < 4; ++i)
    breast[i / 2][i % 2] += other.breast[i / 2][i % 2];
  breast_undetermined += other.breast_undetermined;
}

Result<void> write_person(const World& world, const Household& household, const Person& person, std::uint64_t ordinal,
                          std::vector<StorageTree>& trees, std::vector<Piece>& pieces, Tally& tally) {
  return PersonWriter(world, household, person, ordinal, trees, pieces, tally).write();
}

}  // namespace sekisho::synth
