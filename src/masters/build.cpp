#include "masters/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "core/file.h"
#include "core/progress.h"
#include "masters/apply.h"
#include "masters/lives.h"
#include "masters/writer.h"

namespace sekisho::masters {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> list_files(const std::vector<fs::path>& inputs) {
  std::vector<fs::path> out;
  for (const fs::path& input : inputs) {
    std::error_code error;
    const fs::file_status status = fs::status(input, error);
    if (error || !fs::exists(status))
      return fail("masters.input", "no such file or folder", {.file = input.string()}, "name a folder of master files");
    if (fs::is_regular_file(status)) {
      out.push_back(input);
      continue;
    }
    for (fs::recursive_directory_iterator it(input, fs::directory_options::skip_permission_denied, error), end;
         !error && it != end; it.increment(error))
      if (it->is_regular_file(error) && !it->path().filename().string().starts_with(".")) out.push_back(it->path());
    if (error) return fail("masters.input", "the folder cannot be read", {.file = input.string()});
  }
  std::ranges::sort(out);
  return out;
}

// Notes that lie beside the masters and are no masters.
bool is_note(const std::string& name) {
  return name.ends_with(".md") || name.ends_with(".pdf") || name.ends_with(".html") || name.ends_with(".json");
}

class Builder {
 public:
  Builder(const BuildOptions& options, Layouts layouts) : options_(options), layouts_(std::move(layouts)) {}

  Result<BuildReport> run() {
    SEKISHO_CHECK(collect());
    if (editions_.empty())
      return fail("masters.nothing",
                  "no file fits a known series of masters" +
                      (state_.findings.empty()
                           ? ""
                           : " (" + state_.findings.front().file + ": " + state_.findings.front().message + ")"),
                  {.file = options_.inputs[0].string()},
                  "keep the published names (y_ALL20240531.csv ...); docs/masters.md lists them");
    order();
    if (options_.supplement) SEKISHO_CHECK(apply_supplement(layouts_, built_in_table("supplement.csv"), state_));
    Progress progress("masters", editions_.size(), "files");
    for (Edition& edition : editions_) {
      apply(layouts_, edition, state_);
      edition.source.content = {};
      progress.add();
    }
    for (std::size_t i = 0; i < kKinds; ++i)
      settle_lives(static_cast<Kind>(i), state_);
    date_by_price_lists(layouts_, state_);
    find_links(layouts_, state_);
    return write();
  }

 private:
  Result<void> collect() {
    SEKISHO_TRY(const std::vector<fs::path> files, list_files(options_.inputs));
    for (const fs::path& path : files) {
      const std::string name = path.filename().string();
      if (is_note(name)) continue;
      SEKISHO_TRY(Bytes content, read_file(path, std::size_t{1} << 30));
      const auto opened = open_source(name, std::move(content), {}, [&](Source source) -> Result<void> {
        take(std::move(source));
        return {};
      });
      if (!opened)
        state_.find({.rule = "MASTER_UNPACK",
                     .level = "E",
                     .message = opened.error().message,
                     .remedy = opened.error().remedy,
                     .file = name});
    }
    return {};
  }

  void take(Source source) {
    const std::string name = source.name;
    if (is_note(name)) return;
    auto edition = identify(layouts_, std::move(source), state_);
    if (edition) return editions_.push_back(std::move(*edition));
    state_.find({.rule = "MASTER_UNKNOWN_FILE",
                 .level = "W",
                 .message =
                     "neither name nor content fits a known series, or nothing tells the day of the edition; the "
                     "file is not imported",
                 .remedy = "keep the published name, or describe the file in series.csv and columns.csv (--layouts)",
                 .file = name});
  }

  // By day of publication; on one day differential files come before the full one that holds them already, and files of
  // equal standing go by their name. Copies of a file count once; the same content
  // published again on another day is an edition of its own.
  void order() {
    std::ranges::sort(editions_, [](const Edition& a, const Edition& b) {
      const auto key = [](const Edition& e) {
        // Institutions come first: lists of hospitals without codes are read by their names.
        return std::tuple(e.series->kind == Kind::kInstitution ? 0 : 1, e.day, e.series->kind,
                          e.mode == FileInfo::Mode::kFull ? 1 : 0, std::string_view(e.source.name),
                          std::string_view(e.sha256));
      };
      return key(a) < key(b);
    });
    std::set<std::tuple<std::string, std::int32_t, std::string>> known;
    std::erase_if(editions_, [&](const Edition& edition) {
      if (known.insert({edition.series->name, edition.day, edition.sha256}).second) return false;
      ++repeated_;
      state_.find({.rule = "MASTER_REPEATED_FILE",
                   .level = "I",
                   .message = "the same content was given more than once; it counts once",
                   .kind = edition.series->kind,
                   .file = edition.source.name});
      return true;
    });
  }

  Json summary() const {
    Json kinds = Json::object(), rules = Json::object();
    std::uint64_t codes = 0, rows = 0, applied = 0, unchanged = 0, quarantined = 0;
    for (std::size_t i = 0; i < kKinds; ++i) {
      std::uint64_t versions = 0, superseded = 0, doubtful = 0, ended = 0, links = 0;
      for (const auto& [code, one] : state_.kinds[i].codes) {
        versions += one.versions.size();
        superseded += one.superseded.size();
        if (one.lives.empty()) continue;
        const ToKind end = one.lives.back().to_kind;
        doubtful += end == ToKind::kDoubtful ? 1 : 0;
        ended += end == ToKind::kStated || end == ToKind::kLimit ? 1 : 0;
      }
      for (const auto& [code, list] : state_.kinds[i].links)
        links += list.size();
      if (state_.kinds[i].codes.empty()) continue;
      codes += state_.kinds[i].codes.size();
      kinds[spec(static_cast<Kind>(i)).name] = {{"codes", state_.kinds[i].codes.size()},
                                                {"versions", versions},
                                                {"superseded", superseded},
                                                {"end_stated", ended},
                                                {"doubtful", doubtful},
                                                {"links", links},
                                                {"full_editions", state_.kinds[i].editions.size()}};
    }
    for (const FileInfo& file : state_.files) {
      rows += file.rows;
      applied += file.applied;
      unchanged += file.unchanged;
      quarantined += file.quarantined;
    }
    for (const auto& [rule, count] : state_.rules)
      rules[rule] = count;
    return {{"files", state_.files.size()},
            {"repeated_files", repeated_},
            {"rows", rows},
            {"applied", applied},
            {"unchanged", unchanged},
            {"quarantined", quarantined},
            {"accounted", rows == applied + unchanged + quarantined},
            {"codes", codes},
            {"kinds", kinds},
            {"rules", rules}};
  }

  // The findings as JSON lines: at most so many of each rule.
  std::string findings_text(std::uint64_t of_each) const {
    std::string out;
    std::map<std::string_view, std::uint64_t> written;
    for (const FindingState& one : state_.findings) {
      if (++written[one.rule] > of_each) continue;
      Json row{{"rule", one.rule}, {"level", one.level}, {"kind", spec(one.kind).name}};
      if (!one.code.empty()) row["code"] = one.code;
      if (!one.file.empty()) row["file"] = one.file;
      if (one.line >= 0) row["line"] = one.line;
      row["message"] = one.message;
      if (!one.remedy.empty()) row["remedy"] = one.remedy;
      out += row.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    return out;
  }

  Result<BuildReport> write() {
    BuildReport report;
    report.json = summary();
    report.errors = state_.errors;
    constexpr std::uint64_t kInMasterFile = 2'000;
    SEKISHO_TRY(const Bytes bytes, serialize(layouts_, state_, report.json.dump(), findings_text(kInMasterFile)));
    SEKISHO_CHECK(write_file_durable(options_.output, bytes));
    if (!options_.findings.empty())
      SEKISHO_CHECK(write_file_durable(options_.findings, findings_text(std::numeric_limits<std::uint64_t>::max())));
    report.json["output"] = {{"path", options_.output.string()}, {"bytes", bytes.size()}};
    return report;
  }

  const BuildOptions& options_;
  Layouts layouts_;
  BuildState state_;
  std::vector<Edition> editions_;
  std::uint64_t repeated_ = 0;
};

}  // namespace

Result<BuildReport> build(const BuildOptions& options) {
  if (options.inputs.empty()) return fail("usage.input", "name at least one folder of master files");
  std::string series(built_in_table("series.csv")), columns(built_in_table("columns.csv"));
  if (!options.layouts.empty()) {
    SEKISHO_TRY(series, read_text(options.layouts / "series.csv"));
    SEKISHO_TRY(columns, read_text(options.layouts / "columns.csv"));
  }
  SEKISHO_TRY(Layouts layouts, Layouts::parse(series, columns));
  // Editions point at the series of the layouts that the builder owns.
  return Builder(options, std::move(layouts)).run();
}

}  // namespace sekisho::masters
