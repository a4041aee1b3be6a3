// The container of a medium: a ZIP whose files are encrypted with AES-256 and authenticated (WinZip's AE-2), as 7-Zip,
// WinZip, PeaZip, Keka and bsdtar open it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/random.h"
#include "core/result.h"

namespace sekisho::release {

struct ContainerFile {
  std::string name;              // inside the container's one folder
  std::filesystem::path source;  // or, when empty, `text`
  std::string text;
};

// Writes `path` durably; under its name it is whole or not there.
Result<void> write_container(const std::filesystem::path& path, const std::string& folder,
                             const std::vector<ContainerFile>& files, const std::string& passphrase, UtcTime time);

// Into `out`, which must not exist; it appears only when every file is encrypted, whole and authentic.
// Errors: container.passphrase, container.tampered (altered, cut, a file that is not encrypted, a name that leads out).
Result<void> open_container(const std::filesystem::path& path, const std::string& passphrase,
                            const std::filesystem::path& out);

// 125 random bits as 25 letters and digits in groups of five, without 0, O, 1, I and the like.
std::string new_passphrase(Random& random);

}  // namespace sekisho::release
