// The portal's built pages, read into memory when it starts: an update of the files on disk never mixes with what a
// running portal serves, and no request's path ever reaches the file system.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/result.h"

namespace sekisho::portal {

struct Page {
  std::string content_type;
  std::string content;
  std::string etag;        // quoted
  bool immutable = false;  // its name holds a hash of its content
};

class Pages {
 public:
  // Reads every regular file below `folder` (links and hidden names are passed over) with a known ending. Without an
  // index.html there, the built-in page stands at "/". Errors: pages.too_large (over 64 MiB), file errors.
  static Result<Pages> load(const std::filesystem::path& folder);

  // By the path of a request ("/", "/assets/index-1a2b.js"); null when there is none.
  const Page* find(std::string_view path) const;
  bool built() const { return built_; }

 private:
  std::map<std::string, Page, std::less<>> pages_;
  bool built_ = false;
};

// Where the pages lie when nobody says so: beside the sources (web/dist, seen from build/*/bin) or in an installation
// (share/sekisho/web). Empty when neither is there.
std::filesystem::path default_pages_folder();

}  // namespace sekisho::portal
