// From a verified package to loaded rows: unseal, open, read, commit.
#include <fmt/format.h>

#include <array>
#include <future>

#include "core/crash_point.h"
#include "core/log.h"
#include "formats/reader.h"
#include "identity/filter_file.h"
#include "intake/intake.h"
#include "store/filter_rows.h"
#include "transport/part.h"
#include "unseal/unseal.h"

namespace sekisho::intake {

namespace fs = std::filesystem;

namespace {

constexpr formats::Family kFamilies[] = {formats::Family::kSsmix2, formats::Family::kReceipt, formats::Family::kDpc};

formats::Family family_of(std::string_view kind) {
  for (const formats::Family family : kFamilies)
    if (formats::name(family) == kind) return family;
  return formats::Family::kUnknown;
}

// Feeds entries to the family's reader; a file that was cut into ranges goes on where its last range ended.
class EntryReader {
 public:
  EntryReader(store::Load& load) : load_(load) {
    for (const formats::Family family : kFamilies)
      readers_[static_cast<std::size_t>(family)] =
          formats::make_reader(family, load.set(), [&load](records::RecordSet&) { return load.drain(); });
  }

  Result<void> read(formats::Family family, std::uint32_t part, const transport::PartEntry& entry) {
    if (entry.range_from != 0 && (entry.path != open_path_ || entry.range_from != open_offset_)) {
      // A range without the one before it cannot be read alone.
      SEKISHO_CHECK(close());
      load_.set().begin_file(load_.package(), static_cast<std::int32_t>(part),
                             static_cast<std::int32_t>(entry.ordinal));
      load_.set().find("RANGE_GAP", records::Level::kError, -1, "range");
      load_.set().quarantine("RANGE_GAP", "a range of a larger file came without the range before it", -1,
                             entry.content.size(), 1);
      return load_.quarantine_bytes(static_cast<std::int32_t>(part), static_cast<std::int32_t>(entry.ordinal),
                                    "RANGE_GAP", entry.content);
    }
    if (entry.range_from == 0) {
      SEKISHO_CHECK(close());
      open_ = readers_[static_cast<std::size_t>(family)].get();
      open_path_ = entry.path;
      open_->begin(
          {open_path_, load_.package(), static_cast<std::int32_t>(part), static_cast<std::int32_t>(entry.ordinal)});
    }
    SEKISHO_CHECK(open_->feed(entry.content));
    open_offset_ = entry.range_to;
    return entry.range_to == entry.total_size ? close() : Result<void>{};
  }

  Result<void> close() {
    if (open_ == nullptr) return {};
    formats::Reader* reader = std::exchange(open_, nullptr);
    open_path_.clear();
    return reader->finish();
  }

 private:
  store::Load& load_;
  std::array<std::unique_ptr<formats::Reader>, 3> readers_;
  formats::Reader* open_ = nullptr;
  std::string open_path_;
  std::uint64_t open_offset_ = 0;
};

// Filters come in files of their own; a file that was cut into ranges is put together again.
class FilterTaker {
 public:
  explicit FilterTaker(store::Load& load) : load_(load) {}
  std::uint64_t taken() const { return taken_; }

  Result<void> take(std::uint32_t part, const transport::PartEntry& entry) {
    if (entry.range_from != content_.size()) content_.clear();
    const bool follows = entry.range_from == content_.size();
    content_.insert(content_.end(), entry.content.begin(), entry.content.end());
    if (follows && entry.range_to < entry.total_size) return {};
    const Bytes content = std::exchange(content_, {});
    const auto file = identity::FilterFile::parse(content, "filters");
    if (!file) {
      load_.set().begin_file(load_.package(), static_cast<std::int32_t>(part),
                             static_cast<std::int32_t>(entry.ordinal));
      load_.set().find("FILTERS", records::Level::kError, -1, "filters");
      load_.set().quarantine("FILTERS", "a file of filters cannot be read", -1, content.size(), 1);
      return load_.quarantine_bytes(static_cast<std::int32_t>(part), static_cast<std::int32_t>(entry.ordinal),
                                    "FILTERS", content);
    }
    const std::string scheme = file->scheme.dump();
    for (std::size_t i = 0; i < file->ids.size(); ++i, ++taken_)
      SEKISHO_CHECK(store::keep_filter(load_, file->ids[i], scheme, identity::filter_bytes(file->filters[i])));
    return {};
  }

 private:
  store::Load& load_;
  Bytes content_;
  std::uint64_t taken_ = 0;
};

Result<void> take_withdrawals(const transport::OpenPart& part, const PackageId& id, store::Load& load,
                              Json& withdrawn) {
  for (const transport::PartEntry& entry : part.entries) {
    std::string_view lines = as_text(entry.content);
    while (!lines.empty()) {
      const auto end = std::min(lines.find('\n'), lines.size());
      const std::string_view line = lines.substr(0, end);
      lines.remove_prefix(std::min(end + 1, lines.size()));
      if (line.empty()) continue;
      SEKISHO_TRY(const Json row, parse_json(line, "withdrawals"));
      SEKISHO_TRY(const std::string number, json_string(row, "patient_number"));
      const std::string scope = row.value("scope", "registration");
      SEKISHO_CHECK(load.withdraw(number, scope));
      withdrawn.push_back({number, scope});
    }
  }
  spdlog::info("{}: {} withdrawals", id.text(), withdrawn.size());
  return {};
}

}  // namespace

Result<void> Intake::load(const transport::PackageFile& package) {
  const PackageId& id = package.manifest.id;
  SEKISHO_TRY(const auto known, store_->find_package(id));
  if (known) {
    if (known->manifest_hash != to_hex(package.manifest_hash))
      return fail("package.equivocation", "another package with this sequence was loaded before", {.part = id.text()});
    return erase_withdrawn(id);  // committed just before a crash
  }
  SEKISHO_TRY(const auto load, store_->begin_load(id, to_hex(package.manifest_hash)));
  Json withdrawn = Json::array();
  SEKISHO_CHECK(load_parts(package, *load, withdrawn));
  SEKISHO_CHECK(load->drain());

  // A person's wish does not wait: packages that carry withdrawals are never held.
  SEKISHO_TRY(const bool breaks, breaks_thresholds(id, *load));
  if (breaks && withdrawn.empty())
    return fail("quality.held", "the data break the thresholds of quality", {.part = id.text()});

  // Registration keys, not patient numbers, leave this function. Who was never loaded needs no erasure:
  // load->withdraw() remembers them.
  Json erasures = Json::array();
  for (const Json& row : withdrawn) {
    SEKISHO_TRY(const std::string reg, store_->find_registration(id.hospital.text, row[0].get<std::string>()));
    if (!reg.empty()) erasures.push_back({reg, row[1]});
  }
  crash_point("intake.before_ledger");
  const std::string key = fmt::format("{}/{}/{}", id.hospital.text, id.epoch, id.sequence);
  if (recorded_["package.loaded"].insert(key).second) {
    const records::Counts& n = load->set().counts;
    const auto appended = ledger_->append("package.loaded", {{"hospital", id.hospital.text},
                                                             {"epoch", id.epoch},
                                                             {"sequence", id.sequence},
                                                             {"manifest_hash", to_hex(package.manifest_hash)},
                                                             {"records", n.records},
                                                             {"loaded", n.loaded},
                                                             {"superseded", n.superseded},
                                                             {"quarantined", n.quarantined},
                                                             {"withdrawn", erasures.size()}});
    if (!appended) {
      recorded_["package.loaded"].erase(key);
      return std::unexpected(appended.error());
    }
  }
  crash_point("intake.after_ledger");
  SEKISHO_CHECK(load->commit({{"withdrawn", erasures}}));
  crash_point("intake.after_commit");
  return erase_withdrawn(id);
}

Result<void> Intake::load_parts(const transport::PackageFile& package, store::Load& load, Json& withdrawn) {
  EntryReader reader(load);
  FilterTaker filters(load);
  // The next part is decrypted and opened while this one is read.
  const auto open = [this, &package](std::size_t i) -> Result<transport::OpenPart> {
    SEKISHO_TRY(const Bytes sealed, transport::read_part(package, i));
    SEKISHO_TRY(const Bytes content, unseal::cms_open(sealed, *recipient_, *recipient_key_));
    return transport::open_part(content, package.manifest, i);
  };
  const std::size_t count = package.manifest.parts.size();
  std::future<Result<transport::OpenPart>> next = std::async(std::launch::async, open, std::size_t{0});
  bool withdrawals_seen = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Result<transport::OpenPart> part = next.get();
    if (!part) return std::unexpected(part.error());
    if (i + 1 < count) next = std::async(std::launch::async, open, i + 1);
    Result<void> read = {};
    if (part->head.kind == "withdrawals") {
      if (withdrawals_seen)
        read = fail("package.withdrawals", "a package has more than one withdrawals part",
                    {.part = package.manifest.id.text()});
      else
        read = take_withdrawals(*part, package.manifest.id, load, withdrawn);
      withdrawals_seen = true;
    } else if (part->head.kind == "filters") {
      for (const transport::PartEntry& entry : part->entries) {
        read = filters.take(part->head.number, entry);
        if (!read) break;
      }
    } else if (const formats::Family family = family_of(part->head.kind); family == formats::Family::kUnknown) {
      read = fail("part.kind", "a part is of no known kind", {.part = package.manifest.id.text()});
    } else {
      for (const transport::PartEntry& entry : part->entries) {
        read = reader.read(family, part->head.number, entry);
        if (!read) break;
      }
    }
    if (!read) return read;  // the future's destructor waits for the part in flight
    crash_point("intake.after_part");
  }
  if (!withdrawals_seen)
    return fail("package.withdrawals", "a package has no withdrawals part", {.part = package.manifest.id.text()});
  if (filters.taken() > 0) spdlog::info("{}: {} filters", package.manifest.id.text(), filters.taken());
  return reader.close();
}

// Erases what the package withdrew; a mark says that it is done, so that a crash in between repeats it.
Result<void> Intake::erase_withdrawn(const PackageId& id) {
  const fs::path mark = config_.state / "erased" / id.file_name();
  std::error_code error;
  if (fs::exists(mark, error)) return {};
  SEKISHO_TRY(const Json facts, store_->package_facts(id));
  const Json rows = facts.value("withdrawn", Json::array());
  if (!rows.empty()) {
    const std::string key = fmt::format("{}/{}/{}", id.hospital.text, id.epoch, id.sequence);
    if (recorded_["package.withdrawn"].insert(key).second) {
      const auto appended = ledger_->append("package.withdrawn", {{"hospital", id.hospital.text},
                                                                  {"epoch", id.epoch},
                                                                  {"sequence", id.sequence},
                                                                  {"registrations", rows.size()}});
      if (!appended) return std::unexpected(appended.error());
    }
    for (const Json& row : rows) {
      SEKISHO_TRY([[maybe_unused]] const Json erased,
                  store_->erase(row[0].get<std::string>(), row[1].get<std::string>()));
      crash_point("intake.after_erase");
    }
  }
  return write_file_durable(mark, std::string_view(), 0600);
}

}  // namespace sekisho::intake
