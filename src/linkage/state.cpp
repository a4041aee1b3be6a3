#include "linkage/state.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "linkage/hash.h"

namespace sekisho::linkage {
namespace {

std::string field_section(std::size_t field, const char* what) {
  return "f" + std::to_string(field) + "." + what;
}
std::string rule_section(std::size_t rule, const char* what) {
  return "b" + std::to_string(rule) + "." + what;
}

std::uint32_t short_key(std::uint64_t key) {
  return static_cast<std::uint32_t>(key >> 1);  // bits 1 to 32: the order of block_entries
}

Result<void> write_block(SectionWriter& writer, std::size_t rule, const std::vector<BlockEntry>& entries) {
  std::vector<std::uint32_t> keys, groups;
  keys.reserve(entries.size()), groups.reserve(entries.size());
  for (const BlockEntry& entry : entries)
    keys.push_back(short_key(entry.key)), groups.push_back(entry.group);
  const auto bits = static_cast<unsigned>(std::min(26, static_cast<int>(std::bit_width(entries.size() / 4))));
  std::vector<std::uint32_t> directory((std::size_t{1} << bits) + 1, 0);
  for (const std::uint32_t key : keys)
    ++directory[(bits == 0 ? 0 : key >> (32 - bits)) + 1];
  for (std::size_t i = 1; i < directory.size(); ++i)
    directory[i] += directory[i - 1];
  SEKISHO_CHECK(writer.add<std::uint32_t>(rule_section(rule, "keys"), keys));
  SEKISHO_CHECK(writer.add<std::uint32_t>(rule_section(rule, "groups"), groups));
  return writer.add<std::uint32_t>(rule_section(rule, "directory"), directory);
}

// The names of all levels: shares of a model mean something only beside the levels they were fitted for.
std::uint64_t levels_hash(const ModelSpec& spec) {
  std::uint64_t hash = 0;
  for (const ComparisonSpec& comparison : spec.comparisons)
    for (const Level& level : levels_of(comparison.type))
      hash = mix(hash, hash_text(level.name, spec.comparisons.size()));
  return hash;
}

Json shares_json(const std::vector<Shares>& shares) {
  Json out = Json::array();
  for (const Shares& one : shares)
    out.push_back(one);
  return out;
}
std::vector<Shares> shares_of(const Json& json) {
  std::vector<Shares> out;
  for (const Json& one : json) {
    out.emplace_back();
    for (std::size_t i = 0; i < kMostLevels && i < one.size(); ++i)
      out.back()[i] = one[i].get<double>();
  }
  return out;
}

std::uint64_t mix_codes(std::uint64_t seed, const std::vector<std::uint32_t>& codes) {
  std::uint64_t hash = seed ^ kSlotSalt;
  for (const std::uint32_t code : codes)
    hash = mix(hash, code);
  return hash;
}

template <class Visit>
void each_word(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    if (blank != 0) visit(text.substr(0, blank));
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
  }
}

}  // namespace

State::State(const ModelSpec& spec, std::uint64_t seed) : spec_(&spec) {
  frozen_.seed = seed;
  frozen_.present.assign(spec.fields.size(), true);
  values_.resize(spec.fields.size()), counts_.resize(spec.fields.size()), codes_.resize(spec.fields.size());
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    values_[f].append(""), counts_[f].push_back(0);
  head_of_.push_back(kNone);
  blocks_.resize(spec.blocks.size());
  frozen_.caps.assign(spec.blocks.size(), spec.max_block);
  prepare_words();
}

Result<State> State::open(const ModelSpec& spec, const std::filesystem::path& path) {
  SEKISHO_TRY(MappedSections file, MappedSections::open(path));
  auto out = open(spec, std::move(file));
  if (!out) out.error().place.file = path.string();
  return out;
}

Result<State> State::open(const ModelSpec& spec, MappedSections file) {
  const Json& head = file.head();
  State out(spec, head.value("seed", std::uint64_t{0}));
  Frozen& frozen = out.frozen_;
  const std::size_t fields = spec.fields.size();
  if (head.value("fields", std::size_t{0}) != fields || head.value("rules", std::size_t{0}) != spec.blocks.size())
    return fail("linkage.state", "the state was made with another spec");
  if (head.value("levels", std::uint64_t{0}) != levels_hash(spec))
    return fail("linkage.state", "the state's model was fitted for other comparison levels", {},
                "Link the whole file once more: a state of an earlier version cannot be continued.");
  frozen.head = head["owner"];
  frozen.self_bonus = head["self_bonus"].get<float>();
  frozen.model_version = head["model_version"].get<std::string>();
  frozen.groups_at_fit = head["groups_at_fit"].get<double>();
  out.pairs_ = head.value("pairs", 0.0);
  frozen.pairs_at_fit = head.value("pairs_at_fit", out.pairs_);
  frozen.present = head["present"].get<std::vector<bool>>();
  frozen.caps = head["caps"].get<std::vector<std::size_t>>();
  const Json& model = head["model"];
  frozen.model.same = shares_of(model["same"]);
  frozen.model.household = shares_of(model["household"]);
  frozen.model.random = shares_of(model["random"]);
  frozen.model.share_same = model["share_same"].get<double>();
  frozen.model.share_household = model["share_household"].get<double>();
  frozen.model.given_name = model.value("given_name", -1), frozen.model.surname = model.value("surname", -1);
  frozen.model.given = model.value("given", -1);
  frozen.model.namesakes = shares_of(model.value("namesakes", Json::array()));
  frozen.model.near = shares_of(model.value("near", Json::array()));
  frozen.model.given_agrees = model.value("given_agrees", frozen.model.given_agrees);
  frozen.model.groups = model["groups"].get<double>();
  frozen.model.in_household = model["in_household"].get<std::vector<bool>>();
  out.ids_ = TextSheet(file, "ids", frozen.seed);
  for (std::size_t f = 0; f < fields; ++f) {
    out.values_[f] = TextSheet(file, field_section(f, "values"), frozen.seed);
    out.counts_[f] = Sheet(file.section<std::uint32_t>(field_section(f, "counts")));
    out.codes_[f] = Sheet(file.section<std::uint32_t>(field_section(f, "codes")));
  }
  for (const auto& [name, sheet] :
       std::initializer_list<std::pair<const char*, Sheet<std::uint32_t>*>>{{"row.group", &out.group_},
                                                                            {"row.next", &out.next_row_},
                                                                            {"row.solo", &out.solo_},
                                                                            {"group.first", &out.first_},
                                                                            {"group.size", &out.size_},
                                                                            {"group.person", &out.person_},
                                                                            {"group.mate", &out.next_mate_},
                                                                            {"person.head", &out.head_of_}})
    *sheet = Sheet(file.section<std::uint32_t>(name));
  out.group_slots_ = file.section<std::uint32_t>("group.slots");
  out.base_groups_ = out.groups();
  for (std::size_t r = 0; r < spec.blocks.size(); ++r) {
    Block& block = out.blocks_[r];
    block.keys = file.section<std::uint32_t>(rule_section(r, "keys"));
    block.groups = file.section<std::uint32_t>(rule_section(r, "groups"));
    block.directory = file.section<std::uint32_t>(rule_section(r, "directory"));
    if (block.directory.size() > 1)
      block.shift = 32 - static_cast<unsigned>(std::bit_width(block.directory.size() - 1) - 1);
  }
  out.live_rows_ = out.rows();
  out.file_ = std::move(file);
  out.prepare_words();
  return out;
}

std::uint32_t State::find(std::string_view id) const {
  const std::uint32_t row = ids_.find(id);
  return row == kNone || removed(row) ? kNone : row;
}

std::string_view State::value(std::size_t field, std::uint32_t group) const {
  return values_[field][codes_[field][group]];
}

std::uint32_t State::person_of(std::uint32_t row) const {
  const std::uint32_t person = person_[group_[row]];
  return person != 0 ? person : solo_[row];
}

std::vector<std::uint32_t> State::mates(std::uint32_t group) const {
  std::vector<std::uint32_t> out;
  std::uint32_t at = group;
  do {
    out.push_back(at);
    at = next_mate_[at];
  } while (at != group);
  return out;
}

std::vector<std::uint32_t> State::groups_of_person(std::uint32_t person) const {
  if (person == 0 || person >= head_of_.size() || head_of_[person] == kNone) return {};
  return mates(head_of_[person]);
}

std::uint64_t State::group_hash(const std::vector<std::uint32_t>& codes) const {
  return mix_codes(frozen_.seed, codes);
}

std::uint32_t State::find_group(const std::vector<std::string_view>& values) const {
  std::vector<std::uint32_t> codes(values_.size(), 0);
  for (std::size_t f = 0; f < codes.size(); ++f)
    if (!values[f].empty() && (codes[f] = values_[f].find(values[f])) == kNone) return kNone;
  const auto same = [&](std::uint32_t group) {
    if (closed_.contains(group) || size_[group] == 0) return false;
    for (std::size_t f = 0; f < codes.size(); ++f)
      if (codes_[f][group] != codes[f]) return false;
    return true;
  };
  const std::uint64_t hash = group_hash(codes);
  if (!group_slots_.empty()) {
    const std::size_t mask = group_slots_.size() - 1;
    for (std::size_t at = hash & mask; group_slots_[at] != 0; at = (at + 1) & mask)
      if (same(group_slots_[at] - 1)) return group_slots_[at] - 1;
  }
  const auto [begin, end] = grown_groups_.equal_range(hash);
  for (auto at = begin; at != end; ++at)
    if (same(at->second)) return at->second;
  return kNone;
}

std::uint32_t State::add(std::string_view id, const std::vector<std::string_view>& values, bool alone) {
  const std::uint32_t known = alone ? kNone : find_group(values);
  const std::uint32_t row = ids_.append(id);
  ++live_rows_;
  solo_.push_back(0);
  if (known != kNone) {
    group_.push_back(known);
    next_row_.push_back(next_row_[first_[known]]);
    next_row_[first_[known]] = row;
    ++size_[known];
    return row;
  }
  const std::uint32_t group = groups();
  std::vector<std::uint32_t> codes(values_.size(), 0);
  for (std::size_t f = 0; f < codes.size(); ++f) {
    if (!values[f].empty()) codes[f] = values_[f].add(values[f]);
    if (codes[f] == counts_[f].size()) counts_[f].push_back(0);
    if (codes[f] != 0) {
      ++counts_[f][codes[f]];
      count_words(f, values[f], 1);
    }
    codes_[f].push_back(codes[f]);
  }
  group_.push_back(group);
  next_row_.push_back(row);
  first_.push_back(row), size_.push_back(1), person_.push_back(0), next_mate_.push_back(group);
  if (alone) closed_.insert(group);
  grown_groups_.emplace(group_hash(codes), group);
  index_blocks(group);
  return row;
}

void State::index_blocks(std::uint32_t group) {
  std::vector<std::string_view> values(values_.size());
  for (std::size_t f = 0; f < values.size(); ++f)
    values[f] = value(f, group);
  std::vector<std::uint64_t> keys;
  for (std::size_t r = 0; r < blocks_.size(); ++r) {
    block_keys(*spec_, r, values, frozen_.seed, keys);
    for (const std::uint64_t key : keys) {
      std::vector<std::uint32_t>& own = blocks_[r].grown[short_key(key)];
      if (own.empty() || own.back() != group) own.push_back(group);
    }
  }
}

void State::look_up(const Block& block, std::uint32_t key, std::size_t cap, std::vector<std::uint32_t>& out) const {
  const std::size_t before = out.size();
  if (block.directory.size() > 1) {
    const std::uint32_t bucket = block.shift == 32 ? 0 : key >> block.shift;
    for (std::uint32_t i = block.directory[bucket]; i < block.directory[bucket + 1]; ++i)
      if (block.keys[i] == key) {
        out.push_back(block.groups[i]);
        if (out.size() - before > cap) break;
      }
  }
  if (const auto grown = block.grown.find(key); grown != block.grown.end()) {
    const std::size_t room = cap + 1 - std::min(cap + 1, out.size() - before);
    const std::size_t take = std::min(room, grown->second.size());
    out.insert(out.end(), grown->second.begin(), grown->second.begin() + static_cast<std::ptrdiff_t>(take));
  }
  if (out.size() - before > cap) out.resize(before);  // a filler: proposes nobody
}

void State::candidates(std::uint32_t group, std::vector<std::uint32_t>& out) const {
  out.clear();
  std::vector<std::string_view> values(values_.size());
  for (std::size_t f = 0; f < values.size(); ++f)
    values[f] = value(f, group);
  std::vector<std::uint64_t> keys;
  for (std::size_t r = 0; r < blocks_.size(); ++r) {
    block_keys(*spec_, r, values, frozen_.seed, keys);
    for (const std::uint64_t key : keys)
      look_up(blocks_[r], short_key(key), frozen_.caps[r], out);
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  std::erase_if(out, [&](std::uint32_t other) { return other == group || size_[other] == 0; });
}

void State::remove(std::uint32_t row) {
  const std::uint32_t group = group_[row];
  std::uint32_t before = row;
  while (next_row_[before] != row)
    before = next_row_[before];
  next_row_[before] = next_row_[row];
  if (first_[group] == row) first_[group] = before == row ? kNone : next_row_[row];
  group_[row] = kNone, next_row_[row] = row;
  --live_rows_;
  if (--size_[group] > 0) return;
  unlink_ring(group);
  person_[group] = 0;
  for (std::size_t f = 0; f < values_.size(); ++f)
    if (const std::uint32_t code = codes_[f][group]; code != 0) --counts_[f][code];
}

void State::separate(std::uint32_t row) {
  const std::uint32_t old = group_[row];
  if (size_[old] == 1) {
    closed_.insert(old);
    return;
  }
  const std::uint32_t person = person_of(row);
  std::vector<std::uint32_t> codes(values_.size());
  for (std::size_t f = 0; f < codes.size(); ++f) {
    codes[f] = codes_[f][old];
    codes_[f].push_back(codes[f]);
    if (codes[f] != 0) ++counts_[f][codes[f]];
  }
  std::uint32_t before = row;
  while (next_row_[before] != row)
    before = next_row_[before];
  next_row_[before] = next_row_[row];
  if (first_[old] == row) first_[old] = next_row_[row];
  --size_[old];
  const std::uint32_t group = static_cast<std::uint32_t>(first_.size());
  first_.push_back(row), size_.push_back(1), person_.push_back(0), next_mate_.push_back(group);
  group_[row] = group, next_row_[row] = row;
  closed_.insert(group);
  index_blocks(group);
  set_person(group, person);
}

std::uint32_t State::ring_size(std::uint32_t group) const {
  std::uint32_t size = 1;
  for (std::uint32_t mate = next_mate_[group]; mate != group; mate = next_mate_[mate])
    ++size;
  return size;
}

void State::unlink_ring(std::uint32_t group) {
  const std::uint32_t person = person_[group];
  if (person != 0) pairs_ -= ring_size(group) - 1;
  std::uint32_t before = group;
  while (next_mate_[before] != group)
    before = next_mate_[before];
  next_mate_[before] = next_mate_[group];
  if (person != 0 && head_of_[person] == group) head_of_[person] = before == group ? kNone : before;
  next_mate_[group] = group;
}

void State::link_ring(std::uint32_t group, std::uint32_t person) {
  while (head_of_.size() <= person)
    head_of_.push_back(kNone);
  std::uint32_t& head = head_of_[person];
  if (head == kNone) {
    head = group;
  } else {
    pairs_ += ring_size(head);
    next_mate_[group] = next_mate_[head];
    next_mate_[head] = group;
  }
  person_[group] = person;
}

void State::set_person(std::uint32_t group, std::uint32_t person) {
  if (person_[group] == person) return;
  if (person_[group] != 0) unlink_ring(group);
  link_ring(group, person);
}

void State::set_solo(std::uint32_t row, std::uint32_t person) {
  while (head_of_.size() <= person)
    head_of_.push_back(kNone);
  solo_[row] = person;
}

void State::scatter(std::uint32_t group) {
  if (person_[group] == 0) return;
  each_row(group, [&](std::uint32_t row) { solo_[row] = person_[group]; });
  unlink_ring(group);
  person_[group] = 0;
}

void State::each_value(std::size_t field, const NameVisitor& visit) const {
  for (std::uint32_t number = 1; number < values_[field].size(); ++number)
    if (const std::uint32_t holders = counts_[field][number]; holders > 0) visit(values_[field][number], holders);
}

Model State::model_now() const {
  Model out = frozen_.model;
  const double now = std::max<double>(2, groups());
  // Whether arrivals are more persons or more of the same ones, the persons found tell: of m pairs among n groups.
  const double fit = std::max<double>(2, frozen_.groups_at_fit);
  const double ratio = (pairs_ + 1) / (frozen_.pairs_at_fit + 1) * (fit * (fit - 1)) / (now * (now - 1));
  out.share_same *= ratio, out.share_household *= ratio;
  out.groups = now;
  return out;
}

Table State::table_of(const std::vector<std::uint32_t>& groups_asked) const {
  Table out;
  out.rows = groups_asked.size();
  out.columns.resize(values_.size());
  for (std::size_t f = 0; f < values_.size(); ++f) {
    Column& column = out.columns[f];
    column.present = frozen_.present[f];
    if (!column.present) continue;
    std::unordered_map<std::uint32_t, std::uint32_t> local;
    for (const std::uint32_t group : groups_asked) {
      const std::uint32_t code = codes_[f][group];
      if (code == 0) {
        column.codes.push_back(0);
        continue;
      }
      const auto [at, fresh] = local.try_emplace(code, static_cast<std::uint32_t>(column.values.size()));
      if (fresh) column.values.push_back(values_[f][code]), column.counts.push_back(counts_[f][code]);
      column.codes.push_back(at->second);
    }
  }
  for (std::uint32_t i = 0; i < groups_asked.size(); ++i) {
    out.group.push_back(i), out.first_of.push_back(i), out.size_of.push_back(size_[groups_asked[i]]);
    out.ids.push_back(ids_[first_[groups_asked[i]]]);
  }
  if (!words_.empty())
    out.word_bits = [this](std::size_t field, std::string_view word) {
      const auto at = words_[field].find(std::string(word));
      const std::uint64_t holders = at == words_[field].end() ? 1 : std::max<std::uint64_t>(1, at->second);
      return std::log2(static_cast<double>(std::max<std::uint32_t>(1, groups())) / static_cast<double>(holders));
    };
  return out;
}

void State::prepare_words() {
  words_.clear();
  for (const ComparisonSpec& comparison : spec_->comparisons) {
    if (!compares_words(comparison.type)) continue;
    words_.resize(spec_->fields.size());
    for (const std::size_t field : comparison.fields) {
      if (!words_[field].empty()) continue;
      words_[field][""] = 0;  // marks the field as counted
      for (std::uint32_t number = 1; number < values_[field].size(); ++number)
        count_words(field, values_[field][number], counts_[field][number]);
    }
  }
}

void State::count_words(std::size_t field, std::string_view value, std::uint64_t groups) {
  if (words_.empty() || words_[field].empty()) return;
  each_word(value, [&](std::string_view word) { words_[field][std::string(word)] += groups; });
}

Table State::whole_table(std::vector<std::uint32_t>& row_of) const {
  Table out;
  row_of.clear();
  for (std::uint32_t row = 0; row < rows(); ++row)
    if (!removed(row)) row_of.push_back(row), out.ids.push_back(ids_[row]);
  out.rows = row_of.size();
  out.columns.resize(values_.size());
  for (std::size_t f = 0; f < values_.size(); ++f) {
    Column& column = out.columns[f];
    std::vector<std::uint32_t> local(values_[f].size(), 0);
    column.codes.reserve(out.rows);
    for (const std::uint32_t row : row_of) {
      const std::uint32_t code = codes_[f][group_[row]];
      if (code != 0 && local[code] == 0) {
        local[code] = static_cast<std::uint32_t>(column.values.size());
        column.values.push_back(values_[f][code]);
      }
      column.codes.push_back(local[code]);
    }
    column.present = column.values.size() > 1;
  }
  return out;
}

Result<void> write_state(const ModelSpec& spec, const std::filesystem::path& path, const Table& table,
                         const std::vector<std::uint32_t>& person, const std::vector<bool>& scattered,
                         const State::Frozen& frozen) {
  SEKISHO_TRY(SectionWriter writer, SectionWriter::create(path));
  return write_state(spec, std::move(writer), table, person, scattered, frozen);
}

Result<void> write_state(const ModelSpec& spec, SectionWriter writer, const Table& table,
                         const std::vector<std::uint32_t>& person, const std::vector<bool>& scattered,
                         const State::Frozen& frozen, const RowIds* ids) {
  const auto rows = static_cast<std::uint32_t>(table.rows), groups = static_cast<std::uint32_t>(table.first_of.size());
  SEKISHO_CHECK(ids == nullptr ? write_texts(writer, "ids", frozen.seed, table.ids)
                               : write_texts(writer, "ids", frozen.seed, *ids));
  static const std::vector<std::uint32_t> kNoCodes;
  for (std::size_t f = 0; f < spec.fields.size(); ++f) {
    const Column& column = table.columns[f];
    SEKISHO_CHECK(write_texts(writer, field_section(f, "values"), frozen.seed, column.values));
    const std::vector<std::uint32_t> nothing(column.present ? 0 : groups, 0);
    SEKISHO_CHECK(writer.add<std::uint32_t>(field_section(f, "counts"), column.counts));
    SEKISHO_CHECK(writer.add<std::uint32_t>(field_section(f, "codes"), column.present ? column.codes : nothing));
  }
  {
    std::vector<std::uint32_t> slots = empty_slots(groups), codes(spec.fields.size());
    for (std::uint32_t group = 0; group < groups; ++group) {
      for (std::size_t f = 0; f < codes.size(); ++f)
        codes[f] = table.columns[f].present ? table.columns[f].codes[group] : 0;
      std::size_t at = mix_codes(frozen.seed, codes) & (slots.size() - 1);
      while (slots[at] != 0)
        at = (at + 1) & (slots.size() - 1);
      slots[at] = group + 1;
    }
    SEKISHO_CHECK(writer.add<std::uint32_t>("group.slots", slots));
  }
  for (std::size_t r = 0; r < spec.blocks.size(); ++r)
    SEKISHO_CHECK(write_block(writer, r, block_entries(spec, r, table, frozen.seed)));
  std::vector<std::uint32_t> next_row(rows), solo(rows, 0), last(groups, kNone), of_group(groups, 0), mate(groups);
  std::uint32_t most = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t group = table.group[row];
    most = std::max(most, person[row]);
    next_row[row] = table.first_of[group];
    if (last[group] != kNone) next_row[last[group]] = row;
    last[group] = row;
    if (scattered[group])
      solo[row] = person[row];
    else
      of_group[group] = person[row];
  }
  std::vector<std::uint32_t> head_of(std::size_t{most} + 1, kNone), members(std::size_t{most} + 1, 0);
  double pairs = 0;
  for (std::uint32_t group = 0; group < groups; ++group) {
    mate[group] = group;
    if (of_group[group] == 0) continue;
    pairs += members[of_group[group]]++;
    std::uint32_t& head = head_of[of_group[group]];
    if (head == kNone)
      head = group;
    else
      mate[group] = mate[head], mate[head] = group;
  }
  for (const auto& [name, values] : std::initializer_list<std::pair<const char*, const std::vector<std::uint32_t>*>>{
           {"row.group", &table.group},
           {"row.next", &next_row},
           {"row.solo", &solo},
           {"group.first", &table.first_of},
           {"group.size", &table.size_of},
           {"group.person", &of_group},
           {"group.mate", &mate},
           {"person.head", &head_of}})
    SEKISHO_CHECK(writer.add<std::uint32_t>(name, *values));
  const Json model{{"same", shares_json(frozen.model.same)},
                   {"household", shares_json(frozen.model.household)},
                   {"random", shares_json(frozen.model.random)},
                   {"share_same", frozen.model.share_same},
                   {"share_household", frozen.model.share_household},
                   {"groups", frozen.model.groups},
                   {"given_name", frozen.model.given_name},
                   {"surname", frozen.model.surname},
                   {"given", frozen.model.given},
                   {"namesakes", shares_json(frozen.model.namesakes)},
                   {"near", shares_json(frozen.model.near)},
                   {"given_agrees", frozen.model.given_agrees},
                   {"in_household", frozen.model.in_household}};
  return writer.finish({{"owner", frozen.head},
                        {"seed", frozen.seed},
                        {"fields", spec.fields.size()},
                        {"rules", spec.blocks.size()},
                        {"levels", levels_hash(spec)},
                        {"present", frozen.present},
                        {"caps", frozen.caps},
                        {"self_bonus", frozen.self_bonus},
                        {"groups_at_fit", frozen.groups_at_fit},
                        {"pairs", pairs},
                        {"pairs_at_fit", frozen.pairs_at_fit < 0 ? pairs : frozen.pairs_at_fit},
                        {"model_version", frozen.model_version},
                        {"model", model}});
}

}  // namespace sekisho::linkage
