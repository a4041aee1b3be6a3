// Where files go. Storages are written file by file as they arise; files that many patients share (claims, surveys,
// truth) grow by pieces that blocks of households hand over in the order of the blocks, so that neither threads nor
// memory show in the result.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/file.h"
#include "core/result.h"
#include "synth/world.h"

namespace sekisho::synth {

// A storage's root folder of one hospital. Thread safe: patients do not share folders.
class StorageTree {
 public:
  static Result<StorageTree> create(const std::filesystem::path& root);
  static StorageTree discarding() { return StorageTree(FileDescriptor()); }
  // `date` and `type` are the levels below the patient.
  Result<void> write(std::string_view patient, std::string_view date, std::string_view type, std::string_view name,
                     ByteView content);

 private:
  explicit StorageTree(FileDescriptor root) : root_(std::move(root)) {}
  FileDescriptor root_;
};

enum class SharedFile : std::uint8_t {
  kMedical,
  kDpcClaim,
  kDispensing,  // receipts: claims are numbered, totals and the end mark follow
  kFf1,
  kEfn,
  kEfg,
  kD,       // DPC survey
  kOptout,  // per hospital
  kRegistrations,
  kPersons,
  kInfluenza,
  kBreast,
  kSignal,
  kRare,
  kMarked,
  kOptoutTruth,
  kDefects,  // truth
};
bool is_receipt(SharedFile file);

struct SharedKey {
  SharedFile file;
  std::uint16_t hospital = 0;
  std::uint32_t month = 0;  // year * 12 + month - 1; of the claim (請求年月) or of the survey
  auto operator<=>(const SharedKey&) const = default;
};

// What a block of households adds to shared files, in order.
struct Piece {
  SharedKey key;
  std::string text;          // encoded; of a claim without its first field and number
  std::uint64_t claims = 0;  // 1: a claim
  std::uint64_t points = 0;
};

class SharedFiles {
 public:
  SharedFiles(const World& world, std::filesystem::path out) : world_(&world), out_(std::move(out)) {}
  Result<void> append(std::vector<Piece>& pieces);
  // Headers even where nothing happened, totals, end marks; then everything is on disk.
  Result<void> finish();
  std::uint64_t files() const { return states_.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct State {
    std::string buffer;
    std::uint64_t claims = 0, points = 0;
    bool on_disk = false;
  };
  State& state_of(const SharedKey& key);
  std::filesystem::path path_of(const SharedKey& key) const;
  Result<void> flush();
  const World* world_;
  std::filesystem::path out_;
  std::map<SharedKey, State> states_;
  std::size_t buffered_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sekisho::synth
