#include "masters/writer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/digest.h"
#include "masters/code_key.h"
#include "masters/fold.h"

namespace sekisho::masters {

namespace {

class Writer {
 public:
  Writer(const Layouts& layouts, BuildState& state) : layouts_(layouts), state_(state) {}

  Bytes run(std::string_view summary, std::string_view findings) {
    for (std::size_t i = 0; i < kKinds; ++i)
      write_kind(static_cast<Kind>(i));
    write_files();
    const std::vector<std::uint64_t> hash = make_hash();
    std::vector<std::uint64_t> offsets{0};
    std::string texts;
    for (std::uint32_t i = 0; i < state_.texts.size(); ++i) {
      texts += state_.texts.text(i);
      offsets.push_back(texts.size());
    }
    out_.reserve(sizeof(Header) + offsets.size() * 8 + texts.size() + bytes(codes_) + bytes(hash) + bytes(lives_) +
                 bytes(versions_) + bytes(starts_) + bytes(deltas_) + bytes(events_) + bytes(links_) + bytes(files_) +
                 summary.size() + findings.size() + 4096);
    out_.assign(sizeof(Header), 0);
    put(Section::kTextOffsets, offsets);
    put(Section::kTextBytes, texts);
    put(Section::kAttributes, attributes_);
    put(Section::kKinds, kinds_);
    put(Section::kCodes, codes_);
    put(Section::kHash, hash);
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

  // Open addressing; at most half full. 0 is empty, otherwise index + 1 below the upper half of the hash, which spares
  // looking at a code that only shares the slot.
  std::vector<std::uint64_t> make_hash() const {
    std::vector<std::uint64_t> hash(std::bit_ceil(std::max<std::size_t>(codes_.size() * 2, 16)), 0);
    for (std::uint32_t i = 0; i < codes_.size(); ++i) {
      const std::uint64_t key = code_hash(static_cast<Kind>(codes_[i].kind), PaddedCode(codes_[i].code));
      std::size_t at = key & (hash.size() - 1);
      while (hash[at] != 0)
        at = (at + 1) & (hash.size() - 1);
      hash[at] = (key >> 32 << 32) | (i + 1);
    }
    return hash;
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

Bytes serialize(const Layouts& layouts, BuildState& state, std::string_view summary, std::string_view findings) {
  return Writer(layouts, state).run(summary, findings);
}

}  // namespace sekisho::masters
