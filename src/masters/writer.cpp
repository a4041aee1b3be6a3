#include "masters/writer.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "crypto/digest.h"
#include "masters/code_key.h"
#include "masters/fold.h"

namespace sekisho::masters {

namespace {

class Writer {
 public:
  Writer(const Layouts& layouts, BuildState& state) : layouts_(layouts), state_(state) {}

  Result<Bytes> run(std::string_view summary, std::string_view findings) {
    for (std::size_t i = 0; i < kKinds; ++i)
      write_kind(static_cast<Kind>(i));
    write_files();
    std::vector<std::uint64_t> offsets{0};
    std::string texts;
    for (std::uint32_t i = 0; i < state_.texts.size(); ++i) {
      texts += state_.texts.text(i);
      offsets.push_back(texts.size());
    }
    out_.reserve(sizeof(Header) + offsets.size() * 8 + texts.size() + bytes(codes_) +
                 slots() * (sizeof(SlotRecord) + 1) + bytes(lives_) + bytes(versions_) + bytes(starts_) +
                 bytes(deltas_) + bytes(events_) + bytes(links_) + bytes(files_) + summary.size() + findings.size() +
                 4096);
    out_.assign(sizeof(Header), 0);
    put(Section::kTextOffsets, offsets);
    put(Section::kTextBytes, texts);
    put(Section::kAttributes, attributes_);
    put(Section::kKinds, kinds_);
    put(Section::kCodes, codes_);
    SEKISHO_CHECK(put_slots());
    put(Section::kLives, lives_);
    put(Section::kVersions, versions_);
    put(Section::kVersionStarts, starts_);
    put(Section::kDeltas, deltas_);
    put(Section::kEvents, events_);
    put(Section::kLinks, links_);
    put(Section::kFiles, files_);
    put(Section::kSummary, summary);
    put(Section::kFindings, findings);
    std::memcpy(header_.magic, kMagic, sizeof kMagic);
    header_.file_size = out_.size();
    const crypto::Digest digest = crypto::sha256(ByteView(out_).subspan(sizeof(Header)));
    std::ranges::copy(digest, header_.sha256);
    std::memcpy(out_.data(), &header_, sizeof header_);
    return std::move(out_);
  }

 private:
  template <class T>
  void put(Section section, const T& values) {
    out_.resize((out_.size() + 63) / 64 * 64);
    const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
    const std::size_t size = values.size() * sizeof(*values.data());
    header_.sections[static_cast<std::size_t>(section)] = {out_.size(), size};
    out_.insert(out_.end(), begin, begin + size);
  }

  void write_kind(Kind kind) {
    KindState& source = state_.kinds[static_cast<std::size_t>(kind)];
    kind_ = kind;
    KindRecord record;
    record.first_attribute = static_cast<std::uint32_t>(attributes_.size());
    for (const std::string& attribute : layouts_.attributes(kind))
      attributes_.push_back(state_.texts.id(attribute));
    record.attributes = static_cast<std::uint32_t>(layouts_.attributes(kind).size());
    record.first_code = static_cast<std::uint32_t>(codes_.size());
    name_ = layouts_.attribute_of(kind, Role::kName);
    kana_ = layouts_.attribute_of(kind, Role::kKana);
    unit_ = layouts_.attribute_of(kind, Role::kUnit);
    price_ = layouts_.attribute_of(kind, Role::kPrice);
    generic_ = layouts_.attribute_of(kind, Role::kGeneric);
    dpc_ = layouts_.attribute_of(kind, Role::kDpc);
    for (auto& [code, one] : source.codes) {
      const auto links = source.links.find(code);
      write_code(code, one, links == source.links.end() ? nullptr : &links->second);
    }
    record.codes = static_cast<std::uint32_t>(codes_.size()) - record.first_code;
    kinds_.push_back(record);
    source = {};  // written: its memory goes to the file that is being made
  }

  void write_code(const std::string& code, const CodeState& one, const std::vector<LinkState>* links) {
    CodeRecord record{};
    std::memcpy(record.code, code.data(), std::min(code.size(), kCodeSize));
    record.kind = static_cast<std::uint8_t>(kind_);
    record.first_life = size(lives_);
    record.first_version = size(versions_);
    record.first_event = size(events_);
    record.first_link = size(links_);
    for (const LifeState& life : one.lives)
      lives_.push_back({life.from,
                        life.to,
                        life.not_before,
                        life.last_seen,
                        life.first_absent,
                        life.absent_editions,
                        life.from_evidence.file,
                        life.from_evidence.line,
                        life.to_evidence.file,
                        life.to_evidence.line,
                        static_cast<std::uint8_t>(life.from_kind),
                        static_cast<std::uint8_t>(life.to_kind),
                        {}});
    for (std::size_t i = 0; i < one.versions.size(); ++i)
      write_version(one.versions[i], i > 0 ? &one.versions[i - 1] : nullptr,
                    i + 1 < one.versions.size() ? one.versions[i + 1].from - 1 : kOpen, 0);
    for (const VersionState& version : one.superseded)
      write_version(version, nullptr, kOpen, kSuperseded);
    for (const EventState& event : one.events)
      events_.push_back({event.day, event.published, static_cast<std::uint32_t>(event.type), event.evidence.file,
                         event.evidence.line});
    if (links != nullptr)
      for (const LinkState& link : *links)
        links_.push_back({state_.texts.id(link.to), static_cast<std::uint32_t>(link.to_kind),
                          state_.texts.id(link.type), link.day, link.evidence.file, link.evidence.line});
    const auto narrow = [](std::size_t count) {
      return static_cast<std::uint16_t>(std::min<std::size_t>(count, 65'535));
    };
    record.lives = static_cast<std::uint8_t>(std::min<std::size_t>(one.lives.size(), 255));
    record.versions = narrow(one.versions.size() + one.superseded.size());
    record.in_force = narrow(one.versions.size());
    record.events = narrow(one.events.size());
    record.links = narrow(size(links_) - record.first_link);
    if (!one.lives.empty()) {
      record.from = one.lives.back().from;
      record.to = one.lives.back().to;
      record.not_before = one.lives.back().not_before;
      record.from_kind = static_cast<std::uint8_t>(one.lives.back().from_kind);
      record.to_kind = static_cast<std::uint8_t>(one.lives.back().to_kind);
    }
    codes_.push_back(record);
  }

  void write_version(const VersionState& version, const VersionState* before, std::int32_t to, std::uint32_t flags) {
    const auto value = [&](int attribute) {
      return attribute < 0 ? 0 : version.values[static_cast<std::size_t>(attribute)];
    };
    const auto set = [&](int attribute) {
      const std::string& text = state_.texts.text(value(attribute));
      return !text.empty() && text != "0";
    };
    VersionRecord record{};
    record.from = version.from;
    record.to = to;
    record.name = value(name_);
    record.kana = value(kana_);
    record.unit = value(unit_);
    record.price = value(price_);
    record.search = search_text(record.name, record.kana);
    record.flags = flags | (version.approximate ? kApproximate : 0u) | (version.weak ? kExtract : 0u);
    // The list of brand and generic writes 1 (no generic exists), 2, 3 (generic), ★ (counted as generic) and ☆.
    const std::string& generic = state_.texts.text(value(generic_));
    const bool counted = kind_ == Kind::kGeneric ? generic == "3" || generic == "★" || generic == "☆"
                         : kind_ == Kind::kPrice ? generic == "後発品"
                                                 : generic == "1";
    record.flags |= counted ? kGenericFlag : 0u;
    record.flags |= set(dpc_) ? kDpcFlag : 0u;
    record.first_delta = size(deltas_);
    for (std::uint32_t i = 0; i < version.values.size(); ++i)
      if (version.values[i] != (before == nullptr ? 0 : before->values[i])) deltas_.push_back({i, version.values[i]});
    record.deltas = size(deltas_) - record.first_delta;
    record.published = version.published;
    record.file = version.evidence.file;
    record.line = version.evidence.line;
    versions_.push_back(record);
    starts_.push_back(record.from);
  }

  std::uint32_t search_text(std::uint32_t drug_name, std::uint32_t kana) {
    const auto [found, fresh] = folded_.try_emplace({drug_name, kana}, 0);
    if (fresh) {
      const std::string text = fold(state_.texts.text(drug_name)) + "\n" + fold(state_.texts.text(kana));
      found->second = state_.texts.id(text);
    }
    return found->second;
  }

  void write_files() {
    const auto id = [&](const std::string& text) { return state_.texts.id(text); };
    for (const FileInfo& file : state_.files)
      files_.push_back({id(file.name), id(file.series), id(file.sha256), static_cast<std::uint32_t>(file.kind),
                        static_cast<std::uint32_t>(file.mode), file.columns, file.edition,
                        static_cast<std::uint32_t>(file.rows), static_cast<std::uint32_t>(file.applied),
                        static_cast<std::uint32_t>(file.unchanged), static_cast<std::uint32_t>(file.quarantined)});
  }

  std::size_t slots() const { return codes_.size() * 33 / 32 + 16; }

  // Pilots of a perfect hash, sought for the fullest buckets first; then the slots, made where they stay in the file.
  Result<void> put_slots() {
    const std::size_t count = slots(), buckets = codes_.size() / 3 + 1;
    std::vector<std::uint64_t> hashes;
    std::vector<std::vector<std::uint32_t>> members(buckets);
    for (std::uint32_t i = 0; i < codes_.size(); ++i) {
      hashes.push_back(code_hash(static_cast<Kind>(codes_[i].kind), PaddedCode(codes_[i].code)));
      members[share(hashes.back(), buckets)].push_back(i);
    }
    std::vector<std::uint32_t> order(buckets), places(codes_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::stable_sort(order, std::greater{}, [&](std::uint32_t bucket) { return members[bucket].size(); });
    std::vector<std::uint16_t> pilots(buckets);
    std::vector<bool> taken(count);
    for (const std::uint32_t bucket : order)
      if (!lead(members[bucket], hashes, taken, places, pilots[bucket]))
        return fail("masters.slots", "no place for a code: two codes share all 64 bits of their hash");
    put(Section::kPilots, pilots);

    out_.resize((out_.size() + 63) / 64 * 64);
    const std::size_t begin = out_.size();
    header_.sections[static_cast<std::size_t>(Section::kSlots)] = {begin, count * sizeof(SlotRecord)};
    out_.resize(begin + count * sizeof(SlotRecord), 0);
    for (std::uint32_t i = 0; i < codes_.size(); ++i) {
      const SlotRecord slot = slot_of(codes_[i], i);
      std::memcpy(out_.data() + begin + places[i] * sizeof slot, &slot, sizeof slot);
    }
    return {};
  }

  // The first pilot that leads all of a bucket to free places.
  static bool lead(const std::vector<std::uint32_t>& members, const std::vector<std::uint64_t>& hashes,
                   std::vector<bool>& taken, std::vector<std::uint32_t>& places, std::uint16_t& found) {
    for (std::uint32_t pilot = 0; pilot <= 0xFFFF; ++pilot) {
      std::size_t led = 0;
      for (; led < members.size(); ++led) {
        const std::size_t place = slot_place(hashes[members[led]], static_cast<std::uint16_t>(pilot), taken.size());
        if (taken[place]) break;
        taken[place] = true;
        places[members[led]] = static_cast<std::uint32_t>(place);
      }
      if (led == members.size()) {
        found = static_cast<std::uint16_t>(pilot);
        return true;
      }
      while (led-- > 0)
        taken[places[members[led]]] = false;
    }
    return false;
  }

  SlotRecord slot_of(const CodeRecord& code, std::uint32_t index) const {
    SlotRecord slot{};
    std::memcpy(slot.code, code.code, kCodeSize);
    slot.kind = code.kind;
    slot.from_kind = code.from_kind;
    slot.to_kind = code.to_kind;
    slot.lives = code.lives;
    slot.index = index + 1;
    slot.first_version = code.first_version;
    slot.from = code.from;
    slot.to = code.to;
    slot.not_before = code.not_before;
    slot.in_force = code.in_force;
    for (std::size_t i = 0; i < kStartsInSlot; ++i)
      slot.starts[i] = static_cast<std::uint16_t>(
          i + 1 < code.in_force ? std::clamp(starts_[code.first_version + i + 1], 0, kSlotDays) : kSlotDays);
    return slot;
  }

  template <class T>
  static std::size_t bytes(const std::vector<T>& values) {
    return values.size() * sizeof(T);
  }
  template <class T>
  static std::uint32_t size(const std::vector<T>& values) {
    return static_cast<std::uint32_t>(values.size());
  }

  const Layouts& layouts_;
  BuildState& state_;
  Kind kind_ = Kind::kDrug;
  int name_ = -1, kana_ = -1, unit_ = -1, price_ = -1, generic_ = -1, dpc_ = -1;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> folded_;
  std::vector<std::uint32_t> attributes_;
  std::vector<KindRecord> kinds_;
  std::vector<CodeRecord> codes_;
  std::vector<LifeRecord> lives_;
  std::vector<VersionRecord> versions_;
  std::vector<std::int32_t> starts_;
  std::vector<DeltaRecord> deltas_;
  std::vector<EventRecord> events_;
  std::vector<LinkRecord> links_;
  std::vector<FileRecord> files_;
  Header header_{};
  Bytes out_;
};

}  // namespace

Result<Bytes> serialize(const Layouts& layouts, BuildState& state, std::string_view summary,
                        std::string_view findings) {
  return Writer(layouts, state).run(summary, findings);
}

}  // namespace sekisho::masters
