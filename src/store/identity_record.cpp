#include "store/identity_record.h"

namespace sekisho::store {
namespace {

using records::IdentityRecord;

// Every text of an identity record, in the order of the sealed form.
constexpr std::string IdentityRecord::* kTexts[] = {
    &IdentityRecord::patient_number,
    &IdentityRecord::family_kanji,
    &IdentityRecord::given_kanji,
    &IdentityRecord::family_kana,
    &IdentityRecord::given_kana,
    &IdentityRecord::romaji,
    &IdentityRecord::sex,
    &IdentityRecord::postcode,
    &IdentityRecord::address,
    &IdentityRecord::phone,
    &IdentityRecord::insurer,
    &IdentityRecord::symbol,
    &IdentityRecord::number,
    &IdentityRecord::branch,
};

void put_time(FieldWriter& out, const ClinicalTime& time) {
  out.integer(time.micros).integer(static_cast<std::int64_t>(time.precision)).integer(time.flags);
}

ClinicalTime get_time(FieldReader& in) {
  ClinicalTime time;
  time.micros = in.integer();
  const std::int64_t precision = in.integer();
  time.precision = precision >= 0 && precision <= static_cast<std::int64_t>(Precision::kMillisecond)
                       ? static_cast<Precision>(precision)
                       : Precision::kNone;
  time.flags = static_cast<std::uint32_t>(in.integer());
  return time;
}

void put_content(FieldWriter& out, const IdentityRecord& record) {
  for (const auto text : kTexts)
    out.text(record.*text);
  put_time(out, record.birth);
  put_time(out, record.died);
  out.integer(static_cast<std::int64_t>(record.former_numbers.size()));
  for (const std::string& number : record.former_numbers)
    out.text(number);
}

void put_key(FieldWriter& out, const std::optional<identity::LinkageKey>& key) {
  out.text(key ? as_text(*key) : std::string_view());
}

std::optional<identity::LinkageKey> get_key(FieldReader& in) {
  const std::string_view bytes = in.text();
  identity::LinkageKey key;
  if (bytes.size() != key.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

template <class T>
Result<T> done(const FieldReader& in, T row) {
  if (!in.at_end())
    return fail("store.sealed_malformed", "a record of a sealed file is not in the form this program writes");
  return row;
}

}  // namespace

std::string identity_content(const IdentityRecord& record) {
  FieldWriter out;
  put_content(out, record);
  return out.bytes();
}

std::string encode(const StoredIdentity& row) {
  FieldWriter out;
  out.text(row.reg).integer(row.package).integer(row.record.part).integer(row.record.ordinal).integer(row.record.sub);
  put_time(out, row.record.recorded);
  out.integer(row.last_recorded);
  put_content(out, row.record);
  return out.bytes();
}

Result<IdentityParts> identity_parts(std::string_view bytes) {
  FieldReader in(bytes);
  IdentityParts out;
  out.reg = in.text();
  for (int place = 0; place < 4; ++place)  // package, part, ordinal, sub
    in.integer();
  out.recorded = get_time(in).micros;
  in.integer();  // last_recorded
  if (!in.ok()) return fail("store.sealed_malformed", "a record of a sealed file ends before its content");
  out.content = bytes.substr(bytes.size() - in.left());
  return out;
}

Result<StoredIdentity> decode_identity(std::string_view bytes) {
  FieldReader in(bytes);
  StoredIdentity row;
  row.reg = in.text();
  row.package = in.integer();
  row.record.part = static_cast<std::int32_t>(in.integer());
  row.record.ordinal = static_cast<std::int32_t>(in.integer());
  row.record.sub = static_cast<std::int32_t>(in.integer());
  row.record.recorded = get_time(in);
  row.last_recorded = in.integer();
  for (const auto text : kTexts)
    row.record.*text = in.text();
  row.record.birth = get_time(in);
  row.record.died = get_time(in);
  for (std::int64_t n = in.integer(); n > 0 && in.ok(); --n)
    row.record.former_numbers.emplace_back(in.text());
  return done(in, std::move(row));
}

std::string encode(const StoredKeys& row) {
  FieldWriter out;
  out.text(row.reg).text(row.hospital);
  put_key(out, row.keys.insurance);
  put_key(out, row.keys.kanji);
  put_key(out, row.keys.kana);
  put_key(out, row.keys.given_kanji);
  put_key(out, row.keys.given_kana);
  return out.bytes();
}

Result<StoredKeys> decode_keys(std::string_view bytes) {
  FieldReader in(bytes);
  StoredKeys row;
  row.reg = in.text();
  row.hospital = in.text();
  row.keys.insurance = get_key(in);
  row.keys.kanji = get_key(in);
  row.keys.kana = get_key(in);
  row.keys.given_kanji = get_key(in);
  row.keys.given_kana = get_key(in);
  return done(in, std::move(row));
}

std::string encode(const StoredItem& row) {
  FieldWriter out;
  out.integer(row.number).text(row.reg).text(row.kind).text(row.content);
  out.integer(row.package).integer(row.part).integer(row.ordinal).integer(row.sub);
  return out.bytes();
}

Result<StoredItem> decode_item(std::string_view bytes) {
  FieldReader in(bytes);
  StoredItem row;
  row.number = in.integer();
  row.reg = in.text();
  row.kind = in.text();
  row.content = in.text();
  row.package = in.integer();
  row.part = static_cast<std::int32_t>(in.integer());
  row.ordinal = static_cast<std::int32_t>(in.integer());
  row.sub = static_cast<std::int32_t>(in.integer());
  return done(in, std::move(row));
}

}  // namespace sekisho::store
