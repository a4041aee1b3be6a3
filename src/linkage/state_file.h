// A file of named arrays that opens in no time: sections start on pages and are mapped, not read. Changes in memory
// stay in memory (private pages); the file itself is written once, durably, and replaced as a whole.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/file.h"
#include "core/json.h"

namespace sekisho::linkage {

// An array whose first part lies in a mapped file and that grows in memory.
template <class T>
class Sheet {
 public:
  Sheet() = default;
  explicit Sheet(std::span<T> base) : base_(base) {}
  std::size_t size() const { return base_.size() + tail_.size(); }
  T& operator[](std::size_t i) { return i < base_.size() ? base_[i] : tail_[i - base_.size()]; }
  const T& operator[](std::size_t i) const { return i < base_.size() ? base_[i] : tail_[i - base_.size()]; }
  void push_back(T value) { tail_.push_back(std::move(value)); }

 private:
  std::span<T> base_;
  std::vector<T> tail_;
};

class SectionWriter {
 public:
  using Sink = std::function<Result<void>(ByteView)>;
  static Result<SectionWriter> create(const std::filesystem::path& path);  // writes beside it until finish()
  // What the file would hold goes there, piece by piece: for those who may not write it in clear.
  static SectionWriter into(Sink sink);
  template <class T>
  Result<void> add(const std::string& name, std::span<const T> values) {
    return add_bytes(name, {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
  }
  Result<void> add_bytes(const std::string& name, ByteView bytes);
  Result<void> finish(const Json& head);  // a file is durable when it returns
  std::uint64_t written() const { return at_; }

 private:
  Result<void> put(ByteView bytes);
  Sink sink_;
  std::filesystem::path path_, beside_;
  FileDescriptor file_;
  std::uint64_t at_ = 0;
  Json sections_ = Json::object();
};

class MappedSections {
 public:
  // Memory that takes the content of a file in pieces; kept out of core dumps.
  class Filling {
   public:
    Filling() = default;
    Filling(Filling&& other) noexcept;
    Filling& operator=(Filling&&) = delete;
    ~Filling();
    Result<void> append(ByteView piece);

   private:
    friend class MappedSections;
    std::uint8_t* data_ = nullptr;
    std::size_t room_ = 0, size_ = 0;
  };

  MappedSections() = default;
  static Result<MappedSections> adopt(Filling filled);
  static Result<MappedSections> open(const std::filesystem::path& path);  // linkage.state when it is no such file
  MappedSections(MappedSections&& other) noexcept;
  MappedSections& operator=(MappedSections&& other) noexcept;
  ~MappedSections();
  const Json& head() const { return head_; }
  // Empty when there is no such section.
  template <class T>
  std::span<T> section(const std::string& name) const {
    const auto at = sections_.find(name);
    if (at == sections_.end()) return {};
    return {reinterpret_cast<T*>(data_ + at->second.first), at->second.second / sizeof(T)};
  }

 private:
  Result<void> parse(const std::filesystem::path& path);
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0, mapped_ = 0;
  Json head_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> sections_;
};

}  // namespace sekisho::linkage
