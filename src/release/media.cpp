#include "release/media.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/file.h"
#include "release/container.h"
#include "release/dataset.h"

namespace sekisho::release {

namespace fs = std::filesystem;

namespace {

struct StateRow {
  MediumState state;
  std::string_view name, entry;  // the ledger's entry that leads to it
};
constexpr StateRow kStates[] = {{MediumState::kNone, "none", ""},
                                {MediumState::kWritten, "written", "medium.written"},
                                {MediumState::kHanded, "handed", "medium.handed"},
                                {MediumState::kReceived, "received", "medium.received"},
                                {MediumState::kReturned, "returned", "medium.returned"},
                                {MediumState::kLost, "lost", "medium.lost"},
                                {MediumState::kDestroyed, "destroyed", "medium.destroyed"}};

struct Step {
  MediumState from, to;
};
constexpr Step kSteps[] = {
    {MediumState::kWritten, MediumState::kHanded},     {MediumState::kWritten, MediumState::kDestroyed},
    {MediumState::kWritten, MediumState::kLost},       {MediumState::kHanded, MediumState::kReceived},
    {MediumState::kHanded, MediumState::kReturned},    {MediumState::kHanded, MediumState::kLost},
    {MediumState::kReceived, MediumState::kReturned},  {MediumState::kReceived, MediumState::kLost},
    {MediumState::kReceived, MediumState::kDestroyed}, {MediumState::kLost, MediumState::kReturned},
    {MediumState::kReturned, MediumState::kDestroyed}};

constexpr std::string_view kReceiptFile = "RECEIPT.txt";

const StateRow& row_of(MediumState state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::string text_member(const Json& payload, const char* member) {
  return payload.is_object() && payload.contains(member) && payload[member].is_string()
             ? payload[member].get<std::string>()
             : "";
}

bool is_number(std::string_view text) {
  if (text.size() < 6 || text.size() > 32) return false;
  return std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; }) &&
         std::isalnum(static_cast<unsigned char>(text[0])) != 0;
}

// Whether one of two folders is the other or lies in it.
bool beside(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const std::string one = fs::weakly_canonical(a, error).string() + "/";
  const std::string other = fs::weakly_canonical(b, error).string() + "/";
  return one.starts_with(other) || other.starts_with(one);
}

Result<std::vector<std::string>> files_of(const fs::path& dataset) {
  SEKISHO_TRY(const VerifyReport checked, verify(dataset));
  if (!checked.ok)
    return fail("media.dataset", "the dataset is not as signed: " + checked.problems.front(),
                {.file = dataset.string()});
  SEKISHO_TRY(const Json manifest, detail::read_manifest(dataset));
  std::vector<std::string> out{"manifest.json", "manifest.sig", "signer.pem"};
  for (const Json& file : manifest["files"])
    out.push_back(file["name"].get<std::string>());
  return out;
}

std::string receipt_text(const std::string& number, const std::string& code) {
  return fmt::format(
      "媒体番号 / Medium: {0}\n受領確認コード / Receipt code: {1}\n\n"
      "この媒体を開けたら、番号とコードを提供元へ知らせてください。\n"
      "When you have opened this medium, tell its sender the number and the code.\n\n"
      "内容の確認 / To check the content: sekisho release verify FOLDER\n"
      "または / or: python3 verify.py dataset manifest.json\n",
      number, code);
}

std::string sheet_text(const MediumReport& medium, const std::string& passphrase, UtcTime now) {
  return fmt::format(
      "媒体パスフレーズ / Passphrase of a medium\n\n"
      "媒体番号 / Medium:  {}\n作成日時 / Written: {}\nSHA-256:  {}\n\n"
      "    {}\n\n"
      "媒体とは別の経路・別の担当者で渡し、同じ場所に保管しないでください。\n"
      "Hand it over by another way and another person than the medium; never keep both in one place.\n"
      "開き方: 7-Zip などの AES-256 ZIP に対応した道具、または sekisho release open。\n"
      "To open: 7-Zip or any tool for ZIP with AES-256, or sekisho release open.\n",
      medium.number, now.iso(), medium.sha256, passphrase);
}

Result<std::string> hash_of(const fs::path& file) {
  SEKISHO_TRY(const MappedFile content, MappedFile::open(file));
  return to_hex(crypto::sha256(content.bytes()));
}

}  // namespace

std::string_view name(MediumState state) {
  return row_of(state).name;
}

std::vector<Medium> media_of(std::span<const ledger::Entry> entries) {
  std::map<std::string, Medium> media;
  for (const ledger::Entry& entry : entries)
    for (const StateRow& row : kStates) {
      if (row.entry.empty() || entry.kind != row.entry) continue;
      Medium& medium = media[text_member(entry.payload, "number")];
      medium.number = text_member(entry.payload, "number");
      medium.state = row.state;
      if (row.state == MediumState::kWritten) {
        medium.dataset = text_member(entry.payload, "dataset");
        medium.sha256 = text_member(entry.payload, "sha256");
        medium.code_sha256 = text_member(entry.payload, "code_sha256");
      }
      medium.steps.emplace_back(entry.kind, entry.time.iso());
    }
  std::vector<Medium> out;
  for (auto& [number, medium] : media)
    out.push_back(std::move(medium));
  return out;
}

std::string next_number(std::span<const ledger::Entry> entries, UtcTime now) {
  const std::vector<Medium> media = media_of(entries);
  for (int serial = 1;; ++serial) {
    std::string number = fmt::format("M-{}-{:04}", now.iso().substr(0, 4), serial);
    if (std::ranges::find(media, number, &Medium::number) == media.end()) return number;
  }
}

Json Medium::to_json() const {
  Json list = Json::array();
  for (const auto& [kind, time] : steps)
    list.push_back({{"entry", kind}, {"time", time}});
  return {{"number", number}, {"dataset", dataset}, {"sha256", sha256}, {"state", name(state)}, {"steps", list}};
}

Json MediumReport::to_json() const {
  return {{"number", number}, {"container", container.string()}, {"sha256", sha256}, {"size", size}};
}

Result<MediumReport> write_medium(const MediumRequest& request) {
  MediumReport out;
  out.number = request.number.empty() ? next_number(request.entries, request.clock->now()) : request.number;
  if (!is_number(out.number)) return fail("media.number", "a medium's number has 6 to 32 letters, digits and hyphens");
  const std::vector<Medium> media = media_of(request.entries);
  if (std::ranges::find(media, out.number, &Medium::number) != media.end())
    return fail("media.number", fmt::format("medium {} was written before", out.number), {},
                "Numbers are never used twice.");
  if (beside(request.out, fs::absolute(request.sheet).parent_path()))
    return fail("media.same_place", "the sheet with the passphrase may not lie where the container lies", {},
                "Name a folder for --sheet that is neither above nor below --out.");
  SEKISHO_TRY(const std::vector<std::string> names, files_of(request.dataset));
  SEKISHO_TRY(const Json manifest, detail::read_manifest(request.dataset));
  SEKISHO_CHECK(make_folders(request.out, 0700));
  SEKISHO_CHECK(make_folders(fs::absolute(request.sheet).parent_path(), 0700));
  out.container = request.out / (out.number + ".zip");
  std::error_code error;
  if (fs::exists(out.container, error) || fs::exists(request.sheet, error))
    return fail("media.exists", "the container or the sheet is there already", {.file = out.container.string()});

  std::vector<ContainerFile> files;
  for (const std::string& name : names)
    files.push_back({name, request.dataset / name, ""});
  const std::string passphrase = new_passphrase(*request.random), code = new_passphrase(*request.random);
  files.push_back({std::string(kReceiptFile), {}, receipt_text(out.number, code)});
  const fs::path unnamed = request.out / ("." + out.number + ".unrecorded");
  SEKISHO_CHECK(write_container(unnamed, out.number, files, passphrase, request.clock->now()));
  SEKISHO_TRY(out.sha256, hash_of(unnamed));
  out.size = fs::file_size(unnamed, error);
  const auto hand_out = [&]() -> Result<void> {
    SEKISHO_CHECK(write_file_durable(request.sheet, sheet_text(out, passphrase, request.clock->now()), 0600));
    if (request.record) {
      SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
                  request.record("medium.written", {{"number", out.number},
                                                    {"dataset", manifest["dataset"]},
                                                    {"sha256", out.sha256},
                                                    {"size", out.size},
                                                    {"code_sha256", to_hex(crypto::sha256(as_bytes(code)))}}));
    }
    return rename_durable(unnamed, out.container);
  };
  if (auto done = hand_out(); !done) {
    (void)remove_file(unnamed);  // the first error is the one to tell
    return std::unexpected(done.error());
  }
  return out;
}

Result<Medium> take_step(const StepRequest& request) {
  std::vector<Medium> media = media_of(request.entries);
  const auto found = std::ranges::find(media, request.number, &Medium::number);
  if (found == media.end()) return fail("media.unknown", fmt::format("no medium {} was written", request.number));
  const bool possible =
      std::ranges::any_of(kSteps, [&](const Step& step) { return step.from == found->state && step.to == request.to; });
  if (!possible)
    return fail("media.step", fmt::format("medium {} is {}: it cannot become {}", found->number, name(found->state),
                                          name(request.to)));
  Json payload{{"number", found->number}};
  if (!request.detail.empty()) payload["detail"] = request.detail;
  if (request.to == MediumState::kReceived) {
    std::string code;
    for (const char c : request.code)
      if (c != ' ') code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (to_hex(crypto::sha256(as_bytes(code))) != found->code_sha256)
      return fail("media.code", "this is not the receipt code of this medium", {},
                  "It stands in RECEIPT.txt inside the container.");
  }
  if (request.record) {
    SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry, request.record(row_of(request.to).entry, payload));
  }
  found->state = request.to;
  return *found;
}

Result<VerifyReport> open_medium(const fs::path& container, const std::string& passphrase, const fs::path& out) {
  SEKISHO_CHECK(open_container(container, passphrase, out));
  auto report = verify(out);
  if (report && report->ok) return report;
  std::error_code error;
  fs::remove_all(out, error);
  return fail("container.tampered",
              "the dataset inside is not as signed: " + (report ? report->problems.front() : report.error().message),
              {.file = container.string()}, "Do not use it; ask for a new medium.");
}

Result<fs::path> provide(const fs::path& dataset, const fs::path& workspace, const std::string& usage,
                         const Record& record) {
  if (!is_number(usage))
    return fail("provide.usage", "a usage number has 6 to 32 letters, digits and hyphens, such as 2026-011-002-7");
  SEKISHO_TRY(const std::vector<std::string> names, files_of(dataset));
  SEKISHO_TRY(const Json manifest, detail::read_manifest(dataset));
  const std::string id = manifest["dataset"].get<std::string>();
  const fs::path folder = fs::absolute(workspace) / usage / "datasets";
  const fs::path target = folder / id, aside = folder / ("." + id + ".partial");
  std::error_code error;
  if (fs::exists(target, error))
    return fail("provide.exists", "the dataset is there already", {.file = target.string()});
  fs::remove_all(aside, error);
  SEKISHO_CHECK(make_folders(aside, 0750));
  for (const std::string& name : names) {
    SEKISHO_TRY(const Bytes content, read_file(dataset / name));
    SEKISHO_CHECK(write_file_durable(aside / name, content, 0440));
  }
  if (record) {
    SEKISHO_TRY(
        [[maybe_unused]] const std::uint64_t entry,
        record("release.provided",
               {{"dataset", id}, {"usage", usage}, {"files", names.size()}, {"merkle_root", manifest["merkle_root"]}}));
  }
  SEKISHO_CHECK(rename_durable(aside, target));
  fs::permissions(target, fs::perms(0550), error);
  if (error) return fail("provide.mode", "cannot make the folder read-only: " + error.message());
  return target;
}

}  // namespace sekisho::release
