#include <algorithm>

#include "ledger/ledger.h"
#include "transport/json_reader.h"
#include "transport/package.h"

namespace sekisho::transport {
namespace {

constexpr std::size_t kMaxCheckpoints = 64;
constexpr std::size_t kMaxNote = 4096;
constexpr std::size_t kMaxProgram = 64;

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void read_part(JsonReader& reader, ManifestPart& part) {
  reader.only({"commitment", "sha256", "size"});
  part.commitment = reader.digest("commitment");
  part.cipher_sha256 = reader.digest("sha256");
  part.size = reader.number("size", 1, kPartCipherLimit);
}

void read_parts(JsonReader& reader, Manifest& manifest) {
  const std::uint64_t count = reader.number("part_count", 1, kMaxParts);
  const Json* parts = reader.array("parts", kMaxParts);
  if (parts == nullptr) return;
  if (parts->size() != count) return reader.refuse("parts");
  for (const Json& item : *parts) {
    JsonReader inner(item, reader.code());
    read_part(inner, manifest.parts.emplace_back());
    reader.adopt(inner);
  }
}

}  // namespace

std::string Manifest::to_json_bytes() const {
  Json list = Json::array();
  for (const ManifestPart& part : parts)
    list.push_back(
        Json{{"commitment", to_hex(part.commitment)}, {"sha256", to_hex(part.cipher_sha256)}, {"size", part.size}});
  return ledger::canonical(Json{{"created", created.iso()},
                                {"format", format},
                                {"package", package_id_json(id)},
                                {"part_count", parts.size()},
                                {"parts", std::move(list)},
                                {"previous", to_hex(previous)},
                                {"program", program},
                                {"recipients_version", recipients_version},
                                {"seen_checkpoints", seen_checkpoints}});
}

Result<Manifest> Manifest::parse(ByteView bytes) {
  SEKISHO_TRY(const Json json, parse_canonical(bytes, "package.manifest"));
  JsonReader reader(json, "package.manifest");
  reader.only({"created", "format", "package", "part_count", "parts", "previous", "program", "recipients_version",
               "seen_checkpoints"});
  Manifest manifest;
  manifest.format = static_cast<int>(reader.number("format", 1, 1));
  manifest.created = reader.time("created");
  manifest.id = reader.package_id("package");
  manifest.previous = reader.digest("previous");
  manifest.program = reader.text("program", kMaxProgram);
  manifest.recipients_version = static_cast<std::int64_t>(reader.number("recipients_version", 0, INT64_MAX));
  if (!printable(manifest.program)) reader.refuse("program");
  if (const Json* notes = reader.array("seen_checkpoints", kMaxCheckpoints))
    for (const Json& note : *notes) {
      if (!note.is_string() || note.get_ref<const std::string&>().size() > kMaxNote)
        reader.refuse("seen_checkpoints");
      else
        manifest.seen_checkpoints.push_back(note.get<std::string>());
    }
  read_parts(reader, manifest);
  SEKISHO_CHECK(reader.result());
  return manifest;
}

}  // namespace sekisho::transport
