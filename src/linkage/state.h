// The registrations of a person store in a form that new ones are compared with at once: dictionaries of values,
// records as codes, the index of blocks, and who is whose person. Opened by mapping a file, whatever its size; what
// arrives later lives in memory until the next checkpoint writes a new file. It decides nothing: incremental.h does.
#pragma once

#include <deque>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "linkage/linker.h"
#include "linkage/probabilistic.h"
#include "linkage/state_file.h"
#include "linkage/text_sheet.h"

namespace sekisho::linkage {

class State {
 public:
  // What does not change between two checkpoints.
  struct Frozen {
    Json head;               // of the owner: journal position, counters
    std::uint64_t seed = 0;  // of all hashes
    Model model;
    std::string model_version;  // hash of the model
    float self_bonus = 0;
    std::vector<bool> present;      // by field: took part in the model
    std::vector<std::size_t> caps;  // by rule: larger blocks propose nobody
    double groups_at_fit = 0;
    double pairs_at_fit = 0;  // of groups that stood in one person then; below 0: as many as are written
  };

  State(const ModelSpec& spec, std::uint64_t seed);  // empty
  static Result<State> open(const ModelSpec& spec, const std::filesystem::path& file);
  static Result<State> open(const ModelSpec& spec, MappedSections file);

  std::uint32_t rows() const { return ids_.size(); }
  std::uint32_t groups() const { return static_cast<std::uint32_t>(person_.size()); }
  std::uint32_t live_rows() const { return live_rows_; }
  const Frozen& frozen() const { return frozen_; }

  std::uint32_t find(std::string_view id) const;  // row; kNone: unknown or removed
  std::string_view id(std::uint32_t row) const { return ids_[row]; }
  bool removed(std::uint32_t row) const { return group_[row] == kNone; }
  std::uint32_t group_of(std::uint32_t row) const { return group_[row]; }
  std::uint32_t first_row(std::uint32_t group) const { return first_[group]; }
  std::uint32_t group_size(std::uint32_t group) const { return size_[group]; }
  std::string_view value(std::size_t field, std::uint32_t group) const;
  void each_value(std::size_t field, const NameVisitor& visit) const;  // with the groups that hold it
  std::uint32_t person_of(std::uint32_t row) const;
  // 0: a group whose equal records are persons of their own.
  std::uint32_t person_of_group(std::uint32_t group) const { return person_[group]; }
  template <class Visit>
  void each_row(std::uint32_t group, Visit visit) const {
    std::uint32_t row = first_[group];
    if (row == kNone) return;
    do {
      visit(row);
      row = next_row_[row];
    } while (row != first_[group]);
  }
  // The groups of the person of `group`, itself first.
  std::vector<std::uint32_t> mates(std::uint32_t group) const;
  std::vector<std::uint32_t> groups_of_person(std::uint32_t person) const;  // none: a scattered record, or no one

  // Adds a record; `alone`: a group of its own though another has the same values. Its person is not set yet.
  std::uint32_t add(std::string_view id, const std::vector<std::string_view>& values, bool alone);
  std::uint32_t find_group(const std::vector<std::string_view>& values) const;  // kNone
  void remove(std::uint32_t row);
  void separate(std::uint32_t row);  // gives it a group of its own, of the same person, that no later record joins
  void set_person(std::uint32_t group,
                  std::uint32_t person);  // takes the group out of its person, puts it into another
  void set_solo(std::uint32_t row, std::uint32_t person);
  void scatter(std::uint32_t group);  // its rows keep the person's number each; then set_solo

  // Groups that share a block with `group`, ascending, without itself and without blocks above their cap.
  void candidates(std::uint32_t group, std::vector<std::uint32_t>& out) const;
  // A small table of these groups, in that order, with the counts of the whole state: what a linker weighs.
  Table table_of(const std::vector<std::uint32_t>& groups) const;
  Model model_now() const;  // its shares of pairs brought to the present groups and persons

  // Everything as a table of rows, not yet grouped, without removed rows; `row_of` gets the row of each.
  Table whole_table(std::vector<std::uint32_t>& row_of) const;

 private:
  std::uint32_t ring_size(std::uint32_t group) const;
  void link_ring(std::uint32_t group, std::uint32_t person);
  void unlink_ring(std::uint32_t group);
  std::uint64_t group_hash(const std::vector<std::uint32_t>& codes) const;
  void index_blocks(std::uint32_t group);
  void count_words(std::size_t field, std::string_view value, std::uint64_t groups);
  void prepare_words();

  struct Block {  // of one rule
    std::span<const std::uint32_t> keys, groups, directory;
    unsigned shift = 0;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> grown;
  };
  void look_up(const Block& block, std::uint32_t key, std::size_t cap, std::vector<std::uint32_t>& out) const;

  const ModelSpec* spec_;
  MappedSections file_;
  Frozen frozen_;
  double pairs_ = 0;  // of groups that stand in one person
  TextSheet ids_;
  std::vector<TextSheet> values_;                           // by field; number 0: missing
  std::vector<Sheet<std::uint32_t>> counts_;                // by field, by number: groups that hold it
  std::vector<Sheet<std::uint32_t>> codes_;                 // by field, by group
  Sheet<std::uint32_t> group_, next_row_, solo_;            // by row
  Sheet<std::uint32_t> first_, size_, person_, next_mate_;  // by group
  Sheet<std::uint32_t> head_of_;                            // by person: one of its groups; kNone
  std::span<const std::uint32_t> group_slots_;
  std::uint32_t base_groups_ = 0;
  std::unordered_multimap<std::uint64_t, std::uint32_t> grown_groups_;
  std::vector<Block> blocks_;
  std::unordered_set<std::uint32_t> closed_;  // groups of decided rows
  // By field, where a comparison looks at words: groups that hold the word.
  std::vector<std::unordered_map<std::string, std::uint64_t>> words_;
  std::uint32_t live_rows_ = 0;
};

// Ids that are made when they are asked for.
struct RowIds {
  std::size_t rows = 0;
  std::function<std::string(std::size_t row)> id;
  std::size_t size() const { return rows; }
  std::string operator[](std::size_t row) const { return id(row); }
};

// Writes the file that State::open maps. `table` is grouped; `person` by row; `ids` in place of the table's.
Result<void> write_state(const ModelSpec& spec, const std::filesystem::path& file, const Table& table,
                         const std::vector<std::uint32_t>& person, const std::vector<bool>& scattered,
                         const State::Frozen& frozen);
Result<void> write_state(const ModelSpec& spec, SectionWriter writer, const Table& table,
                         const std::vector<std::uint32_t>& person, const std::vector<bool>& scattered,
                         const State::Frozen& frozen, const RowIds* ids = nullptr);

}  // namespace sekisho::linkage
