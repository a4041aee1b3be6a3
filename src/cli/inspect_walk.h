// Files of storages in a fixed order, as units that belong together: a patient's folder, or a single file. Several
// roots are walked side by side, so that a patient whose storage is split over volumes is one unit. A storage has more
// folders than files: each costs an open, its listing and a close, and no call more.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/file.h"
#include "core/parallel.h"
#include "core/result.h"
#include "formats/ssmix2_path.h"
#include "formats/storage_source.h"

namespace sekisho::cli {

struct WalkUnit {
  std::vector<std::string> files;  // paths as given plus what lies below
  bool patient = false;            // the files of one patient's folder
  bool regular = true;             // false: perhaps a pipe, whose reads are short
  std::uint64_t size = 0;          // of a single file
  bool named = false;              // a person named this very file
};

// Entries of a folder that is open, by getdents64 into a buffer that is reused; links and devices are left out.
class FolderListing {
 public:
  // Calls `each` for folders and regular files. The listing ends early where the folder cannot be read.
  template <class Each>
  void read(int fd, Each each) {
    buffer_.resize(std::size_t{32} << 10);
    for (;;) {
      const long got = ::syscall(SYS_getdents64, fd, buffer_.data(), buffer_.size());
      if (got <= 0) return;
      for (long at = 0; at < got;) {
        const char* entry = buffer_.data() + at;
        std::uint16_t length = 0;
        std::memcpy(&length, entry + kLengthAt, sizeof length);
        const char* name = entry + kNameAt;
        const unsigned char type = kind(fd, name, static_cast<unsigned char>(entry[kTypeAt]));
        if (const bool folder = type == DT_DIR; folder || type == DT_REG)
          if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) each(name, folder);
        at += length;
      }
    }
  }

 private:
  // struct linux_dirent64: inode, offset, length of the entry, type, name. (getdents64(2))
  static constexpr std::size_t kLengthAt = 16, kTypeAt = 18, kNameAt = 19;
  static unsigned char kind(int fd, const char* name, unsigned char type) {
    if (type != DT_UNKNOWN) return type;
    struct stat status{};
    if (::fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
    return S_ISDIR(status.st_mode) ? DT_DIR : S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
  }
  std::vector<char> buffer_;
};

// The files below one or several folders: opened folder by folder, in the order of their paths.
class FolderContents {
 public:
  std::vector<std::string> files_below(const std::vector<std::string>& folders) {
    std::vector<std::string> files;
    for (const std::string& folder : folders)
      if (const FileDescriptor fd = open_folder(AT_FDCWD, folder.c_str(), true)) {
        path_ = folder;
        collect(fd.get(), files);
      }
    std::ranges::sort(files);
    return files;
  }
  static FileDescriptor open_folder(int parent, const char* name, bool follow) {
    return FileDescriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  }

 private:
  // `path_` is that of the folder open as `fd`.
  void collect(int fd, std::vector<std::string>& files) {
    const std::size_t length = path_.size();
    std::string subfolders;  // names with their ends
    listing_.read(fd, [&](const char* name, bool is_folder) {
      if (is_folder)
        subfolders.append(name, std::strlen(name) + 1);
      else
        files.emplace_back(path_).append("/").append(name);
    });
    for (const char* name = subfolders.data(); name < subfolders.data() + subfolders.size();
         name += std::strlen(name) + 1)
      if (const FileDescriptor below = open_folder(fd, name, false)) {
        path_.append("/").append(name);
        collect(below.get(), files);
        path_.resize(length);
      }
  }
  FolderListing listing_;
  std::string path_;
};

// The folders of patients, which hold nearly all of a storage, are walked by several threads some hundreds at a time;
// the sink hears of them in their order, in the thread that called run().
class StorageWalk {
 public:
  using Sink = std::function<void(WalkUnit)>;
  explicit StorageWalk(Sink sink, unsigned threads = 1) : sink_(std::move(sink)), contents_(std::max(1u, threads)) {}

  Result<void> run(const std::vector<std::string>& roots) {
    std::vector<std::string> folders;
    for (const std::string& root : roots) {
      struct stat status{};
      if (::stat(root.c_str(), &status) != 0)
        return fail("usage.path", "there is no such file or folder", {.file = root});
      const std::size_t at = root.rfind('/') + 1;  // 0 without a folder
      const std::string partner = partner_of(std::string_view(root).substr(at));
      if (S_ISDIR(status.st_mode))
        folders.push_back(root);
      else if (const std::string other = root.substr(0, at) + partner;
               !partner.empty() && std::ranges::count(roots, other) == 1 && size_of(other) > 0)
        partner[0] == 'F' ? pair(root, other) : void();
      else
        hand_on({{root}, false, S_ISREG(status.st_mode), static_cast<std::uint64_t>(status.st_size), true});
    }
    // One root may itself lie inside a storage: the folders above it tell.
    std::vector<std::string> above;
    if (folders.size() == 1)
      for (const auto& part : std::filesystem::absolute(folders[0]).lexically_normal())
        if (!part.empty()) above.push_back(part.string());
    if (!folders.empty()) visit(folders, std::move(above));
    empty_queue();
    return {};
  }

 private:
  // En_... for Fn_... and the other way round; empty for other names.
  static std::string partner_of(std::string_view name) {
    if (name.size() < 3 || name[1] != 'n' || name[2] != '_' || (name[0] != 'E' && name[0] != 'F')) return {};
    return (name[0] == 'E' ? "F" : "E") + std::string(name.substr(1));
  }
  void pair(const std::string& acts, const std::string& details) {
    hand_on({{acts, details}, false, true, size_of(acts) + size_of(details)});
  }
  static std::uint64_t size_of(const std::string& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  // level1/level2/patient, the patient's number beginning with both levels.
  static bool is_patient(const std::vector<std::string>& below) {
    if (below.size() < 3) return false;
    const std::string &a = below[below.size() - 3], &b = below[below.size() - 2], &c = below.back();
    return a.size() == 3 && b.size() == 3 && c.size() >= 6 && c.starts_with(a) && c.compare(3, 3, b) == 0;
  }

  static std::string joined(const std::string& folder, const std::string& name) {
    return folder.ends_with('/') ? folder + name : folder + '/' + name;
  }

  void visit(const std::vector<std::string>& folders, std::vector<std::string> below) {
    if (is_patient(below)) return queue_patient(folders);
    struct Found {
      std::vector<std::string> folders, files;
    };
    std::map<std::string, Found> names;
    for (const std::string& folder : folders)
      if (const FileDescriptor fd = FolderContents::open_folder(AT_FDCWD, folder.c_str(), true))
        listing_.read(fd.get(), [&](const char* name, bool is_folder) {
          Found& found = names[name];
          (is_folder ? found.folders : found.files).push_back(joined(folder, name));
        });
    for (auto& [name, found] : names) {
      for (std::string& file : found.files) {
        // An F file of the DPC survey needs its E file: they are read together, E first.
        const auto partner = names.find(partner_of(name));
        if (partner != names.end() && partner->second.files.size() == 1 && found.files.size() == 1) {
          if (name[0] == 'E') pair(file, partner->second.files.front());
          continue;
        }
        const std::uint64_t size = size_of(file);
        hand_on({{std::move(file)}, false, true, size});
      }
      if (found.folders.empty()) continue;
      below.push_back(name);
      visit(found.folders, below);
      below.pop_back();
    }
  }

  void hand_on(WalkUnit unit) {
    empty_queue();
    sink_(std::move(unit));
  }
  void queue_patient(const std::vector<std::string>& folders) {
    queue_.push_back({folders, true});
    if (contents_.size() == 1 || queue_.size() >= kPatientsAtOnce * contents_.size()) empty_queue();
  }
  void empty_queue() {
    each_of(queue_.size(), static_cast<int>(contents_.size()), [&](std::size_t i, int thread) {
      queue_[i].files = contents_[static_cast<std::size_t>(thread)].files_below(queue_[i].files);
    });
    for (WalkUnit& unit : queue_)
      sink_(std::move(unit));
    queue_.clear();
  }

  static constexpr std::size_t kPatientsAtOnce = 128;  // for each thread
  Sink sink_;
  FolderListing listing_;
  std::vector<FolderContents> contents_;  // of each thread
  std::vector<WalkUnit> queue_;           // patients, with their folders in place of their files
};

// The folders themselves as a source: what is there, to be compared with what an index says.
class TreeSource final : public formats::StorageSource {
 public:
  explicit TreeSource(std::vector<std::string> roots) : roots_(std::move(roots)) {}
  Result<void> entries(const Take& take) override {
    Result<void> done{};
    SEKISHO_CHECK(StorageWalk([&](WalkUnit unit) {
                    formats::StorageEntry entry;
                    for (const std::string& file : unit.files) {
                      if (!done || formats::parse_ssmix2_path(file).kind == formats::StorageKind::kNone) continue;
                      std::string place = formats::storage_place(file);
                      if (place == entry.path) continue;  // another file of the same content folder
                      entry.path = std::move(place);
                      done = take(entry);
                    }
                  }).run(roots_));
    return done;
  }

 private:
  std::vector<std::string> roots_;
};

}  // namespace sekisho::cli
