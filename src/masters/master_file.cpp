#include "masters/master_file.h"

#include <algorithm>
#include <cstring>

#include "masters/code_key.h"

namespace sekisho::masters {

struct MasterFile::Layout {
  std::optional<MappedFile> mapped;
  std::span<const std::uint64_t> text_offsets;
  std::string_view texts, summary, findings;
  std::span<const std::uint32_t> attributes;
  std::span<const SlotRecord> slots;
  std::span<const std::uint16_t> pilots;
  std::span<const KindRecord> kinds;
  std::span<const CodeRecord> codes;
  std::span<const LifeRecord> lives;
  std::span<const VersionRecord> versions;
  std::span<const std::int32_t> starts;
  std::span<const DeltaRecord> deltas;
  std::span<const EventRecord> events;
  std::span<const LinkRecord> links;
  std::span<const FileRecord> files;
};

namespace {

std::unexpected<Error> damaged(std::string what) {
  return fail("masters.file", std::move(what), {}, "build the master file again with `sekisho masters build`");
}

template <class T>
bool section(ByteView bytes, const Header& header, Section which, std::span<const T>& out) {
  const SectionEntry& entry = header.sections[static_cast<std::size_t>(which)];
  if (entry.offset % 8 != 0 || entry.offset > bytes.size() || entry.size > bytes.size() - entry.offset ||
      entry.size % sizeof(T) != 0)
    return false;
  out = {reinterpret_cast<const T*>(bytes.data() + entry.offset), static_cast<std::size_t>(entry.size / sizeof(T))};
  return true;
}

// A range of a section, cut to what exists: a damaged file gives less, never a read outside.
template <class T>
std::span<const T> part(std::span<const T> all, std::uint64_t first, std::uint64_t count) {
  if (first > all.size()) return {};
  return all.subspan(first, std::min<std::uint64_t>(count, all.size() - first));
}

}  // namespace

const char* name(Status status) {
  static constexpr const char* kNames[] = {"valid", "not-yet", "ended", "doubtful", "deleted"};
  return kNames[static_cast<std::size_t>(status)];
}

MasterFile::MasterFile(std::unique_ptr<Layout> layout) : layout_(std::move(layout)) {}
MasterFile::MasterFile(MasterFile&&) noexcept = default;
MasterFile::~MasterFile() = default;

Result<MasterFile> MasterFile::open(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing))
    return fail(
        "masters.no_file", "there is no master file here", {.file = path.string()},
        "Build one: sekisho masters build FOLDER --output masters.skm; or name it: --masters, SEKISHO_MASTERS.");
  SEKISHO_TRY(MappedFile mapped, MappedFile::open(path));
  auto file = from_memory(mapped.bytes());
  if (!file) {
    file.error().place.file = path.string();
    return file;
  }
  file->layout_->mapped.emplace(std::move(mapped));
  return file;
}

Result<MasterFile> MasterFile::from_memory(ByteView bytes) {
  Header header;
  if (bytes.size() < sizeof header) return damaged("the file is too short for a master file");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return damaged("not a master file of this version");
  if (header.file_size != bytes.size()) return damaged("the file is cut off");
  auto layout = std::make_unique<Layout>();
  Layout& l = *layout;
  std::span<const char> texts, summary, findings;
  const bool good =
      section(bytes, header, Section::kTextOffsets, l.text_offsets) &&
      section(bytes, header, Section::kTextBytes, texts) &&
      section(bytes, header, Section::kAttributes, l.attributes) && section(bytes, header, Section::kKinds, l.kinds) &&
      section(bytes, header, Section::kCodes, l.codes) && section(bytes, header, Section::kSlots, l.slots) &&
      section(bytes, header, Section::kPilots, l.pilots) && section(bytes, header, Section::kLives, l.lives) &&
      section(bytes, header, Section::kVersions, l.versions) &&
      section(bytes, header, Section::kVersionStarts, l.starts) && section(bytes, header, Section::kDeltas, l.deltas) &&
      section(bytes, header, Section::kEvents, l.events) && section(bytes, header, Section::kLinks, l.links) &&
      section(bytes, header, Section::kFiles, l.files) && section(bytes, header, Section::kSummary, summary) &&
      section(bytes, header, Section::kFindings, findings);
  if (!good || l.kinds.size() != kKinds || l.slots.empty() || l.pilots.empty())
    return damaged("a section lies outside the file");
  l.texts = {texts.data(), texts.size()};
  l.summary = {summary.data(), summary.size()};
  l.findings = {findings.data(), findings.size()};
  return MasterFile(std::move(layout));
}

[[gnu::always_inline]] inline std::size_t MasterFile::place(std::uint64_t hash) const {
  return slot_place(hash, layout_->pilots[share(hash, layout_->pilots.size())], layout_->slots.size());
}

// nullptr also where a damaged file has an index behind its codes.
[[gnu::always_inline]] inline const SlotRecord* MasterFile::slot(Kind kind, const PaddedCode& code,
                                                                 std::size_t place) const {
  const SlotRecord& one = layout_->slots[place];
  const bool same = PaddedCode(one.code) == code && one.kind == static_cast<std::uint8_t>(kind);
  return same && one.index - 1 < layout_->codes.size() ? &one : nullptr;
}

namespace {

// What one life says of a day; `status` is what the lives before it left.
Status judge(std::int32_t day, std::int32_t from, std::int32_t to, std::int32_t not_before, FromKind from_kind,
             ToKind to_kind, Status status) {
  if (to_kind == ToKind::kDeleted) return Status::kDeleted;
  // Known to exist by `from`, not that it did not exist before: only an edition that lacks it says that.
  const bool unknown = static_cast<bool>(static_cast<int>(from_kind == FromKind::kAtLatest) &
                                         static_cast<int>(status == Status::kNotYet) &
                                         (static_cast<int>(not_before == kNoDay) | static_cast<int>(day > not_before)));
  // Chosen by number: which it is cannot be foreseen, and a branch would hold up the next look-up until this one's
  // memory has come.
  const Status before = unknown ? Status::kDoubtful : status;
  const Status choices[] = {Status::kValid, to_kind == ToKind::kDoubtful ? Status::kDoubtful : Status::kEnded, before,
                            before};
  return choices[static_cast<int>(day < from) * 2 + static_cast<int>(day > to)];
}

// How many of the versions behind the first have begun, all compared at once.
std::uint32_t begun(const SlotRecord& slot, std::int32_t day) {
  std::uint32_t count = 0;
#pragma GCC unroll 9
  for (const std::uint16_t start : slot.starts)
    count += static_cast<std::uint32_t>(start <= day);
  return count;
}

bool fits(std::string_view code) {
  return !code.empty() && code.size() <= kCodeSize;
}

}  // namespace

Found MasterFile::answer_from_records(const SlotRecord& slot, std::int32_t day) const {
  const CodeView view(this, &layout_->codes[slot.index - 1]);
  return {view, view.status_on(day), view.version_on(day)};
}

// Made in its place and from registers: an answer put together in memory and copied from there would have to wait for
// the one before.
[[gnu::always_inline]] inline void MasterFile::answer(const SlotRecord& slot, std::int32_t day,
                                                      std::optional<Found>& out) const {
  const bool here = slot.lives == 1 && slot.in_force > 0 && slot.in_force <= kStartsInSlot + 1 && day > 0 &&
                    day < kSlotDays && std::uint64_t{slot.first_version} + slot.in_force <= layout_->versions.size();
  if (!here) {
    out = answer_from_records(slot, day);
    return;
  }
  const Status status = judge(day, slot.from, slot.to, slot.not_before, static_cast<FromKind>(slot.from_kind),
                              static_cast<ToKind>(slot.to_kind), Status::kNotYet);
  const std::uint32_t version = std::min<std::uint32_t>(begun(slot, day), slot.in_force - 1u);
  out.emplace(CodeView(this, &layout_->codes[slot.index - 1]), status,
              layout_->versions.data() + slot.first_version + version);
}

std::optional<CodeView> MasterFile::find(Kind kind, std::string_view code) const {
  if (!fits(code)) return std::nullopt;
  const PaddedCode padded(code);
  const SlotRecord* found = slot(kind, padded, place(code_hash(kind, padded)));
  return found == nullptr ? std::nullopt : std::optional(CodeView(this, &layout_->codes[found->index - 1]));
}

std::optional<Found> MasterFile::find(Kind kind, std::string_view code, Date on) const {
  std::optional<Found> out;
  if (!fits(code)) return out;
  const PaddedCode padded(code);
  if (const SlotRecord* found = slot(kind, padded, place(code_hash(kind, padded)))) answer(*found, on.days, out);
  return out;
}

void MasterFile::find(std::span<const Question> questions, std::span<std::optional<Found>> found) const {
  constexpr std::size_t kBlock = 16;
  struct Ahead {
    PaddedCode code;
    std::size_t place;
  } ahead[kBlock];
  const std::size_t count = std::min(questions.size(), found.size());
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const std::size_t size = std::min(kBlock, count - begin);
    for (std::size_t i = 0; i < size; ++i) {
      const Question& question = questions[begin + i];
      Ahead& one = ahead[i];
      one.code = PaddedCode(question.code.substr(0, kCodeSize));
      one.place = place(code_hash(question.kind, one.code));
      __builtin_prefetch(&layout_->slots[one.place]);
    }
    for (std::size_t i = 0; i < size; ++i) {
      const Question& question = questions[begin + i];
      std::optional<Found>& out = found[begin + i];
      out.reset();
      if (!fits(question.code)) continue;
      const SlotRecord* one = slot(question.kind, ahead[i].code, ahead[i].place);
      if (one == nullptr) continue;
      answer(*one, question.on.days, out);
      __builtin_prefetch(out->version);  // most callers read it next
    }
  }
}

std::vector<CodeView> MasterFile::find_all(std::string_view code) const {
  std::vector<CodeView> out;
  for (std::size_t i = 0; i < kKinds; ++i)
    if (const auto view = find(static_cast<Kind>(i), code)) out.push_back(*view);
  return out;
}

std::span<const CodeRecord> MasterFile::codes(Kind kind) const {
  const KindRecord& record = layout_->kinds[static_cast<std::size_t>(kind)];
  return part(layout_->codes, record.first_code, record.codes);
}

std::string_view MasterFile::text(std::uint32_t id) const {
  const auto& offsets = layout_->text_offsets;
  if (static_cast<std::size_t>(id) + 1 >= offsets.size()) return {};
  const std::uint64_t begin = offsets[id], end = offsets[id + 1];
  if (begin > end || end > layout_->texts.size()) return {};
  return layout_->texts.substr(begin, end - begin);
}

std::string_view MasterFile::attribute_name(Kind kind, std::uint32_t index) const {
  const KindRecord& record = layout_->kinds[static_cast<std::size_t>(kind)];
  const std::uint64_t at = std::uint64_t{record.first_attribute} + index;
  if (index >= record.attributes || at >= layout_->attributes.size()) return {};
  return text(layout_->attributes[at]);
}

std::uint32_t MasterFile::attribute_count(Kind kind) const {
  return std::min<std::uint32_t>(layout_->kinds[static_cast<std::size_t>(kind)].attributes,
                                 static_cast<std::uint32_t>(layout_->attributes.size()));
}

int MasterFile::attribute_index(Kind kind, std::string_view wanted) const {
  for (std::uint32_t i = 0; i < attribute_count(kind); ++i)
    if (attribute_name(kind, i) == wanted) return static_cast<int>(i);
  return -1;
}

std::span<const FileRecord> MasterFile::files() const {
  return layout_->files;
}
std::string_view MasterFile::summary_json() const {
  return layout_->summary;
}
std::string_view MasterFile::findings_jsonl() const {
  return layout_->findings;
}

std::string_view CodeView::code() const {
  return {record_->code, strnlen(record_->code, kCodeSize)};
}
Kind CodeView::kind() const {
  return record_->kind < kKinds ? static_cast<Kind>(record_->kind) : Kind::kDrug;
}
std::span<const LifeRecord> CodeView::lives() const {
  return part(file_->layout_->lives, record_->first_life, record_->lives);
}
std::span<const VersionRecord> CodeView::versions() const {
  return part(file_->layout_->versions, record_->first_version, record_->versions);
}
std::span<const EventRecord> CodeView::events() const {
  return part(file_->layout_->events, record_->first_event, record_->events);
}
std::span<const LinkRecord> CodeView::links() const {
  return part(file_->layout_->links, record_->first_link, record_->links);
}

namespace {

// How many of the sorted `starts` behind the first are not after the day.
std::size_t last_begun(std::span<const std::int32_t> starts, std::int32_t day) {
  const auto end = std::ranges::upper_bound(starts.subspan(1), day);
  return static_cast<std::size_t>(end - starts.begin()) - 1;
}

}  // namespace

Status CodeView::status_on(std::int32_t day) const {
  const CodeRecord& r = *record_;
  if (r.lives == 1)
    return judge(day, r.from, r.to, r.not_before, static_cast<FromKind>(r.from_kind), static_cast<ToKind>(r.to_kind),
                 Status::kNotYet);
  Status status = Status::kNotYet;
  for (const LifeRecord& life : lives()) {
    if (day < life.from && status != Status::kNotYet) break;
    status = judge(day, life.from, life.to, life.not_before, static_cast<FromKind>(life.from_kind),
                   static_cast<ToKind>(life.to_kind), status);
    if (day <= life.to || status == Status::kDeleted) break;
  }
  return status;
}

const VersionRecord* CodeView::version_on(std::int32_t day) const {
  const auto starts = part(file_->layout_->starts, record_->first_version, record_->in_force);
  if (starts.empty() || std::uint64_t{record_->first_version} + starts.size() > file_->layout_->versions.size())
    return nullptr;
  const std::size_t found = last_begun(starts, day);
  return file_->layout_->versions.data() + record_->first_version + found;
}

bool CodeView::generic_on(std::int32_t day) const {
  const VersionRecord* version = version_on(day);
  if (version == nullptr) return false;
  const bool stated = (version->flags & kExtract) == 0 && version->from <= day;
  if (kind() != Kind::kDrug || stated) return (version->flags & kGenericFlag) != 0;
  // Before the first drug master in hand the price lists tell.
  const VersionRecord* last = version_on(kOpen);
  const auto price = file_->find(Kind::kPrice, attribute(*last, "price_code"));
  if (!price || price->version_on(day) == nullptr) return (version->flags & kGenericFlag) != 0;
  return (price->version_on(day)->flags & kGenericFlag) != 0;
}

std::string_view CodeView::attribute(const VersionRecord& version, std::string_view name) const {
  const int index = file_->attribute_index(kind(), name);
  return index < 0 ? std::string_view{} : attribute(version, static_cast<std::uint32_t>(index));
}

std::string_view CodeView::attribute(const VersionRecord& version, std::uint32_t index) const {
  const auto all = versions();
  if (all.empty() || &version < all.data() || &version >= all.data() + all.size()) return {};
  // Versions hold what changed; a superseded one holds all of itself.
  for (auto at = static_cast<std::ptrdiff_t>(&version - all.data()); at >= 0; --at) {
    const VersionRecord& one = all[static_cast<std::size_t>(at)];
    for (const DeltaRecord& delta : part(file_->layout_->deltas, one.first_delta, one.deltas))
      if (delta.attribute == index) return file_->text(delta.text);
    if ((one.flags & kSuperseded) != 0) break;
  }
  return {};
}

}  // namespace sekisho::masters
