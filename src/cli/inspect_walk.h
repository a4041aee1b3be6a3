// Files of storages in a fixed order, as units that belong together: a patient's folder, or a single file. Several
// roots are walked side by side, so that a patient whose storage is split over volumes is one unit.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/result.h"

namespace sekisho::cli {

struct WalkUnit {
  std::vector<std::string> files;  // paths as given plus what lies below
  bool patient = false;            // the files of one patient's folder
  std::uint64_t size = 0;          // of a single file
};

class StorageWalk {
 public:
  using Sink = std::function<void(WalkUnit)>;
  explicit StorageWalk(Sink sink) : sink_(std::move(sink)) {}

  Result<void> run(const std::vector<std::string>& roots) {
    std::vector<std::filesystem::path> folders;
    for (const std::string& root : roots) {
      std::error_code error;
      const auto status = std::filesystem::status(root, error);
      if (std::filesystem::is_directory(status))
        folders.emplace_back(root);
      else if (std::filesystem::exists(status))
        sink_({{root}, false, std::filesystem::file_size(root, error)});
      else
        return fail("usage.path", "there is no such file or folder", {.file = root});
    }
    // One root may itself lie inside a storage: the folders above it tell.
    std::vector<std::string> above;
    if (folders.size() == 1)
      for (const auto& part : std::filesystem::absolute(folders[0]).lexically_normal())
        if (!part.empty()) above.push_back(part.string());
    if (!folders.empty()) visit(folders, std::move(above));
    return {};
  }

 private:
  // level1/level2/patient, the patient's number beginning with both levels.
  static bool is_patient(const std::vector<std::string>& below) {
    if (below.size() < 3) return false;
    const std::string &a = below[below.size() - 3], &b = below[below.size() - 2], &c = below.back();
    return a.size() == 3 && b.size() == 3 && c.size() >= 6 && c.starts_with(a) && c.compare(3, 3, b) == 0;
  }

  void visit(const std::vector<std::filesystem::path>& folders, std::vector<std::string> below) {
    if (is_patient(below)) return sink_({files_below(folders), true});
    std::set<std::string> names;
    for (const auto& folder : folders) {
      std::error_code error;
      for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        names.insert(entry.path().filename().string());
    }
    for (const std::string& name : names) {
      std::vector<std::filesystem::path> next;
      for (const auto& folder : folders) {
        std::error_code error;
        const auto path = folder / name;
        const auto status = std::filesystem::symlink_status(path, error);
        if (std::filesystem::is_directory(status)) next.push_back(path);
        if (std::filesystem::is_regular_file(status))
          sink_({{path.string()}, false, std::filesystem::file_size(path, error)});
      }
      if (next.empty()) continue;
      below.push_back(name);
      visit(next, below);
      below.pop_back();
    }
  }

  static std::vector<std::string> files_below(const std::vector<std::filesystem::path>& folders) {
    std::vector<std::string> files;
    for (const auto& folder : folders) {
      std::error_code error;
      std::filesystem::recursive_directory_iterator it(folder, error), end;
      for (; it != end; it.increment(error)) {
        if (error) break;
        if (std::error_code ignored; it->is_regular_file(ignored) && !it->is_symlink(ignored))
          files.push_back(it->path().string());
      }
    }
    std::ranges::sort(files);
    return files;
  }

  Sink sink_;
};

}  // namespace sekisho::cli
