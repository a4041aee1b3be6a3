// What somebody sees of the rows: columns of labels and whose rows they are. Risks, attacks and utility compare the
// view of the table before with that of the finished one.
#pragma once

#include <span>

#include "anonymize/engine.h"

namespace sekisho::anonymize {

// Refers to the table it was made of.
struct View {
  struct Shown {
    const Column* column;
    Kind kind = Kind::kInsensitive;
    std::vector<std::uint32_t> label_of;  // by code of the column, round after round of local recoding
    std::vector<std::string> labels;
  };
  std::vector<Shown> columns;  // the person column is none of them
  std::vector<std::uint32_t> source;
  std::vector<std::uint8_t> round;    // [row], or empty: one round for all
  std::vector<std::uint32_t> person;  // [row]: whose it is, numbered without gaps
  std::size_t persons = 0;
  bool counts_persons = false;  // false: each row is a person

  std::size_t rows() const { return source.size(); }
  std::uint32_t code(std::size_t row, std::size_t i) const { return columns[i].column->code(source[row]); }
  // Place in label_of.
  std::size_t place(std::size_t row, std::size_t i) const {
    const Shown& one = columns[i];
    const std::size_t values = one.column->values().size();
    return code(row, i) + (round.empty() || one.label_of.size() == values ? 0 : round[row] * values);
  }
  std::uint32_t label(std::size_t row, std::size_t i) const { return columns[i].label_of[place(row, i)]; }
  int find(std::string_view name) const;  // -1: not shown
  std::vector<std::size_t> of_kind(Kind kind) const;
};

View view_before(const Table& table, const Policy& policy);  // all but the identifying columns
View view_after(const Applied& applied, const Policy& policy);

// Lists one after the other: list i is items[start[i]..start[i + 1]).
struct Members {
  std::vector<std::uint32_t> start{0}, items;
  std::size_t size() const { return start.size() - 1; }
  std::span<const std::uint32_t> of(std::size_t i) const {
    return {items.data() + start[i], items.data() + start[i + 1]};
  }
};
// For each key below `keys` its different values, sorted.
Members members(std::span<const std::uint32_t> key, std::span<const std::uint32_t> value, std::size_t keys);

// Rows with equal labels in the columns.
struct Groups {
  std::vector<std::uint32_t> class_of;  // [row]
  Members persons;                      // [class]
  std::size_t classes() const { return persons.size(); }
};
Groups group(const View& view, const std::vector<std::size_t>& columns);

// Tuples of digits numbered without gaps. `digits` writes those of a column, one for each row, and returns
// their radix, which each is below.
struct Numbered {
  std::vector<std::uint32_t> number;
  std::size_t count = 0;
};
using Digits = std::function<std::size_t(std::size_t column, std::span<std::uint32_t> out)>;
Numbered number_tuples(std::size_t columns, std::size_t rows, const Digits& digits);
Numbered number_tuples(const View& view, const std::vector<std::size_t>& columns);  // of labels

}  // namespace sekisho::anonymize
