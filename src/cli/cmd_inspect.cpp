// modules: core records columns formats
// `sekisho inspect`: reads any SS-MIX2 storage, receipt or DPC file and shows what is in it: counts, findings, tables.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "cli/cli.h"
#include "cli/inspect_output.h"
#include "cli/inspect_report.h"
#include "cli/inspect_walk.h"
#include "core/file.h"
#include "core/progress.h"
#include "core/read_ahead.h"
#include "core/utf16.h"
#include "formats/coverage.h"
#include "formats/reader.h"
#include "formats/ssmix2_path.h"

namespace sekisho::cli {
namespace {

using formats::Family;
using records::RecordSet;

constexpr std::size_t kFilesPerChunk = 1024, kBytesPerChunk = std::size_t{8} << 20;
constexpr std::size_t kLargestSample = std::size_t{16} << 20;  // of files whose fields are tried one by one
constexpr std::size_t kHeld = std::size_t{64} << 20;           // bytes of rows that a worker keeps until its turn comes

struct Chunk {
  std::uint64_t number = 0;
  std::int32_t first_file = 0;
  std::vector<WalkUnit> units;
};

// Chunks wait here for a worker; workers wait here for their turn to speak.
class Line {
 public:
  explicit Line(std::size_t room) : room_(room) {}

  void push(Chunk chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() < room_ || failed_; });
    waiting_.push_back(std::move(chunk));
    changed_.notify_all();
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  std::optional<Chunk> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !waiting_.empty() || closed_ || failed_; });
    if (waiting_.empty() || failed_) return std::nullopt;
    Chunk chunk = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return chunk;
  }
  bool is_turn(std::uint64_t number) {
    const std::scoped_lock lock(mutex_);
    return turn_ == number || failed_;
  }
  // False: another worker failed.
  bool wait_turn(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return turn_ == number || failed_; });
    return !failed_;
  }
  void end_turn() {
    const std::scoped_lock lock(mutex_);
    ++turn_;
    changed_.notify_all();
  }
  void stop(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!failed_) error_ = std::move(error);
    failed_ = true;
    changed_.notify_all();
  }
  bool failed() {
    const std::scoped_lock lock(mutex_);
    return failed_;
  }
  const Error& error() const { return error_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> waiting_;
  std::size_t room_;
  std::uint64_t turn_ = 0;
  bool closed_ = false, failed_ = false;
  Error error_;
};

// Reads the files of a chunk into one record set.
class Worker {
 public:
  Worker(Line& line, InspectOutput& output, Progress& progress) : line_(line), output_(output), progress_(progress) {
    // Whose turn it is hands over at once, while the rows are in the cache; others go on until they hold much.
    const records::DrainHook drain = [this](RecordSet& set) -> Result<void> {
      if (!line_.is_turn(chunk_->number) && set.bytes() < kHeld) return {};
      if (!line_.wait_turn(chunk_->number)) return fail("inspect.stopped", "another file could not be written");
      return output_.take(set, [this](std::int32_t part) { return path_of(part); });
    };
    for (const Family family : {Family::kSsmix2, Family::kReceipt, Family::kDpc})
      readers_[static_cast<std::size_t>(family)] = formats::make_reader(family, set_, drain);
  }

  void run() {
    while (std::optional<Chunk> chunk = line_.pop()) {
      chunk_ = &*chunk;
      if (auto read = read_chunk(); !read) return line_.stop(read.error());
    }
  }

 private:
  struct FileSeen {
    const std::string* path;
    Family family;
    std::uint64_t size;
  };

  std::string path_of(std::int32_t part) const {
    return path_in_utf8(*files_[static_cast<std::size_t>(part - chunk_->first_file)].path);
  }

  Result<void> read_chunk() {
    files_.clear();
    names_.clear();
    unreadable_.clear();
    documents_.clear();
    volumes_.clear();
    contents_.clear();
    set_.counts = {};
    read_ahead();
    for (const WalkUnit& unit : chunk_->units) {
      facts_.clear();
      const std::vector<bool> superseded =
          unit.patient ? formats::superseded_by_name(unit.files) : std::vector<bool>(unit.files.size());
      for (std::size_t i = 0; i < unit.files.size(); ++i)
        SEKISHO_CHECK(read_one(unit, unit.files[i], superseded[i]));
      if (unit.patient)
        for (formats::NameFinding& f : formats::check_patient_names(unit.files, facts_))
          names_.push_back({std::move(f.path), std::move(f.rule), {}, f.level});
    }
    if (!line_.wait_turn(chunk_->number)) return {};
    SEKISHO_CHECK(output_.take(set_, [this](std::int32_t part) { return path_of(part); }));
    output_.count(set_.counts);
    for (auto& [path, volume] : volumes_)
      output_.volumes.add(path, std::move(volume));
    for (const auto& [path, content] : contents_)
      output_.remember_content(*path, content);
    for (const auto& [kind, n] : documents_)
      output_.documents[kind] += n;
    for (auto* more : {&names_, &unreadable_})
      for (ShownFinding& f : *more) {
        ++output_.total.rules[f.rule];
        f.file = path_in_utf8(f.file);
        output_.find(std::move(f));
      }
    records::Batch batch(inspect_tables::file_spec());
    for (std::size_t i = 0; i < files_.size(); ++i) {
      ++output_.families[std::string(formats::name(files_[i].family))];
      batch.add_row();
      batch.integer(0, chunk_->first_file + static_cast<std::int64_t>(i));
      batch.text(1, path_in_utf8(*files_[i].path));
      batch.text(2, formats::name(files_[i].family));
      batch.integer(3, static_cast<std::int64_t>(files_[i].size));
    }
    SEKISHO_CHECK(output_.add_files(batch));
    line_.end_turn();
    return {};
  }

  // The files of the chunk in the order of reading; what is no small regular file waits for its own turn.
  void read_ahead() {
    std::vector<const char*> paths;
    for (const WalkUnit& unit : chunk_->units)
      for (const std::string& file : unit.files)
        paths.push_back(unit.regular && unit.size <= ReadAhead::kLargest ? file.c_str() : nullptr);
    ahead_.begin(std::move(paths));
  }

  // Reads by itself what was not read ahead, a piece at a time.
  class Pieces {
   public:
    Pieces(Worker& worker, const WalkUnit& unit, const std::string& path)
        : buffer_(worker.buffer_), regular_(unit.regular) {
      if (const auto whole = worker.ahead_.take()) {
        piece_ = *whole;
        ended_ = true;
        return;
      }
      file_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      buffer_.resize(kPiece);
      next();
    }
    bool failed() const { return failed_; }
    ByteView piece() const { return piece_; }  // empty at the end
    void next() {
      piece_ = {};
      if (ended_) return;
      const ssize_t got = file_ ? ::read(file_.get(), buffer_.data(), buffer_.size()) : -1;
      failed_ = got < 0;
      if (got > 0) piece_ = {buffer_.data(), static_cast<std::size_t>(got)};
      // A regular file that gave less than there was room for has ended: no call to hear so.
      ended_ = got <= 0 || (regular_ && piece_.size() < buffer_.size());
    }
    std::uint64_t size_of_file() const {
      struct stat status{};
      return file_ && ::fstat(file_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
    }

   private:
    Bytes& buffer_;
    FileDescriptor file_;
    ByteView piece_;
    bool regular_, ended_ = false, failed_ = false;
  };

  Result<void> read_one(const WalkUnit& unit, const std::string& path, bool superseded) {
    formats::FileFacts& facts = facts_.emplace_back();
    const auto part = chunk_->first_file + static_cast<std::int32_t>(files_.size());
    files_.push_back({&path, Family::kUnknown, 0});
    progress_.add();
    Pieces pieces(*this, unit, path);
    if (pieces.failed()) return unreadable(path);
    const Family family = formats::sniff(path, pieces.piece());
    const bool archive = family == Family::kUnknown && formats::is_archive(pieces.piece());
    FileSeen& seen = files_.back();
    seen.family = family;
    formats::Reader* reader = family == Family::kUnknown ? nullptr : readers_[static_cast<std::size_t>(family)].get();
    if (reader != nullptr) reader->begin({.path = path, .part = part, .superseded = superseded});
    std::uint64_t content = kHashSeed;
    for (; !pieces.piece().empty(); pieces.next()) {
      if (family == Family::kReceipt || family == Family::kDpc) content = fold_hash(content, as_text(pieces.piece()));
      seen.size += pieces.piece().size();
      if (reader == nullptr && seen.size > kPiece) break;
      if (reader != nullptr) SEKISHO_CHECK(reader->feed(pieces.piece()));
    }
    if (pieces.failed()) return unreadable(path);
    if (reader != nullptr) {
      SEKISHO_CHECK(reader->finish());
      facts = reader->facts();
      if (family != Family::kSsmix2) contents_.emplace_back(&path, content ^ seen.size);
      for (formats::receipt::Volume& volume : reader->volumes())
        volumes_.push_back({path, std::move(volume)});
      using Kind = formats::FileFacts::Kind;
      if (facts.kind == Kind::kCda) ++documents_["cda"];
      if (facts.kind == Kind::kVitals) ++documents_["vitals"];
      if (facts.kind == Kind::kAttachment) ++documents_["attachments"];
      return {};
    }
    seen.size = std::max(seen.size, pieces.size_of_file());
    ++set_.counts.files;
    set_.counts.bytes += seen.size;
    report_unknown(path, part, seen.size, unit.named, archive);
    return {};
  }

  // A file that says by its name what it should be, or that a person named, and is nothing of the kind.
  void report_unknown(const std::string& path, std::int32_t part, std::uint64_t size, bool named, bool archive) {
    const Family wanted = formats::family_of_name(path);
    if (wanted == Family::kUnknown && !named && !archive) return names_.push_back({path, "UNKNOWN_FILE", {}, 'I'});
    const std::string_view rule = size == 0                    ? "EMPTY_FILE"
                                  : archive                    ? "ARCHIVE_NOT_READ"
                                  : wanted == Family::kReceipt ? "RECEIPT_UNREADABLE"
                                  : wanted == Family::kDpc     ? "SURVEY_UNREADABLE"
                                                               : "UNKNOWN_FILE";
    set_.begin_file(0, part, 0);
    ++set_.counts.records;
    set_.find(rule, records::Level::kError, 1, {});
    set_.quarantine(rule, formats::find_rule_text(rule)->meaning_en, 1, size, 1);
  }

  Result<void> unreadable(const std::string& path) {
    unreadable_.push_back({path, "FILE_UNREADABLE", {}, 'E'});
    ++set_.counts.files;
    return {};
  }

  Line& line_;
  InspectOutput& output_;
  Progress& progress_;
  RecordSet set_;
  std::array<std::unique_ptr<formats::Reader>, 3> readers_;
  const Chunk* chunk_ = nullptr;
  std::vector<FileSeen> files_;
  std::vector<ShownFinding> names_, unreadable_;
  std::map<std::string, std::uint64_t> documents_;
  std::vector<std::pair<std::string, formats::receipt::Volume>> volumes_;  // and their files
  std::vector<std::pair<const std::string*, std::uint64_t>> contents_;     // of receipts and survey files, as a number
  std::vector<formats::FileFacts> facts_;                                  // beside the files of a unit
  ReadAhead ahead_;
  Bytes buffer_;
};

// The export of the index database against the folders.
Result<void> compare_with_index(const InspectOptions& options, InspectOutput& output) {
  SEKISHO_TRY(const Bytes bytes, read_file(options.index));
  const std::string text = text_in_utf8(bytes);
  const auto index = formats::make_index_source(text);
  TreeSource tree(options.paths);
  SEKISHO_TRY(
      output.index,
      compare_index(*index, tree, [&](std::string_view rule, char level, std::string place, std::string path) {
        ++output.total.rules[std::string(rule)];
        output.find({path.empty() ? options.index : std::move(path), std::string(rule), std::move(place), level});
      }));
  return {};
}

Result<void> read_all(const InspectOptions& options, InspectOutput& output) {
  const unsigned threads =
      options.threads > 0 ? static_cast<unsigned>(options.threads) : std::max(1u, std::thread::hardware_concurrency());
  Progress progress(std::string(say(inspect_phrases::kRead)), 0, std::string(say(inspect_phrases::kFiles)));
  Line line(threads);
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      try {
        Worker(line, output, progress).run();
      } catch (const std::exception& e) {  // memory exhausted, for one: the run ends with an error, not the process
        line.stop({"inspect.failed", e.what(), {}, {}});
      }
    });
  Chunk chunk;
  std::size_t in_chunk = 0, bytes = 0;
  std::int32_t next_file = 0;
  const auto send = [&] {
    if (chunk.units.empty()) return;
    const std::uint64_t number = chunk.number;
    line.push(std::move(chunk));
    chunk = {.number = number + 1, .first_file = next_file, .units = {}};
    in_chunk = bytes = 0;
  };
  const auto walked = StorageWalk(
                          [&](WalkUnit unit) {
                            if (line.failed()) return;
                            if (output.names.active() && output.names.is_unchanged(unit)) return;
                            next_file += static_cast<std::int32_t>(unit.files.size());
                            in_chunk += unit.files.size();
                            bytes += unit.size;  // files of months of claims are large and few
                            chunk.units.push_back(std::move(unit));
                            if (bytes >= kBytesPerChunk || in_chunk >= kFilesPerChunk) send();
                          },
                          threads)
                          .run(options.paths);
  send();
  line.close();
  workers.clear();
  if (line.failed()) return std::unexpected(line.error());
  SEKISHO_CHECK(walked);
  for (formats::receipt::VolumeFinding& f : output.volumes.check()) {
    ++output.total.rules[f.rule];
    output.find({std::move(f.file), std::move(f.rule), std::move(f.place), 'W'});
  }
  if (!options.index.empty()) SEKISHO_CHECK(compare_with_index(options, output));
  SEKISHO_CHECK(output.finish());
  return output.names.active() ? output.names.save() : Result<void>{};
}

constexpr std::string_view type_name(records::ColumnType type) {
  constexpr std::string_view kNames[] = {"text", "int32", "int64", "double", "date", "timestamp"};
  return kNames[static_cast<int>(type)];
}

// docs/records.md
void print_model() {
  fmt::print(
      "# Tables and their columns\n\nMade by `sekisho inspect --model`. Timestamps are Japanese wall clock without "
      "zone. "
      "Empty (null) means: not said.\n");
  for (const records::TableSpec* spec : inspect_tables::all_specs()) {
    fmt::print("\n## {}\n\n{}\n\n| column | type | meaning |\n|---|---|---|\n", spec->name, spec->meaning);
    for (const records::ColumnSpec& column : spec->columns)
      fmt::print("| {} | {} | {} |\n", column.name, type_name(column.type), column.meaning);
  }
}

// docs/coverage.md
Result<int> print_coverage(const InspectOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : options.paths) {
    if (!std::filesystem::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
      if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  formats::Coverage coverage;
  for (const std::filesystem::path& file : files) {
    SEKISHO_TRY(const Bytes content, read_file(file, kLargestSample));
    coverage.take(file.string(), content);
  }
  fmt::print("{}{}", formats::kCoverageIntroduction, coverage.tables());
  return kDone;
}

Result<int> inspect(const InspectOptions& options) {
  if (options.model) {
    print_model();
    return kDone;
  }
  if (options.paths.empty()) return fail("usage.path", "name at least one file or folder");
  if (options.coverage) return print_coverage(options);
  Progress::set_quiet(options.json);
  const auto start = std::chrono::steady_clock::now();
  InspectOutput output;
  if (!options.names.empty()) SEKISHO_CHECK(output.names.load(options.names));
  SEKISHO_CHECK(output.open(options));
  SEKISHO_CHECK(read_all(options, output));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.json)
    print_json(to_json(output, seconds));
  else
    print_summary(output, seconds);
  return output.levels.contains('E') ? kFindings : kDone;
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      app.add_subcommand("inspect", "Read SS-MIX2 storages, receipt (UKE) and DPC files: counts, findings, tables");
  command->add_option("PATH", options->paths,
                      "Files or folders; several roots of one storage are read as one (split volumes)");
  command->add_option("--tables", options->tables, "Write one file per table into this folder (mode 0600)");
  command->add_option("--format", options->format, "Of the tables")->check(CLI::IsMember({"parquet", "csv", "jsonl"}));
  command->add_option("--findings", options->findings, "Write all findings as JSON lines (mode 0600)");
  command->add_option("--index", options->index,
                      "Export of the index database SSMIXIDX (CSV or TSV) to compare with the folders");
  command->add_option(
      "--names", options->names,
      "Remember in this file which names were read: a later run reads only patients whose names changed");
  command->add_option("--threads", options->threads, "Workers; 0: one per core; the result is the same")
      ->check(CLI::Range(0, 256));
  command->add_flag("--json", options->json, "Print one JSON document");
  command->add_flag("--model", options->model, "Print the tables and what their columns mean, and end");
  command->footer(
      "Findings have a rule, a level (E unusable or inconsistent, W usable after normalisation, I information) and a\n"
      "place. Exit 0: no finding of level E, 1: some, 2: wrong use, 3: failed.\n\n"
      "  sekisho inspect /mnt/storage --tables out --format parquet");
  command->add_flag("--coverage", options->coverage,
                    "Print what becomes of each field of these (small) files, found by changing it, and end");
  set_action(command, [options] { return inspect(*options); });
}

}  // namespace sekisho::cli
