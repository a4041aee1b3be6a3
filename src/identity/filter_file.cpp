#include "identity/filter_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/file.h"

namespace sekisho::identity {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "SEKISHO CLK 1\n";
constexpr std::size_t kFilterBytes = kFilterBits / 8, kDigestBytes = 32;

void put32(Bytes& out, std::size_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}
void put(Bytes& out, std::string_view text) {
  put32(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

// Reads with bounds; after a failure everything is empty.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}
  ByteView take(std::size_t size) {
    if (size > bytes_.size() - at_) {
      good_ = false;
      return {};
    }
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  std::size_t number() {
    const ByteView four = take(4);
    std::size_t value = 0;
    for (std::size_t i = 0; i < four.size(); ++i)
      value |= static_cast<std::size_t>(four[i]) << (8 * i);
    return value;
  }
  std::string_view text() { return as_text(take(number())); }
  bool good() const { return good_; }
  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace

Json to_json(const FilterScheme& scheme, ByteView key) {
  Json fields = Json::array();
  for (const FilterField& field : scheme.fields)
    fields.push_back({{"name", field.name},
                      {"type", static_cast<int>(field.type)},
                      {"pieces", field.pieces == Pieces::kBigrams ? "bigrams" : "positions"},
                      {"hashes", field.hashes}});
  const crypto::Digest check = crypto::hmac_sha256(key, as_bytes("sekisho clk 1|check"));
  return {{"version", 1},        {"bits", kFilterBits},
          {"fields", fields},    {"hardening", name(scheme.hardening)},
          {"salt", scheme.salt}, {"key_check", to_hex(ByteView(check).first(8))}};
}

std::string Salt::of(std::span<const std::string> values) const {
  if (field == SIZE_MAX) return {};
  return year ? values[field].substr(0, 4) : values[field];
}

Result<Salt> Salt::find(const FilterScheme& scheme) {
  if (scheme.salt.empty()) return Salt{};
  const bool year = scheme.salt == "birth_year";
  for (std::size_t f = 0; f < scheme.fields.size(); ++f)
    if (scheme.fields[f].name == (year ? "birth_date" : scheme.salt)) return Salt{f, year};
  return fail("usage.columns",
              fmt::format("the salt '{}' needs a field that is not among those of the filter", scheme.salt));
}

std::string blind_id(ByteView key, std::string_view id) {
  const crypto::Digest digest = crypto::hmac_sha256(key, as_bytes("sekisho clk 1|id|" + std::string(id)));
  return to_hex(ByteView(digest).first(16));
}

Result<crypto::SecretBytes> load_filter_key(const fs::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return fail("linkage.key_mode", "others may read the key of the filters", {.file = file.string()}, "chmod 600 it.");
  SEKISHO_TRY(Bytes bytes, read_file(file, 4096));
  if (bytes.size() < 32)
    return fail("linkage.key", "the key of the filters has fewer than 32 bytes", {.file = file.string()},
                "Make one: sekisho link key --output FILE");
  return crypto::SecretBytes(std::move(bytes));
}

Result<void> make_filter_key(const fs::path& file, Random& random) {
  std::error_code ignored;
  if (fs::exists(file, ignored))
    return fail("usage.exists", "the file is there already: a key that is in use must not vanish",
                {.file = file.string()});
  const auto key = crypto::SecretBytes::generate(random, 32);
  return write_file_durable(file, key.view(), 0600);
}

Bytes FilterFile::serialize() const {
  Bytes out(kMagic.begin(), kMagic.end());
  put(out, scheme.dump());
  put32(out, ids.size());
  for (const std::string& id : ids)
    put(out, id);
  for (const Filter& filter : filters) {
    const Bytes bits = filter_bytes(filter);
    out.insert(out.end(), bits.begin(), bits.end());
  }
  const crypto::Digest digest = crypto::sha256(out);
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

Result<FilterFile> FilterFile::parse(ByteView bytes, const std::string& name) {
  const auto wrong = [&](const char* what, std::size_t at) {
    return fail("linkage.filters", fmt::format("{} (byte {})", what, at), {.file = name},
                "Make it again: sekisho link filters");
  };
  if (bytes.size() < kMagic.size() + kDigestBytes || !as_text(bytes).starts_with(kMagic))
    return wrong("the file does not hold filters", 0);
  const ByteView content = bytes.first(bytes.size() - kDigestBytes);
  if (!std::ranges::equal(crypto::sha256(content), bytes.last(kDigestBytes)))
    return wrong("the file is damaged: its digest does not fit", content.size());
  Cursor cursor(content);
  cursor.take(kMagic.size());
  FilterFile file;
  SEKISHO_TRY(file.scheme, parse_json(cursor.text(), name));
  if (!file.scheme.is_object()) return wrong("the header is no object", kMagic.size());
  const std::size_t records = cursor.number();
  if (!cursor.good() || records > cursor.left() / (kFilterBytes + 4))
    return wrong("the file ends before its records", cursor.at());
  for (std::size_t i = 0; i < records; ++i)
    file.ids.emplace_back(cursor.text());
  if (!cursor.good() || cursor.left() != records * kFilterBytes)
    return wrong("the file does not hold as many filters as records", cursor.at());
  file.filters.resize(records);
  for (Filter& filter : file.filters)
    filter = *filter_of(cursor.take(kFilterBytes));
  return file;
}

Result<FilterFile> FilterFile::load(const fs::path& path) {
  SEKISHO_TRY(const Bytes bytes, read_file(path, std::size_t{16} << 30));
  return parse(bytes, path.string());
}

}  // namespace sekisho::identity
