#include "outgoing/page_pictures.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/file.h"
#include "crypto/digest.h"
#include "outgoing/sandbox.h"

namespace sekisho::outgoing {
namespace {

constexpr int kSeconds = 60;
constexpr std::size_t kMostPages = 20;
constexpr std::size_t kLargestFile = 16 << 20;

bool is_installed(const char* program) {
  return ::access(fmt::format("/usr/bin/{}", program).c_str(), X_OK) == 0;
}

// The program itself: the launcher before it speaks to a socket in /tmp. Its own socket stands in its folder, and it
// asks to be started again after it has made its profile there.
Result<int> run_office(const std::filesystem::path& folder, const std::filesystem::path& input) {
  constexpr int kStartAgain = 81, kMostStarts = 3;
  std::error_code error;
  const auto program = std::filesystem::canonical("/usr/bin/soffice", error).replace_filename("soffice.bin");
  Result<int> status = kStartAgain;
  for (int start = 0; start < kMostStarts && status && *status == kStartAgain; ++start)
    status = run_restricted({program.string(), "-env:OSL_SOCKET_PATH=" + folder.string(), "--headless", "--norestore",
                             "--convert-to", "pdf", "--outdir", folder.string(), input.string()},
                            input, folder, kSeconds);
  return status;
}

}  // namespace

Result<PagePictures> page_pictures(const std::filesystem::path& file, std::string_view type,
                                   const std::filesystem::path& folder) {
  const auto undrawn = [](std::string reason) { return PagePictures{{}, std::move(reason), true}; };
  const bool office = type == "docx" || type == "xlsx" || type == "pptx";
  if (type != "pdf" && !office) return PagePictures{{}, "the file has no pages", false};
  if (!is_installed("pdftoppm")) return undrawn("pdftoppm (package poppler-utils) is not installed");
  if (office && !is_installed("soffice")) return undrawn("LibreOffice is not installed");
  // The programs see a copy in a folder of its own, under a plain name.
  SEKISHO_TRY(const Bytes bytes, read_file(file, kLargestFile));
  SEKISHO_TRY(const TemporaryFolder work, TemporaryFolder::create("sekisho-pages"));
  std::filesystem::path input = work.path() / fmt::format("input.{}", type);
  SEKISHO_CHECK(write_file_durable(input, bytes, 0600));
  if (office) {
    auto status = run_office(work.path(), input);
    if (!status) return undrawn(status.error().message);
    input = work.path() / "input.pdf";
    if (*status != 0 || !std::filesystem::exists(input))
      return undrawn("LibreOffice could not read the document within its bounds");
  }
  auto status = run_restricted({"pdftoppm", "-png", "-r", "72", "-l", std::to_string(kMostPages + 1), input.string(),
                                (work.path() / "page").string()},
                               input, work.path(), kSeconds);
  if (!status) return undrawn(status.error().message);
  if (*status != 0) return undrawn("the pages could not be drawn within bounds");
  SEKISHO_CHECK(make_folders(folder, 0700));
  std::vector<std::filesystem::path> pages;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(work.path(), error))
    if (entry.path().extension() == ".png") pages.push_back(entry.path());
  std::ranges::sort(pages);
  PagePictures out;
  if (pages.size() > kMostPages) {
    pages.resize(kMostPages);
    out.missing = true;
    out.reason = fmt::format("only the first {} pages were drawn", kMostPages);
  }
  const std::string name = to_hex(crypto::sha256(bytes)).substr(0, 16);
  for (const std::filesystem::path& page : pages) {
    SEKISHO_TRY(const Bytes picture, read_file(page, std::size_t{64} << 20));
    const std::filesystem::path target = folder / fmt::format("{}-{}", name, page.filename().string());
    SEKISHO_CHECK(write_file_durable(target, picture, 0600));
    out.files.push_back(target.string());
  }
  if (out.files.empty()) return undrawn("no page of the document was drawn");
  return out;
}

}  // namespace sekisho::outgoing
