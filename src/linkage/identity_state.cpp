#include "linkage/identity_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "linkage/hash.h"
#include "store/identity_record.h"
#include "store/linkage_file.h"

namespace sekisho::linkage {
namespace {

// Of everything that makes rows of records: fields.h, version_table.h. Another form makes the state anew.
constexpr int kForm = 1;
constexpr char kInParts = '.', kInOnePiece = '-';

ByteView bytes_of(const std::vector<std::uint64_t>& numbers) {
  return {reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size() * sizeof numbers[0]};
}

Json to_json(const IdentityState::Head& head, std::size_t contents) {
  Json decisions = Json::array();
  for (const Decision& one : head.decisions)
    decisions.push_back(one.to_json());
  return {{"form", kForm},       {"spec", head.spec},    {"canonical", head.canonical}, {"event", head.event},
          {"files", head.files}, {"contents", contents}, {"decisions", decisions}};
}

Result<IdentityState::Head> head_of(const Json& json) {
  IdentityState::Head out;
  out.spec = json.value("spec", ""), out.canonical = json.value("canonical", "");
  out.event = json.value("event", std::uint64_t{0});
  for (const Json& file : json["files"])
    out.files.insert(file.get<std::string>());
  for (const Json& line : json["decisions"]) {
    SEKISHO_TRY(Decision one, parse_decision(line));
    out.decisions.push_back(std::move(one));
  }
  return out;
}

// The file: length of the head (8 bytes), head, numbers of contents, state.
class Parts {
 public:
  Result<void> take(ByteView piece) {
    while (!piece.empty() && !head_) {
      const std::size_t wanted = front_.size() < 8 ? 8 : 8 + length();
      const std::size_t more = std::min(wanted - front_.size(), piece.size());
      front_ += as_text(piece.first(more));
      piece = piece.subspan(more);
      if (front_.size() < 8 || front_.size() < 8 + length()) continue;
      SEKISHO_TRY(head_, parse_json(std::string_view(front_).substr(8)));
      contents.resize(head_->value("contents", std::size_t{0}));
    }
    if (const std::size_t all = contents.size() * 8; head_ && taken_ < all && !piece.empty()) {
      const std::size_t more = std::min(all - taken_, piece.size());
      std::memcpy(reinterpret_cast<std::uint8_t*>(contents.data()) + taken_, piece.data(), more);
      taken_ += more;
      piece = piece.subspan(more);
    }
    return piece.empty() ? Result<void>{} : state.append(piece);
  }
  const std::optional<Json>& head() const { return head_; }
  std::vector<std::uint64_t> contents;
  MappedSections::Filling state;

 private:
  std::size_t length() const {
    std::uint64_t out = 0;
    std::memcpy(&out, front_.data(), sizeof out);
    return out;
  }
  std::string front_;
  std::optional<Json> head_;
  std::size_t taken_ = 0;
};

Result<void> write_all_parts(store::Store& store, const ModelSpec& spec, const IdentityState::Head& head,
                             const std::vector<std::uint64_t>& contents, const Table& table,
                             const std::vector<std::uint32_t>& person, const State::Frozen& frozen,
                             const RowIds* ids = nullptr) {
  return store::write_linkage_file(store, [&](const store::ByteSink& sink) -> Result<void> {
    const std::string text = to_json(head, contents.size()).dump();
    const std::uint64_t length = text.size();
    SEKISHO_CHECK(sink({reinterpret_cast<const std::uint8_t*>(&length), sizeof length}));
    SEKISHO_CHECK(sink(as_bytes(text)));
    SEKISHO_CHECK(sink(bytes_of(contents)));
    return write_state(spec, SectionWriter::into(sink), table, person, std::vector<bool>(table.first_of.size(), false),
                       frozen, ids);
  });
}

}  // namespace

std::string version_id(std::string_view reg, bool in_parts, std::size_t version) {
  return fmt::format("{}{}{}", reg, in_parts ? kInParts : kInOnePiece, version);
}
std::string_view registration_of(std::string_view id) {
  return id.substr(0, id.find_last_of(".-"));
}
bool in_parts_of(std::string_view id) {
  return id[id.find_last_of(".-")] == kInParts;
}

std::uint64_t content_key(std::uint64_t seed, std::string_view reg, const records::IdentityRecord& record) {
  return hash_text(store::identity_content(record), hash_text(reg, seed));
}

std::uint64_t IdentityState::content_key(std::string_view reg, const records::IdentityRecord& record) const {
  return linkage::content_key(state.frozen().seed, reg, record);
}

bool IdentityState::knows(std::uint64_t content) const {
  return std::ranges::binary_search(contents, content);
}

std::vector<std::uint32_t> IdentityState::rows_of(std::string_view reg) const {
  std::vector<std::uint32_t> out;
  for (const bool in_parts : {true, false})
    for (std::size_t version = 0;; ++version) {
      const std::uint32_t row = state.find(version_id(reg, in_parts, version));
      if (row == kNone) break;
      out.push_back(row);
    }
  return out;
}

Result<std::optional<IdentityState>> IdentityState::read(store::Store& store, const ModelSpec& spec) {
  Parts parts;
  SEKISHO_TRY(const bool there, store::read_linkage_file(store, [&](ByteView piece) { return parts.take(piece); }));
  if (!there || !parts.head() || parts.head()->value("form", 0) != kForm) return std::nullopt;
  SEKISHO_TRY(Head head, head_of(*parts.head()));
  SEKISHO_TRY(MappedSections sections, MappedSections::adopt(std::move(parts.state)));
  auto state = State::open(spec, std::move(sections));
  if (!state) return std::nullopt;  // of another spec
  return IdentityState{std::move(head), std::move(parts.contents), std::move(*state)};
}

Result<void> IdentityState::write(store::Store& store, const ModelSpec& spec) const {
  std::vector<std::uint32_t> row_of, person;
  Table table = state.whole_table(row_of);
  for (const std::uint32_t row : row_of)
    person.push_back(state.person_of(row));
  std::vector<std::uint32_t> every(table.rows);
  std::iota(every.begin(), every.end(), 0u);
  group_records(table, every);
  return write_all_parts(store, spec, head, contents, table, person, state.frozen());
}

Result<void> write_identity_state(store::Store& store, const ModelSpec& spec, const IdentityState::Head& head,
                                  std::vector<std::uint64_t> contents, std::uint64_t seed, const WholeLinkage& whole,
                                  const std::function<std::uint32_t(std::string_view reg)>& person_of) {
  const VersionTable& rows = *whole.rows;
  std::ranges::sort(contents);
  State::Frozen frozen;
  frozen.seed = seed;
  frozen.model = whole.model;
  frozen.self_bonus = whole.self_bonus;
  frozen.groups_at_fit = static_cast<double>(rows.table.rows);
  frozen.pairs_at_fit = -1;  // those that are written
  for (const Column& column : rows.table.columns)
    frozen.present.push_back(column.present);
  for (const BlockSpec& block : spec.blocks) {
    const auto plan = std::ranges::find(whole.plans, block.name, &RulePlan::rule);
    frozen.caps.push_back(plan == whole.plans.end() ? spec.max_block : plan->cap);
  }
  std::vector<std::uint32_t> person;
  person.reserve(rows.table.rows);
  for (std::uint32_t reg = 0; reg < rows.registrations(); ++reg)
    person.insert(person.end(), rows.first[reg + 1] - rows.first[reg], person_of(rows.names[reg]));
  const RowIds ids{.rows = rows.table.rows, .id = [&](std::size_t row) {
                     const std::uint32_t reg = rows.reg_of[row];
                     return version_id(rows.names[reg], rows.in_parts[reg], row - rows.first[reg]);
                   }};
  return write_all_parts(store, spec, head, contents, rows.table, person, frozen, &ids);
}

}  // namespace sekisho::linkage
