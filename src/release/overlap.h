// Who was in which release, kept in the checkers' zone only, and what two releases together tell that neither tells
// alone. Persons are recognised by keyed digests of their registrations, so that a person whose registrations were
// joined or taken apart since is still the same one; the lists are sealed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "anonymize/history_decision.h"
#include "core/json.h"
#include "core/random.h"
#include "core/result.h"
#include "crypto/digest.h"

namespace sekisho::release {

enum class OverlapAction : std::uint8_t { kReport, kRefuse };

// What is done about a difference of 1 to k - 1 persons, by what differs and whether both releases are for one purpose.
struct OverlapPolicy {
  struct Actions {
    OverlapAction cohort = OverlapAction::kReport;        // persons in one release only
    OverlapAction classes = OverlapAction::kReport;       // ... in one class of equal labels in both
    OverlapAction intersection = OverlapAction::kReport;  // persons in a class here and a class there
  };
  Actions same{.cohort = OverlapAction::kRefuse, .classes = OverlapAction::kRefuse};
  Actions others;
  std::size_t k = 0;  // 0: that of the policy of the anonymization

  // [same] and [others] with cohort, class, intersection = "refuse" | "report"; k. Errors: toml.*, overlap.policy.
  static Result<OverlapPolicy> load(const std::filesystem::path& file);
};

using Token = std::array<std::uint8_t, 16>;

// The persons of one release: what is sealed.
struct Membership {
  std::string dataset, purpose, created;
  std::size_t k = 0;
  int m = 0;  // of histories: combinations of up to m items; a class is an item, and persons stand in many
  std::vector<std::string> quasi;                 // names, in order
  std::vector<std::vector<std::string>> classes;  // labels of each class
  struct Person {
    std::vector<Token> tokens;           // of the registrations
    std::vector<std::uint32_t> classes;  // where its rows stand; numbers in `classes`, sorted
  };
  std::vector<Person> persons;

  std::string to_bytes() const;
  static Result<Membership> from_bytes(std::string_view bytes);
};

// Of a new release (here) against an earlier one (there).
struct Overlap {
  std::string dataset, purpose, created;  // of the earlier one
  bool histories = false;                 // combinations of items are compared in place of classes
  bool same_purpose = false,
       comparable = false;  // comparable: the same quasi-identifiers, so that classes can be compared
  std::size_t both = 0, only_here = 0, only_there = 0;  // persons
  // Classes with the same labels whose persons differ by 1 to k - 1 while they share some, and how many persons those
  // differences hold at least; of histories combinations of items whose holders differ at all.
  std::size_t classes_compared = 0, small_classes = 0, smallest_difference = 0;
  // Pairs of a class here and another there that share 1 to k - 1 persons.
  std::size_t intersections = 0, small_intersections = 0, smallest_intersection = 0;
  bool intersections_counted = true;  // false: histories of too many items
  std::vector<std::string> problems;  // sentences; those that refuse first
  bool refused = false;
  Json to_json() const;
};
Overlap compare(const Membership& here, const Membership& there, std::size_t k, const OverlapPolicy& policy);

// The folder of the lists. One process at a time writes.
class Register {
 public:
  // Makes folder and key when they are not there yet.
  static Result<Register> open(std::filesystem::path folder, const std::filesystem::path& keys, Random& random);
  Token token(std::string_view registration) const;
  // Every release that was not recalled, oldest first. Errors: overlap.damaged.
  Result<std::vector<Membership>> earlier() const;
  Result<void> keep(const Membership& membership, Random& random) const;
  // What was decided about a release of histories: persons by keyed digests, sealed like the lists. Returns the hash
  // that the manifest binds it by.
  Result<std::string> keep_decision(const std::string& dataset, const anonymize::HistoryDecision& decision,
                                    Random& random) const;
  // `persons`: those of the rows; others stay unnamed. Errors: release.decision, anonymize.decision.
  Result<anonymize::HistoryDecision> decision(const std::string& dataset, const std::string& sha256,
                                              const std::vector<std::string>& persons) const;
  // The report that a release was judged by; stays with the lists.
  Result<void> keep_report(const std::string& dataset, const Json& report) const;
  // The recipient returned or destroyed it: later releases are not compared with it. Error: overlap.unknown.
  Result<void> recall(const std::string& dataset) const;

 private:
  Register(std::filesystem::path folder, crypto::SecretBytes key) : folder_(std::move(folder)), key_(std::move(key)) {}
  std::string person_token(std::string_view person) const;
  std::filesystem::path folder_;
  crypto::SecretBytes key_;
};

}  // namespace sekisho::release
