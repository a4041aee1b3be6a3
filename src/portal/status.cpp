#include "portal/status.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/file.h"

namespace sekisho::portal {
namespace {

constexpr std::size_t kStatusLimit = std::size_t{8} << 20;

}  // namespace

Result<Json> FileSource::read() {
  const std::scoped_lock lock(mutex_);
  struct stat info{};
  if (::stat(path_.c_str(), &info) != 0) {
    if (errno != ENOENT && errno != ENOTDIR)
      return fail_errno("status.read", "cannot look at the state document", {.file = path_});
    stamp_ = {};
    document_ = Json::object();
    return document_;
  }
  const Stamp now{
      .inode = info.st_ino, .size = info.st_size, .seconds = info.st_mtim.tv_sec, .nanoseconds = info.st_mtim.tv_nsec};
  if (now == stamp_) return document_;
  SEKISHO_TRY(const std::string text, read_text(path_, kStatusLimit));
  SEKISHO_TRY(Json document, parse_json(text, path_.filename().string()));
  if (!document.is_object())
    return fail("status.form", "the state document is not a JSON object", {.file = path_.filename()});
  // Replaced between stat and read: the older stamp makes the next call read once more, never once too few.
  stamp_ = now;
  document_ = std::move(document);
  return document_;
}

}  // namespace sekisho::portal
