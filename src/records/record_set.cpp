#include "records/record_set.h"

#include <utility>

namespace sekisho::records {
namespace {

template <std::size_t... I>
std::array<Batch, kTableCount> make_batches(std::index_sequence<I...>) {
  return {Batch(spec(static_cast<Table>(I)))...};
}

std::int64_t fnv63(std::string_view kind, std::string_view key) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const std::string_view part : {kind, std::string_view("\0", 1), key})
    for (char c : part)
      h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return static_cast<std::int64_t>(h >> 1);
}

}  // namespace

RecordSet::RecordSet(RegistrationKeyer registration_keyer, DocumentKeyer document_keyer)
    : registration_keyer_(std::move(registration_keyer)),
      document_keyer_(std::move(document_keyer)),
      batches_(make_batches(std::make_index_sequence<kTableCount>())) {}

RecordSet::RecordSet() : RecordSet([](std::string_view number) { return std::string(number); }, fnv63) {}

void RecordSet::begin_file(std::int64_t package, std::int32_t part, std::int32_t ordinal) {
  package_ = package;
  part_ = part;
  ordinal_ = ordinal;
  sub_ = 0;
  has_document_ = false;
  ++file_count_;
  ++document_count_;
}

void RecordSet::begin_document(const Document& document) {
  reg_ = registration_index_.intern(document.patient_number);
  if (reg_ == registrations_.size()) {
    registrations_.push_back(registration_keyer_(document.patient_number));
    patient_numbers_.emplace_back(document.patient_number);
  }
  doc_ = document_keyer_(document.kind, document.key);
  history_ = document.history;
  deleted_ = document.deleted;
  has_document_ = true;
  ++document_count_;
  documents_.push_back({reg_, doc_, std::string(document.version), deleted_, history_, part_, ordinal_});
}

void RecordSet::begin_origin(Batch& row, Table table, std::string_view src, std::string_view act,
                             std::string_view state) {
  Origin& last = origins_[static_cast<std::size_t>(table)];
  const bool first = row.rows() == 1;
  if (first || last.document != document_count_) {
    last.document = document_count_;
    hold_document(row);
  }
  if (!first && last.file == file_count_ && last.src == src.data() && last.act == act.data() &&
      last.state == state.data())
    return;
  last = {file_count_, document_count_, src.data(), act.data(), state.data()};
  row.hold_integer(common::kPackage, package_);
  row.hold_integer(common::kPart, part_);
  row.hold_integer(common::kOrdinal, ordinal_);
  row.hold_text(common::kSrc, src);
  row.hold_text(common::kAct, act);
  row.hold_text(common::kState, state);
}

void RecordSet::hold_document(Batch& row) {
  if (has_document_) {
    row.hold_text(common::kReg, registrations_[reg_]);
    row.hold_integer(common::kDoc, doc_);
  } else {
    row.hold_nothing(common::kReg);
    row.hold_nothing(common::kDoc);
  }
}

std::int64_t RecordSet::keep(std::string_view kind, std::string_view content) {
  vault_.push_back({++vault_number_, std::string(kind), has_document_ ? patient_numbers_[reg_] : std::string(),
                    std::string(content), part_, ordinal_, sub_});
  vault_bytes_ += content.size() + 128;
  return vault_number_;
}

IdentityRecord& RecordSet::identity() {
  IdentityRecord& record = identities_.emplace_back();
  record.part = part_;
  record.ordinal = ordinal_;
  record.sub = sub_;
  return record;
}

void RecordSet::identity(IdentityRecord record) {
  record.part = part_;
  record.ordinal = ordinal_;
  record.sub = sub_;
  identities_.push_back(std::move(record));
}

void RecordSet::find(std::string_view rule, Level level, std::int64_t line, std::string_view where) {
  auto counted = counts.rules.find(rule);
  if (counted == counts.rules.end()) counted = counts.rules.emplace(rule, 0).first;
  ++counted->second;
  if (findings_.size() < findings_limit)
    findings_.push_back({std::string(rule), level, part_, ordinal_, line, std::string(where)});
}

void RecordSet::quarantine(std::string_view rule, std::string_view reason, std::int64_t line, std::uint64_t bytes,
                           std::uint64_t records) {
  counts.quarantined += records;
  quarantined_.push_back({std::string(rule), std::string(reason), part_, ordinal_, line, bytes, records});
}

std::size_t RecordSet::bytes() const {
  std::size_t total = vault_bytes_ + identities_.size() * sizeof(IdentityRecord) +
                      documents_.size() * sizeof(DocumentSeen) + findings_.size() * sizeof(Finding) +
                      quarantined_.size() * sizeof(Quarantined);
  for (const Batch& batch : batches_)
    total += batch.bytes();
  return total;
}

void RecordSet::clear() {
  for (Batch& batch : batches_)
    batch.clear();
  identities_.clear();
  vault_.clear();
  findings_.clear();
  quarantined_.clear();
  documents_.clear();
  registrations_.clear();
  patient_numbers_.clear();
  registration_index_.clear();
  vault_number_ = 0;
  vault_bytes_ = 0;
  // Rows that follow without a new document would refer to a registration that is gone.
  has_document_ = false;
}

}  // namespace sekisho::records
