// Attacks on the files of a dataset, tried out by who holds the truth: the rows that the recipe makes of the snapshot,
// who lives together, and the key that numbered the persons. In the checkers' zone only.
#pragma once

#include "release/dataset.h"
#include "release/made.h"

namespace sekisho::release {

// The attackers know persons by the rows before, and the levels by the dictionary; they look in the files and pick one
// of those who fit. Targets are drawn evenly from the persons of the dataset; `before`, of the rows before.
//   quasi-identifiers   those of one row; of histories a row of a table without dates
//   history             of rows: those of all rows of the person, where persons have several
//   facts               some values of the person, sensitive ones too; of histories items, days too unless moved
//   hospital            works there: one row of the hospital whole
//   hospital-record     has the hospital's whole record: all its rows, and those of tables without dates
//   household           rows of all members: looks for any of them, by the member whom fewest fit
//   household-days      histories: has found one member, looks for another by the same days (the same days between
//                       them where days were moved), two or more
// `stated` is the expected rate, counted on what the decision makes of the rows again; `rate` is that on the files.
// Promised is 1 / k to `quasi-identifiers` of rows, and of histories to up to m `facts`.
struct AttackReport {
  std::string dataset;
  std::size_t persons_before = 0, persons = 0;
  bool households_known = false;
  std::size_t households = 0;  // of two persons or more in the dataset
  std::vector<anonymize::Attack> attacks;
  bool holds() const;
  Json to_json() const;
};

// Errors: those of rebuild(); release.key (destroyed at delivery: nobody can tell the persons any more); release.attack
// (a file that is no table).
Result<AttackReport> attack(const RebuildRequest& request, const anonymize::AttackOptions& options);

namespace detail {

struct AttackedFiles {
  std::filesystem::path folder;
  const Prepared& prepared;
  const Made& made;
  const Dataset& dataset;  // what the files should hold
  ByteView key;
};
Result<AttackReport> attack_files(const AttackedFiles& files, const Households& households,
                                  const anonymize::AttackOptions& options);

}  // namespace detail
}  // namespace sekisho::release
