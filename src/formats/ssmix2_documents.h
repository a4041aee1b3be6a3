// Documents of the extended storage that are no HL7 message: clinical documents (CDA R2) with their sections, and
// attachments, registered by hash, type and size and kept whole. (reference: ssmix2 section 11)
#pragma once

#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "formats/drain.h"
#include "formats/ssmix2_cda.h"
#include "formats/ssmix2_path.h"
#include "records/record_set.h"

namespace sekisho::formats {

// What the bytes are: by their first bytes, then by the name's extension.
std::string_view media_type(ByteView head, std::string_view extension);

// begin(), feed() in pieces of any size, finish(). Attachments of any size are kept in pieces: no more than one piece
// is held.
class DocumentReader {
 public:
  DocumentReader(records::RecordSet& set, Drain& drain) : set_(set), drain_(drain) {}
  // `path` must stay as it is until finish().
  void begin(const Ssmix2Path& path, bool history);
  Result<void> feed(ByteView piece);
  Result<void> finish();
  // A whole document; false: no clinical document, `why` says so. Nothing is made of it then.
  bool read_cda(ByteView bytes, const Ssmix2Path& path, bool history, FileFacts& facts, std::string& why);

 private:
  void begin_document(std::string_view suffix);
  records::Batch& add_row(std::string_view kind, std::string_view format, std::uint64_t size, std::int64_t kept,
                          std::string_view state = "active");
  void put_identity(const CdaDocument& document);
  void check(const CdaDocument& document);
  void keep_piece(bool last);

  records::RecordSet& set_;
  Drain& drain_;
  const Ssmix2Path* path_ = nullptr;
  bool history_ = false;
  crypto::Sha256 hash_;
  Bytes piece_;
  std::uint64_t size_ = 0, pieces_ = 0;
  std::int64_t first_kept_ = 0;
  std::string key_, text_, type_;
};

}  // namespace sekisho::formats
