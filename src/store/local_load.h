// One package being loaded: full sets are spilled into segments and sealed files under temporary names; commit()
// publishes them and writes one catalogue transaction.
#pragma once

#include <unordered_map>

#include "store/local_store.h"

namespace sekisho::store {

class LocalLoad final : public Load {
 public:
  LocalLoad(LocalStore& store, PackageState state, identity::CanonicalVersion canonical);
  ~LocalLoad() override { store_.loading().clear(); }
  std::int64_t package() const override { return state_.number; }
  records::RecordSet& set() override { return set_; }
  Result<void> drain() override;
  Result<void> withdraw(std::string_view patient_number, std::string_view scope) override;
  Result<void> quarantine_bytes(std::int32_t part, std::int32_t ordinal, std::string_view rule,
                                ByteView content) override;
  Result<void> keep_filter(std::string_view patient_number, std::string_view scheme, ByteView bits);
  Result<std::map<std::string, std::vector<std::filesystem::path>>> staged() override;
  Result<PackageState> commit(const Json& facts) override;

 private:
  struct PendingSegment {
    SegmentRow row;
    TemporaryFile file;
  };
  // A sealed file that is being filled.
  struct PendingSealed {
    std::string kind;
    TemporaryFile file;
    SealedWriter writer;
  };
  struct SeenIdentity {
    records::IdentityRecord first;
    std::int64_t last_recorded = 0;
  };
  struct Published {
    std::vector<SegmentRow> segments, bitmaps;
    std::vector<SealedRow> sealed;
  };

  Result<void> spill();
  Result<void> spill_tables();
  Result<void> write_table(records::Batch& batch, bool clinical);
  Result<void> spill_vault();
  void take_documents();
  void take_identities();
  void take_findings();
  Result<void> flush_identities();
  void add_demographics(const std::string& reg, const SeenIdentity& seen, const identity::CanonicalIdentity& canonical);
  Result<SealedWriter*> sealed(std::string_view kind);
  std::string reg_of(std::string_view patient_number) const;
  Result<Published> publish();

  LocalStore& store_;
  PackageState state_;
  identity::CanonicalVersion canonical_;
  records::RecordSet set_;
  records::Batch documents_, demographics_, findings_;
  std::unordered_map<std::string, SeenIdentity> identities_;  // by content
  std::vector<const std::string*> identity_order_;            // contents in order of first sight
  std::size_t identity_bytes_ = 0;
  std::int64_t vault_count_ = 0;
  std::vector<PendingSegment> segments_;
  std::vector<std::unique_ptr<PendingSealed>> sealed_;
  std::vector<QuarantineRow> quarantine_;
  std::vector<std::pair<std::string, std::string>> withdrawals_;  // reg, scope
  bool committed_ = false;
};

}  // namespace sekisho::store
