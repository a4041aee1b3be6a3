// What attackers know of persons (the rows before) and what files show of them, both as facts that persons have.
// Internal.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "anonymize/facts.h"
#include "anonymize/table.h"
#include "release/made.h"

namespace sekisho::release::detail {

inline constexpr std::uint32_t kNobody = UINT32_MAX;

// A column that somebody may know, and what stands in the files for its values.
struct Lens {
  std::string name;
  bool outside = false;  // somebody outside may know it with the other such ones of the row
  bool inside = false;   // who works in the hospital knows it with the other such ones of the row
  // [code of the column before]: the value and what is above it, the finest first. Empty: nobody knows the value.
  std::vector<std::vector<std::string>> labels;
  // The places in `labels` at which the policy shows values, by round of local recoding. Empty: the finest label that
  // stands in the files is the one, and blanks may stand in its place.
  std::vector<std::size_t> levels;
};
// One table.
struct Sight {
  std::vector<Lens> lenses;
  bool outside = false, inside = false;  // whether anybody knows whole rows
  std::string hospital;                  // column before by which rows are of one hospital; "": all are
  std::string date;                      // column by which members of a household are told; "": none
  bool moved = false;                    // dates were moved: only the days between them can be compared
};
// How each of the prepared tables is seen: as it is, or as the policy shows it in the files.
Result<std::vector<Sight>> sights_before(const Prepared& prepared);
Result<std::vector<Sight>> sights_after(const Prepared& prepared, const Made& made);

// Something true of somebody: a value, what outsiders may know of a row, what the hospital knows of it.
enum class Grain : std::uint8_t { kValue, kOutside, kInside };
struct Fact {
  Grain grain = Grain::kValue;
  std::uint32_t number = 0;
};

using anonymize::Members;
using Whose = std::vector<std::vector<std::uint32_t>>;  // [table][code of the person's column]: number, or kNobody

// What is true of the persons that `whose` numbers.
struct Knowledge {
  struct Value {
    std::uint32_t table, lens, code;
  };
  struct Row {
    std::uint32_t table, row;  // an example
  };
  struct Record {  // all rows of a person at one hospital
    std::vector<std::uint32_t> rows;
  };
  std::size_t persons = 0;
  std::vector<Value> values;
  std::array<std::vector<Row>, 2> rows;  // outside, inside
  std::array<Members, 3> of;             // by grain: facts of each person
  std::vector<Record> records;
  std::vector<std::vector<std::uint32_t>> records_of;  // by person

  // `kept`, unless empty, says which rows of a single table count: what is known of others leads nowhere.
  static Knowledge of_rows(const std::vector<anonymize::Table>& tables, const std::vector<Sight>& sights,
                           const Whose& whose, std::size_t persons, const std::vector<bool>& kept = {});
};

// What is seen of the same persons in tables: the files, or the rows before.
class Seen {
 public:
  struct Tables {
    const std::vector<anonymize::Table>& tables;
    const Whose& whose;
  };
  // `sights` tell how `before` is shown in `shown`.
  Seen(const Tables& shown, const std::vector<anonymize::Table>& before, const std::vector<Sight>& sights,
       const Knowledge& knowledge);

  // Finds those who fit: they have all of `known`. Where nobody does, something was left out: what fits nobody
  // together with rarer facts is not insisted on. Held until the next question.
  void ask(std::span<const Fact> known);
  std::size_t count() const { return everybody_ ? persons_ : listed_ ? list_.size() : facts_->count(); }
  std::uint32_t nth(std::size_t n) const;
  bool fits(std::uint32_t person) const;
  // What the person's dates show; "" with less than two.
  const std::string& days(std::uint32_t person) const { return days_[person]; }
  std::size_t persons() const { return persons_; }

 private:
  std::size_t persons_ = 0;
  std::array<std::vector<std::uint32_t>, 3> meaning_;  // by grain and number: the fact in the files, or kNobody
  std::unique_ptr<anonymize::detail::Facts> facts_;
  Members with_fact_;
  std::vector<std::string> days_;
  std::vector<std::uint32_t> asked_, list_, next_;
  bool everybody_ = false, listed_ = false;
};

}  // namespace sekisho::release::detail
