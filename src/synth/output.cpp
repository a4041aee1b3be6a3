#include "synth/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/text.h"

namespace sekisho::synth {
namespace {

constexpr std::size_t kBufferLimit = 48 << 20;  // over all shared files
constexpr std::string_view kEndMark = "\x1A";

struct SharedKind {
  std::string_view folder, name;  // name: {} is the month; folders below the hospital's, or truth
  bool monthly;
  std::string_view header;  // first line of truth files
};
constexpr SharedKind kKinds[] = {
    {"receipt", "RECEIPTC_{}.UKE", true, ""},
    {"receipt", "RECEIPTD_{}.UKE", true, ""},
    {"receipt", "RECEIPTY_{}.UKE", true, ""},
    {"dpc", "FF1_{}.txt", true, ""},
    {"dpc", "EFn_{}.txt", true, ""},
    {"dpc", "EFg_{}.txt", true, ""},
    {"dpc", "Dn_{}.txt", true, ""},
    {"", "optout.csv", false, "patient_number,scope\n"},
    {"truth", "registrations.csv", false, "hospital,patient_number,person_id\n"},
    {"truth", "persons.csv", false,
     "person_id,household,sex,birth,family_kanji,given_kanji,family_kana,given_kana,postcode,surnames,addresses,"
     "insurers,twin\n"},
    {"truth", "influenza.csv", false,
     "person_id,season,hospital,patient_number,date,drug_code,dose,unit,times_per_day,days,total,opted_out\n"},
    {"truth", "breast.csv", false,
     "person_id,hospital,patient_number,er,pgr,her2_ihc,her2_fish,hr,her2,in_house,determinable,reason\n"},
    {"truth", "signal.csv", false, "person_id,drug,confounded,start,stopped,event,months_measured\n"},
    {"truth", "rare.csv", false, "person_id,disease\n"},
    {"truth", "marked.csv", false,
     "person_id,hospital,patient_number,recorded,family_kanji,given_kanji,family_kana,given_kana,birth,sex,postcode,"
     "address,phone,insurer,symbol,number,branch\n"},
    {"truth", "optouts.csv", false, "hospital,patient_number,person_id,scope\n"},
    {"truth", "defects.csv", false, "defect,hospital,patient_number,where,detail\n"},
};
const SharedKind& kind_of(SharedFile file) {
  return kKinds[static_cast<std::size_t>(file)];
}

bool is_truth(SharedFile file) {
  return kind_of(file).folder == "truth";
}

// First record of a claims file: IR, or YK of pharmacies.
std::string claims_header(const World& world, const SharedKey& key) {
  const Hospital& hospital = world.hospitals[key.hospital];
  const int year = static_cast<int>(key.month / 12), month = static_cast<int>(key.month % 12) + 1;
  const Date first = *Date::of(year, month, 1);
  std::string claim_month = fmt::format("{}{:02}", year, month);
  if (year < 2020)
    claim_month = fmt::format("{}{:02}{:02}", first >= *Date::of(2019, 5, 1) ? 5 : 4,
                              year - (first >= *Date::of(2019, 5, 1) ? 2018 : 1988), month);
  std::string text;
  if (key.file == SharedFile::kDispensing) {
    text = fmt::format("YK,1,13,4,{},{},{},00,{}\r\n", hospital.pharmacy_code7, hospital.name + "前薬局", claim_month,
                       hospital.phone);
  } else {
    const std::string_view code = hospital.institution_code(first);
    text = fmt::format("IR,1,{},1,{},,{},{},00,{}\r\n", code.substr(0, 2), code.substr(2), hospital.name, claim_month,
                       hospital.phone);
  }
  std::string encoded;
  encode(Charset::kCp932, text, encoded);
  return encoded;
}

}  // namespace

bool is_receipt(SharedFile file) {
  return file <= SharedFile::kDispensing;
}

Result<StorageTree> StorageTree::create(const std::filesystem::path& root) {
  SEKISHO_CHECK(make_folders(root));
  FileDescriptor fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("file.open", "cannot open the storage's folder", {.file = root.string()});
  return StorageTree(std::move(fd));
}

Result<void> StorageTree::write(std::string_view patient, std::string_view date, std::string_view type,
                                std::string_view name, ByteView content) {
  if (!root_) return {};
  char path[256];
  const auto end = fmt::format_to_n(path, sizeof path - 1, "{}/{}/{}/{}/{}/{}", patient.substr(0, 3),
                                    patient.substr(3, 3), patient, date, type, name);
  *end.out = '\0';
  int fd = ::openat(root_.get(), path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0 && errno == ENOENT) {
    // Make the missing levels from the deepest that exists.
    std::size_t slashes[5], count = 0;
    for (std::size_t i = 0; path[i] && count < 5; ++i)
      if (path[i] == '/') slashes[count++] = i;
    std::size_t level = count;
    while (level > 0) {
      path[slashes[level - 1]] = '\0';
      const int made = ::mkdirat(root_.get(), path, 0755);
      const int error = errno;
      path[slashes[level - 1]] = '/';
      if (made == 0 || error == EEXIST) break;
      if (error != ENOENT) return fail_errno("file.mkdir", "cannot make a folder of the storage");
      --level;
    }
    for (; level < count; ++level) {
      path[slashes[level]] = '\0';
      ::mkdirat(root_.get(), path, 0755);
      path[slashes[level]] = '/';
    }
    fd = ::openat(root_.get(), path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  if (fd < 0) return fail_errno("file.open", "cannot make a file of the storage");
  FileDescriptor file(fd);
  return write_all(file.get(), content);
}

std::filesystem::path SharedFiles::path_of(const SharedKey& key) const {
  const SharedKind& kind = kind_of(key.file);
  if (is_truth(key.file)) return out_ / "truth" / kind.name;
  const std::filesystem::path folder = out_ / "hospitals" / world_->hospitals[key.hospital].id / kind.folder;
  if (!kind.monthly) return folder / kind.name;
  std::string name(kind.name);
  name.replace(name.find("{}"), 2, fmt::format("{}{:02}", key.month / 12, key.month % 12 + 1));
  return folder / name;
}

SharedFiles::State& SharedFiles::state_of(const SharedKey& key) {
  const auto [at, fresh] = states_.try_emplace(key);
  if (fresh) {
    at->second.buffer = is_receipt(key.file) ? claims_header(*world_, key) : std::string(kind_of(key.file).header);
    buffered_ += at->second.buffer.size();
  }
  return at->second;
}

Result<void> SharedFiles::append(std::vector<Piece>& pieces) {
  for (Piece& piece : pieces) {
    State& state = state_of(piece.key);
    const std::size_t before = state.buffer.size();
    if (piece.claims) state.buffer += fmt::format("RE,{}", state.claims + 1);
    state.buffer += piece.text;
    state.claims += piece.claims;
    state.points += piece.points;
    buffered_ += state.buffer.size() - before;
  }
  pieces.clear();
  return buffered_ > kBufferLimit ? flush() : Result<void>{};
}

Result<void> SharedFiles::flush() {
  for (auto& [key, state] : states_) {
    if (state.buffer.empty()) continue;
    const auto path = path_of(key);
    if (!state.on_disk) SEKISHO_CHECK(make_folders(path.parent_path()));
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) return fail_errno("file.open", "cannot open for writing", {.file = path.string()});
    SEKISHO_CHECK(write_all(file.get(), as_bytes(state.buffer), path.string()));
    bytes_ += state.buffer.size();
    state.buffer.clear();
    state.buffer.shrink_to_fit();
    state.on_disk = true;
  }
  buffered_ = 0;
  return {};
}

Result<void> SharedFiles::finish() {
  for (std::size_t file = 0; file < std::size(kKinds); ++file)
    if (is_truth(static_cast<SharedFile>(file))) state_of({static_cast<SharedFile>(file)});
  for (std::size_t hospital = 0; hospital < world_->hospitals.size(); ++hospital)
    state_of({SharedFile::kOptout, static_cast<std::uint16_t>(hospital)});
  for (auto& [key, state] : states_)
    if (is_receipt(key.file)) {
      state.buffer += fmt::format("GO,{},{},99\r\n", state.claims, state.points);
      state.buffer += kEndMark;
    }
  return flush();
}

}  // namespace sekisho::synth
