// A master file: every code with its whole life, in one memory-mapped file that is only read. Opening costs nothing;
// looking up a code on a day reads one slot. Thread safe. All texts are UTF-8 views into the file.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.h"
#include "core/json.h"
#include "masters/format.h"

namespace sekisho::masters {

// What a code means on a day.
enum class Status : std::uint8_t {
  kValid,
  kNotYet,    // before its first day (or before it is known)
  kEnded,     // after its last day
  kDoubtful,  // after its last sight while no file states an end, or before the first with no edition that lacks it
  kDeleted,   // withdrawn as an error
};
const char* name(Status status);

class MasterFile;
struct PaddedCode;

// One code. Valid while its file is open.
class CodeView {
 public:
  std::string_view code() const;
  Kind kind() const;
  std::span<const LifeRecord> lives() const;
  std::span<const VersionRecord> versions() const;  // those in force by day, then the superseded ones
  std::span<const EventRecord> events() const;
  std::span<const LinkRecord> links() const;
  Status status_on(std::int32_t day) const;
  // The version in force on a day; the first one for days before it. nullptr: nothing but the code is known.
  const VersionRecord* version_on(std::int32_t day) const;
  // Counted as generic on that day: by the drug master, and before the first one in hand by the price list.
  bool generic_on(std::int32_t day) const;
  // An attribute of a version by its name ("price_code"); "" when unknown.
  std::string_view attribute(const VersionRecord& version, std::string_view name) const;
  std::string_view attribute(const VersionRecord& version, std::uint32_t index) const;

 private:
  friend class MasterFile;
  CodeView(const MasterFile* file, const CodeRecord* record) : file_(file), record_(record) {}
  const MasterFile* file_;
  const CodeRecord* record_;
};

// One of many questions to a master file.
struct Question {
  Kind kind = Kind::kDrug;
  std::string_view code;
  Date on;
};

// A code on a day: what most callers want.
struct Found {
  CodeView code;
  Status status = Status::kValid;
  const VersionRecord* version = nullptr;
};

class MasterFile {
 public:
  // Errors: masters.file (no master file, or a damaged one), file errors.
  static Result<MasterFile> open(const std::filesystem::path& path);
  static Result<MasterFile> from_memory(ByteView bytes);  // the bytes must outlive it
  MasterFile(MasterFile&&) noexcept;
  ~MasterFile();

  std::optional<CodeView> find(Kind kind, std::string_view code) const;
  // The code on that day, also when it is not valid then: status says so.
  std::optional<Found> find(Kind kind, std::string_view code, Date on) const;
  // Many at once: found[i] answers questions[i]. The memory of the next questions is fetched while one is answered, so
  // that a column of codes costs less than the same questions one by one.
  void find(std::span<const Question> questions, std::span<std::optional<Found>> found) const;
  // Every kind that knows this code.
  std::vector<CodeView> find_all(std::string_view code) const;
  std::span<const CodeRecord> codes(Kind kind) const;  // sorted by code
  CodeView view(const CodeRecord& record) const { return {this, &record}; }

  std::string_view text(std::uint32_t id) const;
  std::string_view attribute_name(Kind kind, std::uint32_t index) const;
  int attribute_index(Kind kind, std::string_view name) const;  // -1: none
  std::uint32_t attribute_count(Kind kind) const;
  std::span<const FileRecord> files() const;
  std::string_view summary_json() const;  // report of the build
  std::string_view findings_jsonl() const;

 private:
  friend class CodeView;
  struct Layout;
  std::size_t place(std::uint64_t hash) const;
  const SlotRecord* slot(Kind kind, const PaddedCode& code, std::size_t place) const;
  void answer(const SlotRecord& slot, std::int32_t day, std::optional<Found>& out) const;
  Found answer_from_records(const SlotRecord& slot, std::int32_t day) const;
  explicit MasterFile(std::unique_ptr<Layout> layout);
  std::unique_ptr<Layout> layout_;
};

}  // namespace sekisho::masters
